"""The fiscal register in place of the lines: how it stands, what is wrong and what to do, and what can be chosen."""

from textual.strip import Strip

from loyalty.shift import in_drawer_minor
from terminal.session.state import RegisterSeen, Trouble
from terminal.ui.cells import clean, wrap
from terminal.ui.dialogs.menu import item_rows
from terminal.ui.lists import has_register, items_of
from terminal.ui.rows import Part, fit, row
from terminal.ui.sight import Sight
from terminal.ui.words import N_

SHIFTS = {"closed": N_("shift closed"), "open": N_("shift open"), "over_24h": N_("shift over 24 hours")}
HINT_ROWS = 2


def register_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    seen, palette = sight.view.state.register, sight.palette
    items = item_rows(sight, items_of(sight.view, "register"), width)
    about = [row(palette, width, [("  " + _title(sight), "head")])]
    if not has_register(sight.view):
        about += _drawer(sight, width)
    if seen is not None:
        about += _stands(sight, seen, width) if seen.serial else []
        room = height - len(about) - len(items)
        told = [_trouble(sight, trouble, width) for trouble in seen.troubles]
        # Where the rows are too few, what is wrong goes before what to do about it: the ways on are in the list.
        enough = sum(map(len, told)) <= room
        about += [strip for strips in told for strip in (strips if enough else strips[:1])]
    if len(about) > max(1, height - len(items)):
        about = about[1:]
    return [*about[: max(1, height - len(items))], *items]


def _title(sight: Sight) -> str:
    _ = sight.words.text
    return _("Fiscal register") if has_register(sight.view) else _("Cash in and out")


def _drawer(sight: Sight, width: int) -> list[Strip]:
    """What is counted here where no register does."""
    shift, words = sight.view.state.shift, sight.words
    if shift is None:
        return []
    said = words.text("By the books the drawer holds {sum}").format(sum=words.money(in_drawer_minor(shift.totals)))
    return [row(sight.palette, width, [("  " + said, "text")])]


def _stands(sight: Sight, seen: RegisterSeen, width: int) -> list[Strip]:
    _ = sight.words.text
    memory = _("Fiscal memory {serial}").format(serial=clean(seen.serial))
    document = _("document {number}").format(number=seen.last_document)
    facts = [_("clock {at}").format(at=sight.words.moment(clean(seen.clock)))] if seen.clock else []
    facts += [_("not sent: {n}").format(n=sight.words.points(seen.unsent))] if seen.unsent else []
    second: list[Part] = [("  " + " · ".join(facts), "dim")] if facts else []
    return [
        row(sight.palette, width, fit([(f"  {memory} · {document} · {_(SHIFTS[seen.shift])}", "text")], width)),
        *([row(sight.palette, width, fit(second, width))] if second else []),
    ]


def _trouble(sight: Sight, trouble: Trouble, width: int) -> list[Strip]:
    words, palette = sight.words, sight.palette
    said = wrap(f"{palette.signs.warn} {words.say(trouble.said)}", width - 4, HINT_ROWS)
    hint = wrap(words.say(trouble.hint), width - 6, HINT_ROWS)
    return [
        *(row(palette, width, [("  " + line, "warn")]) for line in said),
        *(row(palette, width, [("    " + line, "text")]) for line in hint),
    ]
