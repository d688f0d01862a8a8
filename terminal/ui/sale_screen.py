"""The one screen: strip, total and member, the middle, hint, notice, command line, keys. It only paints."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from terminal.ui.keys import Key
from terminal.ui.sight import Sight
from terminal.ui.widgets.body import body_rows
from terminal.ui.widgets.command import command_rows
from terminal.ui.widgets.footer import footer_rows, key_at
from terminal.ui.widgets.member import member_rows
from terminal.ui.widgets.notice import hint_rows, notice_rows
from terminal.ui.widgets.pane import Pane
from terminal.ui.widgets.side import side_rows
from terminal.ui.widgets.strip import strip_rows
from terminal.ui.widgets.total import total_rows

WIDE_CELLS = 132
"""From here the explanations stand beside lines that still have the width of a narrow screen."""
TALL_CELLS = 32


class Footer(Pane):
    """The keys; a pointer presses them too."""

    def __init__(self, pressed: Callable[[Key], None]) -> None:
        super().__init__(footer_rows, "footer")
        self._pressed = pressed

    def on_click(self, event: events.Click) -> None:
        key = key_at(event.x, event.y, self.size.width, self.size.height)
        if key is not None:
            self._pressed(key)


class SaleScreen(Screen[None]):
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE_CELLS, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (TALL_CELLS, "-tall")]

    def __init__(self, pressed: Callable[[Key], None]) -> None:
        super().__init__()
        self._strip = Pane(strip_rows, "strip")
        self._total = Pane(total_rows, "total")
        self._member = Pane(member_rows, "member")
        self._body = Pane(body_rows, "body")
        self._side = Pane(side_rows, "side")
        self._hint = Pane(hint_rows, "hint")
        self._notice = Pane(notice_rows, "notice")
        self._command = Pane(command_rows, "command")
        self._footer = Footer(pressed)
        # What a cashier looks at first is painted first.
        self._panes = (
            self._command, self._notice, self._body, self._total, self._member, self._hint, self._side, self._strip,
            self._footer,
        )  # fmt: skip

    def compose(self) -> ComposeResult:
        yield self._strip
        yield Container(self._total, self._member, id="band")
        yield Container(self._body, self._side, id="middle")
        yield self._hint
        yield self._notice
        yield self._command
        yield self._footer

    def paint(self, sight: Sight) -> None:
        for pane in self._panes:
            pane.paint(sight)
