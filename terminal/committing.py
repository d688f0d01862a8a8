"""PREPARED, the register, COMPLETED: what makes a receipt recorded once, whatever fails in between.

1. PREPARED: what is about to be sold, so that a till that dies here finds it again.
2. The register confirms (or there is none).
3. COMPLETED: receipt, ledger effects, event for the head office, shift totals; only then is it shown as done.

What failed on the way is settled before the next receipt: the register is asked what it has made, the journal what it
holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.errors import KopilkaError, NotNow, StoreFault
from loyalty.events import ReturnCompleted, SaleCompleted, ShiftTotals
from loyalty.gift_moves import gift_event_id, gift_moves
from loyalty.receipt import Payment, Receipt
from loyalty.sentences import sentence
from loyalty.shift import add_receipt
from terminal.doubts import doubt_of
from terminal.fiscal.register import Refused, Register, Registered, Unknown
from terminal.offline_queue.journal import Fact, Journal
from terminal.offline_queue.journal_beside import NOTHING, Beside
from terminal.offline_queue.journal_made import find_made
from terminal.session.state import Doubt

log = logging.getLogger("till")


class Begun(msgspec.Struct, frozen=True, omit_defaults=True):
    """What PREPARED keeps: the basket that goes back on the screen, and what a receipt is recorded with."""

    basket: Basket
    beside: Beside = NOTHING
    event_id: str = ""
    """Of the event that will record it: a client's request sent again is known by it."""


class Unfinished(msgspec.Struct, frozen=True):
    """What a till finds at its start of sales that never completed: a basket for the screen; the receipt of one that
    the register had made, recorded now; why it is not known whether one was made."""

    basket: Basket | None = None
    recorded: Receipt | None = None
    doubt: Unknown | None = None


class Settled(msgspec.Struct, frozen=True):
    """What became of a receipt in doubt: recorded, or (None) never issued, so that `basket` may be paid again."""

    number: str
    basket: Basket
    receipt: Receipt | None = None


class _Undone(msgspec.Struct, frozen=True):
    """A sale that failed, and the number it gives back; None where it may stand on paper."""

    receipt: Receipt
    number: int | None
    event_id: str
    beside: Beside
    basket: Basket


class _Late(msgspec.Struct, frozen=True):
    """A receipt taken for failed that is recorded after all, and the basket it is of."""

    receipt: Receipt
    basket: Basket


class Committing:
    """Records the receipts of one terminal; `label` begins their numbers, `new_id` gives UUIDv7 hex ids."""

    def __init__(self, journal: Journal, register: Register, label: str, new_id: Callable[[], str]) -> None:
        self._journal = journal
        self._register = register
        self._label = label
        self._new_id = new_id
        self._undone: list[_Undone] = []
        self._doubt: Unknown | None = None
        self.decided: Callable[[Receipt, bool], None] = lambda receipt, is_recorded: None
        """Told what became of a receipt that had failed, and whether it is recorded; on the till's thread."""
        self.recorded_late: Callable[[Receipt], None] = lambda receipt: None
        """Told of a receipt that is recorded after all while something else was asked for."""

    def complete(
        self,
        draft: Receipt,
        basket: Basket,
        totals: ShiftTotals,
        event_id: str = "",
        beside: Beside = NOTHING,
        buyer: str = "",
    ) -> Receipt:
        """The receipt as it is recorded; `totals` are the shift's before it. Raises NotNow, StoreFault.

        A number is taken only for a receipt that holds together, and given back by one that is not recorded, so that
        neither leaves a gap. `basket` goes back on the screen of a till that dies here; without lines nothing does.
        """
        number: int | None = self._journal.next_receipt_no()
        receipt = replace(draft, number=f"{self._label}-{number:06d}")
        event_id = event_id or self._new_id()
        try:
            begun = msgspec.json.encode(Begun(basket, beside, event_id))
            self._journal.prepare(receipt.receipt_id, begun, receipt.moment.at_ms)
            answer = self._register.register(receipt, receipt.receipt_id, buyer)
            if isinstance(answer, Unknown):
                number, self._doubt = None, answer
            if isinstance(answer, Refused | Unknown):
                raise NotNow(answer.said, answer.hint)
            return self._record(receipt, answer, event_id, beside, totals)
        except KopilkaError:
            self._undone.append(_Undone(receipt, number, event_id, beside, basket))
            # Of a receipt in doubt the register has just been asked: nobody waits for its silence twice.
            late = self._forget_undone() if self._doubt is None else None
            if late is not None:
                return late.receipt
            raise

    def unfinished(self, screen: bool = True) -> Unfinished:
        """What became of sales that were prepared and never completed; the register is asked.

        One it has made is recorded. One it certainly has not is forgotten here, and its basket goes back on screen;
        without a `screen` it stays in the journal. What nobody can say yet is asked again before the next receipt.
        """
        found = Unfinished()
        for prepared in self._journal.prepared():
            begun = _begun(prepared.raw)
            event_id = begun.event_id or self._new_id()
            recalled = self._register.recall(prepared.sale_id)
            if recalled is None:
                if screen or not begun.basket.lines:
                    self._journal.discard_prepared(prepared.sale_id)
                if screen and begun.basket.lines:
                    found = replace(found, basket=begun.basket)
            elif isinstance(recalled.answer, Registered):
                made = self._record(recalled.receipt, recalled.answer, event_id, begun.beside)
                found = replace(found, recorded=made)
            else:
                self._undone.append(_Undone(recalled.receipt, None, event_id, begun.beside, begun.basket))
                self._doubt = recalled.answer
                found = replace(found, doubt=recalled.answer)
        return found

    def in_doubt(self) -> Doubt | None:
        """The receipt of which nobody can say whether the register has issued it."""
        if self._doubt is None or not self._undone:
            return None
        return doubt_of(self._undone[-1].receipt, self._doubt)

    def ask_again(self) -> Settled | None:
        """What became of the receipt in doubt; None: none is. Raises NotNow while the register cannot say."""
        asked = self._undone[-1] if self._undone else None
        late = self._forget_undone()
        if late is not None:
            return Settled(late.receipt.number, late.basket, late.receipt)
        if self._doubt is not None:
            raise NotNow(self._doubt.said, self._doubt.hint)
        if any(each is asked for each in self._undone):
            raise NotNow(sentence("doubt.not_written"), sentence("doubt.not_written.hint"))
        return Settled(asked.receipt.number, asked.basket) if asked else None

    def settle(self, by: str, document: int | None) -> Settled | None:
        """As `ask_again`; where the register still cannot say, what the manager `by` name has seen on the tape is
        taken for it: the number of the fiscal document, or None for no document."""
        try:
            return self.ask_again()
        except NotNow:
            if self._doubt is None:
                raise
        self._register.state_seen(self._undone[-1].receipt.receipt_id, document, by)
        return self.ask_again()

    def key_in_doubt(self) -> str:
        """Of the receipt in doubt, as the register knows it; empty where none is."""
        return self._undone[-1].receipt.receipt_id if self._doubt is not None and self._undone else ""

    def take_word(self, doubt: Unknown, by: str, document: int | None) -> Settled | None:
        """As `settle`, where the register has just been asked, and still cannot say. Raises NotNow."""
        self._doubt = doubt
        if not by or not self._undone:
            raise NotNow(doubt.said, doubt.hint)
        self._register.state_seen(self._undone[-1].receipt.receipt_id, document, by)
        return self.ask_again()

    @property
    def register(self) -> Register:
        return self._register

    def undecided(self) -> tuple[Receipt, ...]:
        """Those of which it is not known yet whether they are recorded."""
        return tuple(each.receipt for each in self._undone)

    def close_shift(self, cashier: str) -> None:
        """The register's Z report, before our own. Raises NotNow."""
        self.refuse_late()
        _raise_refused(self._register.close_shift(cashier))

    def refuse_late(self, basket: Basket | None = None, payments: tuple[Payment, ...] = ()) -> Receipt | None:
        """Raises NotNow where a sale that was taken for failed is recorded after all, or where that is not known.

        Where it is the sale of this very `basket`, paid in the same way again, it is returned: paying again ends it.
        """
        late = self._forget_undone()
        if late is not None:
            # The very tuple: goods scanned anew, however alike, are another sale.
            if basket is not None and late.basket.lines is basket.lines and late.receipt.payments == payments:
                return late.receipt
            self.recorded_late(late.receipt)
            said = sentence("sale.recorded_late", number=late.receipt.number)
            raise NotNow(said, sentence("sale.recorded_late.hint"))
        if self._doubt is not None:
            raise NotNow(self._doubt.said, self._doubt.hint)
        return None

    def _record(
        self, receipt: Receipt, answer: Registered, event_id: str, beside: Beside, totals: ShiftTotals | None = None
    ) -> Receipt:
        """COMPLETED: the receipt with the number the register gave it. Without `totals` the open shift is asked."""
        if answer.fiscal_number:
            receipt = replace(receipt, fiscal_number=answer.fiscal_number)
        if totals is None:
            shift = self._journal.open_shift()
            if shift is None:
                raise NotNow(sentence("journal.no_shift"))
            totals = shift.totals
        at_ms = receipt.moment.at_ms
        fact = Fact(event_id, at_ms, SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt))
        moved = (Fact(gift_event_id(each), at_ms, each) for each in gift_moves(receipt))
        self._journal.record(
            fact, *moved, completes=receipt.receipt_id, totals=add_receipt(totals, receipt), beside=beside
        )
        return receipt

    def _forget_undone(self) -> _Late | None:
        """Settle the sales that failed: what was prepared for them goes. Returns one that is recorded after all.

        The register is asked first: what it has made is recorded, and while it cannot say nothing is forgotten. Once
        the prepared sale is gone it is certain whether the sale itself was written. A full disk may refuse even this:
        then again before the next sale, or it would come back on the screen one day though the goods were sold.
        """
        self._doubt = None
        try:
            while self._undone and self._doubt is None:
                late = self._settled(self._undone[-1])
                if late is not None:
                    return late
        except StoreFault:
            log.warning("prepared_kept", extra={"sales": len(self._undone)})
        return None

    def _settled(self, failed: _Undone) -> _Late | None:
        recalled = self._register.recall(failed.receipt.receipt_id)
        if recalled is not None:
            if isinstance(recalled.answer, Unknown):
                self._doubt = recalled.answer
                return None
            late = self._record(recalled.receipt, recalled.answer, failed.event_id, failed.beside)
            return self._late(late, failed)
        self._journal.discard_prepared(failed.receipt.receipt_id)
        made = find_made(self._journal, failed.receipt.receipt_id)
        if made is not None:
            return self._late(made.receipt, failed)
        self._undone.pop()
        self.decided(failed.receipt, False)
        if failed.number is not None:
            self._journal.give_back_receipt_no(failed.number)
        return None

    def _late(self, receipt: Receipt, failed: _Undone) -> _Late:
        # It stays undecided until its hold is captured, so that nobody gives that back in between.
        self.decided(receipt, True)
        self._undone.pop()
        return _Late(receipt, failed.basket)


def _raise_refused(refused: Refused | None) -> None:
    if refused is not None:
        raise NotNow(refused.said, refused.hint)


def _begun(raw: bytes) -> Begun:
    """What was to be sold; without lines where nothing can go back on a screen: a return, or a sale of a client."""
    try:
        return msgspec.json.decode(raw, type=Begun)
    except msgspec.MsgspecError:
        return Begun(Basket())
