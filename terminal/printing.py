"""Slips go to the printer from a thread of their own: paper never holds up a sale, never undoes one, and none is lost.

A slip waits, in a file of its own too, until the printer has said that it is printed: without paper or without power it
waits for them, over a restart of the till as well. A slip that was sent and not confirmed is printed again, as it may
have come out torn; not more often than three times.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol, cast

from devices.backoff import Backoff
from devices.driver import PrinterSettings
from devices.errors import DeviceError, Unproven
from devices.protocols import Printer
from loyalty.sentences import sentence
from terminal.device_file import Configured
from terminal.device_reports import watch_device
from terminal.fiscal.slip import DEFAULT_WIDTH
from terminal.fiscal.slip_codes import parts_of
from terminal.printing_said import SENTENCES
from terminal.session import commands as c
from terminal.supervising import Supervising
from terminal.unprinted import Slip, Unprinted

MAX_WAITING = 200
MOST_TIMES_SENT = 3
CLOSE_WAIT_S = 5.0
MENDED_BY_PEOPLE = frozenset(
    {"offline", "no_paper", "cover_open", "broken", "not_ready", "no_room_for_slips", "unproven"}
)
"""A slip waits for these to end; anything else is wrong with the slip itself."""
log = logging.getLogger("printing")


def configured_printer(devices: Sequence[Configured], supervising: Supervising) -> tuple[Paper | None, int]:
    """The printer a till's file names, watched from now on, with the width of its paper. Nothing is printed yet."""
    for each in devices:
        if each.kind == "printer":
            printer: Printer = each.make(each.settings)
            watch_device(supervising, printer, each.place)
            return printer, cast("PrinterSettings", each.settings).width
    return None, DEFAULT_WIDTH


class Paper(Protocol):
    """What is needed of a printer; its commands raise DeviceError."""

    @property
    def near_end(self) -> bool: ...

    def print_normal(self, text: str) -> None: ...

    def print_qr(self, text: str) -> None: ...

    def cut_paper(self) -> None: ...


class Printing:
    """`put` and `open_drawer` return at once; `tell` takes notices for the cashier, from the printing thread.

    With a `folder` what waits is kept in it, and what waited when the till ended is printed first.
    """

    def __init__(
        self,
        printer: Paper,
        tell: Callable[[c.Notify], None],
        folder: Path | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._printer = printer
        self._tell = tell
        self._kept = Unprinted(folder)
        self._backoff = backoff or Backoff()
        self._waits = self._backoff.waits()
        self._changed = threading.Condition()
        self._slips: deque[Slip] = deque(self._kept.left(MAX_WAITING))
        self._lost: deque[str] = deque(maxlen=MAX_WAITING)
        self._drawer = False
        self._closing = False
        self._news = False
        self._told = ""
        self._near_end = False
        self._times_sent = 0
        self._thread = threading.Thread(target=self._run, name="printing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, lines: tuple[str, ...], key: str = "") -> None:
        """`key`: the number of the receipt whose slip it is."""
        with self._changed:
            if len(self._slips) >= MAX_WAITING:
                self._lost.append(key)
                self._tell(c.Notify("warn", sentence("print.full", limit=MAX_WAITING)))
                return
            self._slips.append(self._kept.keep("\n".join(lines), key))
            self._wake()

    def paper_of(self, key: str) -> Literal["", "waits", "failed"]:
        """What is known of the slip of a receipt; nothing once it is printed, and after a restart of one given up."""
        with self._changed:
            if any(slip.key == key for slip in self._slips):
                return "waits"
            return "failed" if key in self._lost else ""

    def open_drawer(self) -> None:
        """Of the printer's socket; a printer without one has nothing to do."""
        with self._changed:
            self._drawer = True
            self._wake()

    def close(self) -> None:
        """Print what can be printed, then stop."""
        with self._changed:
            self._closing = True
            self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout=CLOSE_WAIT_S)

    def _wake(self) -> None:
        self._news = True
        self._changed.notify()

    def _run(self) -> None:
        wait_s: float | None = None
        while self._something_to_do(wait_s):
            self._kick()
            wait_s = self._print_first()

    def _something_to_do(self, wait_s: float | None) -> bool:
        """Whether to go on. After a failure: once `wait_s` is over, or there is more to do."""
        with self._changed:
            if wait_s is None:
                self._changed.wait_for(lambda: self._slips or self._drawer or self._closing)
            else:
                self._changed.wait_for(lambda: self._news or self._closing, wait_s)
            self._news = False
            return not self._closing or self._drawer or (wait_s is None and bool(self._slips))

    def _kick(self) -> None:
        with self._changed:
            asked, self._drawer = self._drawer, False
        open_drawer: Callable[[], None] | None = getattr(self._printer, "open_drawer", None)
        error = _error_of(open_drawer) if asked and open_drawer is not None else None
        if error is not None:
            log.warning("drawer_not_opened", extra={"code": error.code, "said": error.sentence})
            self._tell(c.Notify("warn", sentence("print.drawer"), sentence("print.drawer.hint")))

    def _print_first(self) -> float | None:
        """The seconds to wait before the next try, None where there is nothing to wait for."""
        if not self._slips:
            return None
        slip = self._slips[0]

        def on_paper() -> None:
            for is_code, text in parts_of(slip.text):
                put = self._printer.print_qr if is_code else self._printer.print_normal
                put(text)
            self._printer.cut_paper()

        error = _error_of(on_paper)
        if error is not None:
            self._times_sent += isinstance(error, Unproven)
            if error.code in MENDED_BY_PEOPLE and self._times_sent < MOST_TIMES_SENT:
                self._say_once(error)
                return next(self._waits)
            self._lost.append(slip.key)
            self._tell(self._given_up(error))
        elif self._told:
            self._tell(c.Notify("info", sentence("print.done")))
        self._done(slip)
        self._say_near_end()
        return None

    def _done(self, slip: Slip) -> None:
        self._kept.drop(slip)
        with self._changed:
            self._slips.popleft()
        self._told, self._times_sent, self._waits = "", 0, self._backoff.waits()

    def _say_near_end(self) -> None:
        """Once a roll: the sale goes on, and there is time to fetch another."""
        near_end = self._printer.near_end
        if near_end and not self._near_end:
            self._tell(c.Notify("warn", sentence("print.near_end"), sentence("print.near_end.hint")))
        self._near_end = near_end

    def _say_once(self, error: DeviceError) -> None:
        log.warning("slip_waits", extra={"code": error.code, "said": error.sentence})
        if self._told == error.code:
            return
        self._told = error.code
        code = f"print.{error.code}"
        if code in SENTENCES:
            hint = f"{code}.hint"
            self._tell(c.Notify("warn", sentence(code), sentence(hint) if hint in SENTENCES else None))
        else:
            self._tell(c.Notify("warn", sentence("print.failed", what=str(error))))

    def _given_up(self, error: DeviceError) -> c.Notify:
        log.error("slip_given_up", extra={"code": error.code, "said": error.sentence})
        if isinstance(error, Unproven):
            said = sentence("print.given_up", times=MOST_TIMES_SENT)
            return c.Notify("warn", said, sentence("print.given_up.hint"))
        return c.Notify("warn", sentence("print.failed", what=str(error)))


def _error_of(work: Callable[[], None]) -> DeviceError | None:
    """What became of it: the edge of this thread, which outlives whatever the driver of another package raises."""
    try:
        work()
    except DeviceError as error:
        return error
    except Exception as error:
        log.exception("driver_failed")
        return DeviceError("driver", repr(error))
    return None
