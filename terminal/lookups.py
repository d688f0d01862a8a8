"""Look-ups of the session: goods, members, receipts. All answer from the till's own files, at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from msgspec.structs import replace

from loyalty.catalogue import price_at
from loyalty.codes import receipt_number
from loyalty.errors import KopilkaError, StoreFault
from loyalty.gift_card import gift_card
from loyalty.member import IdentifiedBy
from loyalty.points.purse import Purse
from loyalty.points.shown import purse_of
from loyalty.published import programme_of
from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from terminal.bank_cards import cards_of, find_by_bank_card
from terminal.coupons import spent_by, spent_said
from terminal.elsewhere import WITHIN_S, Elsewhere, alone
from terminal.gift_cards import held_card
from terminal.members import exists, find_known, member_from, with_own_words
from terminal.offline_queue.journal import Known
from terminal.offline_queue.store import Store
from terminal.session import Surroundings
from terminal.session import commands as c

MAX_FOUND = 20
log = logging.getLogger("till")
Later = Callable[[c.Command], None]


class Lookups:
    """`ask_receipt` fetches a receipt from the head office; it may block, so it runs on its own thread. For one of this
    till's own it is waited for no longer than `within_s`."""

    def __init__(
        self,
        files: Store,
        ask_receipt: Callable[[str], c.ReceiptFound],
        later: Later,
        within_s: float = WITHIN_S,
    ) -> None:
        self._files = files
        self._ask_receipt = ask_receipt
        self._later = later
        self._elsewhere = Elsewhere(ask_receipt, within_s)

    def product(self, effect: c.FindProduct, around: Surroundings) -> c.Command:
        label = effect.label
        codes = label.goods if label else (effect.code,)
        product = next((each for code in codes if (each := self._files.cache.product(code))), None)
        if product is None:
            return c.ProductUnknown(effect.code, sentence("product.unknown", code=effect.code))
        price_minor = price_at(product, around.store, around.moment.at_ms)
        if price_minor is None:
            return c.ProductUnknown(effect.code, sentence("product.no_price", name=product.name))
        if label is None:
            return c.ProductFound(product, effect.qty_milli, price_minor, effect.mark, qty_said=effect.qty_said)
        weighed = label.weight_g if product.unit == "kg" else 0
        said = bool(weighed) or effect.qty_said
        return c.ProductFound(product, weighed or effect.qty_milli, price_minor, effect.mark, label.until, said)

    def goods(self, effect: c.FindGoods) -> c.Command:
        return c.GoodsFound(effect.text, tuple(self._files.cache.search_products(effect.text, MAX_FOUND)))

    def member(self, effect: c.FindMember, around: Surroundings) -> c.Command:
        known = find_known(self._files, effect.key, effect.by)
        if known is None:
            key = effect.key if effect.by != "phone" else f"•••{effect.key[-4:]}"
            return c.Failed(sentence("member.unknown", key=key), sentence("member.unknown.hint"))
        return self._found(known, effect.key, effect.by, around)

    def _found(self, known: Known, key: str, by: IdentifiedBy, around: Surroundings) -> c.MemberFound:
        found = member_from(known, key, by, self._files.journal, around.programme, around.moment.local_date)
        return c.MemberFound(replace(found, bank_cards=len(cards_of(self._files, found.member_id))))

    def bank_card(self, effect: c.FindBankCard, around: Surroundings) -> c.Command:
        """The member it stands for, as by the first of the member's cards."""
        known = find_by_bank_card(self._files, effect.token)
        if known is None:
            return c.Failed(sentence("bank_card.unknown", tail=effect.tail), sentence("bank_card.unknown.hint"))
        known = with_own_words(self._files, known)
        return self._found(known, next(iter(known.ident.cards), ""), "card", around)

    def nobodys_card(self, effect: c.AskBankCard) -> c.BankCardFree | None:
        """Nobody asked for this beside the receipt that is done: a fault of it must not hide the change."""
        try:
            known = find_by_bank_card(self._files, effect.token)
        except StoreFault as fault:
            log.warning("bank_card_not_looked_up", extra={"code": fault.code})
            return None
        return c.BankCardFree(effect.member, effect.token, effect.tail) if known is None else None

    def not_as_wanted(self, effect: c.AskKnown) -> c.Notify | None:
        known = find_known(self._files, effect.key, effect.by)
        if known is not None and not effect.wanted:
            return c.Notify("error", *exists(known.ident))
        if known is None and effect.wanted:
            return c.Notify("error", sentence("member.no_inviter"), sentence("member.no_inviter.hint"))
        return None

    def coupon(self, effect: c.FindCoupon) -> c.Command:
        """Whether it has been used up as far as is known here; nothing can know what another till took a minute ago."""
        files = self._files
        number = spent_by(files.journal, files.cache, effect.coupon.id) if effect.single else ""
        if number:
            return c.Failed(spent_said(effect.coupon.code, number))
        return c.CouponFree(effect.coupon)

    def gift_card(self, effect: c.FindGiftCard) -> c.GiftCardFound:
        return c.GiftCardFound(held_card(self._files, gift_card(effect.number)))

    def receipt(self, effect: c.FindReceipt, online: bool) -> c.Command:
        """Offline this till's own journal at once. Else the head office is asked as well, without holding the queue."""
        number = self._full(effect.number)
        receipt = None if online else self._files.journal.receipt(number)
        if receipt is not None:
            return alone(self._own(receipt))
        threading.Thread(target=self._ask, args=(number,), name="ask-receipt", daemon=True).start()
        return c.Notify("info", sentence("receipt.asking", number=number))

    def _full(self, typed: str) -> str:
        return receipt_number(typed, f"T{self._files.identity.terminal_no}")

    def fetch_receipt(self, number: str) -> c.ReceiptFound:
        """With the returns of all tills, for those who can wait: never on the till's thread. Raises KopilkaError."""
        number = self._full(number)
        receipt = self._files.journal.receipt(number)
        if receipt is not None:
            return self._elsewhere.joined(self._own(receipt))
        found = self._ask_receipt(number)
        own = self._own(found.receipt)
        return replace(own, returned_milli=found.returned_milli, parts=(*own.parts, *found.parts))

    def _own(self, receipt: Receipt) -> c.ReceiptFound:
        """With the returns made here, which the head office may not have heard of yet."""
        parts = self._files.journal.returns_of(receipt.receipt_id)
        programme = programme_of(receipt.programmes, self._files.cache.programme)
        return c.ReceiptFound(receipt, {}, parts, programme, self._purse(receipt))

    def _purse(self, receipt: Receipt) -> Purse | None:
        """What the account has: by the head office's last word and this till's own events since; None before any."""
        if receipt.account_id is None:
            return None
        held = self._files.cache.account(receipt.account_id)
        if held.as_of_ms == 0:
            return None
        own = self._files.journal.overlay(receipt.account_id, held.applied)
        return purse_of(held.balance, own.points, receipt.moment.local_date)

    def _ask(self, number: str) -> None:
        from terminal.offline_queue.http_reply import Refusal  # an HTTP client: not at the start of a till

        try:
            self._later(self.fetch_receipt(number))
        except KopilkaError as error:
            if isinstance(error, Refusal) and error.reply.code == "unknown":
                self._later(c.Notify("error", sentence("receipt.none", number=number), sentence("receipt.none.hint")))
                return
            self._later(c.Notify("error", sentence("receipt.unknown", number=number), sentence("receipt.unknown.hint")))
