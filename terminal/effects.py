"""What the session asks of the world, one method per effect: look-ups, the journal, the register, paper.

Runs on the engine's thread. An effect answers with a command, or later through `later` where the network is needed.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from loyalty.catalogue import price_at
from loyalty.errors import BadProgramme, KopilkaError, NotNow
from loyalty.events import (
    ConsentChanged,
    MemberEnrolled,
    Personal,
    ShiftClosed,
    ShiftOpened,
    ShiftTotals,
    personal_hash,
)
from loyalty.feed import IdentRow
from loyalty.member import mask_name
from loyalty.programme import Label, Programme
from loyalty.programme_file import parse_programme
from loyalty.sentences import Lang, sentence
from terminal.cards_made import next_card
from terminal.fiscal.slip import report_slip, sale_slip
from terminal.members import find_known, member_from
from terminal.offline_queue.journal import Fact, Shift
from terminal.offline_queue.keys import phone_hash
from terminal.offline_queue.known import Known
from terminal.offline_queue.store import Store
from terminal.sales import Sales, no_shift
from terminal.session import ShiftInfo, State, Surroundings
from terminal.session import commands as c

MAX_FOUND = 20
Later = Callable[[c.Command], None]
NO_PROGRAMME = Programme("none", 0, Label("Без программы", "No programme"))


class Effects:
    """The hands of the engine. `ask_receipt` fetches a receipt of another till (blocking; run on its own thread)."""

    def __init__(
        self,
        store: Store,
        sales: Sales,
        *,
        new_id: Callable[[], str],
        put_slip: Callable[[tuple[str, ...]], None],
        kick: Callable[[], None],
        ask_receipt: Callable[[str], c.ReceiptFound],
        lang: Lang,
    ) -> None:
        self._files = store
        self._sales = sales
        self._new_id = new_id
        self._put_slip = put_slip
        self._kick = kick
        self._ask_receipt = ask_receipt
        self._lang: Lang = lang
        self._programme: Programme | None = None
        self.store = store.identity.store
        self.store_name = store.identity.store_name
        self.label = f"T{store.identity.terminal_no}"
        self._table: dict[type, Callable[..., c.Command | None]] = {
            c.FindProduct: self._find_product,
            c.FindMember: self._find_member,
            c.FindReceipt: self._find_receipt,
            c.FindGoods: self._find_goods,
            c.CommitSale: self._commit_sale,
            c.CommitReturn: self._commit_return,
            c.EnrolMember: self._enrol,
            c.RecordConsent: self._record_consent,
            c.StartShift: self._start_shift,
            c.EndShift: self._end_shift,
            c.MakeXReport: self._x_report,
        }

    def run(self, effect: c.Effect, state: State, around: Surroundings, later: Later) -> c.Command | None:
        return self._table[type(effect)](effect, state, around, later)

    def resume(self, around: Surroundings) -> State:
        """The state a start begins with: the open shift, and a sale that never completed."""
        from terminal.session.parts import requoted, told

        shift = self._files.journal.open_shift()
        basket = self._sales.unfinished()
        state = State(mode="sale" if shift else "closed", shift=_info(shift) if shift else None)
        if shift is None or basket is None:
            return state
        last_id = max(line.line_id for line in basket.lines)
        state = msgspec.structs.replace(state, basket=basket, next_line_id=last_id + 1)
        return told(requoted(state, around), "warn", "till.unfinished")

    def programme(self) -> Programme:
        """The newest programme in the cache that can be read; without one, sales go on without points."""
        if self._programme is None:
            self._programme = self._load_programme()
        return self._programme

    def forget_programme(self) -> None:
        self._programme = None

    def pending(self) -> int:
        return self._files.journal.pending_count()

    def _load_programme(self) -> Programme:
        for row in sorted(self._files.cache.programmes(), key=lambda row: -row.version):
            try:
                return parse_programme(row.document)
            except BadProgramme:
                continue
        return NO_PROGRAMME

    # -- look-ups

    def _find_product(self, effect: c.FindProduct, state: State, around: Surroundings, later: Later) -> c.Command:
        product = self._files.cache.product(effect.code)
        if product is None:
            return c.ProductUnknown(effect.code, sentence("product.unknown", code=effect.code))
        price_minor = price_at(product, self.store, around.moment.at_ms)
        if price_minor is None:
            return c.ProductUnknown(effect.code, sentence("product.no_price", name=product.name))
        return c.ProductFound(product, effect.qty_milli, price_minor)

    def _find_goods(self, effect: c.FindGoods, state: State, around: Surroundings, later: Later) -> c.Command:
        return c.GoodsFound(effect.text, tuple(self._files.cache.search_products(effect.text, MAX_FOUND)))

    def _find_member(self, effect: c.FindMember, state: State, around: Surroundings, later: Later) -> c.Command:
        files = self._files
        known = find_known(effect.key, effect.by, files.cache, files.journal, files.identity.scope_key)
        if known is None:
            key = effect.key if effect.by != "phone" else f"•••{effect.key[-4:]}"
            return c.Failed(sentence("member.unknown", key=key), sentence("member.unknown.hint"))
        return c.MemberFound(member_from(known, effect.key, effect.by, files.journal, around.programme))

    def _find_receipt(self, effect: c.FindReceipt, state: State, around: Surroundings, later: Later) -> c.Command | None:
        """This till's own journal first; another till's receipt is asked of the head office without holding the queue."""
        journal = self._files.journal
        receipt = journal.receipt(effect.number)
        if receipt is not None:
            return c.ReceiptFound(receipt, journal.returned_milli(receipt.receipt_id))

        def ask() -> None:
            try:
                later(self._ask_receipt(effect.number))
            except KopilkaError:
                later(c.Failed(sentence("receipt.unknown", number=effect.number), sentence("receipt.unknown.hint")))

        threading.Thread(target=ask, name="ask-receipt", daemon=True).start()
        return None

    # -- the journal

    def _commit_sale(self, effect: c.CommitSale, state: State, around: Surroundings, later: Later) -> c.Command:
        shift = _shift(state)
        offline = not around.standing.online or around.standing.balance_age_s > around.programme.redeem.max_age_s
        receipt = self._sales.sell(effect, shift, around.programme, around.moment, offline)
        return self._completed(receipt, around)

    def _commit_return(self, effect: c.CommitReturn, state: State, around: Surroundings, later: Later) -> c.Command:
        return self._completed(self._sales.take_back(effect, _shift(state), around.moment), around)

    def _completed(self, receipt: Any, around: Surroundings) -> c.Command:
        slip = sale_slip(receipt, self.store_name, around.programme, self._lang)
        self._put_slip(slip)
        self._kick()
        shift = self._files.journal.open_shift()
        assert shift is not None
        return c.Completed(receipt, slip, _info(shift))

    def _enrol(self, effect: c.EnrolMember, state: State, around: Surroundings, later: Later) -> c.Command:
        files, programme = self._files, around.programme
        existing = find_known(effect.phone, "phone", files.cache, files.journal, files.identity.scope_key)
        if existing is not None:
            raise NotNow(sentence("member.exists", name=existing.ident.name_masked or existing.ident.cards[0]))
        member_id = account_id = self._new_id()
        event_id = self._new_id()
        card = next_card(files.identity.card_prefix, files.journal.next_card_no())
        personal = Personal(member_id, account_id, event_id, secrets.token_hex(16), effect.phone, effect.name)
        body = MemberEnrolled(
            member_id, account_id, card, programme.statuses[0].id if programme.statuses else "",
            personal_hash(personal), effect.consents, _shift(state).cashier, self.store,
        )  # fmt: skip
        hashed = phone_hash(files.identity.scope_key, effect.phone)
        ident = IdentRow(member_id, account_id, mask_name(effect.name), (card,), hashed, effect.phone[-2:])
        known = Known(ident, None, as_of_ms=around.moment.at_ms)
        files.journal.record(Fact(event_id, around.moment.at_ms, body), personal=personal, enrolled=known)
        self._kick()
        return c.MemberFound(member_from(known, effect.phone, "phone", files.journal, programme), enrolled=True)

    def _record_consent(self, effect: c.RecordConsent, state: State, around: Surroundings, later: Later) -> c.Command:
        body = ConsentChanged(effect.member.member_id, effect.member.account_id, effect.consent, _shift(state).cashier)
        self._files.journal.record(Fact(self._new_id(), around.moment.at_ms, body))
        self._kick()
        return c.ConsentRecorded(effect.consent)

    # -- the shift

    def _start_shift(self, effect: c.StartShift, state: State, around: Surroundings, later: Later) -> c.Command:
        journal = self._files.journal
        body = ShiftOpened(self._new_id(), journal.next_shift_no(), self.store, effect.cashier)
        journal.record(Fact(self._new_id(), around.moment.at_ms, body))
        self._kick()
        shift = journal.open_shift()
        assert shift is not None
        return c.ShiftStarted(_info(shift))

    def _end_shift(self, effect: c.EndShift, state: State, around: Surroundings, later: Later) -> c.Command:
        shift = _shift(state)
        body = ShiftClosed(shift.shift_id, shift.shift_no, self.store, shift.cashier, shift.totals)
        self._files.journal.record(Fact(self._new_id(), around.moment.at_ms, body))
        slip = self._report("Z", shift, around)
        self._put_slip(slip)
        self._kick()
        return c.ShiftEnded(slip)

    def _x_report(self, effect: c.MakeXReport, state: State, around: Surroundings, later: Later) -> c.Command:
        slip = self._report("X", _shift(state), around)
        self._put_slip(slip)
        return c.ReportMade(slip)

    def _report(self, kind: str, shift: ShiftInfo, around: Surroundings) -> tuple[str, ...]:
        return report_slip(kind, shift.totals, shift_no=shift.shift_no, cashier=shift.cashier, store_name=self.store_name,
                           terminal=self.label, moment=around.moment, lang=self._lang)  # fmt: skip


def _shift(state: State) -> ShiftInfo:
    if state.shift is None:
        raise no_shift()
    return state.shift


def _info(shift: Shift) -> ShiftInfo:
    return ShiftInfo(shift.shift_id, shift.shift_no, shift.cashier, shift.opened_at_ms, shift.totals or ShiftTotals())
