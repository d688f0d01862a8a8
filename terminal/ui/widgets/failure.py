"""Why a payment came to nothing, in its own place as soon as another notice stands where it was said."""

from textual.strip import Strip

from terminal.ui.cells import wrap
from terminal.ui.rows import row
from terminal.ui.sight import Sight

MOST_ROWS = 2


def failure_rows(sight: Sight, width: int) -> list[Strip]:
    """What was said and what to do, two rows each at most; nothing while the notice still says it."""
    state, words, palette = sight.view.state, sight.words, sight.palette
    failure, notice = state.failure, state.notice
    if failure is None:
        return []
    if notice is not None and notice.serial == failure.serial and notice.serial != sight.desk.read:
        return []
    said = wrap(words.say(failure.said), width - 6, MOST_ROWS)
    todo = wrap(words.say(failure.hint), width - 6, MOST_ROWS) if failure.hint else []
    first = row(palette, width, [(f"  {palette.signs.error} ", "bad"), (said[0], "bad")])
    rest = [(line, "bad") for line in said[1:]] + [(line, "text") for line in todo]
    return [first, *(row(palette, width, [("    " + line, ink)]) for line, ink in rest)]
