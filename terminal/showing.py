"""The customer's display is written to by a thread of its own: a slow or missing one never holds up a sale.

Only the newest text counts: what the display had no time for is left out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, cast

from devices.backoff import Backoff
from devices.displays import DisplaySettings
from devices.errors import DeviceError
from devices.protocols import LineDisplay
from loyalty.sentences import Lang, sentence
from terminal.customer_text import CustomerText, Lines
from terminal.device_file import Configured
from terminal.session import commands as c
from terminal.session.port import View
from terminal.supervised import WORKS, Seen
from terminal.supervising import Supervising

AGAIN_AFTER_S = 30.0
"""A text that stands is sent once more: a display that lost its power has forgotten it, and says nothing of that."""
CLOSE_WAIT_S = 2.0
GONE = Seen("waiting", sentence("display.gone"), sentence("display.gone.hint"))
log = logging.getLogger("display")


class Watched(Protocol):
    """What is needed of a till (terminal.session.port.Till)."""

    def view(self) -> View: ...
    def post(self, command: c.Command) -> None: ...
    def watch(self, painted: Callable[[View], None]) -> Callable[[], None]: ...


@contextmanager
def configured_display(
    devices: Sequence[Configured], till: Watched, lang: Lang, supervising: Supervising
) -> Iterator[None]:
    """Show the customer what `till` is at on the display that `devices.toml` names, until the block ends."""
    found = next((each for each in devices if each.kind == "display"), None)
    if found is None:
        yield
        return
    settings = cast("DisplaySettings", found.settings)
    watch = supervising.add(settings.id, found.kind, found.place)
    with showing(found.make(settings), till, lang, settings.greeting, watch.report):
        yield


@contextmanager
def showing(
    display: LineDisplay,
    till: Watched,
    lang: Lang,
    greeting: str = "",
    report: Callable[[Seen], None] = lambda seen: None,
) -> Iterator[None]:
    """Until the block ends; then the display is blank."""
    text = CustomerText(lang, display.columns, greeting)
    shown = Showing(display, till.post, report=report)
    shown.put(text.lines_of(till.view()))
    shown.start()
    unwatch = till.watch(lambda view: shown.put(text.lines_of(view)))
    try:
        yield
    finally:
        unwatch()
        shown.close()


class Showing:
    """`put` returns at once; `tell` takes notices for the cashier, from the display's thread."""

    def __init__(
        self,
        display: LineDisplay,
        tell: Callable[[c.Notify], None],
        backoff: Backoff | None = None,
        again_after_s: float = AGAIN_AFTER_S,
        report: Callable[[Seen], None] = lambda seen: None,
    ) -> None:
        self._display = display
        self._tell = tell
        self._backoff = backoff or Backoff()
        self._again_after_s = again_after_s
        self._report = report
        self._changed = threading.Condition()
        self._newest: Lines = ()
        self._news = False
        self._closing = False
        self._told = False
        self._thread = threading.Thread(target=self._run, name="display", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, lines: Lines) -> None:
        with self._changed:
            if lines != self._newest:
                self._newest, self._news = lines, True
                self._changed.notify()

    def close(self) -> None:
        """Blank the display, where it can be, and let it go."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_WAIT_S)

    def _run(self) -> None:
        # One that does not open fails at its first text, which is told.
        self._error_of(lambda: self._display.open(lambda event: None))
        waits = self._backoff.waits()
        while (lines := self._next(self._again_after_s)) is not None:
            error = self._shown(lines)
            self._say(error)
            if error is None:
                waits = self._backoff.waits()
            else:
                self._rest(next(waits))
        self._shown(())
        self._error_of(self._display.close)

    def _next(self, wait_s: float) -> Lines | None:
        """The newest text once there is one, else the one that stands; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._news or self._closing, wait_s)
            self._news = False
            return None if self._closing else self._newest

    def _rest(self, wait_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing, wait_s)
            self._news = True

    def _shown(self, lines: Lines) -> DeviceError | None:
        return self._error_of(lambda: self._display.display_text(lines))

    def _error_of(self, work: Callable[[], None]) -> DeviceError | None:
        """What became of it: the edge of this thread, which outlives whatever another's driver raises."""
        try:
            work()
        except DeviceError as error:
            return error
        except Exception as error:
            log.exception("driver_failed")
            return DeviceError("driver", repr(error))
        return None

    def _say(self, error: DeviceError | None) -> None:
        """Once that it went, once that it came back; and how it stands, on the strip."""
        self._report(WORKS if error is None else GONE)
        if error is not None and not self._told:
            log.warning("display_gone", extra={"code": error.code, "said": error.sentence})
            self._tell(c.Notify("warn", sentence("display.gone"), sentence("display.gone.hint")))
        elif error is None and self._told:
            self._tell(c.Notify("info", sentence("display.back")))
        self._told = error is not None
