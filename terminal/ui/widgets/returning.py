"""A return being chosen: the receipt's lines, how much of each comes back, and what is paid back for them."""

from textual.strip import Strip

from loyalty.receipt import ReceiptLine
from loyalty.returns import returned_said
from loyalty.sentences import sentence
from terminal.session.state import ReturnDraft
from terminal.ui.cells import clean, left, right, wrap
from terminal.ui.desk import selected_return
from terminal.ui.rows import Part, blank, ends, fit, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.lines import quantity_of, window
from terminal.ui.widgets.total import PAID_BY

LEFT, BACK, SUM = 12, 12, 13
FOOT_ROWS = 2
MOST_NOTES, LEAST_LINES = 5, 3
"""Rows of reasons at most, and rows left to the goods."""


def returning_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    draft = sight.view.state.returning
    if draft is None:
        return []
    here = selected_return(sight.desk, sight.view.state)
    lines = draft.receipt.lines
    place = next((i for i, line in enumerate(lines) if line.line_no == here), 0)
    notes = _notes(sight, draft, width)[: max(0, min(MOST_NOTES, height - 1 - FOOT_ROWS - LEAST_LINES))]
    room = height - 1 - FOOT_ROWS - len(notes)
    first, last = window([1] * len(lines), place, room)
    shown = [_row(sight, draft, line, line.line_no == here, width) for line in lines[first:last]]
    blanks = [blank(sight.palette, width)] * (room - len(shown))
    return [_header(sight, width), *shown, *blanks, *notes, *_foot(sight, draft, width)]


def _notes(sight: Sight, draft: ReturnDraft, width: int) -> list[Strip]:
    """What is not known of other tills, and why another sum comes back than was paid."""
    said = [(each, "warn") for each in returned_said(draft.preview)] if draft.preview else []
    if not draft.elsewhere_known:
        said.insert(0, (sentence("return.alone"), "dim"))
    lines = [(line, ink) for each, ink in said for line in wrap(sight.words.say(each), width - 3, 2)]
    return [row(sight.palette, width, [("  " + line, ink)]) for line, ink in lines]


def _header(sight: Sight, width: int) -> Strip:
    _ = sight.words.text
    heads = (_("Returnable"), _("Returning"), _("Paid"))
    return row(sight.palette, width, _columns(width, "  " + _("Goods"), heads, "head"))


def _columns(width: int, name: str, figures: tuple[str, str, str], ink: str = "text") -> list[Part]:
    may, back, paid = figures
    return [
        (left(name, width - LEFT - BACK - SUM - 1), ink), (right(may, LEFT), ink),
        (right(back, BACK), "warn" if ink == "text" else ink), (right(paid, SUM), "strong" if ink == "text" else ink),
    ]  # fmt: skip


def _row(sight: Sight, draft: ReturnDraft, line: ReceiptLine, here: bool, width: int) -> Strip:
    words, signs = sight.words, sight.palette.signs
    wanted = draft.wanted_milli.get(line.line_no, 0)
    left_milli = draft.left_milli.get(line.line_no, 0)
    name = f"{signs.here if here else ' '} {signs.ticked if wanted else signs.free} {clean(line.name)}"
    back = quantity_of(words, wanted, line.unit) if wanted else ""
    figures = (quantity_of(words, left_milli, line.unit), back, words.money(line.total_minor))
    ink = "text" if left_milli else "dim"
    return row(sight.palette, width, _columns(width, name, figures, ink), "selected" if here else "base")


def _foot(sight: Sight, draft: ReturnDraft, width: int) -> list[Strip]:
    """What the return does to points, and the keys."""
    words, _ = sight.words, sight.words.text
    preview = draft.preview
    points: list[Part] = []
    if preview and (preview.earned_points or preview.redeemed_points):
        points = [(" " + _("points taken back {a}, given back {b}").format(
            a=words.points(preview.earned_points), b=words.points(preview.redeemed_points)), "warn")]  # fmt: skip
    origin = _("Receipt {number} of {date}").format(
        number=clean(draft.receipt.number), date=clean(draft.receipt.moment.local_date)
    )
    keys: list[Part] = [
        ("  Enter ", "accent"), (_("whole line"), "text"), ("   F11 ", "accent"), (_("everything"), "text"),
        ("   F7 ", "accent"), (_("pay out cash"), "text"), ("   F8 ", "accent"), (_("to the card"), "text"),
    ]  # fmt: skip
    paid_by = ", ".join(_(PAID_BY[payment.kind]) for payment in draft.receipt.payments)
    paid: list[Part] = [(" · " + _("paid by {kinds}").format(kinds=paid_by), "text")] if paid_by else []
    return [ends(sight.palette, width, [("  " + origin, "dim"), *paid], [*points, (" ", "text")]),
            row(sight.palette, width, fit(keys, width))]  # fmt: skip
