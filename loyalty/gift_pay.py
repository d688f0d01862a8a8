"""Paying with gift cards and loading them: what one receipt may do, and what goes back to the cards of a return.

A card is money: it lowers no price, gives no change, and cannot buy a card.
"""

from collections.abc import Iterable, Sequence

import msgspec

from loyalty.basket import Basket, PaidBy
from loyalty.errors import BadInput
from loyalty.gift_card import GiftCard, HeldCard
from loyalty.programme import GiftCards
from loyalty.quoted import Quote
from loyalty.receipt import Payment, PaymentKind, Receipt, Refund
from loyalty.returning.settled import Before
from loyalty.sentences import Sentence, sentence

MAX_GIFT_CARDS = 10
"""Cards one receipt loads and is paid with."""

SENTENCES = {
    "gift_card.no_card": (
        "«{name}»: отсканируйте карту, на которую положить деньги",
        "“{name}”: scan the card to put the money on",
    ),
    "gift_card.one_each": ("Одна позиция — одна подарочная карта", "One line is one gift card"),
    "gift_card.twice": ("Карта {card} уже есть в чеке", "Card {card} is on the receipt already"),
    "gift_card.too_many": (
        "В чеке не больше {limit:подарочной карты|подарочных карт|подарочных карт}",
        "A receipt holds at most {limit:gift card|gift cards}",
    ),
    "gift_card.needs_card": (
        "Для оплаты подарочной картой нужна сама карта",
        "To pay with a gift card, the card itself is needed",
    ),
    "gift_card.over": (
        "Подарочной картой можно оплатить не больше {limit_minor}: подарочные карты ею не покупают",
        "Gift cards can pay at most {limit_minor}: they cannot buy gift cards",
    ),
    "gift_card.empty": ("На карте {card} денег нет", "There is no money on card {card}"),
    "gift_card.less": ("На карте {card} только {left_minor}", "Card {card} has only {left_minor}"),
    "gift_card.offline_none": (
        "Нет связи: подарочной картой не оплатить",
        "Offline: gift cards cannot pay",
    ),
    "gift_card.offline": (
        "Нет связи: с подарочной карты до {limit_minor} за чек",
        "Offline: up to {limit_minor} a gift card and receipt",
    ),
    "gift_card.stale_none": (
        "Остаток карты давно не обновлялся: оплатить ею нельзя",
        "What is on the card is old news: it cannot pay",
    ),
    "gift_card.stale": (
        "Остаток карты давно не обновлялся: до {limit_minor} за чек",
        "What is on the card is old news: up to {limit_minor} a receipt",
    ),
    "gift_card.return_used": (
        "Карту {card} вернуть нельзя: положили {loaded_minor}, осталось {left_minor}",
        "Card {card} cannot be returned: {loaded_minor} was put on it, {left_minor} is left",
    ),
    "gift_card.return_unknown": (
        "Остаток карты {card} сейчас не известен: верните её, когда появится связь",
        "What is on card {card} is not known now: return it once the link is back",
    ),
}  # fmt: skip


class Spendable(msgspec.Struct, frozen=True):
    """How much a card may pay now; `limit` says why that is not all that is on it, or nothing."""

    amount_minor: int
    limit: Sentence | None = None


def spendable(held: HeldCard, rule: GiftCards, online: bool, at_ms: int) -> Spendable:
    if held.balance_minor <= 0:
        return Spendable(0, sentence("gift_card.empty", card=held.card.masked))
    if rule.is_fresh(held.as_of_ms, online, at_ms):
        return Spendable(held.balance_minor)
    return _bounded(held, rule, online)


def _bounded(held: HeldCard, rule: GiftCards, online: bool) -> Spendable:
    """Without the head office's word of today."""
    code = "gift_card.stale" if online else "gift_card.offline"
    if rule.offline_max_minor == 0:
        return Spendable(0, sentence(f"{code}_none"))
    if held.balance_minor <= rule.offline_max_minor:
        return Spendable(held.balance_minor)
    return Spendable(rule.offline_max_minor, sentence(code, limit_minor=rule.offline_max_minor))


def payable_minor(basket: Basket, quote: Quote) -> int:
    """What gift cards may pay of the receipt: all but the gift cards on it."""
    pairs = zip(basket.lines, quote.lines, strict=True)
    return sum(priced.total_minor for bought, priced in pairs if not bought.product.gift_card)


def check_gift_cards(basket: Basket, quote: Quote, payments: Sequence[Payment]) -> None:
    """Raises BadInput where cards are missing, meant twice, or would buy cards."""
    loads = loaded_cards(basket)
    paying = [payment for payment in payments if payment.kind == "gift_card"]
    cards = [payment.gift_card for payment in payments if payment.gift_card is not None]
    if not (loads or paying or cards):
        return
    if len(cards) != len(paying) or any(payment.gift_card is None for payment in paying):
        raise BadInput(sentence("gift_card.needs_card"))
    for card in (*cards, *loads):
        if (*cards, *loads).count(card) > 1:
            raise BadInput(sentence("gift_card.twice", card=card.masked))
    if len(cards) + len(loads) > MAX_GIFT_CARDS:
        raise BadInput(sentence("gift_card.too_many", limit=MAX_GIFT_CARDS))
    limit_minor = payable_minor(basket, quote)
    if sum(payment.amount_minor for payment in paying) > limit_minor:
        raise BadInput(sentence("gift_card.over", limit_minor=limit_minor))


def loaded_cards(basket: Basket) -> tuple[GiftCard, ...]:
    """The cards the receipt loads, one a line. Raises BadInput for a line without a card, or of more than one."""
    cards = []
    for line in basket.lines:
        if not line.product.gift_card:
            continue
        if line.qty_milli != 1000:
            raise BadInput(sentence("gift_card.one_each"))
        if line.gift_card is None:
            raise BadInput(sentence("gift_card.no_card", name=line.product.name))
        cards.append(line.gift_card)
    return tuple(cards)


def how_paid(kinds: Iterable[PaymentKind]) -> tuple[PaidBy, bool]:
    """How the money of a receipt is paid, and whether a gift card pays a part beside it; `gift_card` where it pays all
    there is yet."""
    found = set(kinds)
    money = found - {"gift_card"}
    if not money:
        return ("gift_card" if found else ""), False
    return ("mixed" if len(money) > 1 else money.pop()), "gift_card" in found


def paid_by_gift_minor(payments: Iterable[Payment]) -> int:
    return sum(payment.amount_minor for payment in payments if payment.kind == "gift_card")


def refunds(original: Receipt, before: Before, goods_minor: int, total_minor: int, way: Refund) -> tuple[Payment, ...]:
    """How `total_minor` goes back: to the gift cards first, up to what they paid, the rest by its `way`.

    `goods_minor` is the part of the total that is no gift card's price. What a gift card gets depends on what has been
    returned in all, and not on how it was divided.
    """
    before_minor = before.given.total_minor
    parts: list[Payment] = []
    for payment in original.payments:
        if payment.gift_card is None:
            continue
        skipped = min(before_minor, payment.amount_minor)
        part = min(goods_minor, payment.amount_minor - skipped)
        before_minor, goods_minor = before_minor - skipped, goods_minor - part
        if part:
            parts.append(Payment("gift_card", part, payment.gift_card))
    rest = total_minor - paid_by_gift_minor(parts)
    by_card = sum(payment.amount_minor for payment in original.payments if payment.kind == "card") - before.card_minor
    to_card = {"cash": 0, "card": rest, "as_paid": max(0, min(rest, by_card))}[way]
    money = (Payment("card", to_card), Payment("cash", rest - to_card))
    return (*parts, *(each for each in money if each.amount_minor))
