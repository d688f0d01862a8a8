"""The one screen: a single pane with every part on it, painted row by row. It shows, and says where it was touched."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from terminal.ui.keys import Key
from terminal.ui.layout import parts, screen_rows
from terminal.ui.sight import Sight
from terminal.ui.widgets.footer import key_at
from terminal.ui.widgets.pane import Pane


class SaleScreen(Screen[None]):
    AUTO_FOCUS = None

    def __init__(self, pressed: Callable[[Key], None]) -> None:
        super().__init__()
        self._pressed = pressed
        self.pane = Pane(screen_rows, "till")

    def compose(self) -> ComposeResult:
        yield self.pane

    def paint(self, sight: Sight) -> None:
        self.pane.paint(sight)

    def on_click(self, event: events.Click) -> None:
        """The keys of the footer can be pressed by a pointer too."""
        footer = next(part for part in parts(*self.size) if part.name == "footer")
        key = key_at(event.screen_x, event.screen_y - footer.y, footer.width, footer.height)
        if key is not None:
            self._pressed(key)
