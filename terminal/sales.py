"""A sale and a return become receipts: what the cashier was shown, checked once more against what others did meanwhile.

`committing` records them, with the register in between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import astuple, replace

from loyalty.basket import Basket, Moment
from loyalty.coupons.reading import believed
from loyalty.coupons.series import CouponSeries
from loyalty.errors import NotNow, StoreFault
from loyalty.points.earned import with_lots
from loyalty.programme import Programme
from loyalty.quoting.uses import uses_given_back, uses_of
from loyalty.receipt import Receipt
from loyalty.returning.settled import before_of
from loyalty.returns import return_receipt, returnable
from loyalty.sale import receipt_from
from loyalty.sentences import sentence
from loyalty.shares import KINDS, room_of
from terminal.bank_slips import with_bank
from terminal.committing import Committing
from terminal.coupons import spent_by, spent_said
from terminal.fiscal.register import NoRegister, Register
from terminal.members import balance_now
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_beside import Beside
from terminal.offline_queue.keys import Identity
from terminal.rights import Own, cited_rights
from terminal.session import ShiftInfo, Surroundings
from terminal.session import commands as c
from terminal.session.held import unanswered

log = logging.getLogger("till")


class GivenIds(msgspec.Struct, frozen=True):
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
        self.is_fiscal = not isinstance(register, NoRegister)
        self.committing = Committing(journal, register, f"T{identity.terminal_no}", new_id)
        self._journal = journal
        self._files = Own(identity, journal, cache)
        self._cache = cache
        self._terminal = identity.terminal
        self._store = identity.store
        self._new_id = new_id

    def sell(
        self, effect: c.CommitSale, shift: ShiftInfo, around: Surroundings, ids: GivenIds | None = None
    ) -> Receipt:
        """With `ids` the basket is a client's, who still has it: no screen is to bring it back."""
        around = unanswered(around) if effect.unheld else around
        late = self.committing.refuse_late(effect.basket, effect.payments)
        if late is not None:
            return late
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
        draft = with_lots(replace(made, hold_id=effect.hold_id) if effect.hold_id else made, around.programme)
        rights = cited_rights(self._files, draft, around, effect.basket.member)
        draft = replace(draft, offline=bool(rights), rights=rights) if rights else draft
        self._refuse_overdrawn(draft, around.programme)
        basket = Basket() if ids else effect.basket
        return self.committing.complete(draft, basket, shift.totals, ids.event_id if ids else "", buyer=effect.buyer)

    def take_back(
        self, effect: c.CommitReturn, shift: ShiftInfo, moment: Moment, ids: GivenIds | None = None
    ) -> Receipt:
        """What has been returned since the draft was opened is asked again: two screens cannot return one thing twice,
        nor can the head office's word undo what is recorded here and has not reached it yet."""
        self.committing.refuse_late()
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
            balance_before_points=self._balance(effect.original, moment),
        )
        draft = with_bank(draft, effect.bank, effect.bank_minor)
        after = {no: merged.get(no, 0) + effect.wanted_milli.get(no, 0) for no in {*merged, *effect.wanted_milli}}
        uses = uses_given_back(effect.original, merged, after)
        day = effect.original.moment.local_date
        freed = () if returnable(effect.original, after) else effect.original.spent
        beside = Beside(freed, day, uses)
        event_id = ids.event_id if ids else ""
        return self.committing.complete(draft, Basket(), shift.totals, event_id, beside, effect.buyer)

    def _balance(self, original: Receipt, moment: Moment) -> int | None:
        """What its buyer can spend before the return; where that cannot be read the return is made all the same."""
        if original.member_id is None:
            return None
        try:
            return balance_now(self._cache, self._journal, original.member_id, moment.local_date)
        except StoreFault as fault:
            log.warning("balance_not_read", extra={"code": fault.code})
            return None

    def _refuse_spent(self, effect: c.CommitSale, series: Sequence[CouponSeries]) -> None:
        """Raises NotNow for a coupon that has been used up since it was put on the basket."""
        if not effect.basket.coupons:
            return
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
