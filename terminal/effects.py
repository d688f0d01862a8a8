"""What the session asks of the world: which look-up or record answers each effect, and the programme in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import msgspec

from loyalty.basket import Basket
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.published import newest_programme
from loyalty.quote import quote
from loyalty.quoted import Quote, Standing
from loyalty.quoting.limits import Room
from loyalty.rights import Held
from loyalty.sentences import Sentence, sentence
from loyalty.shares import Share
from loyalty.stops import Stops
from loyalty.stops_told import told_stops
from terminal.at_register import AtRegister
from terminal.clock_behind import with_clock_told
from terminal.confirming import Confirming
from terminal.errands import Errands
from terminal.holding import Holding
from terminal.lookups import Lookups
from terminal.offline_queue.keys import coupon_shop
from terminal.offline_queue.store import Store
from terminal.open_basket import Kept, OpenBasket, by_hand, taken_said, unconfirmed
from terminal.records import Records, shift_info
from terminal.rights import held_rights
from terminal.sales import Sales
from terminal.session import State, Surroundings
from terminal.session import commands as c
from terminal.session.parts import requoted, say, told
from terminal.session.state import Asked, Doubt
from terminal.shift_receipts import ShiftReceipts

if TYPE_CHECKING:
    from terminal.paid_cards import PaidCards


T = TypeVar("T")


class Effects:
    """The hands of the engine; everything here runs on the engine's thread.

    `hurry` has the sync ask the head office at once; without `holding` points are spent by what the till knows. The
    shift is the journal's own each time: the screen is not the only one that sells.
    """

    def __init__(
        self,
        files: Store,
        sales: Sales,
        lookups: Lookups,
        records: Records,
        confirming: Confirming,
        hurry: Callable[[], None] = lambda: None,
        holding: Holding | None = None,
        cards: PaidCards | None = None,
        errands: Errands | None = None,
    ) -> None:
        self._files = files
        self._sales = sales
        self._lookups = lookups
        self._records = records
        self._hurry = hurry
        self._confirming = confirming
        self._holding = holding
        self._at_register = AtRegister(records, sales.committing, holding, records.new_id, errands)
        self._receipts = ShiftReceipts(files, records, sales.committing)
        self._cards = cards
        self._programme: Programme | None = None
        self._stops: Stops | None = None
        self._told = self.stops()
        self._open = OpenBasket(files.folder)
        self._screen = False
        self.store = files.identity.store
        self.store_name = files.identity.store_name
        self.shop = coupon_shop(files.identity.server_key)
        self.is_fiscal = sales.is_fiscal
        self.label = f"T{files.identity.terminal_no}"

    def run(self, effect: c.Effect, state: State, around: Surroundings) -> c.Command | None:
        """Do what is asked. Returns what came of it, or None where the answer comes later. Raises KopilkaError."""
        match effect:
            case c.SendCode():
                return self._confirming.send(effect)
            case c.CheckCode():
                self._confirming.check(effect)
                return None
            case c.TakeHold() | c.GiveHoldBack():
                self._hold(effect)
                return None
            case (
                c.ChargeCard() | c.CancelCard() | c.AnswerTerminal() | c.ReleaseCards() | c.CheckCard()
            ):  # fmt: skip
                assert self._cards is not None  # without it no step is given a reference
                self._cards.run(effect, around.moment.at_ms)
                return None
            case c.Signal():
                return None
            case (
                c.FindProduct() | c.FindMember() | c.FindBankCard() | c.AskBankCard() | c.AskKnown() | c.FindCoupon()
                | c.FindGiftCard() | c.FindReceipt() | c.FindGoods()
            ):  # fmt: skip
                return self._look_up(effect, around)
            case c.FindReceipts() | c.MakeSlip() | c.SpeakOn():
                return self._receipts.run(effect, around)
            case c.PrintAgain():
                return self._at_register.go(self._receipts.again(effect, around), "command", self._with_cards)
            case (
                c.ResolveDoubt() | c.AskState() | c.MendRegister() | c.ChangeShift() | c.EndShift() | c.MakeXReport()
                | c.RecordCash() | c.CopyDocument() | c.IssueCorrection()
            ):  # fmt: skip
                return self._at_register.run(effect, around, self._with_cards)
            case _:
                return self._with_cards(lambda: self._record(effect, around))

    def _hold(self, effect: c.Hold) -> None:
        assert self._holding is not None  # without it no step is given an id for a hold
        match effect:
            case c.TakeHold():
                self._holding.take(effect)
            case c.GiveHoldBack():
                self._holding.give_back(effect)

    def _with_cards(self, work: Callable[[], c.Command | None]) -> c.Command | None:
        """Whatever may record a receipt, or settle one in doubt."""
        return self._cards.around(work) if self._cards else work()

    def charge_ref(self) -> str:
        """The reference of the next card payment; empty for a till without a payment terminal."""
        return self._cards.new_id() if self._cards else ""

    def hold_id(self) -> str:
        """The id of the next hold; empty for a till that asks for none."""
        return self._holding.new_id() if self._holding else ""

    def _record(self, effect: c.Record, around: Surroundings) -> c.Command | None:
        record = self._records
        match effect:
            case c.CommitSale():
                self._open.forget()
                completed = record.sale(effect, record.shift_now(), around)
                if effect.hold_id and self._holding:
                    self._holding.forget(effect.hold_id)
                return completed
            case c.CommitReturn():
                return record.take_back(effect, record.shift_now(), around)
            case c.EnrolMember():
                return record.enrol(effect, record.shift_now(), around)
            case c.RecordConsent():
                return record.consent(effect, record.shift_now(), around)
            case c.KeepBankCard():
                return record.keep_card(effect, record.shift_now(), around)
            case c.DropBankCards():
                return record.drop_cards(effect, record.shift_now(), around)
            case c.StartShift():
                return record.start_shift(effect, around)
            case c.BeginEpoch():
                return record.begin_epoch(effect, around)

    def _look_up(self, effect: c.LookUp, around: Surroundings) -> c.Command | None:
        find = self._lookups
        match effect:
            case c.FindProduct():
                return find.product(effect, around)
            case c.FindMember():
                return find.member(effect, around)
            case c.FindBankCard():
                return find.bank_card(effect, around)
            case c.AskBankCard():
                return find.nobodys_card(effect)
            case c.AskKnown():
                return find.not_as_wanted(effect)
            case c.FindCoupon():
                return find.coupon(effect)
            case c.FindGiftCard():
                return find.gift_card(effect)
            case c.FindReceipt():
                return find.receipt(effect, around.standing.online)
            case c.FindGoods():
                return find.goods(effect)

    def resume(self, around: Surroundings, screen: bool = True) -> State:
        """The state a start begins with: the open shift and, on a screen, the basket that was on it, or that of a sale
        that never completed. A clock that is behind is told before all else."""
        state = self._resumed(around, screen)
        opened_ms = state.shift.opened_at_ms if state.shift else 0
        known_ms = max(opened_ms, self._last_receipt_ms(), self._files.cache.as_of_ms())
        return with_clock_told(state, around.moment, known_ms, around.programme.time_zone)

    def _resumed(self, around: Surroundings, screen: bool) -> State:
        self._screen = screen
        unfinished = self._sales.committing.unfinished(screen)
        if self._cards:
            self._cards.start()
        self._at_register.record_left(around)
        shift = self._files.journal.open_shift()
        basket, why = unfinished.basket, "till.unfinished"
        kept: Kept | None = None
        if basket is None and screen and shift is not None:
            kept, why = self._open.kept(shift.shift_id, self._last_receipt_ms()), "till.basket_back"
            basket = kept.basket if kept else None
        state = self._noticed(State(mode="sale" if shift else "closed", shift=shift_info(shift) if shift else None))
        if shift is None:
            return state
        if unfinished.doubt is not None:
            return say(state, "error", unfinished.doubt.said, unfinished.doubt.hint)
        if unfinished.recorded is not None and basket is None:
            return told(state, "warn", "sale.recorded_late", number=unfinished.recorded.number)
        if basket is None:
            return state
        last_id = max(line.line_id for line in basket.lines)
        state = msgspec.structs.replace(state, basket=unconfirmed(basket), next_line_id=last_id + 1)
        return say(requoted(state, around), "warn", sentence(why), taken_said(kept.taken) if kept else None)

    def _noticed(self, state: State) -> State:
        """A cache made anew is told; of a till that has sold nothing yet everybody knows that it is empty."""
        notice = self._files.cache.notice
        return say(state, "warn", notice) if notice and self._last_receipt_ms() else state

    def keep(self, state: State, at_ms: int) -> None:
        """What is on the screen now comes back after a stop."""
        if self._screen and state.shift is not None:
            self._open.keep(state.basket, state.shift.shift_id, at_ms, by_hand(state.tenders))

    def _last_receipt_ms(self) -> int:
        return max((receipt.moment.at_ms for receipt in self._files.journal.recent_receipts(1)), default=0)

    def programme(self) -> Programme:
        """The newest programme of the cache that can be read; without one, sales go on without points."""
        if self._programme is None:
            self._programme = newest_programme(self._files.cache.programmes())
            self._files.shares.follow(self._programme)
        return self._programme

    def stops(self) -> Stops:
        """What the head office has stopped, as the cache has it."""
        if self._stops is None:
            self._stops = self._files.cache.stops()
        return self._stops

    def stops_news(self) -> tuple[Sentence, ...]:
        """What has been stopped, and is no longer, since this was last asked or the till began."""
        before, self._told = self._told, self.stops()
        return tuple(told_stops(self.programme(), before, self._told))

    def forget_programme(self) -> None:
        """The cache has other programmes or stops now: read them again."""
        self._programme = self._stops = None

    def rights(self, member: Member, standing: Standing) -> Held:
        """What may be spent of the member's points; not looked up where the balance is fresh, and none is needed."""
        programme = self.programme()
        if standing.fresh(programme.redeem.max_age_s):
            return Held(revoked=self._files.journal.revoked())
        return held_rights(self._files, member, programme)

    def note_revoked(self, revoked: bool) -> None:
        self._files.journal.note_revoked(revoked)

    def left(self) -> tuple[dict[str, Room], dict[str, Share]]:
        """What this till may still give of campaigns with a budget, and the shares that is left of."""
        return self._files.shares.left()

    def note(self, basket: Basket, answer: Quote, around: Surroundings) -> None:
        """What a customer cannot have for want of a share is asked for at once."""
        standing = msgspec.structs.replace(around.standing, left={}, shares={})
        if self._files.shares.want(answer, lambda: quote(basket, around.programme, around.moment, standing)):
            self._hurry()

    def earn_only(self) -> bool:
        """Whether nothing may be spent here: another history of this till is about."""
        return self._files.journal.fork is not None

    def waited_for(self, work: Callable[[], T]) -> T:
        """Do what somebody waits for, with all that the fiscal register answers to it."""
        return self._at_register.waited_for(work)

    @property
    def asked(self) -> Asked:
        """What the fiscal register is asked now, on a thread of its own."""
        return self._at_register.asked

    def in_doubt(self) -> Doubt | None:
        """The receipt of which the fiscal register has not said what became of it."""
        return self._sales.committing.in_doubt() or self._at_register.in_doubt()

    def pending(self) -> tuple[int, int]:
        """How many events wait to be sent, and since when the first does; 0 where none does."""
        waits = self._files.journal.pending()
        return waits.count, waits.oldest_at_ms or 0
