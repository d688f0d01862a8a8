"""A rectangle painted row by row from the sight; only rows that changed go to the terminal."""

import logging

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from terminal.ui.rows import blank
from terminal.ui.sight import Rows, Sight

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class Pane(Widget):
    """Has no state of its own but the rows it last painted, and the size they were made for."""

    can_focus = False

    def __init__(self, rows: Rows, id: str) -> None:
        super().__init__(id=id)
        self._make = rows
        self._sight: Sight | None = None
        self._rows: list[Strip] = []
        self._made_for = Size(0, 0)

    def paint(self, sight: Sight) -> None:
        """Make the rows anew and ask to repaint those that differ; before the first layout there is nothing to do."""
        self._sight = sight
        size = self.size
        if not size:
            return
        before, size_before = self._rows, self._made_for
        self._fill(sight, size)
        if size_before != size:
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._rows, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def _fill(self, sight: Sight, size: Size) -> None:
        width, height = size
        rows = self._make(sight, width, height)[:height]
        self._rows = rows + [blank(sight.palette, width)] * (height - len(rows))
        self._made_for = size

    def _refill(self, sight: Sight) -> None:
        """After a change of size, inside Textual's own painting: a fault leaves blank rows until the next picture."""
        try:
            self._fill(sight, self.size)
        except Exception:  # the edge: an error here would end the screen
            log.exception("pane_fault")
            self._rows, self._made_for = [blank(sight.palette, self.size.width)] * self.size.height, self.size

    def render_line(self, y: int) -> Strip:
        if self._sight is not None and self._made_for != self.size:
            self._refill(self._sight)
        return self._rows[y] if y < len(self._rows) else Strip.blank(self.size.width)
