"""The top line: where we are, and how the till stands with the head office. Offline is a fact here, not an alarm."""

from textual.strip import Strip

from terminal.ui.cells import clean
from terminal.ui.rows import Part, ends
from terminal.ui.sight import Sight

GROUND = "bar"
BIG_QUEUE = 1000


def strip_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    return [ends(sight.palette, width, _place(sight), _link(sight, width), GROUND)]


def _place(sight: Sight) -> list[Part]:
    view, _ = sight.view, sight.words.text
    parts: list[Part] = [(" " + clean(view.store_name), "strong"), (" · " + clean(view.terminal), "text")]
    if view.state.shift:
        shift = view.state.shift
        parts += [(" · " + _("shift {n}").format(n=shift.shift_no), "dim"), (" · " + clean(shift.cashier), "dim")]
    return parts


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
