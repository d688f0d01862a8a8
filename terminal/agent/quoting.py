"""A client's lines and member become a basket, the basket a quote, the quote an answer with its reasons.

All of it runs on the till's thread and keeps nothing: the client holds its basket.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine, PaidBy
from loyalty.coupons.shown import ShownCoupon, shown_coupons
from loyalty.granted import Choice, Extra
from loyalty.marks import hint_of, refusal
from loyalty.quote import quote
from loyalty.quoted import Explanation, Quote, QuoteLine
from loyalty.quoting.offers import Offer, offers
from loyalty.sentences import Lang
from terminal.agent.asked import BasketAsked, LineAsked, QuoteRequest
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.facing import in_sale
from terminal.agent.faults import Refused, refused
from terminal.agent.finding import UNFIT, find_coupon, find_gift_card, find_goods, find_member, member_reply
from terminal.agent.wire import (
    CouponReply,
    GiftChoice,
    GiftOption,
    GiftReply,
    IssueReply,
    OfferReply,
    PointsReply,
    QuotedLine,
    QuoteReply,
    Reason,
)
from terminal.session import Surroundings


@dataclass(frozen=True, slots=True)
class Quoted:
    """A basket with its quote, and what surrounded both."""

    basket: Basket
    quote: Quote
    around: Surroundings


def answer_quote(desk: Desk, asked: Asked) -> Answer:
    request: QuoteRequest = asked.body

    def work() -> QuoteReply:
        done = quoted(desk, request, request.payment, request.beside_gift_card)
        if request.on_display:
            desk.show(in_sale(done.basket, done.quote))
        reply = quote_reply(done, asked.lang)
        return replace(reply, offers=_offers(done, asked.lang)) if request.with_offers else reply

    return Answer(desk.call(work))


def quoted(
    desk: Desk, asked: BasketAsked, payment: PaidBy, beside_gift_card: bool, assured: bool | None = None
) -> Quoted:
    """What is asked about, priced at this moment. Raises Refused, naming the part that will not do, and BadInput.

    `assured`: the points are held, whatever becomes of the link; or, False, the head office does not answer for them.
    """
    member = find_member(desk, asked.member, desk.till.engine.around(), UNFIT) if asked.member else None
    around = desk.till.engine.around(member, in_doubt=assured is False)
    if assured is not None:
        age_s = 0 if assured else around.standing.balance_age_s
        around = replace(around, standing=replace(around.standing, online=assured, balance_age_s=age_s))
    lines: tuple[BasketLine, ...] = ()
    for line_no, line in enumerate(asked.lines, start=1):
        lines = (*lines, _line(desk, line_no, line, around, {each.mark for each in lines}))
    coupons = tuple(find_coupon(desk, code, around, f"coupons[{place}]") for place, code in enumerate(asked.coupons))
    basket = Basket(
        lines, member, coupons, asked.redeem_points, around.store, payment=payment, asked=asked.asked,
        choices=asked.choices, beside_gift_card=beside_gift_card,
    )  # fmt: skip
    answer = quote(basket, around.programme, around.moment, around.standing)
    desk.till.engine.note(basket, answer, around)
    return Quoted(basket, answer, around)


def quote_reply(done: Quoted, lang: Lang) -> QuoteReply:
    """The quote with every reason as data and as a sentence."""
    answer, points, member = done.quote, done.quote.redemption, done.basket.member
    limit = told(points.limit, lang) if points.limit else None
    pairs = zip(done.basket.lines, answer.lines, strict=True)
    return QuoteReply(
        programme_id=answer.programme_id,
        programme_version=answer.programme_version,
        lines=tuple(_quoted_line(line, priced, lang) for line, priced in pairs),
        base_minor=answer.base_minor,
        discount_minor=answer.discount_minor,
        redeemed_minor=answer.redeemed_minor,
        redeemed_points=answer.redeemed_points,
        total_minor=answer.total_minor,
        earned_points=answer.earned_points,
        wallets=answer.wallets,
        costs=answer.costs,
        points=PointsReply(points.allowed_points, points.used_points, points.used_minor, limit),
        explanations=tuple(_reason(each, lang) for each in answer.explanations),
        hints=tuple(_reason(each, lang) for each in answer.hints),
        gifts=tuple(
            _gift(line_no, extra, lang) for line_no, extra in enumerate(answer.granted.extras, len(answer.lines) + 1)
        ),
        gift_choices=tuple(_choice(choice, lang) for choice in answer.granted.choices),
        coupons=tuple(_coupon(each, lang) for each in _shown(done)),
        issues=tuple(IssueReply(each.campaign_id, each.series, each.count) for each in answer.granted.issues),
        messages=tuple(each.ru if lang == "ru" else each.en for each in answer.granted.messages),
        offers=None,
        member=member_reply(member, done.around.programme, lang) if member else None,
    )


def _line(desk: Desk, line_no: int, asked: LineAsked, around: Surroundings, marks: Container[str]) -> BasketLine:
    where = f"lines[{line_no - 1}]"
    found = find_goods(desk, asked, around, where, UNFIT)
    product = found.product
    if product.unit == "piece" and found.qty_milli % 1000:
        raise refused(UNFIT, "sale.quantity_piece", where=where)
    if product.unit == "kg" and asked.qty_milli is None and product.code == asked.code.strip():
        raise refused(UNFIT, "agent.no_weight", name=product.name, where=where)
    if asked.gift_card is not None and not product.gift_card:
        raise refused(UNFIT, "agent.gift_card_alone", where=where)
    card = find_gift_card(desk, asked.gift_card, around, where).card if asked.gift_card is not None else None
    if not around.is_fiscal or not product.control:
        return BasketLine(line_no, product, found.qty_milli, found.price_minor, card)
    why = refusal(product, found.mark, found.qty_milli, marks)
    if why is not None:
        raise Refused(UNFIT, why, hint_of(why), where)
    return BasketLine(line_no, product, found.qty_milli, found.price_minor, card, found.mark)


def _quoted_line(line: BasketLine, priced: QuoteLine, lang: Lang) -> QuotedLine:
    return QuotedLine(
        line_no=line.line_id,
        code=line.product.code,
        name=line.product.name,
        unit=line.product.unit,
        qty_milli=line.qty_milli,
        price_minor=line.price_minor,
        base_minor=priced.base_minor,
        discount_minor=priced.discount_minor,
        redeemed_minor=priced.redeemed_minor,
        redeemed_points=priced.redeemed_points,
        total_minor=priced.total_minor,
        earned_points=priced.earned_points,
        wallets=priced.wallets,
        costs=priced.costs,
        applied=priced.applied,
        notes=tuple(told(note, lang) for note in priced.notes),
    )


def _gift(line_no: int, extra: Extra, lang: Lang) -> GiftReply:
    return GiftReply(line_no, extra.campaign_id, extra.code, _name(extra, lang), extra.qty_milli)


def _choice(choice: Choice, lang: Lang) -> GiftChoice:
    options = (GiftOption(extra.code, _name(extra, lang), extra.qty_milli) for extra in choice.options)
    return GiftChoice(choice.campaign_id, tuple(options))


def _shown(done: Quoted) -> tuple[ShownCoupon, ...]:
    return shown_coupons(done.basket, done.around.programme, done.around.moment, done.quote)


def _coupon(each: ShownCoupon, lang: Lang) -> CouponReply:
    return CouponReply(each.code, each.id, each.series, _name(each, lang), each.used, told(each.said, lang))


def _offers(done: Quoted, lang: Lang) -> tuple[OfferReply, ...]:
    around = done.around
    return tuple(
        OfferReply(
            each.campaign_id, each.code, _name(each, lang), each.taken, each.possible, told(each.said, lang),
            told(each.cost, lang) if each.cost else None,
        )
        for each in offers(done.basket, around.programme, around.moment, around.standing)
    )  # fmt: skip


def _name(named: Extra | ShownCoupon | Offer, lang: Lang) -> str:
    return named.name_ru if lang == "ru" else named.name_en


def _reason(each: Explanation, lang: Lang) -> Reason:
    name = each.name_ru if lang == "ru" else each.name_en
    return Reason(each.campaign_id, name, each.outcome, told(each.said, lang), each.lines, each.gain_minor)
