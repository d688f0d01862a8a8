"""The payment terminal and the journal brought together: which payments a receipt names, and which none ever will."""

from __future__ import annotations

from collections.abc import Callable

from loyalty.receipt import Receipt
from terminal.bank_slips import references
from terminal.charges import Fates
from terminal.committing import Committing
from terminal.offline_queue.journal import Journal
from terminal.paying import Paying
from terminal.session import commands as c

LAST_RECEIPTS = 100
"""Those looked through for a payment the till was killed amid."""


class PaidCards:
    """Everything here runs on the till's thread."""

    def __init__(self, paying: Paying, journal: Journal, committing: Committing) -> None:
        self._paying = paying
        self._journal = journal
        self._committing = committing
        self.new_id = paying.new_id

    def start(self) -> None:
        """After the sales that never completed have been looked at."""
        receipts = self._journal.recent_receipts(LAST_RECEIPTS)
        since_ms = min(each.moment.at_ms for each in receipts) if len(receipts) == LAST_RECEIPTS else 0
        self._paying.start(Fates(_named(receipts), since_ms, self._in_doubt()))

    def run(self, effect: c.Bank, at_ms: int) -> None:
        """Raises NotNow where an older sale must be settled before a card is charged."""
        match effect:
            case c.ChargeCard():
                if not effect.again:
                    self._refuse_late()
                self._paying.charge(effect, at_ms)
            case c.CancelCard():
                self._paying.cancel(effect.reference)
            case c.AnswerTerminal():
                self._paying.enter(effect.text)
            case c.CheckCard():
                self._paying.check_card(effect.reference)
            case c.ReleaseCards():
                named = self._named()
                self._paying.release([each for each in effect.references if each not in named], self._in_doubt())

    def around(self, work: Callable[[], c.Command | None]) -> c.Command | None:
        """Do what may record a receipt, or settle one in doubt: the cards that paid it are done with, or what paid one
        that will never be goes back. Raises what `work` does."""
        try:
            answer = work()
        finally:
            self._paying.look_again(self._in_doubt(), self._named)
        done = answer.completed if isinstance(answer, c.DoubtEnded) else answer
        if isinstance(done, c.Completed):
            self._paying.recorded(references(done.receipt.payments), done.receipt.number)
        if isinstance(answer, c.ShiftEnded | c.ShiftRenewed):
            self._paying.end_day()
        return answer

    def _refuse_late(self) -> None:
        """Of an older sale the register is asked first: it may be recorded, or certainly not, by now."""
        try:
            self._committing.refuse_late()
        finally:
            self._paying.look_again(self._in_doubt(), self._named)

    def _named(self) -> dict[str, str]:
        return _named(self._journal.recent_receipts(LAST_RECEIPTS))

    def close(self) -> None:
        self._paying.close()

    def _in_doubt(self) -> frozenset[str]:
        return frozenset(each for receipt in self._committing.undecided() for each in references(receipt.payments))


def _named(receipts: tuple[Receipt, ...]) -> dict[str, str]:
    """Reference -> number of the receipt that names it."""
    return {each: receipt.number for receipt in receipts for each in references(receipt.payments)}
