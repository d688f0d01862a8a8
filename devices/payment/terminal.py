"""A payment terminal that speaks our protocol (devices.payment.lines), on TCP or on a serial port.

A sale is sent once. From then on the terminal is only asked what has become of it, on a new connection where the old
one is gone, until it says so or has been silent for too long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count

from devices.errors import DeviceError, Unproven
from devices.model import DeviceInfo, Health
from devices.payment.lines import Lines, Reply, Request, line_of, reply_of
from devices.payment.model import (
    Approval,
    BankCard,
    DayTotals,
    Declined,
    Known,
    Operation,
    Progress,
    Step,
    Voided,
)
from devices.protocols import Listener
from devices.transport.traced import Wire

ANSWER_WAIT_S = 3.0
"""For one line: the terminal answers at once, with `working` where the customer takes their time."""
POLL_S = 0.25
MOST_POLLS = 720
"""Three minutes: a terminal gives up by itself long before."""
TRIES = 3


class LineTerminal:
    """A PaymentTerminal; `connect` opens its line (OSError), `pause` lets seconds pass."""

    def __init__(
        self,
        info: DeviceInfo,
        connect: Callable[[], Wire],
        pause: Callable[[float], object] = time.sleep,
        answer_wait_s: float = ANSWER_WAIT_S,
    ) -> None:
        self.info = info
        self._connect = connect
        self._pause = pause
        self._answer_wait_s = answer_wait_s
        self._line: Wire | None = None
        self._numbers = count(1)
        self._cancelled = ""
        self._closed = False
        self._turn = threading.Lock()
        """One request at a time: its health is asked for amid a sale too."""

    def open(self, listener: Listener) -> None:
        """The line is opened by the first question."""
        self._closed = False

    def close(self) -> None:
        """A request under way is waited for; what comes after it is not sent."""
        self._closed = True
        with self._turn:
            self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def check_health(self) -> Health:
        try:
            self.terminal_id()
        except DeviceError:
            return Health.OFFLINE
        return Health.ENABLED

    def terminal_id(self) -> str:
        return self._asked("status").terminal

    def authorize_sales(self, operation: Operation, progress: Progress) -> Approval:
        return self._authorize("sale", operation, progress)

    def authorize_refund(self, operation: Operation, progress: Progress) -> Approval:
        return self._authorize("refund", operation, progress)

    def authorize_void(self, operation: Operation, progress: Progress) -> None:
        try:
            reply = self._asked("void", operation.reference)
        except DeviceError as why:
            raise Unproven(why.code, why.sentence) from why
        if reply.state not in ("voided", "none"):
            raise Declined(reply.why or reply.state, "the terminal does not take it back")

    def ask(self, operation: Operation, progress: Progress) -> Known:
        try:
            reply = self._ended(operation.reference, None, progress)
        except DeviceError as why:
            raise Unproven(why.code, why.sentence) from why
        if reply.state == "approved":
            return reply.approval
        return Voided() if reply.state == "voided" else None

    def check_card(self, reference: str, progress: Progress) -> BankCard:
        reply = self._ended(reference, self._asked("read", reference), progress)
        if reply.state != "read":
            raise Declined(reply.why or reply.state, "no card was read")
        return reply.card

    def access_daily_log(self, reference: str, *, settle: bool) -> DayTotals:
        reply = self._asked("totals", reference, settle=settle)
        if reply.state != "totals":
            raise DeviceError(reply.why or reply.state, "the terminal tells no totals")
        return reply.totals

    def cancel(self, reference: str) -> None:
        self._cancelled = reference

    def enter(self, text: str) -> None:
        """This terminal asks nothing of the cashier."""

    def _authorize(self, do: str, operation: Operation, progress: Progress) -> Approval:
        reference = operation.reference
        try:
            first = self._exchange(
                Request(do, next(self._numbers), reference, operation.amount_minor, operation.rrn)  # type: ignore[arg-type]
            )
        except OSError:
            first = None
        try:
            reply = self._ended(reference, first, progress)
        except DeviceError as why:
            raise Unproven(why.code, why.sentence) from why
        match reply.state:
            case "approved":
                return reply.approval
            case "none":
                raise DeviceError("not_taken", "the terminal has not taken the request")
            case _:
                raise Declined(reply.why or reply.state, "the card was not charged")

    def _ended(self, reference: str, reply: Reply | None, progress: Progress) -> Reply:
        """The reply that ends an operation; None: nothing is known of it yet. Raises DeviceError."""
        shown: Step = ""
        for _ in range(MOST_POLLS):
            if reply is not None and reply.state != "working":
                return reply
            if reply is not None and reply.step != shown:
                shown = reply.step
                progress(shown)
            if reply is not None:
                self._pause(POLL_S)
            stop = self._cancelled == reference
            self._cancelled = "" if stop else self._cancelled
            reply = self._asked("cancel" if stop else "ask", reference)
        raise DeviceError("too_long", "the terminal does not end")

    def _asked(self, do: str, reference: str = "", *, settle: bool = False) -> Reply:
        """The reply to what may be asked again and again. Raises DeviceError where there is none."""
        for left in range(TRIES - 1, -1, -1):
            try:
                return self._exchange(
                    Request(do, next(self._numbers), reference, settle=settle)  # type: ignore[arg-type]
                )
            except OSError:
                if left:
                    self._pause(POLL_S)
        raise DeviceError("silent", "the terminal does not answer")

    def _exchange(self, request: Request) -> Reply:
        """Raises OSError: gone, or silent for too long."""
        with self._turn:
            if self._closed:
                raise ConnectionAbortedError("closed")
            try:
                line = self._line = self._line or self._connect()
                line.send(line_of(request))
                return _reply_to(request, line, self._answer_wait_s)
            except (OSError, ValueError) as error:
                self._drop()
                raise OSError(str(error)) from error


def _reply_to(request: Request, line: Wire, wait_s: float) -> Reply:
    """Raises OSError. What answers an earlier request, and what is no reply, is passed over."""
    lines, until_s = Lines(), time.monotonic() + wait_s
    left_s = wait_s
    while left_s >= 0:
        for each in lines.feed(line.receive(left_s)):
            reply = reply_of(each)
            if reply is not None and reply.no == request.no:
                return reply
        left_s = until_s - time.monotonic()
    raise TimeoutError("no answer")
