"""What a client names by a code becomes a member, goods or a coupon, or a refusal that says which part will not do.

The same look-ups answer the screen. All of it runs on the till's thread.
"""

from __future__ import annotations

from http import HTTPStatus

from msgspec.structs import replace

from loyalty.codes import (
    CardCode,
    CouponCode,
    GiftCardCode,
    PhoneCode,
    ProductCode,
    UnknownCode,
    WeighedCode,
    classify,
    mark_of,
)
from loyalty.coupons.reading import Refused as RefusedCoupon
from loyalty.coupons.reading import read_coupon
from loyalty.gift_card import HeldCard
from loyalty.gift_pay import spendable
from loyalty.label import Label
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.sentences import Lang
from loyalty.statuses.outlook import standing_said
from loyalty.statuses.season import season_at
from loyalty.statuses.tiers import done_in
from terminal.agent.asked import LineAsked, MemberAsked
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.faults import Refused, refused
from terminal.agent.wire import (
    DueReply,
    GiftCardReply,
    GoodsReply,
    MemberReply,
)
from terminal.scanner.gs1 import read_label
from terminal.session import Surroundings
from terminal.session import commands as c

UNFIT, NONE = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND
SHOWN_CHARS = 40


def answer_member(desk: Desk, asked: Asked) -> Answer:
    def look() -> MemberReply:
        around = desk.till.engine.around()
        member = find_member(desk, MemberAsked(asked.key, asked.scanned), around, NONE)
        return member_reply(member, around.programme, asked.lang)

    return Answer(desk.call(look))


def answer_goods(desk: Desk, asked: Asked) -> Answer:
    found = desk.call(lambda: find_goods(desk, LineAsked(asked.key), desk.till.engine.around(), "", NONE))
    product = found.product
    goods = GoodsReply(
        product.code, product.name, product.unit, product.vat, found.price_minor, found.qty_milli,
        product.category, product.brand, product.gift_card,
    )  # fmt: skip
    return Answer(goods)


def answer_gift_card(desk: Desk, asked: Asked) -> Answer:
    def look() -> GiftCardReply:
        around = desk.till.engine.around()
        held = find_gift_card(desk, asked.key, around, "gift_card")
        may = spendable(held, around.programme.gift_cards, around.standing.online, around.moment.at_ms)
        limit = told(may.limit, asked.lang) if may.limit else None
        return GiftCardReply(held.card.tail, held.balance_minor, held.as_of_ms, may.amount_minor, limit)

    return Answer(desk.call(look))


def find_member(desk: Desk, asked: MemberAsked, around: Surroundings, status: HTTPStatus) -> Member:
    """By card (scanned or typed) or by phone. Raises Refused with `status` where nobody is found."""
    match classify(asked.key, around.programme.codes):
        case CardCode(number=number):
            effect = c.FindMember(number, "card" if asked.scanned else "manual")
        case PhoneCode(e164=phone):
            effect = c.FindMember(phone, "phone")
        case UnknownCode(why=why):
            raise Refused(UNFIT, why, where="member")
        case _:
            raise refused(UNFIT, "agent.not_member", key=asked.key[:SHOWN_CHARS], where="member")
    found = desk.till.lookups.member(effect, around)
    if isinstance(found, c.MemberFound):
        return _confirmed(desk, asked, found.member, around)
    assert isinstance(found, c.Failed)
    raise Refused(status, found.said, found.hint, "member")


def _confirmed(desk: Desk, asked: MemberAsked, member: Member, around: Surroundings) -> Member:
    """The member with the phone confirmed, where a confirmation is named. Raises Refused where it does not hold."""
    if asked.confirmation_id is None:
        return member
    if member.identified_by != "phone" or not desk.phones.holds(asked.confirmation_id, member, around.moment.at_ms):
        raise refused(UNFIT, "agent.not_confirmed", where="member.confirmation_id")
    return replace(member, identified_by="phone_code")


def find_goods(desk: Desk, asked: LineAsked, around: Surroundings, where: str, status: HTTPStatus) -> c.ProductFound:
    """By barcode, label or PLU, at today's price. Raises Refused with `status` where there are none."""
    label = read_label(asked.code, asked.symbology)
    code = classify(label.gtin if label else asked.code, around.programme.codes)
    key, qty_milli, mark = asked.code.strip(), asked.qty_milli or 1000, ""
    if isinstance(code, ProductCode):
        key, mark = code.gtin, mark_of(asked.code, around.programme.codes)
    elif isinstance(code, WeighedCode):
        key, qty_milli = code.plu, _weight_g(code.weight_g, asked, where)
    found = desk.till.lookups.product(c.FindProduct(key, qty_milli, mark, label), around)
    if isinstance(found, c.ProductFound):
        if label and found.product.unit == "kg":
            _labelled_weight(label, found.product.name, asked, where)
        return found
    assert isinstance(found, c.ProductUnknown)
    if isinstance(code, CardCode | CouponCode | GiftCardCode | PhoneCode):
        raise refused(UNFIT, "agent.not_goods", code=asked.code[:SHOWN_CHARS], where=where)
    if isinstance(code, UnknownCode) and found.said.code == "product.unknown":
        raise Refused(UNFIT, code.why, where=where)
    raise Refused(status, found.said, where=where)


def find_gift_card(desk: Desk, text: str, around: Surroundings, where: str) -> HeldCard:
    """By its number; a card nobody has loaded has nothing on it. Raises Refused for what is no gift card."""
    match classify(text, around.programme.codes):
        case GiftCardCode(number=number):
            return desk.till.lookups.gift_card(c.FindGiftCard(number)).held
        case UnknownCode(why=why):
            raise Refused(UNFIT, why, where=where)
        case _:
            raise refused(UNFIT, "agent.not_gift_card", code=text[:SHOWN_CHARS], where=where)


def find_coupon(desk: Desk, text: str, around: Surroundings, where: str) -> str:
    """A coupon's code in its one spelling. Raises Refused for one that is not the programme's, forged or spent."""
    code = classify(text, around.programme.codes)
    if not isinstance(code, CouponCode):
        raise refused(UNFIT, "agent.not_coupon", code=text[:SHOWN_CHARS], where=where)
    coupon = read_coupon(code.code, around.programme.coupons, around.shop)
    if isinstance(coupon, RefusedCoupon):
        raise Refused(UNFIT, coupon.why, where=where)
    single = any(each.id == coupon.series and each.uses == "single" for each in around.programme.coupons)
    found = desk.till.lookups.coupon(c.FindCoupon(coupon, single))
    if isinstance(found, c.Failed):
        raise Refused(UNFIT, found.said, found.hint, where)
    return coupon.code


def member_reply(member: Member, programme: Programme, lang: Lang) -> MemberReply:
    """What a client may show of a member."""
    status = next((each for each in programme.statuses if each.id == member.status), None)
    season = season_at(programme.spans, member.found_on)
    done = done_in(programme, member.progress, season)
    return MemberReply(
        member_id=member.member_id,
        name_masked=member.name_masked,
        status=member.status,
        status_name=(status.name.ru if lang == "ru" else status.name.en) if status else "",
        balance_points=member.balance_points,
        wallets=member.wallets,
        pending=tuple(DueReply(due.wallet, due.date, due.points) for due in member.pending),
        ending=tuple(DueReply(due.wallet, due.date, due.points) for due in member.ending),
        balance_as_of_ms=member.as_of_ms,
        card_tail=member.card[-4:],
        phone_tail=member.phone_tail,
        identified_by=member.identified_by,
        season=programme.spans[season].id if 0 <= season < len(programme.spans) else "",
        spend_minor=done.spend_minor,
        visits=done.visits,
        receipts=done.receipts,
        season_points=done.points,
        standing=tuple(told(said, lang) for said in standing_said(programme, member.progress, member.found_on)),
        blocked=member.blocked,
    )


def _labelled_weight(label: Label, name: str, asked: LineAsked, where: str) -> None:
    """Raises Refused where nobody says how much it is, or the request another weight than the label."""
    if label.weight_g:
        _weight_g(label.weight_g, asked, where)
    elif asked.qty_milli is None:
        raise refused(UNFIT, "agent.no_weight", name=name, where=where)


def _weight_g(weight_g: int, asked: LineAsked, where: str) -> int:
    """What the label says; a request that says something else is a mistake somebody must see."""
    if asked.qty_milli in (None, weight_g):
        return weight_g
    raise refused(
        UNFIT, "agent.label_weight", code=asked.code[:SHOWN_CHARS], label_milli=weight_g,
        qty_milli=asked.qty_milli or 0, where=where,
    )  # fmt: skip
