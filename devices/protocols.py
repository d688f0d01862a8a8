"""What a device of each kind can do, whatever it is attached to; names follow UnifiedPOS.

Events arrive on the device's own thread: a listener hands them over and returns at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from devices.model import DeviceEvent, DeviceInfo, Health
from devices.payment.model import Approval, BankCard, DayTotals, Known, Operation, Progress

Listener = Callable[[DeviceEvent], None]


class Device(Protocol):
    """Common to all kinds: who it is, how it is, open and close (both may be called twice)."""

    @property
    def info(self) -> DeviceInfo: ...

    def open(self, listener: Listener) -> None:
        """UnifiedPOS' open, claim and enable in one: take the device for this program alone and report events from now
        on; a missing device is a StatusUpdate."""

    def close(self) -> None:
        """Disable, release and close in one: let the device go; no event is reported after this returns."""

    def check_health(self) -> Health: ...


class Scanner(Device, Protocol):
    """A source of bytes: DataEvents as they are read, without framing."""


@runtime_checkable
class Beeper(Protocol):
    """A scanner that can be made to beep."""

    def beep(self) -> None:
        """Say that the code just read is no good; returns at once, from any thread. One that is away stays silent."""


class Printer(Device, Protocol):
    """A receipt printer; its commands raise DeviceError (codes "no_paper", "offline", "closed")."""

    @property
    def near_end(self) -> bool:
        """Whether the paper was near its end when the printer was last asked."""

    def print_normal(self, text: str) -> None:
        """Put lines of text on the paper."""

    def print_qr(self, text: str) -> None:
        """Put a QR code of at most 300 bytes on the paper, among the lines."""

    def cut_paper(self) -> None:
        """End the slip, and return once it is known to be on the paper. Raises Unproven where that is not known."""


class CashDrawer(Device, Protocol):
    """A drawer, as a rule on a printer's socket."""

    def open_drawer(self) -> None:
        """Raises DeviceError where it cannot be told to."""


class LineDisplay(Device, Protocol):
    """Lines of text that face the customer; the command raises DeviceError (codes "offline", "closed")."""

    @property
    def columns(self) -> int: ...

    @property
    def rows(self) -> int: ...

    def display_text(self, lines: Sequence[str]) -> None:
        """Show these alone: what is too long is cut, what is too much left out; no lines clear it."""


class PaymentTerminal(Device, Protocol):
    """A terminal for bank cards (UnifiedPOS: CAT). The reference of an operation is ours: the same again is never a
    second one. What takes as long as the customer does is called from a thread of its own; `cancel` and `enter` from
    any. All but those two raise DeviceError where nothing was done.
    """

    def terminal_id(self) -> str:
        """Which terminal answers: another one knows nothing of what this one was told."""

    def authorize_sales(self, operation: Operation, progress: Progress) -> Approval:
        """Take money from the customer's card. Raises Declined, Unproven."""

    def authorize_refund(self, operation: Operation, progress: Progress) -> Approval:
        """Give money back to it. Raises Declined, Unproven."""

    def authorize_void(self, operation: Operation, progress: Progress) -> None:
        """Undo an operation that was approved; of one that is undone already it does nothing. Raises Declined,
        Unproven."""

    def ask(self, operation: Operation, progress: Progress) -> Known:
        """What has become of it. One the terminal does not know it will never do after this. Raises Unproven where
        nobody can say."""

    def check_card(self, reference: str, progress: Progress) -> BankCard:
        """Read a card and take no money. Raises Declined."""

    def access_daily_log(self, reference: str, *, settle: bool) -> DayTotals:
        """The totals since the last settlement; with `settle` the day ends. The same reference again gives the same
        totals."""

    def cancel(self, reference: str) -> None:
        """Stop what is under way under this reference, if it can still be stopped."""

    def enter(self, text: str) -> None:
        """What the cashier typed, for a terminal that asks the cashier."""
