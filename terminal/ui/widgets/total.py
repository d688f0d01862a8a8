"""The sum of the moment in large digits, always at the same place: total, due, change, or what is paid back."""

import msgspec
from rich.cells import cell_len
from textual.strip import Strip

from loyalty.receipt import PaymentKind, Receipt
from terminal.ui.digits import digits
from terminal.ui.rows import Part, blank, cells, ends, row
from terminal.ui.sight import Sight
from terminal.ui.words import N_

GROUND = "band"
PAID_BY: dict[PaymentKind, str] = {"cash": N_("cash"), "card": N_("card"), "gift_card": N_("gift card")}


class Sum(msgspec.Struct, frozen=True):
    """What is large, its label, and the small figures under it."""

    label: str
    amount_minor: int
    small: tuple[tuple[str, int], ...] = ()
    ink: str = "total"


def total_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    shown = sum_of(sight)
    palette = sight.palette
    label: list[Part] = [(" " + sight.words.text(shown.label), "strong")]
    drawn = _large(sight, shown, width, height)
    large = [row(palette, width, [(" ", "text"), (line, shown.ink)], GROUND) for line in drawn]
    small = [row(palette, width, parts, GROUND) for parts in _packed(sight, shown.small, width)]
    rows = [ends(palette, width, label, [(_count(sight) + " ", "dim")], GROUND), *large, *small]
    return rows + [blank(palette, width, GROUND)] * (height - len(rows))


def _large(sight: Sight, shown: Sum, width: int, height: int) -> list[str]:
    """As large as the place allows; a sum too long for digits is written plainly, never cut."""
    text = sight.words.money(shown.amount_minor)
    for scale, lines in ((2, 5), (1, 3)):
        drawn = digits(sight.words.apart(text), scale)
        if lines + 3 <= height and cell_len(drawn[0]) + 2 <= width:
            return drawn
    return ["", text, ""]


def _packed(sight: Sight, figures: tuple[tuple[str, int], ...], width: int) -> list[list[Part]]:
    """As many figures to a row as fit whole; none is ever cut."""
    rows: list[list[Part]] = []
    for label, amount_minor in figures:
        parts: list[Part] = [(sight.words.text(label) + " ", "dim"), (sight.words.money(amount_minor), "text")]
        if rows and cells(rows[-1]) + cells(parts) + 3 < width:
            rows[-1] += [("   ", "text"), *parts]
        else:
            rows.append([(" ", "text"), *parts])
    return rows


def _count(sight: Sight) -> str:
    """How many lines and pieces stand on the receipt."""
    lines = sight.view.state.basket.lines
    if not lines:
        return ""
    return sight.words.many("{n} line", "{n} lines", len(lines))


def _pay_back(preview: Receipt | None) -> Sum:
    """How a return's money goes back, the way it came; where all is cash, nothing need be said of it."""
    paid = preview.payments if preview else ()
    parts = tuple((PAID_BY[each.kind], each.amount_minor) for each in paid)
    told = any(each.kind != "cash" for each in paid)
    return Sum(N_("TO PAY BACK"), preview.settled_minor if preview else 0, parts if told else ())


def _paid_back(receipt: Receipt) -> Sum:
    """What is to be handed over; where nothing is, what went to cards."""
    parts = tuple((PAID_BY[each.kind], each.amount_minor) for each in receipt.payments)
    cash_minor = sum(each.amount_minor for each in receipt.payments if each.kind == "cash")
    card_minor = sum(each.amount_minor for each in receipt.payments if each.kind == "card")
    if card_minor and not cash_minor:
        return Sum(N_("TO THE CARD"), card_minor, parts, "warn")
    return Sum(N_("PAY OUT"), cash_minor, parts, "warn")


def sum_of(sight: Sight) -> Sum:
    """What is large now."""
    state = sight.view.state
    if state.mode == "done" and state.receipt is not None:
        receipt = state.receipt
        paid = tuple((PAID_BY[payment.kind], payment.amount_minor) for payment in receipt.payments)
        if receipt.kind == "return":
            return _paid_back(receipt)
        if receipt.change_minor:
            return Sum(N_("CHANGE"), receipt.change_minor, ((N_("receipt"), receipt.total_minor), *paid), "warn")
        return Sum(N_("PAID"), receipt.total_minor, paid, "good")
    if state.mode == "return":
        return _pay_back(state.returning.preview if state.returning else None)
    quote = state.quote
    before = [(N_("change of the receipt before"), sight.desk.change_minor)] if sight.desk.change_minor else []
    if quote is None:
        return Sum(N_("TOTAL"), 0, tuple(before))
    small = [(N_("full price"), quote.base_minor)] if quote.base_minor != quote.total_minor else []
    small += [(N_("discounts"), -quote.discount_minor)] if quote.discount_minor else []
    small += [(N_("with points"), -quote.redeemed_minor)] if quote.redeemed_minor else []
    if state.mode == "pay":
        given = sum(tender.amount_minor for tender in state.tenders)
        small = [(N_("receipt"), quote.total_minor), *([(N_("given"), given)] if given else []), *small[1:]]
        return Sum(N_("DUE"), state.due_minor, tuple(small), "accent")
    return Sum(N_("TOTAL"), quote.total_minor, (*before, *small))
