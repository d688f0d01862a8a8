"""Cash put into a register's drawer and taken out of it, exactly once.

No fiscal document is made, so the memory cannot be asked: what the register has counted in its shift is read before a
byte goes out, and after any doubt again. While one is in doubt the shift stays open, since the counts end with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from msgspec.structs import replace

from loyalty.sentences import sentence
from terminal.fiscal.drawer import CashMove, CashSums, MovesCash
from terminal.fiscal.hints import refused_command
from terminal.fiscal.port import FiscalPort, InDoubt, NoAnswer, NotIssued, State
from terminal.fiscal.register import Answer, Refused, Registered, Unknown


class CashSent(msgspec.Struct, frozen=True):
    """One on its way, or `done` at the register and not yet recorded by the till."""

    move: CashMove
    serial: str
    before: CashSums
    done: bool = False


class CashJournal(Protocol):
    """Each method is durable when it returns. Raises StoreFault."""

    def cash_sent(self) -> tuple[CashSent, ...]:
        """All of them, oldest first."""

    def keep_cash(self, sent: CashSent) -> None: ...

    def drop_cash(self, key: str) -> None: ...

    def memory(self) -> str: ...


class CashOnce:
    """`ready` brings the register to where it takes commands, for a cashier; it may raise NotIssued, NoAnswer."""

    def __init__(self, port: FiscalPort, journal: CashJournal, ready: Callable[[str], State]) -> None:
        self._port = port
        self._journal = journal
        self._ready = ready

    def move(self, move: CashMove) -> Answer:
        unknown = self.ask_open()
        if unknown is not None:
            return unknown
        if any(sent.move.key == move.key for sent in self._journal.cash_sent()):
            return Registered()  # it was in doubt, and the register has it
        port = self._port
        if not isinstance(port, MovesCash):
            return Refused(sentence("fiscal.no_cash"))
        try:
            sent = CashSent(move, self._ready(move.cashier).serial, port.cash_sums())
        except (NotIssued, NoAnswer) as why:
            return refused_command(why)
        self._journal.keep_cash(sent)
        try:
            port.move_cash(move)
        except (NotIssued, NoAnswer) as why:
            self._journal.drop_cash(move.key)
            return refused_command(why)
        except InDoubt:
            return self._ask(sent, port) or self._answer(move)
        self._journal.keep_cash(replace(sent, done=True))
        return Registered()

    def ask_open(self) -> Unknown | None:
        """Settle what was sent and never answered; Unknown where the register cannot say."""
        port = self._port
        for sent in self._journal.cash_sent():
            if not sent.done and isinstance(port, MovesCash):
                unknown = self._ask(sent, port)
                if unknown is not None:
                    return unknown
        return None

    def _answer(self, move: CashMove) -> Answer:
        if any(sent.move.key == move.key for sent in self._journal.cash_sent()):
            return Registered()
        return Refused(sentence("fiscal.cash_not_taken"), sentence("fiscal.cash_not_taken.hint"))

    def _ask(self, sent: CashSent, port: MovesCash) -> Unknown | None:
        """After this it is done, or forgotten, or nobody can say. With a manager's word that another register stands
        there, what the one before has counted is that one's own affair."""
        try:
            serial = self._port.state().serial
            if serial == sent.serial:
                moved = port.cash_moved(sent.move, sent.before)
            elif serial == self._journal.memory():
                moved = False
            else:
                return _unknown(sent)
        except NoAnswer:
            return _unknown(sent)
        if moved:
            self._journal.keep_cash(replace(sent, done=True))
        else:
            self._journal.drop_cash(sent.move.key)
        return None


def _unknown(sent: CashSent) -> Unknown:
    said = sentence(f"fiscal.cash_{sent.move.kind}_doubt", amount_minor=sent.move.amount_minor)
    return Unknown(said, sentence("fiscal.cash_doubt.hint"))
