"""A receipt in doubt, in place of the lines: which one, what the register says, what to do, and what can be chosen."""

from textual.strip import Strip

from loyalty.dates import clock_text
from terminal.session.state import Doubt
from terminal.ui.cells import clean, wrap
from terminal.ui.dialogs.menu import item_rows
from terminal.ui.lists import items_of
from terminal.ui.rows import blank, fit, row
from terminal.ui.sight import Sight
from terminal.ui.words import N_

KINDS = {
    "sale": N_("Receipt {number}"),
    "return": N_("Return {number}"),
    "correction": N_("Correction receipt {number}"),
}
MEANWHILE = N_(
    "Until it is known nothing is sold or returned and the shift stays open. Goods, members and prices can be looked up"
)
HINT_ROWS = 2


def resolve_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    doubt, _, palette = sight.view.doubt, sight.words.text, sight.palette
    if doubt is None:
        return []
    hint = sight.words.say(doubt.hint) if doubt.hint else ""
    items = items_of(sight.view, "resolve")
    about = [
        row(palette, width, [("  " + _("It is not known whether this receipt was issued"), "head")]),
        _which(sight, doubt, width),
        *([row(palette, width, [("  " + _("Fiscal memory {serial}").format(serial=clean(doubt.sent_to)), "dim")])]
          if doubt.sent_to else []),
        row(palette, width, fit([("  " + sight.words.say(doubt.told), "warn")], width)),
        *(row(palette, width, [("  " + line, "text")]) for line in wrap(hint, width - 4, HINT_ROWS) if line),
        *(row(palette, width, [("  " + line, "dim")]) for line in wrap(_(MEANWHILE), width - 4, HINT_ROWS)),
    ]  # fmt: skip
    gap = [blank(palette, width)] if height > len(about) + len(items) else []
    return [*about[: max(1, height - len(items))], *gap, *item_rows(sight, items, width)]


def _which(sight: Sight, doubt: Doubt, width: int) -> Strip:
    moment = doubt.moment
    at = f"{sight.words.date(moment.local_date)} {clock_text(moment.local_minute)}" if moment else ""
    name = sight.words.text(KINDS[doubt.kind]).format(number=clean(doubt.number))
    parts = [(f"  {name}", "strong"), (f"   {sight.words.money(doubt.total_minor)}", "strong"), (f"   {at}", "text")]
    return row(sight.palette, width, parts)
