"""The one screen: a single pane with every part on it, painted row by row. It shows, and says where it was touched."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer

from terminal.ui.keys import Key
from terminal.ui.layout import parts, screen_rows
from terminal.ui.sight import Sight
from terminal.ui.widgets.footer import key_at
from terminal.ui.widgets.pane import Pane

FRAME_S = 1 / 240
"""Textual paints at once, but for the first two frames after it has painted. In its own frames, of 1/60 s, a picture
waited for up to 33 ms behind the command line that its key had emptied."""


class SaleScreen(Screen[None]):
    AUTO_FOCUS = None

    def __init__(self, pressed: Callable[[Key], None]) -> None:
        super().__init__()
        self._pressed = pressed
        self.pane = Pane(screen_rows, "till")
        self._frames: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self.pane

    def paint(self, sight: Sight) -> None:
        self.pane.paint(sight)

    @property
    def _update_timer(self) -> Timer:
        """Where Textual looks for its frames."""
        if self._frames is None:
            self._frames = self.set_interval(FRAME_S, self._on_timer_update, name="frames", pause=True)
        return self._frames

    def on_click(self, event: events.Click) -> None:
        """The keys of the footer can be pressed by a pointer too."""
        footer = next(part for part in parts(*self.size) if part.name == "footer")
        key = key_at(event.screen_x, event.screen_y - footer.y, footer.width, footer.height)
        if key is not None:
            self._pressed(key)
