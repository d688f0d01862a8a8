"""The sale screen's commands: codes in, lines and the member, quantities, undo."""

import re

import msgspec

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI, Basket, BasketLine
from loyalty.catalogue import Product
from loyalty.codes import (
    CardCode,
    CouponCode,
    GiftCardCode,
    PhoneCode,
    ProductCode,
    ReceiptCode,
    UnknownCode,
    WeighedCode,
    classify,
    mark_of,
)
from loyalty.label import Label
from loyalty.marks import hint_of, refusal
from loyalty.money import MAX_MINOR, line_amount
from loyalty.sentences import Sentence, sentence
from terminal.session import commands as c
from terminal.session import confirming, coupons
from terminal.session.parts import Step, asked_again, changed, refuse, refused, requoted, told
from terminal.session.state import State, Surroundings
from terminal.session.weights import whole_milli

replace = msgspec.structs.replace
_MULTIPLIER = re.compile(r"\s*([+\-]?\d{1,12}(?:[.,]\d{1,3})?)\s*[*xхXХ]\s*(.*)", re.DOTALL)


def scan(state: State, command: c.Scan, around: Surroundings) -> Step:
    label, codes = command.label, around.programme.codes
    if label and isinstance(classify(label.gtin, codes), ProductCode):
        mark = mark_of(command.text, codes)
        return state, (_find(state, label.gtin, mark, label),)
    return _coded(state, label.gtin if label else command.text, "card", around)


def type_line(state: State, command: c.Type, around: Surroundings) -> Step:
    """`3*` sets the quantity of the next goods, `3*code` uses it at once; anything else is a code."""
    text = command.text.strip()
    match = _MULTIPLIER.fullmatch(text)
    if match is None:
        return _coded(state, text, "manual", around)
    qty_milli = milli(match.group(1))
    problem = _quantity_problem(qty_milli)
    if problem:
        return refuse(state, problem)
    state = replace(state, multiplier_milli=qty_milli)
    if match.group(2):
        return _coded(state, match.group(2), "manual", around)
    return told(state, "info", "sale.multiplier", qty_milli=qty_milli), ()


def milli(text: str) -> int:
    """`3` is 3000, `0,5` is 500: a quantity in thousandths from a figure with at most three decimals."""
    whole, _, fraction = text.replace(",", ".").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole or 0) * 1000 + sign * int((fraction + "000")[:3])


def _coded(state: State, text: str, by: str, around: Surroundings) -> Step:
    # Whoever goes on to another code is done with the one nobody knew.
    state = replace(state, unknown_code="")
    match classify(text, around.programme.codes):
        case ProductCode(gtin=gtin, mark=mark):
            return state, (_find(state, gtin, mark),)
        case WeighedCode(plu=plu, weight_g=weight_g):
            return state, (c.FindProduct(plu, weight_g),)
        case CardCode(number=number):
            return state, (c.FindMember(number, "card" if by == "card" else "manual"),)
        case PhoneCode(e164=phone):
            return state, (c.FindMember(phone, "phone"),)
        case GiftCardCode(number=number):
            return state, (c.FindGiftCard(number),)
        case CouponCode(code=code):
            return coupons.read(state, code, around)
        case ReceiptCode(number=number):
            return refused(state, "receipt.not_goods", hint="receipt.not_goods.hint", number=number)
        case UnknownCode(text=shown, why=why):
            noted = replace(state, unknown_code=shown)
            return refuse(noted, why)


def _find(state: State, code: str, mark: str = "", label: Label | None = None) -> c.FindProduct:
    """One, unless `3*` has said how many."""
    said = state.multiplier_milli
    return c.FindProduct(code, said or 1000, mark, label, qty_said=bool(said))


def product_found(state: State, command: c.ProductFound, around: Surroundings) -> Step:
    product, qty_milli = command.product, command.qty_milli
    unweighed = product.unit == "kg" and not command.qty_said
    if product.unit == "kg" and state.multiplier_milli and qty_milli == state.multiplier_milli:
        said = qty_milli if qty_milli % 1000 else whole_milli(qty_milli // 1000)
        qty_milli, unweighed = said or 1000, said is None
    if product.unit == "piece" and qty_milli % 1000:
        return refused(replace(state, multiplier_milli=0), "sale.quantity_piece")
    if product.unit == "kg" and qty_milli == 0:
        return refused(state, "sale.quantity_zero")
    if product.gift_card and qty_milli != 1000:
        return refused(replace(state, multiplier_milli=0), "gift_card.one_each")
    mark = command.mark if around.is_fiscal and product.control else ""
    if around.is_fiscal:
        why = refusal(product, mark, qty_milli, {line.mark for line in state.basket.lines})
        if why is not None:
            return refuse(replace(state, multiplier_milli=0), why, hint_of(why))
    lines = _with_goods(state, product, qty_milli, command.price_minor, mark, unweighed)
    if lines is None:
        return refused(state, "sale.quantity_large", limit_milli=MAX_QTY_MILLI)
    if len(lines) > MAX_LINES:
        return refused(state, "sale.too_many_lines", limit=MAX_LINES)
    if sum(line_amount(line.price_minor, line.qty_milli) for line in lines) > MAX_MINOR:
        return refused(state, "sale.too_large")
    state = changed(state, replace(state.basket, lines=lines), around)
    state = replace(state, multiplier_milli=0, next_line_id=state.next_line_id + 1, found=(), offers=None)
    state = replace(state, unknown_code="")
    if product.gift_card:
        return told(state, "warn", "gift_card.no_card", name=product.name), (c.Signal("ok"),)
    if command.until and command.until < around.moment.local_date:
        over = told(state, "warn", "sale.over", hint="sale.over.hint", name=product.name, until_date=command.until)
        return over, (c.Signal("error"),)
    if unweighed:
        return told(state, "warn", "sale.unweighed", hint="sale.unweighed.hint", name=product.name), (c.Signal("ok"),)
    return told(state, "ok", _added(product), name=product.name, qty_milli=qty_milli,
                price_minor=command.price_minor), (c.Signal("ok"),)  # fmt: skip


def _added(product: Product) -> str:
    return "sale.weighed" if product.unit == "kg" else "sale.added"


def _with_goods(
    state: State, product: Product, qty_milli: int, price_minor: int, mark: str, unweighed: bool
) -> tuple[BasketLine, ...] | None:
    """Pieces of the same goods share a line; a weighing, a gift card, a marked piece has its own. None: too many."""
    lines = state.basket.lines
    for place, line in enumerate(lines):
        shared = product.unit == "piece" and not product.gift_card and not mark
        if shared and line.product.code == product.code and line.price_minor == price_minor:
            more = line.qty_milli + qty_milli
            grown = replace(line, qty_milli=more)
            return None if more > MAX_QTY_MILLI else (*lines[:place], grown, *lines[place + 1 :])
    added = BasketLine(state.next_line_id, product, qty_milli, price_minor, mark=mark, unweighed=unweighed)
    return None if qty_milli > MAX_QTY_MILLI else (*lines, added)


def product_unknown(state: State, command: c.ProductUnknown, around: Surroundings) -> Step:
    noted = replace(state, unknown_code=command.code, multiplier_milli=0)
    return refuse(noted, command.said, sentence("sale.unknown.hint"))


def member_found(state: State, command: c.MemberFound, around: Surroundings) -> Step:
    member = confirming.keeps_code(command.member, state.basket.member)
    basket = replace(state.basket, member=member, redeem_points=0)
    state = changed(state, basket, around)
    if member.blocked:
        return told(state, "warn", "member.blocked"), (c.Signal("error"),)
    if command.enrolled:
        return told(state, "ok", "member.enrolled", name=member.name_masked or member.card), (c.Signal("ok"),)
    said = told(state, "ok", "member.found", name=member.name_masked, balance_points=member.balance_points)
    return said, (c.Signal("ok"),)


def forget_member(state: State, command: c.ForgetMember, around: Surroundings) -> Step:
    if state.basket.member is None:
        return refused(state, "member.none")
    basket = replace(state.basket, member=None, redeem_points=0)
    return told(changed(state, basket, around), "info", "member.forgotten"), ()


def set_quantity(state: State, command: c.SetQuantity, around: Surroundings) -> Step:
    line = _line(state, command.line_id)
    if line is None:
        return refused(state, "sale.no_line")
    problem = _quantity_problem(command.qty_milli)
    if problem is None and line.product.unit == "piece" and command.qty_milli % 1000:
        problem = sentence("sale.quantity_piece")
    if problem is None and line.product.gift_card and command.qty_milli != 1000:
        problem = sentence("gift_card.one_each")
    if problem is None and line.mark and command.qty_milli != 1000:
        problem = sentence("mark.one_each")
    if problem:
        return refuse(state, problem)
    told_line = replace(line, qty_milli=command.qty_milli, unweighed=False)
    lines = tuple(told_line if x is line else x for x in state.basket.lines)
    if sum(line_amount(x.price_minor, x.qty_milli) for x in lines) > MAX_MINOR:
        return refused(state, "sale.too_large")
    state = changed(state, replace(state.basket, lines=lines), around)
    name, price = line.product.name, line.price_minor
    return told(state, "ok", _added(line.product), name=name, qty_milli=command.qty_milli, price_minor=price), ()


def void_line(state: State, command: c.VoidLine, around: Surroundings) -> Step:
    line = _line(state, command.line_id)
    if line is None:
        return refused(state, "sale.no_line")
    lines = tuple(x for x in state.basket.lines if x is not line)
    state = changed(state, replace(state.basket, lines=lines), around)
    return told(state, "info", "sale.voided", name=line.product.name), ()


def void_receipt(state: State, command: c.VoidReceipt, around: Surroundings) -> Step:
    basket = state.basket
    if not basket.lines and basket.member is None and not basket.coupons:
        return refused(state, "sale.empty")
    empty = Basket(store=basket.store, channel=basket.channel)
    # Where it was to be sent is this customer's affair: the next one's receipt does not go there.
    return told(changed(replace(state, buyer=""), empty, around), "info", "sale.void_all"), ()


def undo(state: State, command: c.Undo, around: Surroundings) -> Step:
    if not state.undo:
        return refused(state, "sale.nothing_to_undo")
    state = replace(state, basket=state.undo[-1], undo=state.undo[:-1])
    return told(requoted(state, around), "info", "sale.undone"), ()


def search_goods(state: State, command: c.SearchGoods, around: Surroundings) -> Step:
    return state, (c.FindGoods(command.text),)


def goods_found(state: State, command: c.GoodsFound, around: Surroundings) -> Step:
    if not command.products:
        return refused(replace(state, found=(), unknown_code=""), "sale.found_none", text=command.text[:40])
    return told(replace(state, found=command.products), "info", "sale.found", count=len(command.products)), ()


def add_product(state: State, command: c.AddProduct, around: Surroundings) -> Step:
    return state, (_find(state, command.code),)


def spend_points(state: State, command: c.SpendPoints, around: Surroundings) -> Step:
    """Ask to spend points; the quote decides how many may be."""
    if state.basket.member is None:
        return refused(state, "member.none")
    if state.quote is None or not state.basket.lines:
        return refused(state, "sale.empty")
    state = asked_again(state, around)
    assert state.quote is not None
    allowed = state.quote.redemption.allowed_points
    wanted = allowed if command.points is None else command.points
    if wanted < 0:
        return refused(state, "pay.amount")
    if command.points != 0 and allowed == 0:
        limit = state.quote.redemption.limit
        return refuse(state, limit, confirming.key_for(limit)) if limit else refused(state, "points.none")
    if wanted > allowed:
        return refused(state, "points.less", points=allowed)
    state = changed(state, replace(state.basket, redeem_points=wanted), around)
    used = state.quote.redemption if state.quote else None
    if used is None or used.used_points == 0:
        return told(state, "info", "points.back"), ()
    return told(state, "ok", "points.spend", points=used.used_points, amount_minor=used.used_minor), ()


def refresh(state: State, command: c.Refresh, around: Surroundings) -> Step:
    return requoted(state, around), ()


def back(state: State, command: c.Back, around: Surroundings) -> Step:
    """Esc on the sale screen puts small things away and keeps the basket."""
    return replace(state, found=(), multiplier_milli=0, unknown_code="", slip=(), offers=None), ()


def _line(state: State, line_id: int) -> BasketLine | None:
    return next((line for line in state.basket.lines if line.line_id == line_id), None)


def _quantity_problem(qty_milli: int) -> Sentence | None:
    if qty_milli <= 0:
        return sentence("sale.quantity_zero")
    return sentence("sale.quantity_large", limit_milli=MAX_QTY_MILLI) if qty_milli > MAX_QTY_MILLI else None
