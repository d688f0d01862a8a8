"""Paper on the screen: the slip of a receipt or of a report, with what happens next beside it."""

from itertools import zip_longest

from rich.segment import Segment
from textual.strip import Strip

from loyalty.programme import Label
from terminal.ui.cells import clean, left, wrap
from terminal.ui.desk import chosen_receipt
from terminal.ui.palette import style
from terminal.ui.rows import Part, blank, row
from terminal.ui.sight import Sight, body_of

MARGIN = 2


def paper_width(lines: tuple[str, ...]) -> int:
    return max((len(clean(line)) for line in lines), default=0) + 2 * MARGIN


def slip_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """Words at the left, paper at the right; `scroll` of the desk moves the paper."""
    state = sight.view.state
    opened = state.receipts if body_of(sight) == "receipt" else None
    lines = opened.slip if opened else state.slip
    across = min(paper_width(lines), width)
    if not opened and state.is_report and len(lines) > height and 2 * across <= width:
        return _in_columns(sight, lines, across, width, height)
    beside = width - across - 2
    words = (_of_opened if opened else _beside)(sight, max(0, beside - 2))
    if len(lines) > height:
        words += [[(line, "dim")] for line in wrap(sight.words.text("Arrows move the paper"), max(0, beside - 2), 2)]
    shown = _scrolled(sight, lines, height)
    rows: list[Strip] = []
    for y in range(height):
        said: list[Part] = words[y] if y < len(words) and beside > 12 else []
        before = row(sight.palette, max(0, width - across - 1), [("  ", "text"), *said])
        paper = _paper(sight, shown[y], across) if y < len(shown) else blank(sight.palette, across)
        rows.append(Strip([*before, *paper, *blank(sight.palette, width - across - before.cell_length)]))
    return rows


def _in_columns(sight: Sight, lines: tuple[str, ...], across: int, width: int, height: int) -> list[Strip]:
    """A report too long for the rows: its end stands beside its beginning, so that all is seen at once."""
    start = min(sight.desk.scroll, max(0, len(lines) - 2 * height))
    shown = lines[start : start + 2 * height]
    pairs = zip_longest(shown[:height], shown[height:], fillvalue="")
    rest = blank(sight.palette, width - 2 * across)
    return [Strip([*_paper(sight, one, across), *_paper(sight, two, across), *rest]) for one, two in pairs]


def _paper(sight: Sight, line: str, across: int) -> Strip:
    text = " " * MARGIN + clean(line)
    return Strip([Segment(left(text, across), style(sight.palette.name, "paper", "paper"))])


def _scrolled(sight: Sight, lines: tuple[str, ...], height: int) -> tuple[str, ...]:
    start = min(sight.desk.scroll, max(0, len(lines) - height))
    return lines[start : start + height]


def _of_opened(sight: Sight, width: int) -> list[list[Part]]:
    """Which receipt of the list it is, and what can be done with it."""
    _ = sight.words.text
    number = clean(chosen_receipt(sight.desk, sight.view.state))
    said: list[list[Part]] = [
        [(line, "strong")] for line in wrap(_("Receipt {number}").format(number=number), width, 2)
    ]
    keys = (("Enter", _("print a copy")), ("F11", _("return goods of it")), ("Esc", _("back to the list")))
    return [*said, [], *([(left(key, 6), "accent"), (text, "text")] for key, text in keys), []]


def _beside(sight: Sight, width: int) -> list[list[Part]]:
    _, state = sight.words.text, sight.view.state
    if state.mode == "done" and state.receipt and not state.is_report:
        title = _("Receipt {number} is complete") if state.receipt.kind == "sale" else _("Return {number} is complete")
        heading = title.format(number=clean(state.receipt.number))
        next_step = _("Scan: the next receipt begins by itself")
    else:
        heading = _("Report")
        next_step = (
            _("Esc goes back") if state.mode != "closed" else _("Type the cashier's name to open the next shift")
        )
    rows: list[list[Part]] = [[(line, "strong")] for line in wrap(heading, width, 3)]
    rows += [[], *([(line, "text")] for line in wrap(next_step, width, 4)), []]
    given = None if state.is_report else state.receipt
    for message in given.messages if given else ():
        rows += [[(line, "accent")] for line in wrap(sight.words.name(Label(message.ru, message.en)), width, 3)]
    if given and given.issued:
        said = sight.words.many("{n} coupon for the customer", "{n} coupons for the customer", len(given.issued))
        rows += [[(line, "accent")] for line in wrap(said, width, 2)]
    return rows
