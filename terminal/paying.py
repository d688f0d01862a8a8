"""The payment terminal at work on a thread of its own: the till never waits for a card, a bank or a cable.

What a step of the session asks for is done here one thing at a time, and what came of it goes back as a command. What
is to be undone is tried again by itself; a terminal that is worked by hand asks the cashier only when there is a card
payment anyway, or at the start.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection, Mapping

from devices.backoff import Backoff
from devices.errors import DeviceError
from devices.payment.manual import ID as BY_HAND
from devices.payment.model import Approval, BankCard, Operation, Progress, Step
from devices.protocols import PaymentTerminal
from loyalty.errors import StoreFault
from loyalty.sentences import sentence
from terminal.bank_slips import slip_of
from terminal.charges import Charges, Fates, InDoubt, Kept, NotCharged, PaymentJournal
from terminal.paying_said import day_said, reading_refused, refusal
from terminal.session import commands as c

MAX_WAITING = 200
CLOSE_WAIT_S = 2.0
log = logging.getLogger("payment")
Later = Callable[[c.Command], None]


class Paying:
    """`later` takes what came of a request, from this thread; `new_id` gives references, `hashed` hides a token."""

    def __init__(
        self,
        terminal: PaymentTerminal,
        book: PaymentJournal,
        later: Later,
        new_id: Callable[[], str],
        hashed: Callable[[str], str],
        backoff: Backoff | None = None,
    ) -> None:
        self._terminal = terminal
        self._book = book
        self._charges = Charges(terminal, book)
        self._later = later
        self.new_id = new_id
        self._hashed = hashed
        self._backoff = backoff or Backoff(first_s=5.0, most_s=60.0)
        self._waits = self._backoff.waits()
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(MAX_WAITING)
        self._told: set[str] = set()
        self._undecided: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="payment", daemon=True)

    def start(self, fates: Fates) -> None:
        """First what a till that was stopped has left: recorded after all, or to be undone."""
        self._take_up(fates)
        self._put(self._undo_open)
        self._thread.start()

    def _take_up(self, fates: Fates) -> None:
        for kept in self._charges.take_up(fates):
            if kept.reference in fates.in_doubt:
                self._undecided.add(kept.reference)
            else:
                said = sentence("payment.unclear", amount_minor=kept.operation.amount_minor)
                self._later(c.Notify("warn", said, sentence("payment.unclear.hint")))

    def close(self) -> None:
        """What is under way is left as it stands in the book."""
        try:
            self._terminal.close()
        except Exception:
            # The edge of a driver of another package: what is open beside it is closed all the same.
            log.exception("driver_failed")
        if self._thread.is_alive():
            self._put(None)
            self._thread.join(CLOSE_WAIT_S)
        self._book.close()

    # -- asked by the session, on the till's thread; each returns at once

    def charge(self, effect: c.ChargeCard, at_ms: int) -> None:
        operation = Operation(effect.reference, effect.kind, effect.amount_minor, effect.rrn)
        if not self._put(lambda: self._charge(operation, at_ms)):
            self._refuse(effect.reference, "silent")

    def check_card(self, reference: str) -> None:
        """Read a card, to see whose it is."""
        if not self._put(lambda: self._check_card(reference)):
            self._refuse(reference, "silent")

    def cancel(self, reference: str) -> None:
        self._terminal.cancel(reference)

    def enter(self, text: str) -> None:
        self._terminal.enter(text)

    def recorded(self, references: Collection[str], number: str) -> None:
        """A receipt that is recorded names them."""
        if references:
            self._put(lambda: self._keep_recorded(references, number))

    def release(self, references: Collection[str], in_doubt: Collection[str] = ()) -> None:
        """No receipt names them; of those `in_doubt` that is decided later (`look_again`)."""
        self._undecided |= {each for each in references if each in in_doubt}
        certain = [each for each in references if each not in in_doubt]
        if certain:
            self._put(lambda: self._undo(certain))

    def end_day(self) -> None:
        """The shift is closed: the terminal is settled, and its totals are compared with ours."""
        self._put(self._end_day)

    def look_again(self, in_doubt: Collection[str], named: Callable[[], Mapping[str, str]]) -> None:
        """Of receipts that were in doubt: what is known now."""
        known = {each for each in self._undecided if each not in in_doubt}
        if not known:
            return
        self._undecided -= known
        receipts = named()
        for reference in known & receipts.keys():
            self.recorded((reference,), receipts[reference])
        self.release(known - receipts.keys())

    # -- on this thread

    def _put(self, job: Callable[[], None] | None) -> bool:
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            log.error("payment_dropped")
            return False
        return True

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._again_s())
            except queue.Empty:
                job = self._undo_open
            if job is None:
                return
            try:
                job()
            except StoreFault as fault:
                log.exception("payment_book")
                self._later(c.Notify("error", fault.said, fault.hint))
            except Exception:
                log.exception("payment_broke")  # the edge of a thread, which outlives any driver

    def _again_s(self) -> float | None:
        """When to try once more what is to be undone; a person is not asked again and again."""
        waits = [kept for kept in self._book.with_fate("undoing") if kept.terminal != BY_HAND]
        return next(self._waits) if waits else None

    def _charge(self, operation: Operation, at_ms: int) -> None:
        reference = operation.reference

        def progress(step: Step) -> None:
            self._later(c.ChargeAsks(reference, operation.kind, operation.amount_minor, step))

        self._undo_open()
        try:
            answer = self._charges.charge(operation, at_ms, progress)
        except StoreFault as fault:
            # What is not in the book has not been sent.
            known = self._book.kept_of(reference) is not None
            asked = c.ChargeInDoubt(reference) if known else c.ChargeRefused(reference, fault.said, fault.hint)
            self._later(asked)
            return
        except Exception:
            self._later(c.ChargeInDoubt(reference))
            raise
        match answer:
            case Approval():
                self._later(c.CardCharged(slip_of(reference, answer), self._token(answer.card)))
            case NotCharged(code):
                self._refuse(reference, code)
            case InDoubt():
                self._later(c.ChargeInDoubt(reference))

    def _check_card(self, reference: str) -> None:
        try:
            read = self._terminal.check_card(
                reference, lambda step: self._later(c.ChargeAsks(reference, "read", 0, step))
            )
        except DeviceError as why:
            said, hint = reading_refused(why.code)
            self._later(c.ChargeRefused(reference, said, hint))
            return
        self._later(c.BankCardRead(reference, self._token(read), read.tail))

    def _token(self, card: BankCard) -> str:
        return self._hashed(card.token) if card.token else ""

    def _refuse(self, reference: str, code: str) -> None:
        said, hint = refusal(code)
        self._later(c.ChargeRefused(reference, said, hint))

    def _keep_recorded(self, references: Collection[str], number: str) -> None:
        for reference in references:
            self._charges.recorded(reference, number)

    def _undo(self, references: Collection[str]) -> None:
        for reference in references:
            self._charges.release(reference)
        self._undo_open()

    def _undo_open(self) -> None:
        """Take back what is to be taken back, and say what came of it: of what stays, once."""
        for kept in self._charges.undo_open(self._ask_about):
            self._later(c.ChargeEnded(kept.reference))
            if kept.fate == "undone":
                self._waits = self._backoff.waits()
                self._told.discard(kept.reference)
                self._later(_undone(kept))
            elif kept.reference not in self._told:
                self._told.add(kept.reference)
                self._later(_left(kept))

    def _end_day(self) -> None:
        self._undo_open()
        try:
            ended = self._charges.end_day(self.new_id())
        except DeviceError as why:
            log.warning("day_not_settled", extra={"code": why.code})
            self._later(c.Notify("warn", sentence("payment.no_totals"), sentence("payment.no_totals.hint")))
        else:
            log.info("day_settled", extra={"ours": str(ended.ours), "told": str(ended.told)})
            self._later(day_said(ended))

    def _ask_about(self, kept: Kept) -> Progress:
        """Only what a cashier must answer is shown: a terminal by itself gives money back without anybody."""
        operation = kept.operation

        def progress(step: Step) -> None:
            if step in ("void", "outcome"):
                code = operation.approval.code or operation.approval.rrn if operation.approval else ""
                self._later(c.ChargeAsks(kept.reference, "undo", operation.amount_minor, step, code))

        return progress


def _undone(kept: Kept) -> c.Notify:
    amount_minor, approval = kept.operation.amount_minor, kept.operation.approval
    if approval is None:
        return c.Notify("info", sentence("payment.never_was", amount_minor=amount_minor))
    card = f"··{approval.card.tail}" if approval.card.tail else approval.code
    return c.Notify("ok", sentence("payment.undone", card=card, amount_minor=amount_minor))


def _left(kept: Kept) -> c.Notify:
    code = "payment.unsettled_by_hand" if kept.terminal == BY_HAND else "payment.unsettled"
    return c.Notify("warn", sentence(code, amount_minor=kept.operation.amount_minor), sentence(f"{code}.hint"))
