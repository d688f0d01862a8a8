"""What the session has done at the fiscal register beside selling: a doubt resolved, its state, a trouble put right."""

from __future__ import annotations

import logging
from collections.abc import Callable

from loyalty.errors import NotNow
from terminal.committing import Committing
from terminal.fiscal.drawer import CashMove
from terminal.fiscal.register import Refused, Registered
from terminal.holding import Holding
from terminal.records import Records
from terminal.register_seen import local_time, seen_of
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c

log = logging.getLogger("till")


class AtRegister:
    """Runs on the engine's thread, as all that is recorded does; `holding` forgets what a receipt has captured."""

    def __init__(
        self, records: Records, committing: Committing, holding: Holding | None, new_id: Callable[[], str]
    ) -> None:
        self._new_id = new_id
        self._records = records
        self._committing = committing
        self._holding = holding

    def run(self, effect: c.AtRegister, around: Surroundings) -> c.Command:
        """Raises KopilkaError."""
        match effect:
            case c.ResolveDoubt():
                return self._resolve(effect, around)
            case c.AskState():
                return self._look(around, effect.unasked)
            case c.MendRegister():
                return self._mend(effect, around)
            case c.ChangeShift():
                return self._change_shift(self._records.shift_now(), around)
            case c.RecordCash():
                return self._move_cash(effect, self._records.shift_now(), around)
            case c.CopyDocument():
                raise_refused(self._committing.register.print_copy(effect.document))
                return c.CopyPrinted()

    def _resolve(self, effect: c.ResolveDoubt, around: Surroundings) -> c.DoubtEnded | c.DoubtStands:
        """What became of the receipt in doubt, by the register or, where it cannot say, by who has seen its tape."""
        asked = self._committing
        try:
            settled = asked.settle(effect.by, effect.document) if effect.by else asked.ask_again()
        except NotNow as stands:
            return c.DoubtStands(stands.said, stands.hint)
        if settled is None:
            return c.DoubtEnded()
        if settled.receipt is None:
            return c.DoubtEnded(settled.number, settled.basket)
        if settled.receipt.hold_id and self._holding:
            self._holding.forget(settled.receipt.hold_id)
        return c.DoubtEnded(settled.number, settled.basket, self._records.completed(settled.receipt, around))

    def record_left(self, around: Surroundings, ask: bool = True) -> None:
        """Cash that the register has moved and the till has not recorded: it died in between, or did not know.

        Of a shift that has ended meanwhile, as at a till that had no register for a while, it can be recorded nowhere.
        """
        for move in self._committing.register.cash_left(ask):
            open_id = self._records.open_shift_id()
            if not open_id:
                return
            if move.shift_id == open_id:
                self._records.cash(move, around)
            else:
                log.error("cash_of_ended_shift", extra={"kind": move.kind, "amount_minor": move.amount_minor})
            self._committing.register.cash_recorded(move.key)

    def _move_cash(self, effect: c.RecordCash, shift: ShiftInfo, around: Surroundings) -> c.CashRecorded:
        """The register first. What is recorded has the move's own id and time, so that it is recorded once."""
        self.record_left(around)
        at_ms = around.moment.at_ms
        move = CashMove(self._new_id(), effect.kind, effect.amount_minor, shift.cashier, shift.shift_id, at_ms)
        answer = self._committing.register.move_cash(move)
        if not isinstance(answer, Registered):
            raise NotNow(answer.said, answer.hint)
        self._records.cash(move, around)
        self._committing.register.cash_recorded(move.key)
        return c.CashRecorded(move.kind, move.amount_minor, self._records.shift_now())

    def _look(self, around: Surroundings, unasked: bool = False) -> c.RegisterLooked:
        seen = seen_of(self._committing.register.look(local_time(around.moment)))
        self.record_left(around, ask=False)
        return c.RegisterLooked(seen, unasked)

    def _mend(self, effect: c.MendRegister, around: Surroundings) -> c.RegisterLooked:
        raise_refused(self._committing.register.put_right(effect.way, local_time(around.moment), effect.by))
        return self._look(around)

    def _change_shift(self, shift: ShiftInfo, around: Surroundings) -> c.ShiftRenewed:
        """The Z report, and the next shift for the same cashier."""
        self._records.end_shift(shift, around)
        return c.ShiftRenewed(shift.shift_no, self._records.start_shift(c.StartShift(shift.cashier), around).shift)


def raise_refused(refused: Refused | None) -> None:
    """Raises NotNow."""
    if refused is not None:
        raise NotNow(refused.said, refused.hint)
