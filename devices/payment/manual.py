"""A bank terminal that is not connected: the cashier works it by hand, and tells what its slip says.

Nothing here waits for a device. What it is asked is asked of the cashier, who answers by `enter` or puts off by
`cancel`; a terminal of this kind keeps nothing, so what the cashier does not know nobody knows.
"""

from __future__ import annotations

import re
import threading

from devices.errors import DeviceError, Unproven
from devices.model import DeviceInfo, Health
from devices.payment.model import Approval, BankCard, DayTotals, Declined, Known, Operation, Progress, Step
from devices.protocols import Listener

ID = "manual"
MOST_TYPED = 64
_CODE = re.compile(r"[0-9A-Za-z]{4,11}")
_RRN = re.compile(r"[0-9A-Za-z]{12}")


class ManualTerminal:
    """A PaymentTerminal whose answers are typed."""

    def __init__(self, info: DeviceInfo) -> None:
        self.info = info
        self._changed = threading.Condition()
        self._typed: str | None = None
        self._asked = ""
        self._cancelled = ""
        self._closed = True

    def open(self, listener: Listener) -> None:
        self._closed = False

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def check_health(self) -> Health:
        return Health.CLOSED if self._closed else Health.ENABLED

    def terminal_id(self) -> str:
        return ID

    def authorize_sales(self, operation: Operation, progress: Progress) -> Approval:
        return self._paid(operation, progress)

    def authorize_refund(self, operation: Operation, progress: Progress) -> Approval:
        return self._paid(operation, progress)

    def authorize_void(self, operation: Operation, progress: Progress) -> None:
        if self._answer(operation.reference, "void", progress) is None:
            raise Unproven("later", "nobody has said that it was taken back")

    def ask(self, operation: Operation, progress: Progress) -> Known:
        """A code: it was approved; nothing typed: it never was."""
        while True:
            text = self._answer(operation.reference, "outcome", progress)
            if text is None:
                raise Unproven("later", "nobody has said what became of it")
            approval = read_slip(text)
            if approval or not text:
                return approval

    def check_card(self, reference: str, progress: Progress) -> BankCard:
        raise DeviceError("cannot_read", "a terminal worked by hand reads no cards for the till")

    def access_daily_log(self, reference: str, *, settle: bool) -> DayTotals:
        raise DeviceError("not_kept", "a terminal worked by hand tells no totals")

    def cancel(self, reference: str) -> None:
        with self._changed:
            self._cancelled = reference
            self._changed.notify_all()

    def enter(self, text: str) -> None:
        with self._changed:
            if self._asked:
                self._typed = text.strip()[:MOST_TYPED]
                self._changed.notify_all()

    def _paid(self, operation: Operation, progress: Progress) -> Approval:
        step: Step = "code"
        while True:
            text = self._answer(operation.reference, step, progress)
            if text is None and self._closed:
                raise Unproven("closed", "the till stopped before a code was typed")
            if text is None:
                raise Declined("cancelled", "the cashier says that it was not paid")
            approval = read_slip(text)
            if approval:
                return approval
            step = "code_again"

    def _answer(self, reference: str, step: Step, progress: Progress) -> str | None:
        """What the cashier types; None where it is put off, or the till stops."""
        with self._changed:
            self._asked, self._typed = reference, None
        progress(step)
        with self._changed:
            self._changed.wait_for(lambda: self._typed is not None or self._cancelled == reference or self._closed)
            typed = None if self._closed or self._cancelled == reference else self._typed
            self._asked = self._cancelled = ""
        return typed


def read_slip(text: str) -> Approval | None:
    """An authorisation code of 4 to 11 letters and digits, an RRN of twelve, or both; None where it is neither."""
    code = rrn = ""
    for word in text.split():
        if _CODE.fullmatch(word) and not code:
            code = word
        elif _RRN.fullmatch(word) and not rrn:
            rrn = word
        else:
            return None
    return Approval(code, rrn) if code or rrn else None
