"""The receipts of the shift looked up again: the rows of the list, a slip on the screen, a copy on paper."""

from __future__ import annotations

from loyalty.errors import NotNow
from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from terminal.committing import Committing
from terminal.errands import Errand, Then
from terminal.fiscal.register import Refused
from terminal.offline_queue.store import Store
from terminal.records import Records
from terminal.session import Surroundings
from terminal.session import commands as c
from terminal.session.receipts import MOST_LISTED, row_of


class ShiftReceipts:
    """Runs on the engine's thread; all answers come from the till's own journal."""

    def __init__(self, files: Store, records: Records, committing: Committing) -> None:
        self._files = files
        self._records = records
        self._committing = committing

    def run(self, effect: c.FindReceipts | c.MakeSlip | c.SpeakOn, around: Surroundings) -> c.Command:
        """Raises KopilkaError."""
        match effect:
            case c.FindReceipts():
                return self._listed(effect.shift_id)
            case c.MakeSlip():
                receipt = self._found(effect.number)
                return c.SlipMade(receipt.number, self._records.slip(receipt, around.programme))
            case c.SpeakOn():
                return c.Spoken(self._records.speak(effect.lang))

    def _listed(self, shift_id: str) -> c.ReceiptsFound:
        found = self._files.journal.shift_receipts(shift_id, MOST_LISTED + 1)
        paper_of = self._records.paper_of or (lambda number: "")
        rows = tuple(row_of(receipt, paper_of(receipt.number)) for receipt in found[:MOST_LISTED])
        return c.ReceiptsFound(rows, more=len(found) > MOST_LISTED)

    def _found(self, number: str) -> Receipt:
        receipt = self._files.journal.receipt(number)
        if receipt is None:
            raise NotNow(sentence("receipt.none", number=number), sentence("receipt.none.hint"))
        return receipt

    def again(self, effect: c.PrintAgain, around: Surroundings) -> Errand:
        """The register's own copy of its document, which is no other document; where it makes none, ours of the slip,
        which says that it is a copy and not fiscal. Raises NotNow."""
        receipt, register = self._found(effect.number), self._committing.register

        def ask() -> Then:
            if not receipt.fiscal_number:
                return lambda: self._by_printer(receipt, around, Refused(sentence("receipts.no_printer")))
            refused = register.print_copy(int(receipt.fiscal_number))
            if refused is None:
                return lambda: c.PrintedAgain(receipt.number, "register")
            return lambda: self._by_printer(receipt, around, refused)

        return ask

    def _by_printer(self, receipt: Receipt, around: Surroundings, refused: Refused) -> c.PrintedAgain:
        """Raises NotNow where there is no printer, with why the register `refused`."""
        if self._records.paper_of is None:
            raise NotNow(refused.said, refused.hint)
        self._records.put_slip(self._records.paper(receipt, around.programme, copy=True), receipt.number)
        return c.PrintedAgain(receipt.number, "printer")
