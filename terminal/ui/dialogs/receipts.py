"""The receipts of the shift in place of the lines: number, time, sum, how paid, whose, and how its paper stands."""

from textual.strip import Strip

from loyalty.dates import clock_text
from terminal.session.receipts import ReceiptRow
from terminal.ui.cells import clean, left, right
from terminal.ui.rows import Part, ends, fit, row
from terminal.ui.sight import Sight
from terminal.ui.wall import wall_date, wall_text
from terminal.ui.widgets.lines import window
from terminal.ui.widgets.total import PAID_BY
from terminal.ui.words import N_

NUMBER, TIME, KIND, SUM, PAID = 12, 6, 9, 13, 17
PAPER = {"waits": N_("waits for the printer"), "failed": N_("not printed")}


def receipts_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """As many as fit, the chosen one among them."""
    listed, palette = sight.view.state.receipts, sight.palette
    rows = listed.rows if listed else ()
    here = min(sight.desk.choice, len(rows) - 1)
    first, last = window([1] * len(rows), here, height - 2)
    shown = [_row(sight, rows[place], place == here, width) for place in range(first, last)]
    return [ends(palette, width, _head(sight, first, last), _queue(sight)), *shown, _keys(sight, width)]


def _queue(sight: Sight) -> list[Part]:
    """What the head office has not got yet, consents and cash among it, and since when it waits."""
    view, words = sight.view, sight.words
    link, zone, _ = view.link, view.programme.time_zone, words.text
    if not link.pending:
        return [(_("all is sent") + " ", "dim")]
    oldest_ms = link.oldest_pending_ms
    since = wall_text(oldest_ms, zone)
    day = wall_date(oldest_ms, zone)
    if day != wall_date(sight.now_ms, zone):
        since = f"{words.day(day)} {since}"
    return [(_("{n} wait to be sent, since {since}").format(n=words.points(link.pending), since=since) + " ", "warn")]


def _head(sight: Sight, first: int, last: int) -> list[Part]:
    """Of a shift with more than the list holds the count says that there are more."""
    state, _ = sight.view.state, sight.words.text
    listed, shift = state.receipts, state.shift
    count = f"{len(listed.rows)}{'+' if listed.more else ''}" if listed else "0"
    head: list[Part] = [("  " + _("Receipts of shift {n}").format(n=shift.shift_no if shift else 0), "head")]
    return [*head, ("  " + _("{first}–{last} of {count}").format(first=first + 1, last=last, count=count), "dim")]


def _row(sight: Sight, receipt: ReceiptRow, here: bool, width: int) -> Strip:
    words, _ = sight.words, sight.words.text
    back = receipt.kind == "return"
    total = words.money(-receipt.total_minor if back else receipt.total_minor)
    start: list[Part] = [
        (f" {sight.palette.signs.here if here else ' '} ", "accent"),
        (left(clean(receipt.number), NUMBER), "strong"),
        (left(clock_text(receipt.local_minute), TIME), "dim"),
        (left(_("return") if back else "", KIND), "warn"),
        (right(total, SUM) + "  ", "strong"),
        (left(_paid(sight, receipt), PAID), "text"),
        (clean(receipt.member_name), "text"),
    ]
    return ends(sight.palette, width, start, _paper(sight, receipt), "selected" if here else "base")


def _paid(sight: Sight, receipt: ReceiptRow) -> str:
    """The one kind of money; of several, that there were."""
    _ = sight.words.text
    if not receipt.paid:
        return "—"
    return _(PAID_BY[receipt.paid[0]]) if len(receipt.paid) == 1 else _("in parts")


def _paper(sight: Sight, receipt: ReceiptRow) -> list[Part]:
    """The fiscal document, and a slip that is not on paper; of a printed slip nothing is said."""
    _ = sight.words.text
    document = _("doc. {number}").format(number=clean(receipt.fiscal_number)) if receipt.fiscal_number else ""
    trouble = _(PAPER[receipt.paper]) if receipt.paper else ""
    return [(f"  {trouble}" if trouble else "", "warn"), (f"  {document}" if document else "", "dim"), (" ", "text")]


def _keys(sight: Sight, width: int) -> Strip:
    _ = sight.words.text
    parts: list[Part] = [
        ("  Enter ", "accent"), (_("look at it"), "text"), ("   F11 ", "accent"), (_("return goods of it"), "text"),
        ("   Esc ", "accent"), (_("back"), "text"),
    ]  # fmt: skip
    return row(sight.palette, width, fit(parts, width))
