"""The empty receipt: what to do first; before the first shift, how to open it; while the cache comes, how far it is."""

from textual.strip import Strip

from terminal.ui.cells import clean, cut
from terminal.ui.rows import Part, blank, centred
from terminal.ui.sight import Sight

BAR_CELLS = 40


def idle_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    _ = sight.words.text
    said: list[list[Part]] = [
        [(_("Scan goods or a card"), "strong")],
        [(_("or type: a code, a phone, part of a name; 3* before a scan makes three"), "dim")],
    ]
    return _middle(sight, width, height, [*said, *_demo(sight, width)])


def closed_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    _ = sight.words.text
    said: list[list[Part]] = [
        [(_("The shift is closed"), "strong")],
        [(_("Type the cashier's name and press Enter: the shift opens"), "text")],
    ]
    return _middle(sight, width, height, [*said, *_demo(sight, width)])


def loading_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """The first download; selling goods by their price needs it, so the cashier sees how long."""
    _, link = sight.words.text, sight.view.link
    share_bp = min(10_000, max(0, link.loading_bp or 0))
    full = share_bp * BAR_CELLS // 10_000
    said: list[list[Part]] = [
        [(_("Goods and members are coming from the head office"), "strong")],
        [("━" * full, "accent"), ("─" * (BAR_CELLS - full), "dim"), (f" {share_bp // 100} %", "strong")],
        [(_("This happens once; after it the till works without the network"), "dim")],
    ]
    if link.problem:
        said.append([(sight.words.say(link.problem), "warn")])
    return _middle(sight, width, height, said)


def _demo(sight: Sight, width: int) -> list[list[Part]]:
    lines = [line for line in sight.demo.splitlines() if line.strip()]
    return [[], *([(cut(clean(line), width - 2), "accent")] for line in lines)] if lines else []


def _middle(sight: Sight, width: int, height: int, said: list[list[Part]]) -> list[Strip]:
    above = max(0, (height - len(said)) // 2)
    return [blank(sight.palette, width)] * above + [centred(sight.palette, width, parts) for parts in said]
