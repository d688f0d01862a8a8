"""The peer of a painted line: nothing but the till's own pane, one row of which changes for each letter or code typed.

A letter is a row at once; digits wait for Enter and are a row together, as a scanner that types sends them.
"""

from __future__ import annotations

from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip

from loyalty.programme import Label, Programme
from terminal.session import Link, State
from terminal.session.port import View
from terminal.ui.desk import Desk
from terminal.ui.palette import PALETTES
from terminal.ui.rows import row
from terminal.ui.sight import Sight
from terminal.ui.widgets.pane import Pane
from terminal.ui.words import Words

READY = "an empty pane"
ADDED = " more: "
ROWS = 10
NOTHING = View(State(), Link(), Programme("none", 0, Label("", "")), "", "")


class LineApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self._texts = [READY] + [""] * (ROWS - 1)
        self._count = 0
        self._digits = ""
        self._pane = Pane(self._rows, "lines")
        self._sight = Sight(NOTHING, Desk(), Words("en"), PALETTES["dark"], "", 0)

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.paint(self._sight)

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdigit():
            self._digits += event.character
            return
        text, self._digits = (self._digits, "") if event.key == "enter" else (event.character or "", self._digits)
        self._count += 1
        self._texts[self._count % ROWS] = f"{self._count}{ADDED}{text}"
        self._pane.paint(self._sight)

    def _rows(self, sight: Sight, width: int, height: int) -> list[Strip]:
        return [row(sight.palette, width, ((text, "text"),)) for text in self._texts]


if __name__ == "__main__":
    LineApp().run()
