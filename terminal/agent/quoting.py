"""A client's lines and member become a basket, the basket a quote, the quote an answer with its reasons.

All of it runs on the till's thread and keeps nothing: the client holds its basket.
"""

from __future__ import annotations

from dataclasses import dataclass

from loyalty.basket import Basket, BasketLine
from loyalty.granted import Choice, Extra
from loyalty.quote import quote
from loyalty.quoted import Explanation, Quote, QuoteLine
from loyalty.sentences import Lang
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.faults import refused
from terminal.agent.finding import UNFIT, find_coupon, find_goods, find_member, member_reply
from terminal.agent.wire import (
    GiftChoice,
    GiftOption,
    GiftReply,
    LineAsked,
    PointsReply,
    QuotedLine,
    QuoteReply,
    QuoteRequest,
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
    return Answer(desk.call(lambda: quote_reply(quoted(desk, asked.body), asked.lang)))


def quoted(desk: Desk, asked: QuoteRequest) -> Quoted:
    """What is asked about, priced at this moment. Raises Refused, naming the part that will not do, and BadInput."""
    member = find_member(desk, asked.member, desk.till.engine.around(), UNFIT) if asked.member else None
    around = desk.till.engine.around(member)
    lines = tuple(_line(desk, line_no, line, around) for line_no, line in enumerate(asked.lines, start=1))
    coupons = tuple(find_coupon(code, around, f"coupons[{place}]") for place, code in enumerate(asked.coupons))
    basket = Basket(lines, member, coupons, asked.redeem_points, around.store, asked=asked.asked, choices=asked.choices)
    return Quoted(basket, quote(basket, around.programme, around.moment, around.standing), around)


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
        points=PointsReply(points.allowed_points, points.used_points, points.used_minor, limit),
        explanations=tuple(_reason(each, lang) for each in answer.explanations),
        hints=tuple(_reason(each, lang) for each in answer.hints),
        gifts=tuple(
            _gift(line_no, extra, lang) for line_no, extra in enumerate(answer.granted.extras, len(answer.lines) + 1)
        ),
        gift_choices=tuple(_choice(choice, lang) for choice in answer.granted.choices),
        member=member_reply(member, done.around.programme, lang) if member else None,
    )


def _line(desk: Desk, line_no: int, asked: LineAsked, around: Surroundings) -> BasketLine:
    where = f"lines[{line_no - 1}]"
    found = find_goods(desk, asked, around, where, UNFIT)
    product = found.product
    if product.unit == "piece" and found.qty_milli % 1000:
        raise refused(UNFIT, "sale.quantity_piece", where=where)
    if product.unit == "kg" and asked.qty_milli is None and product.code == asked.code.strip():
        raise refused(UNFIT, "agent.no_weight", name=product.name, where=where)
    return BasketLine(line_no, product, found.qty_milli, found.price_minor)


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
        applied=priced.applied,
        notes=tuple(told(note, lang) for note in priced.notes),
    )


def _gift(line_no: int, extra: Extra, lang: Lang) -> GiftReply:
    return GiftReply(line_no, extra.campaign_id, extra.code, _name(extra, lang), extra.qty_milli)


def _choice(choice: Choice, lang: Lang) -> GiftChoice:
    options = (GiftOption(extra.code, _name(extra, lang), extra.qty_milli) for extra in choice.options)
    return GiftChoice(choice.campaign_id, tuple(options))


def _name(extra: Extra, lang: Lang) -> str:
    return extra.name_ru if lang == "ru" else extra.name_en


def _reason(each: Explanation, lang: Lang) -> Reason:
    name = each.name_ru if lang == "ru" else each.name_en
    return Reason(each.campaign_id, name, each.outcome, told(each.said, lang), each.lines, each.gain_minor)
