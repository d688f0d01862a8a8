"""A rectangle painted row by row from the sight; only rows that changed go to the terminal."""

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from terminal.ui.rows import blank
from terminal.ui.sight import Rows, Sight


class Pane(Widget):
    """Has no state of its own but the rows it last painted."""

    can_focus = False

    def __init__(self, rows: Rows, id: str) -> None:
        super().__init__(id=id)
        self._make = rows
        self._sight: Sight | None = None
        self._rows: list[Strip] = []

    def paint(self, sight: Sight) -> None:
        """Make the rows anew and ask to repaint those that differ."""
        self._sight = sight
        width, height = self.size
        if not width or not height:
            return
        made = self._made(sight, width, height)
        if len(made) != len(self._rows):
            self._rows = made
            self.refresh()
            return
        changed = [y for y, strip in enumerate(made) if strip != self._rows[y]]
        self._rows = made
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _made(self, sight: Sight, width: int, height: int) -> list[Strip]:
        rows = self._make(sight, width, height)[:height]
        return rows + [blank(sight.palette, width)] * (height - len(rows))

    def on_resize(self, event: events.Resize) -> None:
        self._rows = []
        if self._sight is not None:
            self.paint(self._sight)

    def render_line(self, y: int) -> Strip:
        return self._rows[y] if y < len(self._rows) else Strip.blank(self.size.width)
