"""What the session has done at the fiscal register beside selling: a doubt resolved, its state, a trouble put right.

Each is two halves: the register is asked, on whatever thread, and with its answer the till records and speaks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from loyalty.errors import NotNow
from terminal.committing import Committing
from terminal.doubts import doubt_of_correction
from terminal.errands import Errand, Errands, Then, WaitedFor
from terminal.fiscal.correction import NAME, correction_of
from terminal.fiscal.document import Correction, FiscalDocument, Means
from terminal.fiscal.drawer import CashMove
from terminal.fiscal.hints import again
from terminal.fiscal.register import Answer, InQuestion, Refused, Registered, Unknown
from terminal.fiscal.slip import SCREEN_REPORT_WIDTH
from terminal.holding import Holding
from terminal.records import Records
from terminal.register_seen import local_time, seen_of
from terminal.session import Surroundings
from terminal.session import commands as c
from terminal.session.correction import CorrectionDraft
from terminal.session.state import Asked, Doubt

log = logging.getLogger("till")
T = TypeVar("T")
Settling = Callable[[Then], c.Command | None]


class AtRegister:
    """Runs on the engine's thread, as all that is recorded does; `holding` forgets what a receipt has captured."""

    def __init__(
        self,
        records: Records,
        committing: Committing,
        holding: Holding | None,
        new_id: Callable[[], str],
        errands: Errands | None = None,
    ) -> None:
        self._new_id = new_id
        self._records = records
        self._committing = committing
        self._register = committing.register
        self._holding = holding
        self._errands: Errands = errands or WaitedFor()
        self._is_waited_for = False

    @property
    def asked(self) -> Asked:
        return self._errands.asked

    def run(self, effect: c.AtRegister, around: Surroundings, settling: Settling) -> c.Command | None:
        """What came of it, or None where that comes later; `settling` does what may record a receipt. Raises
        KopilkaError."""
        return self.go(self._errand(effect, around), asked_by(effect), settling)

    def go(self, errand: Errand, asked: Asked, settling: Settling) -> c.Command | None:
        """The same of an errand of another's."""

        def settled() -> Then:
            then = errand()
            return lambda: settling(then)

        errands = WaitedFor() if self._is_waited_for else self._errands
        return errands.go(settled, asked)

    def waited_for(self, work: Callable[[], T]) -> T:
        """What is done in it has the register's answer at once."""
        before, self._is_waited_for = self._is_waited_for, True
        try:
            return work()
        finally:
            self._is_waited_for = before

    def in_doubt(self) -> Doubt | None:
        """The correction receipt in doubt."""
        found = self._register.in_question()
        return doubt_of_correction(found) if found is not None else None

    def record_left(self, around: Surroundings, ask: bool = True, but: str = "") -> None:
        """What the register has done and the till has not recorded: it died in between, or did not know.

        Cash of a shift that has ended meanwhile, as at a till that had no register for a while, has nowhere to stand.
        """
        if ask:
            self._register.ask_open()
        for made in self._register.corrections_left():
            self._records.correction(made, around)
            self._register.correction_recorded(made.document.key)
        for move in self._register.cash_left(ask):
            open_id = self._records.open_shift_id()
            if not open_id:
                return
            if move.key == but:
                continue
            if move.shift_id == open_id:
                self._records.cash(move, around)
            else:
                log.error("cash_of_ended_shift", extra={"kind": move.kind, "amount_minor": move.amount_minor})
            self._register.cash_recorded(move.key)

    def _errand(self, effect: c.AtRegister, around: Surroundings) -> Errand:
        match effect:
            case c.ResolveDoubt():
                return self._resolve(effect, around)
            case c.AskState():
                return lambda: self._look(around, effect.unasked)
            case c.MendRegister():
                return lambda: self._mend(effect, around)
            case c.MakeXReport():
                return self._x_report(around)
            case c.ChangeShift() | c.EndShift():
                return self._close_shift(effect, around)
            case c.RecordCash():
                return self._move_cash(effect, around)
            case c.IssueCorrection():
                return lambda: self._correct(effect, around)
            case c.CopyDocument():
                return lambda: self._copy(effect)

    # -- each is on its way from here on: the register is asked, and what it gives is run on the engine's thread

    def _look(self, around: Surroundings, unasked: bool = False) -> Then:
        seen = seen_of(self._register.look(local_time(around.moment)))

        def then() -> c.Command:
            self.record_left(around, ask=False)
            return c.RegisterLooked(seen, unasked)

        return then

    def _mend(self, effect: c.MendRegister, around: Surroundings) -> Then:
        raise_refused(self._register.put_right(effect.way, local_time(around.moment), effect.by))
        return self._look(around)

    def _copy(self, effect: c.CopyDocument) -> Then:
        raise_refused(self._register.print_copy(effect.document))
        return c.CopyPrinted

    def _x_report(self, around: Surroundings) -> Errand:
        """The register's own X report first; where it makes none, ours is made all the same and says so."""
        self._records.shift_now()

        def ask() -> Then:
            refused = self._register.x_report()
            return lambda: self._records.report_x(self._records.shift_now(), around, refused, SCREEN_REPORT_WIDTH)

        return ask

    def _close_shift(self, effect: c.ChangeShift | c.EndShift, around: Surroundings) -> Errand:
        """The register's shift first: one that cannot be closed there is not closed here. Then ours, as it stands by
        then: a sale that was being paid may have ended meanwhile, or be in doubt. Where it is only to be renewed, the
        next for the same cashier. Raises NotNow."""
        before = self._records.shift_now()
        self._committing.refuse_late()

        def ask() -> Then:
            raise_refused(self._register.close_shift(before.cashier))
            return then

        def then() -> c.Command:
            self._committing.refuse_late()
            ended = self._records.record_end(self._records.shift_now(), around, SCREEN_REPORT_WIDTH)
            if isinstance(effect, c.EndShift):
                return ended
            begun = self._records.start_shift(c.StartShift(before.cashier), around)
            return c.ShiftRenewed(before.shift_no, begun.shift)

        return ask

    def _move_cash(self, effect: c.RecordCash, around: Surroundings) -> Errand:
        """What is recorded has the move's own id and time, so that it is recorded once."""
        shift = self._records.shift_now()
        move = CashMove(
            effect.id or self._new_id(), effect.kind, effect.amount_minor, shift.cashier, shift.shift_id,
            around.moment.at_ms,
        )  # fmt: skip

        def ask() -> Then:
            self._register.cash_left(True)
            answer = self._register.move_cash(move)
            return lambda: then(answer)

        def then(answer: Answer) -> c.Command:
            self.record_left(around, ask=False, but=move.key)
            if not isinstance(answer, Registered):
                raise NotNow(answer.said, answer.hint)
            # One that was in doubt is recorded as it was sent, so that it is the same however it comes to the journal.
            sent = next((left for left in self._register.cash_left(False) if left.key == move.key), move)
            self._records.cash(sent, around)
            self._register.cash_recorded(move.key)
            return c.CashRecorded(move.kind, move.amount_minor, self._records.shift_now())

        return ask

    def _correct(self, effect: c.IssueCorrection, around: Surroundings) -> Then:
        """Once exactly like this is once, however often it is asked for, here or on the command line."""
        document = document_of(effect.draft, effect.nth)
        before = self._register.corrected(document.key)
        answer: Answer = (
            Registered(before.fiscal_number)
            if before is not None
            else self._register.correct(document, self._new_id(), around.moment.at_ms)
        )

        def then() -> c.Command:
            self.record_left(around, ask=False)
            if not isinstance(answer, Registered):
                raise NotNow(answer.said, again(answer.hint))
            return c.CorrectionIssued(answer.fiscal_number, effect.nth, before is not None)

        return then

    def _resolve(self, effect: c.ResolveDoubt, around: Surroundings) -> Errand:
        """What became of the receipt in doubt, by the register or, where it cannot say, by who has seen its tape."""
        key = self._committing.key_in_doubt()
        asked = None if key else self._register.in_question()

        def ask() -> Then:
            answer = self._register.ask_open(asked.document.key if asked else key)
            if asked is not None:
                return lambda: self._resolved_correction(effect, asked, answer, around)
            return lambda: self._resolved(effect, key, answer, around)

        return ask

    def _resolved(self, effect: c.ResolveDoubt, key: str, answer: Answer | None, around: Surroundings) -> c.Command:
        """Of a receipt that has come into doubt meanwhile, in place of this one, nobody has seen the tape."""
        asked = self._committing
        is_same = asked.key_in_doubt() == key
        try:
            if isinstance(answer, Unknown) and is_same:
                settled = asked.take_word(answer, effect.by, effect.document)
            else:
                has_seen = effect.by and is_same
                settled = asked.settle(effect.by, effect.document) if has_seen else asked.ask_again()
        except NotNow as stands:
            return c.DoubtStands(stands.said, stands.hint)
        if settled is None:
            return c.DoubtEnded()
        if settled.receipt is None:
            return c.DoubtEnded(settled.number, settled.basket)
        if settled.receipt.hold_id and self._holding:
            self._holding.forget(settled.receipt.hold_id)
        return c.DoubtEnded(settled.number, settled.basket, self._records.completed(settled.receipt, around))

    def _resolved_correction(
        self, effect: c.ResolveDoubt, asked: InQuestion, answer: Answer | None, around: Surroundings
    ) -> c.Command:
        key, number = asked.document.key, asked.document.number
        if isinstance(answer, Unknown | Refused):
            if not effect.by:
                return c.DoubtStands(answer.said, answer.hint)
            self._register.state_seen(key, effect.document, effect.by)
        made = self._register.corrected(key)
        self.record_left(around, ask=False)
        return c.CorrectionSettled(number, made.fiscal_number if made else "")


def asked_by(effect: c.AtRegister) -> Asked:
    """How much of the till waits for it."""
    if isinstance(effect, c.AskState):
        return "look"
    return "shift" if isinstance(effect, c.ChangeShift | c.EndShift) else "command"


def document_of(draft: CorrectionDraft, nth: int) -> FiscalDocument:
    paid: dict[Means, int] = {"cash": draft.cash_minor, "electronic": draft.card_minor}
    return correction_of(
        draft.kind, {means: minor for means, minor in paid.items() if minor}, draft.vat_minor,
        Correction(draft.date, draft.order, draft.wrong_sign), draft.by, name=draft.name or NAME, nth=nth,
    )  # fmt: skip


def raise_refused(refused: Refused | None) -> None:
    """Raises NotNow."""
    if refused is not None:
        raise NotNow(refused.said, refused.hint)
