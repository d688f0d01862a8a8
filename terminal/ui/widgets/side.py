"""On a wide screen, beside the lines: why the price is what it is, what was missed, in payment the receipt itself."""

from collections.abc import Sequence

from textual.strip import Strip

from loyalty.quoted import Explanation, QuoteLine
from loyalty.receipt import Receipt, ReceiptLine
from terminal.ui.cells import clean, wrap
from terminal.ui.rows import Part, blank, ends, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.lines import points_by_status, quantity_of, said_by_status
from terminal.ui.words import N_

GROUND = "band"
OUTCOMES = {
    "applied": (N_("Applied"), "good"),
    "missing": (N_("Within reach"), "warn"),
    "blocked": (N_("Not this time"), "dim"),
}


def side_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    state = sight.view.state
    rows = _receipt(sight, width) if state.mode == "pay" else []
    rows += _given(sight, state.receipt, width) if state.mode == "done" and state.receipt else _why(sight, width)
    return (rows + [blank(sight.palette, width, GROUND)] * height)[:height]


def _why(sight: Sight, width: int) -> list[Strip]:
    quote, _ = sight.view.state.quote, sight.words.text
    if quote is None:
        return []
    rows: list[Strip] = []
    for outcome, (label, ink) in OUTCOMES.items():
        told = [strip for e in quote.explanations if e.outcome == outcome for strip in _told(sight, e, width)]
        if outcome == "applied":
            told += _by_status(sight, quote.earned_points, quote.lines, width)
        if told:
            rows += [_title(sight, width, _(label), ink), *told]
            rows.append(blank(sight.palette, width, GROUND))
    return rows


def _by_status(sight: Sight, earned_points: int, lines: Sequence[QuoteLine | ReceiptLine], width: int) -> list[Strip]:
    points = points_by_status(earned_points, [applied for line in lines for applied in line.applied])
    return [row(sight.palette, width, [("  " + said_by_status(sight, points), "text")], GROUND)] if points > 0 else []


def _title(sight: Sight, width: int, text: str, ink: str = "head") -> Strip:
    return row(sight.palette, width, [("  " + text, ink)], GROUND)


def _told(sight: Sight, explained: Explanation, width: int) -> list[Strip]:
    words, palette = sight.words, sight.palette
    name = clean(explained.name_ru if words.lang == "ru" else explained.name_en)
    gain: list[Part] = [(words.money(explained.gain_minor) + " ", "strong")] if explained.gain_minor else []
    said = wrap(words.say(explained.said), width - 6, 2)
    return [
        ends(palette, width, [("  " + name, "text")], gain, GROUND),
        *(row(palette, width, [("    " + line, "dim")], GROUND) for line in said),
    ]


def _given(sight: Sight, receipt: Receipt, width: int) -> list[Strip]:
    """What each campaign gave on a receipt that is complete."""
    words, palette = sight.words, sight.palette
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for applied in (applied for line in receipt.lines for applied in line.applied):
        names = applied.name_ru, applied.name_en
        off_minor, points = sums.get(names, (0, 0))
        sums[names] = off_minor + applied.discount_minor, points + applied.points
    rows = [_title(sight, width, words.text("Applied"), "good")] if sums else []
    for (ru, en), (off_minor, points) in sums.items():
        gain = words.money(-off_minor) if off_minor else f"+{words.points(points)}" if points else ""
        name = clean(ru if words.lang == "ru" else en)
        rows.append(ends(palette, width, [("  " + name, "text")], [(gain + " ", "strong")], GROUND))
    return [*rows, *_by_status(sight, receipt.earned_points, receipt.lines, width)]


def _receipt(sight: Sight, width: int) -> list[Strip]:
    state, words, palette = sight.view.state, sight.words, sight.palette
    quoted = {line.line_id: line for line in state.quote.lines} if state.quote else {}
    rows = [_title(sight, width, words.text("Receipt"))]
    for line in state.basket.lines[-20:]:
        total = words.money(quoted[line.line_id].total_minor) if line.line_id in quoted else ""
        name = f"  {clean(line.product.name)}"
        qty = quantity_of(words, line.qty_milli, line.product.unit)
        rows.append(ends(palette, width, [(name, "text")], [(f"  {qty}", "dim"), (f"{total:>12} ", "strong")], GROUND))
    return [*rows, blank(palette, width, GROUND)]
