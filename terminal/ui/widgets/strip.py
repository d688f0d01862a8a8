"""The top line: where we are, how the till stands with the head office, and a device that does not work.

Offline is a fact here, not an alarm. Of devices that work nothing is said.
"""

from textual.strip import Strip

from terminal.ui.cells import clean
from terminal.ui.rows import Part, cells, ends
from terminal.ui.sight import Sight
from terminal.ui.troubles import trouble_parts

GROUND = "bar"
GAP: Part = ("  ", "text")


def strip_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    link = _link(sight, width)
    for start in _starts(sight):
        if cells([*start, *link]) <= width:
            return [ends(sight.palette, width, start, link, GROUND)]
    named = trouble_parts(sight, whole=False)
    end = [GAP, *named, GAP, *link] if named else link
    return [ends(sight.palette, width, _place_within(sight, width - cells(end)), end, GROUND)]


def strip_says_whole(sight: Sight, width: int) -> bool:
    """Whether it has room for the whole sentence about a device."""
    link = _link(sight, width)
    return any(cells([*start, *link]) <= width for start in _starts(sight))


def _starts(sight: Sight) -> list[list[Part]]:
    """What is wrong beside where we are; on a narrow screen the name of the shop gives way first."""
    whole = trouble_parts(sight, whole=True)
    if not whole:
        return []
    return [[*_place(sight), GAP, *whole], [(" " + clean(sight.view.terminal), "text"), GAP, *whole]]


def _place(sight: Sight) -> list[Part]:
    view, _ = sight.view, sight.words.text
    parts: list[Part] = [(" " + clean(view.store_name), "strong"), (" · " + clean(view.terminal), "text")]
    if view.state.shift:
        shift = view.state.shift
        parts += [(" · " + _("shift {n}").format(n=shift.shift_no), "dim"), (" · " + clean(shift.cashier), "dim")]
    return parts


def _place_within(sight: Sight, room: int) -> list[Part]:
    """Who works here stands whole before the name of the shop does, which never changes, and before the shift."""
    whole = _place(sight)
    shift = sight.view.state.shift
    if cells(whole) <= room or shift is None:
        return whole
    till: Part = (" " + clean(sight.view.terminal), "strong")
    shorter = [till, *whole[2:]]
    return shorter if cells(shorter) <= room else [till, whole[-1]]


def _link(sight: Sight, width: int) -> list[Part]:
    link, words, signs = sight.view.link, sight.words, sight.palette.signs
    _ = words.text
    here, away = (f"{signs.online} " + _("online"), "good"), (f"{signs.offline} " + _("offline"), "warn")
    online: Part = here if link.online else away
    queue = _("queue {n}").format(n=words.points(link.pending))
    parts: list[Part] = [online, ("  ", "text"), (queue, "text" if link.pending else "dim")]
    if link.loading_bp is not None:
        parts += [("  ", "text"), (_("loading {percent} %").format(percent=link.loading_bp // 100), "accent")]
    elif link.as_of_ms:
        age = words.age(max(0, sight.now_ms - link.as_of_ms) // 1000)
        parts += [("  ", "text"), (_("data {age}").format(age=age), "dim" if link.online else "warn")]
    else:
        parts += [("  ", "text"), (_("no data yet"), "warn")]
    return [(" ", "text"), *parts, (f"  {sight.clock} ", "strong")]
