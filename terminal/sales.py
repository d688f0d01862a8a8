"""A sale and a return as two transactions of the journal with the register between them.

1. PREPARED: what is about to be sold, so that a till that dies here finds it again.
2. The register confirms (or there is none).
3. COMPLETED: receipt, ledger effects, event for the head office, shift totals; only then is it shown as done.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from loyalty.basket import Basket, Moment
from loyalty.errors import KopilkaError, NotNow
from loyalty.events import ReturnCompleted, SaleCompleted, canonical
from loyalty.receipt import Receipt
from loyalty.returns import return_receipt
from loyalty.sale import receipt_from
from loyalty.shift import add_receipt
from terminal.fiscal.register import Refused, Register, Unknown
from terminal.offline_queue.journal import Fact, Journal
from terminal.offline_queue.keys import Identity
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c


class Sales:
    """Commits receipts of one terminal; `new_id` gives UUIDv7 hex ids."""

    def __init__(self, journal: Journal, register: Register, identity: Identity, new_id: Callable[[], str]) -> None:
        self._journal = journal
        self._register = register
        self._terminal = identity.terminal
        self._label = f"T{identity.terminal_no}"
        self._store = identity.store
        self._new_id = new_id

    def sell(self, effect: c.CommitSale, shift: ShiftInfo, around: Surroundings) -> Receipt:
        receipt = receipt_from(
            effect.quote,
            effect.basket,
            around.programme,
            around.moment,
            receipt_id=self._new_id(),
            number=self._number(),
            store=self._store,
            terminal=self._terminal,
            cashier=shift.cashier,
            shift_id=shift.shift_id,
            payments=effect.payments,
            offline=effect.quote.redeemed_points > 0 and not around.balance_is_fresh,
        )
        return self._complete(receipt, effect.basket, shift)

    def take_back(self, effect: c.CommitReturn, shift: ShiftInfo, moment: Moment) -> Receipt:
        """What has been returned since the draft was opened is asked again: two screens cannot return one thing twice."""
        known = self._journal.receipt(effect.original.number)
        returned = self._journal.returned_milli(effect.original.receipt_id) if known else {}
        merged = {
            no: max(returned.get(no, 0), effect.returned_milli.get(no, 0)) for no in {*returned, *effect.returned_milli}
        }
        receipt = return_receipt(
            effect.original,
            merged,
            effect.wanted_milli,
            receipt_id=self._new_id(),
            number=self._number(),
            store=self._store,
            terminal=self._terminal,
            cashier=shift.cashier,
            shift_id=shift.shift_id,
            moment=moment,
            payment=effect.kind,
        )
        return self._complete(receipt, Basket(store=self._store), shift)

    def unfinished(self) -> Basket | None:
        """The basket of a sale that was prepared and never completed; it is forgotten here and goes back on screen.

        Without a fiscal register nothing can have been printed for it, so nothing is in doubt.
        """
        basket: Basket | None = None
        for prepared in self._journal.prepared():
            try:
                basket = msgspec.json.decode(prepared.raw, type=Basket)
            except msgspec.MsgspecError:
                basket = None
            self._journal.discard_prepared(prepared.sale_id)
        return basket if basket and basket.lines else None

    def _complete(self, receipt: Receipt, basket: Basket, shift: ShiftInfo) -> Receipt:
        at_ms = receipt.moment.at_ms
        self._journal.prepare(receipt.receipt_id, canonical(basket), at_ms)
        try:
            answer = self._register.register(receipt, receipt.receipt_id)
            if isinstance(answer, Refused | Unknown):
                raise NotNow(answer.said, answer.hint)
            body = SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt)
            fact = Fact(self._new_id(), at_ms, body)
            self._journal.record(fact, completes=receipt.receipt_id, totals=add_receipt(shift.totals, receipt))
        except KopilkaError:
            self._journal.discard_prepared(receipt.receipt_id)
            raise
        return receipt

    def _number(self) -> str:
        return f"{self._label}-{self._journal.next_receipt_no():06d}"
