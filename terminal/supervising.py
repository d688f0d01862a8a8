"""Every device of a till under one eye: each has a health, which the strip shows; none of them ever stops the sale.

    watch = supervising.add("kkt", "fiscal", "192.168.1.7")     # a name, its kind, where it is attached

and then one line, for a device that tells of itself, from any thread, or for one that only answers:

    watch.report(WORKS)                                         # or Seen("waiting" or "wrong", said, hint)
    watch.look_by(look)                                         # look() -> Seen; BUSY: soon; None: it has reported

`look` is called on a thread of its own, every half a minute while the device works; while it does not, after half a
second, then with waits up to 10. It may take its time and may raise, and must not be in the way of a sale that uses the
device meanwhile. `watch.look_now()` asks for a look at once, as after a command that failed. Drivers of `devices/` are
joined by terminal.device_reports. Reconnecting is the driver's: it opens its port anew, wherever that is now.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from devices.backoff import Backoff
from loyalty.sentences import sentence
from terminal.clock import now_ms
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.supervised import ASKED_AGAIN, BUSY, LOOK_EVERY_S, Seen, Watched, after, asked, look_in_s

CLOSE_WAIT_S = 1.0
SPOKEN = frozenset({"scanner", "camera"})
"""Devices whose going and coming back is also a notice: of the others the till speaks when it needs them."""
Look = Callable[[], Seen | None]
log = logging.getLogger("devices")


class Supervising:
    """`tell` takes notices for the cashier, `changed` is called when a device stands otherwise; from any thread."""

    def __init__(
        self,
        tell: Callable[[c.Notify], None],
        changed: Callable[[], None] = lambda: None,
        *,
        clock_ms: Callable[[], int] = now_ms,
        backoff: Backoff | None = None,
    ) -> None:
        self._tell = tell
        self._changed = changed
        self._clock_ms = clock_ms
        self._backoff = backoff or Backoff()
        self._watches: list[Watch] = []
        self._started = threading.Event()

    def start(self) -> None:
        """Begin to look at what is to be looked at."""
        self._started.set()
        for watch in self._watches:
            watch.begin()

    def devices(self) -> tuple[DeviceHealth, ...]:
        """How each stands now, in the order in which they came."""
        return tuple(watch.health for watch in tuple(self._watches))

    def add(self, id: str, kind: str, place: str) -> Watch:
        """A device of which nothing is known yet."""
        health = DeviceHealth(id, kind, place, since_ms=self._clock_ms())
        watch = Watch(health, self._say, self._clock_ms, self._backoff, self._started)
        self._watches.append(watch)
        return watch

    def close(self) -> None:
        """Look no more; one that hangs in a look is left behind."""
        for watch in self._watches:
            watch.stop()
        for watch in self._watches:
            watch.join()

    def _say(self, was: DeviceHealth, now: DeviceHealth) -> None:
        code = now.said.code if now.said else ""
        log.info("device_changed", extra={"device": now.id, "standing": now.standing, "code": code})
        if now.kind in SPOKEN and was.standing != now.standing:
            if now.standing != "working" and was.standing in ("new", "working"):
                self._tell(c.Notify("warn", sentence("scan.gone", port=now.place), sentence("scan.gone.hint")))
            elif now.standing == "working" and was.standing != "new":
                self._tell(c.Notify("ok", sentence("scan.back")))
        self._changed()


class Watch:
    """One device: `report` and `look_by` say how it is found, `health` how it stands."""

    def __init__(
        self,
        health: DeviceHealth,
        say: Callable[[DeviceHealth, DeviceHealth], None],
        clock_ms: Callable[[], int],
        backoff: Backoff,
        started: threading.Event,
    ) -> None:
        self._watched = Watched(health)
        self._say = say
        self._clock_ms = clock_ms
        self._backoff = backoff
        self._started = started
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopping = False
        self._looks: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None

    @property
    def health(self) -> DeviceHealth:
        return self._watched.health

    def report(self, seen: Seen) -> None:
        with self._lock:
            was = self._watched
            self._watched = after(was, seen, self._clock_ms())
            now = self._watched
        if now.misses and not was.misses and threading.current_thread() is not self._thread:
            # Told that it went, it is looked at until it is back, and not only in half a minute.
            self._woken.set()
        if now.health is not was.health:
            self._say(was.health, now.health)

    def look_by(self, look: Look, every_s: float = LOOK_EVERY_S, patience: int = ASKED_AGAIN) -> None:
        """Ask it from now on, once the till is at work; for a device that only answers. Called once.

        With the patience AT_ONCE a device no other till can be at is believed the first time.
        """
        self._watched = asked(self._watched, patience)
        self._looks = partial(self._run, look, every_s)
        if self._started.is_set():
            self.begin()

    def begin(self) -> None:
        """Look from now on, if it is to be looked at."""
        if self._looks is not None and self._thread is None and not self._stopping:
            self._thread = threading.Thread(target=self._looks, name=f"look {self.health.id}", daemon=True)
            self._thread.start()

    def look_now(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join(CLOSE_WAIT_S)

    def _run(self, look: Look, every_s: float) -> None:
        while not self._stopping:
            seen = _found(look)
            if seen is not None and seen is not BUSY and not self._stopping:
                self.report(seen)
            wait_s = self._backoff.first_s if seen is BUSY else look_in_s(self._watched, self._backoff, every_s)
            self._woken.wait(wait_s)
            self._woken.clear()


def _found(look: Look) -> Seen | None:
    try:
        return look()
    except Exception as error:
        # The edge of this thread: a driver of another package may raise anything.
        log.exception("look_failed")
        return Seen(
            "wrong", sentence("device.driver_failed", what=repr(error)[:200]), sentence("device.driver_failed.hint")
        )
