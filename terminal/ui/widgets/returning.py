"""A return being chosen: the receipt's lines, how much of each comes back, and what is paid back for them."""

from textual.strip import Strip

from loyalty.receipt import PaymentKind, Receipt, ReceiptLine
from loyalty.returns import returned_said
from loyalty.sentences import sentence
from terminal.session.state import ReturnDraft
from terminal.ui.cells import clean, left, right, wrap
from terminal.ui.desk import selected_return
from terminal.ui.rows import Part, blank, ends, fit, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.failure import failure_rows
from terminal.ui.widgets.lines import quantity_of, window
from terminal.ui.widgets.total import PAID_BY

LEFT, BACK, SUM = 12, 12, 13
FOOT_ROWS = 3
MOST_NOTES, LEAST_LINES = 5, 3
"""Rows of reasons at most, and rows left to the goods."""


def returning_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    draft = sight.view.state.returning
    if draft is None:
        return []
    here = selected_return(sight.desk, sight.view.state)
    lines = draft.receipt.lines
    place = next((i for i, line in enumerate(lines) if line.line_no == here), 0)
    notes = [*failure_rows(sight, width), *_notes(sight, draft, width)][
        : max(0, min(MOST_NOTES, height - 1 - FOOT_ROWS - LEAST_LINES))
    ]
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
    """What the return does to points, how the receipt was paid, and the keys."""
    _ = sight.words.text
    points: list[Part] = [(f" {_points(sight, draft.preview)}", "warn")] if draft.preview else []
    origin = _("Receipt {number} of {date}").format(
        number=clean(draft.receipt.number), date=sight.words.date(clean(draft.receipt.moment.local_date))
    )
    return [
        ends(sight.palette, width, [("  " + origin, "dim")], [*points, (" ", "text")]),
        row(sight.palette, width, fit([("  " + _paid(sight, draft.receipt), "text")], width)),
        row(sight.palette, width, fit(_keys(sight, draft), width)),
    ]


def _points(sight: Sight, preview: Receipt) -> str:
    """Only what there is: a return need not touch both."""
    words, _ = sight.words, sight.words.text
    taken, back = preview.earned_points, preview.redeemed_points
    if taken and back:
        said = _("points taken back {a}, given back {b}")
    else:
        said = _("points taken back {a}") if taken else _("points given back {b}") if back else ""
    return said.format(a=words.points(taken), b=words.points(back))


def _paid(sight: Sight, receipt: Receipt) -> str:
    """How the receipt was paid: the kind alone, or what each kind paid."""
    _ = sight.words.text
    paid: dict[PaymentKind, int] = {"cash": -receipt.change_minor}
    for payment in receipt.payments:
        paid[payment.kind] = paid.get(payment.kind, 0) + payment.amount_minor
    parts = [(PAID_BY[kind], minor) for kind, minor in paid.items() if minor]
    if len(parts) == 1:
        return _("Paid by {kinds}").format(kinds=_(parts[0][0]))
    said = " · ".join(f"{_(kind)} {sight.words.money(minor)}" for kind, minor in parts)
    return _("Paid: {parts}").format(parts=said) if parts else ""


def _keys(sight: Sight, draft: ReturnDraft) -> list[Part]:
    """The key that pays the money back the way it came stands out."""
    _ = sight.words.text
    money = {each.kind for each in draft.preview.payments} if draft.preview else set[PaymentKind]()
    cash = _("all in cash") if "card" in money else _("pay out cash")
    card = _("as it was paid") if {"cash", "card"} <= money else _("to the card")
    cash_ink, card_ink = ("dim", "strong") if "card" in money else ("strong", "dim")
    return [
        ("  Enter ", "accent"), (_("whole line"), "text"), ("   F11 ", "accent"), (_("everything"), "text"),
        ("   F7 ", "accent"), (cash, cash_ink), ("   F8 ", "accent"), (card, card_ink),
    ]  # fmt: skip
