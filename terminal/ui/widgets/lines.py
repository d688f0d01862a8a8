"""The lines of the receipt: name, quantity, price, discount, sum, and under each the reasons for its price."""

from dataclasses import dataclass

from textual.strip import Strip

from loyalty.basket import BasketLine
from loyalty.catalogue import Unit
from loyalty.quote import QuoteLine
from terminal.ui.cells import clean, left, right
from terminal.ui.desk import selected_line
from terminal.ui.rows import Part, row
from terminal.ui.sight import Sight
from terminal.ui.words import Words

QTY, PRICE, OFF, SUM = 10, 11, 11, 13
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """One line with its reasons, as rows of parts; `selected` is shown on another ground."""

    rows: tuple[tuple[Part, ...], ...]
    selected: bool


def lines_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    blocks = _blocks(sight, width)
    first, last = window([len(block.rows) for block in blocks], _here(blocks), height - 1)
    shown = [
        row(sight.palette, width, parts, "selected" if block.selected and not place else "base")
        for block in blocks[first:last]
        for place, parts in enumerate(block.rows)
    ]
    return [_header(sight, width, first, last, len(blocks)), *shown]


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


def _here(blocks: list[Block]) -> int:
    return next((place for place, block in enumerate(blocks) if block.selected), max(0, len(blocks) - 1))


def _header(sight: Sight, width: int, first: int, last: int, count: int) -> Strip:
    _ = sight.words.text
    name = _("Goods")
    if last - first < count:
        name += "  " + _("{first}–{last} of {count}").format(first=first + 1, last=last, count=count)
    heads = (_("Qty"), _("Price"), _("Discount"), _("Sum"))
    return row(sight.palette, width, columns(width, "  " + name, heads, "head"))


def columns(width: int, name: str, figures: tuple[str, str, str, str], ink: str = "text") -> tuple[Part, ...]:
    """One row of the table; the name gives way, figures never do."""
    qty, price, off, total = figures
    room = width - QTY - PRICE - OFF - SUM - 1
    return (
        (left(name, room), ink), (right(qty, QTY), ink), (right(price, PRICE), ink),
        (right(off, OFF), "good" if ink == "text" else ink), (right(total, SUM), "strong" if ink == "text" else ink),
        (" ", ink),
    )  # fmt: skip


def _blocks(sight: Sight, width: int) -> list[Block]:
    state = sight.view.state
    quoted = {line.line_id: line for line in state.quote.lines} if state.quote else {}
    here = selected_line(sight.desk, state)
    return [_block(sight, line, quoted.get(line.line_id), line.line_id == here, width) for line in state.basket.lines]


def _block(sight: Sight, line: BasketLine, quoted: QuoteLine | None, here: bool, width: int) -> Block:
    words, signs = sight.words, sight.palette.signs
    off = words.money(-quoted.discount_minor) if quoted and quoted.discount_minor else ""
    total = words.money(quoted.total_minor) if quoted else ""
    name = (signs.here if here else " ") + " " + clean(line.product.name)
    figures = (quantity_of(words, line.qty_milli, line.product.unit), words.money(line.price_minor), off, total)
    rows = [columns(width, name, figures)]
    if quoted:
        rows += [((f"   {signs.branch} ", "dim"), (left(said, width - 6), "dim")) for said in _reasons(sight, quoted)]
    return Block(tuple(rows), here)


def _reasons(sight: Sight, quoted: QuoteLine) -> list[str]:
    words = sight.words
    said = [words.say(note) for note in quoted.notes[:MOST_REASONS]]
    if quoted.redeemed_points:
        paid = words.text("points: {n}, {money} off").format(
            n=words.points(quoted.redeemed_points), money=words.money(quoted.redeemed_minor)
        )
        said.append(paid)
    return said


def quantity_of(words: Words, qty_milli: int, unit: Unit) -> str:
    return words.quantity(qty_milli) + ("\u00a0" + words.text("kg") if unit == "kg" else "")
