"""Totals of a shift, receipt by receipt."""

from msgspec.structs import replace

from loyalty.events import CashMoved, ShiftTotals
from loyalty.receipt import PaymentKind, Receipt


def add_receipt(totals: ShiftTotals, receipt: Receipt) -> ShiftTotals:
    """Totals with one more receipt.

    Money is counted as it stays in the drawer (cash less change), sales and returns apart; discounts and points are
    those of sales less those of returns; members are counted on sales.
    """
    sale = receipt.kind == "sale"
    sign = 1 if sale else -1
    paid: dict[PaymentKind, int] = {"cash": -receipt.change_minor, "card": 0, "gift_card": 0}
    for payment in receipt.payments:
        paid[payment.kind] += payment.amount_minor
    cash, card, gift, loaded = paid["cash"], paid["card"], paid["gift_card"], receipt.loaded_minor
    return replace(
        totals,
        sales=totals.sales + sale,
        returns=totals.returns + (not sale),
        cash_minor=totals.cash_minor + (cash if sale else 0),
        card_minor=totals.card_minor + (card if sale else 0),
        returned_cash_minor=totals.returned_cash_minor + (0 if sale else cash),
        returned_card_minor=totals.returned_card_minor + (0 if sale else card),
        discount_minor=totals.discount_minor + sign * receipt.discount_minor,
        redeemed_points=totals.redeemed_points + sign * receipt.redeemed_points,
        earned_points=totals.earned_points + sign * receipt.earned_points,
        members=totals.members + (sale and receipt.member_id is not None),
        gift_card_minor=totals.gift_card_minor + (gift if sale else 0),
        returned_gift_card_minor=totals.returned_gift_card_minor + (0 if sale else gift),
        loaded_minor=totals.loaded_minor + (loaded if sale else 0),
        loaded_back_minor=totals.loaded_back_minor + (0 if sale else loaded),
    )


def add_cash(totals: ShiftTotals, moved: CashMoved) -> ShiftTotals:
    """Totals with cash put in or taken out."""
    if moved.kind == "in":
        return replace(totals, cash_in_minor=totals.cash_in_minor + moved.amount_minor)
    return replace(totals, cash_out_minor=totals.cash_out_minor + moved.amount_minor)


def in_drawer_minor(totals: ShiftTotals) -> int:
    """What the drawer has more than when the shift was opened."""
    return totals.cash_minor - totals.returned_cash_minor + totals.cash_in_minor - totals.cash_out_minor
