"""A sale and a return as two transactions of the journal with the register between them.

1. PREPARED: what is about to be sold, so that a till that dies here finds it again.
2. The register confirms (or there is none).
3. COMPLETED: receipt, ledger effects, event for the head office, shift totals; only then is it shown as done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import astuple, replace

from loyalty.basket import Basket, Moment
from loyalty.coupons.reading import believed
from loyalty.coupons.series import CouponSeries
from loyalty.coupons.spent import SpentCoupon
from loyalty.errors import KopilkaError, NotNow, StoreFault
from loyalty.events import ReturnCompleted, SaleCompleted
from loyalty.gift_moves import gift_event_id, gift_moves
from loyalty.points.earned import with_lots
from loyalty.programme import Programme
from loyalty.quoting.uses import Use, uses_given_back, uses_of
from loyalty.receipt import Receipt
from loyalty.returning.settled import before_of
from loyalty.returns import return_receipt, returnable
from loyalty.sale import receipt_from
from loyalty.sentences import sentence
from loyalty.shares import KINDS, room_of
from loyalty.shift import add_receipt
from terminal.coupons import spent_by, spent_said
from terminal.fiscal.register import Refused, Register, Unknown
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import Fact, Journal
from terminal.offline_queue.journal_made import find_made
from terminal.offline_queue.keys import Identity
from terminal.rights import Own, cited_rights
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c

log = logging.getLogger("till")


@dataclass(frozen=True, slots=True)
class GivenIds:
    """Ids that follow from a client's request, so that the same request sent again finds what it made."""

    receipt_id: str
    event_id: str


class Sales:
    """Commits receipts of one terminal; `new_id` gives UUIDv7 hex ids, `cache` is what the head office said last."""

    def __init__(
        self,
        journal: Journal,
        register: Register,
        identity: Identity,
        new_id: Callable[[], str],
        cache: CacheReading,
    ) -> None:
        self._journal = journal
        self._files = Own(identity, journal, cache)
        self._cache = cache
        self._register = register
        self._terminal = identity.terminal
        self._label = f"T{identity.terminal_no}"
        self._store = identity.store
        self._new_id = new_id
        self._undone: list[tuple[Receipt, int | None]] = []
        """Sales that failed, and the number each of them gives back; None where it may stand on paper."""

    def sell(
        self, effect: c.CommitSale, shift: ShiftInfo, around: Surroundings, ids: GivenIds | None = None
    ) -> Receipt:
        """With `ids` the basket is a client's, who still has it: no screen is to bring it back."""
        self._refuse_late()
        self._refuse_spent(effect, around.programme.coupons)
        made = receipt_from(
            effect.quote,
            effect.basket,
            around.moment,
            receipt_id=ids.receipt_id if ids else self._new_id(),
            number="",
            store=self._store,
            terminal=self._terminal,
            cashier=shift.cashier,
            shift_id=shift.shift_id,
            payments=effect.payments,
            series=around.programme.coupons,
        )
        draft = with_lots(made, around.programme)
        rights = cited_rights(self._files, draft, around, effect.basket.member)
        draft = replace(draft, offline=bool(rights), rights=rights) if rights else draft
        self._refuse_overdrawn(draft, around.programme)
        basket = Basket(store=self._store) if ids else effect.basket
        return self._complete(draft, basket, shift, ids)

    def take_back(
        self, effect: c.CommitReturn, shift: ShiftInfo, moment: Moment, ids: GivenIds | None = None
    ) -> Receipt:
        """What has been returned since the draft was opened is asked again: two screens cannot return one thing twice,
        nor can the head office's word undo what is recorded here and has not reached it yet."""
        self._refuse_late()
        parts = (*self._journal.returns_of(effect.original.receipt_id), *effect.parts)
        merged = before_of(effect.original, effect.returned_milli, parts).milli
        draft = return_receipt(
            effect.original,
            merged,
            effect.wanted_milli,
            parts=parts,
            programme=effect.programme,
            purse=effect.purse,
            receipt_id=ids.receipt_id if ids else self._new_id(),
            number="",
            store=self._store,
            terminal=self._terminal,
            cashier=shift.cashier,
            shift_id=shift.shift_id,
            moment=moment,
            payment=effect.kind,
        )
        after = {no: merged.get(no, 0) + effect.wanted_milli.get(no, 0) for no in {*merged, *effect.wanted_milli}}
        uses = uses_given_back(effect.original, merged, after)
        day = effect.original.moment.local_date
        freed = () if returnable(effect.original, after) else effect.original.spent
        return self._complete(draft, Basket(store=self._store), shift, ids, freed, sale_day=day, uses=uses)

    def unfinished(self, screen: bool = True) -> Basket | None:
        """The basket of a sale that was prepared and never completed; it is forgotten here and goes back on screen.

        Without a `screen` it stays in the journal. Without a fiscal register nothing can have been printed for it, so
        nothing is in doubt.
        """
        found: Basket | None = None
        for prepared in self._journal.prepared():
            basket = _basket_of(prepared.raw)
            if screen or basket is None:
                self._journal.discard_prepared(prepared.sale_id)
            found = basket or found
        return found if screen else None

    def _refuse_spent(self, effect: c.CommitSale, series: Sequence[CouponSeries]) -> None:
        """Raises NotNow for a coupon that has been used up since it was put on the basket."""
        singles = {each.id for each in series if each.uses == "single"}
        for coupon in (believed(code, series) for code in effect.basket.coupons):
            if coupon and coupon.series in singles and coupon.id in effect.quote.coupons:
                number = spent_by(self._journal, self._cache, coupon.id)
                if number:
                    raise NotNow(spent_said(coupon.code, number), sentence("coupon.spent_by.hint"))

    def _refuse_overdrawn(self, draft: Receipt, programme: Programme) -> None:
        """Raises NotNow where another sale of this till has taken what was quoted of its share of a budget."""
        if not programme.budgets:
            return
        shares = self._journal.shares(programme.budgets)
        for use in uses_of(draft):
            share = shares.get(use.campaign_id)
            if share is None:
                continue
            room = room_of(programme.budgets[use.campaign_id], share)
            if any(
                left is not None and getattr(use, kind) > left for kind, left in zip(KINDS, astuple(room), strict=True)
            ):
                raise NotNow(sentence("budget.taken"), sentence("budget.taken.hint"))

    def _complete(
        self,
        draft: Receipt,
        basket: Basket,
        shift: ShiftInfo,
        ids: GivenIds | None,
        freed: tuple[SpentCoupon, ...] = (),
        sale_day: str = "",
        uses: tuple[Use, ...] = (),
    ) -> Receipt:
        """A number is taken only for a receipt that holds together, and given back by one that is not recorded, so that
        neither leaves a gap. `sale_day`: of a return, the day of its sale."""
        number: int | None = self._journal.next_receipt_no()
        receipt = replace(draft, number=f"{self._label}-{number:06d}")
        at_ms = receipt.moment.at_ms
        try:
            self._journal.prepare(receipt.receipt_id, msgspec.json.encode(basket), at_ms)
            answer = self._register.register(receipt, receipt.receipt_id)
            if isinstance(answer, Unknown):
                number = None
            if isinstance(answer, Refused | Unknown):
                raise NotNow(answer.said, answer.hint)
            body = SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt)
            fact = Fact(ids.event_id if ids else self._new_id(), at_ms, body)
            totals = add_receipt(shift.totals, receipt)
            moved = (Fact(gift_event_id(each), at_ms, each) for each in gift_moves(receipt))
            self._journal.record(
                fact, *moved, completes=receipt.receipt_id, totals=totals, freed=freed, sale_day=sale_day, uses=uses
            )
        except KopilkaError:
            self._undone.append((receipt, number))
            if self._forget_undone():
                return receipt
            raise
        return receipt

    def _refuse_late(self) -> None:
        """Raises NotNow where a sale that was taken for failed is recorded after all."""
        late = self._forget_undone()
        if late is not None:
            raise NotNow(sentence("sale.recorded_late", number=late.number), sentence("sale.recorded_late.hint"))

    def _forget_undone(self) -> Receipt | None:
        """Settle the sales that failed: what was prepared for them goes. Returns one that is recorded after all.

        Once the prepared sale is gone it is certain whether the sale itself was written. A full disk may refuse even
        this: then again before the next sale, or it would come back on the screen one day though the goods were sold
        by then.
        """
        try:
            while self._undone:
                failed, number = self._undone[-1]
                self._journal.discard_prepared(failed.receipt_id)
                made = find_made(self._journal, failed.receipt_id)
                self._undone.pop()
                if made is not None:
                    return made.receipt
                if number is not None:
                    self._journal.give_back_receipt_no(number)
        except StoreFault:
            log.warning("prepared_kept", extra={"sales": len(self._undone)})
        return None


def _basket_of(raw: bytes) -> Basket | None:
    """What was to be sold; None where nothing can go back on a screen: a return, or a sale of a client."""
    try:
        basket = msgspec.json.decode(raw, type=Basket)
    except msgspec.MsgspecError:
        return None
    return basket if basket.lines else None
