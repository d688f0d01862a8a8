"""The lines of the receipt: name, quantity, price, discount, sum, and under each the reasons for its price.

Below them stand the coupons, the goods that are given beside the basket, and a gift that is still to be chosen.
"""

from collections.abc import Iterable

import msgspec
from textual.strip import Strip

from loyalty.basket import BasketLine
from loyalty.catalogue import Unit
from loyalty.coupons.shown import ShownCoupon
from loyalty.ledger import MAIN_WALLET
from loyalty.money import percent_text
from loyalty.programme import Label
from loyalty.quote import QuoteLine
from loyalty.quoting.earning import earn_rate_bp
from loyalty.receipt import Applied
from loyalty.sentences import Sentence
from terminal.ui.cells import clean, left, right
from terminal.ui.desk import coupon_row, selected_line
from terminal.ui.rows import Part, fit, row
from terminal.ui.sight import Sight
from terminal.ui.words import Words

MOST_REASONS = 4
MOST_REASONS_HERE = 12
"""So many under the selected line, which a cashier is asked about."""


class Table(msgspec.Struct, frozen=True):
    """Widths of the columns; a large figure widens its column and narrows the name."""

    width: int
    qty: int = 10
    price: int = 11
    off: int = 11
    total: int = 13

    @property
    def name(self) -> int:
        return max(0, self.width - self.qty - self.price - self.off - self.total - 1)


def lines_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    state = sight.view.state
    lines, here = state.basket.lines, selected_line(sight.desk, state)
    quoted = {line.line_id: line for line in state.quote.lines} if state.quote else {}
    place = next((place for place, line in enumerate(lines) if line.line_id == here), max(0, len(lines) - 1))
    table = _table(sight, width)
    below = max(0, height // 3)
    coupons = _coupons(sight, here, width, below)
    beside = [*coupons, *_beside(sight, table)][:below]
    heights = [_height(line, quoted.get(line.line_id), line.line_id == here) for line in lines]
    first, last = window(heights, place, height - 1 - len(beside))
    shown = [
        strip
        for line in lines[first:last]
        for strip in _block(sight, line, quoted.get(line.line_id), line.line_id == here, table)
    ]
    return [_header(sight, table, first, last, len(lines)), *shown, *beside]


def window(heights: list[int], here: int, room: int) -> tuple[int, int]:
    """Which blocks to show, first to last (exclusive): as many as fit, the one at `here` among them, near the end."""
    first = last = min(here, len(heights))
    used = 0
    while last < len(heights) and used + heights[last] <= room:
        used += heights[last]
        last += 1
    while first > 0 and used + heights[first - 1] <= room:
        first -= 1
        used += heights[first]
    return first, max(last, min(here + 1, len(heights)))


def _table(sight: Sight, width: int) -> Table:
    words, state = sight.words, sight.view.state
    quoted = state.quote.lines if state.quote else ()
    price = max((line.price_minor for line in state.basket.lines), default=0)
    off = max((line.discount_minor for line in quoted), default=0)
    total = max((line.total_minor for line in quoted), default=0)
    table = Table(width)
    return Table(
        width,
        price=max(table.price, len(words.money(price)) + 1),
        off=max(table.off, len(words.money(-off)) + 1),
        total=max(table.total, len(words.money(total)) + 1),
    )


def _header(sight: Sight, table: Table, first: int, last: int, count: int) -> Strip:
    _ = sight.words.text
    name = _("Goods")
    if last - first < count:
        name += "  " + _("{first}–{last} of {count}").format(first=first + 1, last=last, count=count)
    heads = (_("Qty"), _("Price"), _("Discount"), _("Sum"))
    return row(sight.palette, table.width, columns(table, "  " + name, heads, "head"))


def columns(table: Table, name: str, figures: tuple[str, str, str, str], ink: str = "text") -> tuple[Part, ...]:
    """One row of the table; the name gives way, figures never do."""
    qty, price, off, total = figures
    good, strong = ("good", "strong") if ink == "text" else (ink, ink)
    return (
        (left(name, table.name), ink), (right(qty, table.qty), ink), (right(price, table.price), ink),
        (right(off, table.off), good), (right(total, table.total), strong), (" ", ink),
    )  # fmt: skip


def _height(line: BasketLine, quoted: QuoteLine | None, here: bool) -> int:
    """How many rows `_block` makes."""
    if quoted is None:
        return 1 + line.unweighed
    by_status = here and points_by_status(quoted.earned_points, quoted.applied) > 0
    return 1 + line.unweighed + min(len(_notes(quoted)), _most(here)) + bool(quoted.redeemed_points) + by_status


def points_by_status(earned_points: int, applied: Iterable[Applied]) -> int:
    """Of the points earned those that no campaign gives: the share of the price that goes by the member's status."""
    return earned_points - sum(each.points for each in applied if each.wallet == MAIN_WALLET)


def said_by_status(sight: Sight, points: int) -> str:
    """Why so many points, with the rate where the member on the screen has one."""
    words, view = sight.words, sight.view
    rate_bp = earn_rate_bp(view.programme, view.state.basket.member)
    if not rate_bp:
        return words.text("Points by status: +{n}").format(n=words.points(points))
    rate = percent_text(rate_bp, words.lang)
    return words.text("Points by status, {rate}: +{n}").format(rate=rate, n=words.points(points))


def _notes(quoted: QuoteLine) -> list[Sentence]:
    """Without that of points spent, which has a row of its own."""
    return [note for note in quoted.notes if note.code != "line.redeemed"]


def _most(here: bool) -> int:
    return MOST_REASONS_HERE if here else MOST_REASONS


def _block(sight: Sight, line: BasketLine, quoted: QuoteLine | None, here: bool, table: Table) -> list[Strip]:
    """One line with its reasons; a selected line is marked, and stands on another ground."""
    words, palette = sight.words, sight.palette
    off = words.money(-quoted.discount_minor) if quoted and quoted.discount_minor else ""
    total = words.money(quoted.total_minor) if quoted else ""
    name = (palette.signs.here if here else " ") + " " + clean(line.product.name)
    quantity = words.text("? kg") if line.unweighed else quantity_of(words, line.qty_milli, line.product.unit)
    figures = (quantity, words.money(line.price_minor), off, total)
    ground = "selected" if here else "base"
    head = row(palette, table.width, columns(table, name, figures, "warn" if line.unweighed else "text"), ground)
    unweighed = [_unweighed(sight, table)] if line.unweighed else []
    return [
        head,
        *unweighed,
        *(_reason(sight, said, table) for said in (_reasons(sight, quoted, here) if quoted else ())),
    ]


def _coupons(sight: Sight, here: int | None, width: int, room: int) -> list[Strip]:
    """The coupons of the receipt: each used, and for what; or why not."""
    coupons = sight.view.state.coupons
    place = next((place for place in range(len(coupons)) if coupon_row(place) == here), 0)
    first, last = window([1] * len(coupons), place, room)
    return [_coupon(sight, coupons[each], coupon_row(each) == here, width) for each in range(first, last)]


def _coupon(sight: Sight, coupon: ShownCoupon, here: bool, width: int) -> Strip:
    words, signs = sight.words, sight.palette.signs
    said = words.say(coupon.said)
    name = words.text("Coupon “{name}”").format(name=words.name(Label(coupon.name_ru, coupon.name_en)))
    if coupon.why_names_it:
        name, said = said, ""
    sign: Part = (f"{signs.ok} ", "good") if coupon.used else (f"{signs.unused} ", "warn")
    parts: list[Part] = [(f"{signs.here if here else ' '} ", "text"), sign, (name, "text")]
    parts += [(f"  {said}", "good" if coupon.used else "dim")] if said else []
    return row(sight.palette, width, fit(parts, width), "selected" if here else "base")


def _beside(sight: Sight, table: Table) -> list[Strip]:
    """Gifts as rows at zero, and what is said of those still to be chosen."""
    quote, words = sight.view.state.quote, sight.words
    if quote is None or not quote.granted:
        return []
    free = words.money(0)
    gifts = [
        columns(
            table,
            "  " + words.name(Label(each.name_ru, each.name_en)),
            (words.quantity(each.qty_milli), free, "", free),
        )
        for each in quote.granted.extras
    ]
    told = [
        ((f"  {sight.palette.signs.info} ", "accent"), (words.name(Label(each.ru, each.en)), "text"))
        for each in quote.granted.messages
    ]
    asked = {choice.campaign_id for choice in quote.granted.choices}
    said = (words.say(told.said) for told in quote.explanations if told.campaign_id in asked)
    return [
        *(row(sight.palette, table.width, parts) for parts in gifts),
        *(_reason(sight, each, table) for each in said),
        *(row(sight.palette, table.width, fit(parts, table.width)) for parts in told),
    ]


def _reason(sight: Sight, said: str, table: Table) -> Strip:
    parts = ((f"   {sight.palette.signs.branch} ", "dim"), (left(said, table.width - 6), "dim"))
    return row(sight.palette, table.width, parts)


def _unweighed(sight: Sight, table: Table) -> Strip:
    said = sight.words.text("not weighed: the sum is that of 1 kg; F4 and the weight")
    return row(sight.palette, table.width, [(f"   {sight.palette.signs.warn} ", "warn"), (said, "warn")])


def _reasons(sight: Sight, quoted: QuoteLine, here: bool) -> list[str]:
    """The reasons in their order; where they are too many, the last row says how many more there are."""
    words, most = sight.words, _most(here)
    said = [words.say(note) for note in _notes(quoted)]
    if (over := len(said) - most) > 0:
        said = [*said[: most - 1], words.text("and {n} more").format(n=over + 1)]
    if quoted.redeemed_points:
        paid = words.text("points: {n}, {money} off").format(
            n=words.points(quoted.redeemed_points), money=words.money(quoted.redeemed_minor)
        )
        said.append(paid)
    by_status = points_by_status(quoted.earned_points, quoted.applied)
    return [*said, said_by_status(sight, by_status)] if here and by_status > 0 else said


def quantity_of(words: Words, qty_milli: int, unit: Unit) -> str:
    return words.quantity(qty_milli) + ("\u00a0" + words.text("kg") if unit == "kg" else "")
