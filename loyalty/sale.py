"""A quote and the money given for it become a receipt."""

from collections.abc import Iterator, Sequence

from loyalty import ENGINE_VERSION
from loyalty.basket import Basket, BasketLine, Moment
from loyalty.coupons.issuing import issued_coupons
from loyalty.coupons.series import CouponSeries
from loyalty.coupons.spent import spent_coupons
from loyalty.errors import BadInput
from loyalty.gift_pay import check_gift_cards
from loyalty.granted import Extra
from loyalty.ledger import MAIN_WALLET
from loyalty.quoted import Quote, QuoteLine
from loyalty.receipt import Applied, Payment, ProgrammeRef, Receipt, ReceiptLine
from loyalty.rights import SpentRight
from loyalty.sentences import sentence

MAX_PAYMENTS = 20

SENTENCES = {
    "sale.empty": ("В чеке нет товаров", "There is nothing on the receipt"),
    "sale.stale": ("Чек изменился: пересчитайте", "The receipt has changed: quote it again"),
    "sale.payments": ("Слишком много оплат: не больше {limit}", "Too many payments: at most {limit}"),
    "sale.payment": ("Сумма оплаты должна быть больше нуля", "A payment must be more than zero"),
    "sale.short": ("Не хватает {more_minor}", "{more_minor} short"),
    "sale.card_over": ("Картой — не больше {limit_minor}", "By card, at most {limit_minor}"),
}


def receipt_from(
    quote: Quote,
    basket: Basket,
    moment: Moment,
    *,
    receipt_id: str,
    number: str,
    store: str,
    terminal: str,
    cashier: str,
    shift_id: str,
    payments: Sequence[Payment],
    rights: tuple[SpentRight, ...] = (),
    series: Sequence[CouponSeries] = (),
) -> Receipt:
    """The receipt of a sale; payments are as handed over, and change is worked out from the cash. Raises BadInput.

    `rights` are those its points are spent on without the head office; `series` are the programme's coupons, for those
    that are issued with the receipt and those it uses up.
    """
    if not basket.lines:
        raise BadInput(sentence("sale.empty"))
    if [line.line_id for line in basket.lines] != [line.line_id for line in quote.lines]:
        raise BadInput(sentence("sale.stale"))
    check_gift_cards(basket, quote, payments)
    member = basket.member
    return Receipt(
        receipt_id=receipt_id,
        number=number,
        kind="sale",
        store=store,
        terminal=terminal,
        cashier=cashier,
        shift_id=shift_id,
        moment=moment,
        programmes=(ProgrammeRef(quote.programme_id, quote.programme_version, ENGINE_VERSION),),
        lines=(*_lines(basket, quote), *_gifts(quote)),
        base_minor=quote.base_minor,
        discount_minor=quote.discount_minor,
        redeemed_minor=quote.redeemed_minor,
        redeemed_points=quote.redeemed_points,
        total_minor=quote.total_minor,
        earned_points=quote.earned_points,
        payments=tuple(payments),
        change_minor=change_minor(quote.total_minor, payments),
        account_id=member.account_id if member else None,
        member_id=member.member_id if member else None,
        member_name=member.name_masked if member else "",
        identified_by=member.identified_by if member else None,
        status=member.status if member else "",
        balance_before_points=member.balance_points if member else None,
        offline=bool(rights),
        rights=rights,
        channel=basket.channel,
        asked=basket.asked,
        choices=basket.choices,
        coupons=quote.coupons,
        spent=spent_coupons(basket.coupons, quote.coupons, series, member is not None),
        wallets=quote.wallets,
        costs=quote.costs,
        issues=quote.granted.issues,
        issued=issued_coupons(quote.granted.issues, series, receipt_id),
        messages=quote.granted.messages,
        asked_points=basket.redeem_points,
        campaigns=_applied(quote),
        blocked=member.blocked if member else False,
        redeemed_wallets=_redeemed_wallets(quote),
        stopped=quote.stopped,
        redemption_stopped=quote.redemption_stopped,
    )


def _applied(quote: Quote) -> tuple[str, ...]:
    in_order = sorted((each.order, each.campaign_id) for each in quote.explanations if each.order)
    return tuple(campaign_id for _, campaign_id in in_order)


def _redeemed_wallets(quote: Quote) -> tuple[tuple[str, int], ...]:
    spent = tuple((wallet, points) for wallet, points in quote.redemption.wallets.items() if points)
    return spent if any(wallet != MAIN_WALLET for wallet, _ in spent) else ()


def change_minor(total_minor: int, payments: Sequence[Payment]) -> int:
    """The change to give: cash may exceed what is left to pay, cards may not. Raises BadInput."""
    if len(payments) > MAX_PAYMENTS:
        raise BadInput(sentence("sale.payments", limit=MAX_PAYMENTS))
    given = by_card = by_gift = 0
    for payment in payments:
        if payment.amount_minor <= 0:
            raise BadInput(sentence("sale.payment"))
        given += payment.amount_minor
        by_card += payment.amount_minor if payment.kind == "card" else 0
        by_gift += payment.amount_minor if payment.kind == "gift_card" else 0
    limit_minor = max(0, total_minor - by_gift)
    if by_card > limit_minor:
        raise BadInput(sentence("sale.card_over", limit_minor=limit_minor))
    if given < total_minor:
        raise BadInput(sentence("sale.short", more_minor=total_minor - given))
    return given - total_minor


def _lines(basket: Basket, quote: Quote) -> Iterator[ReceiptLine]:
    for line_no, (bought, priced) in enumerate(zip(basket.lines, quote.lines, strict=True), start=1):
        yield _line(line_no, bought, priced)


def _line(line_no: int, bought: BasketLine, priced: QuoteLine) -> ReceiptLine:
    product = bought.product
    return ReceiptLine(
        line_no=line_no,
        code=product.code,
        name=product.name,
        unit=product.unit,
        vat=product.vat,
        qty_milli=bought.qty_milli,
        price_minor=bought.price_minor,
        base_minor=priced.base_minor,
        discount_minor=priced.discount_minor,
        redeemed_minor=priced.redeemed_minor,
        redeemed_points=priced.redeemed_points,
        total_minor=priced.total_minor,
        earned_points=priced.earned_points,
        applied=priced.applied,
        category=product.category,
        brand=product.brand,
        tags=product.tags,
        no_discount=product.no_discount,
        no_earn=product.no_earn,
        no_redeem=product.no_redeem,
        min_price_minor=product.min_price_minor,
        wallets=priced.wallets,
        costs=priced.costs,
        gift_card=bought.gift_card,
        mark=bought.mark,
    )


def _gifts(quote: Quote) -> Iterator[ReceiptLine]:
    """Goods beside the basket, each a line at zero that names its campaign."""
    names = {told.campaign_id: (told.name_ru, told.name_en) for told in quote.explanations}
    for line_no, extra in enumerate(quote.granted.extras, start=len(quote.lines) + 1):
        ru, en = names.get(extra.campaign_id, (extra.name_ru, extra.name_en))
        yield _gift(line_no, extra, Applied(extra.campaign_id, ru, en))


def _gift(line_no: int, extra: Extra, applied: Applied) -> ReceiptLine:
    return ReceiptLine(
        line_no=line_no,
        code=extra.code,
        name=extra.name_ru,
        unit="piece",
        vat=extra.vat,
        qty_milli=extra.qty_milli,
        price_minor=0,
        base_minor=0,
        discount_minor=0,
        redeemed_minor=0,
        redeemed_points=0,
        total_minor=0,
        earned_points=0,
        applied=(applied,),
        name_en=extra.name_en,
        costs=extra.costs,
    )
