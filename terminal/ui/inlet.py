"""Where keys come in: through the gate that tells scans from typing, then into one queue that keeps their order.

Whatever has the focus, and over a modal too: the app gives every key here before any widget can see it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from textual import events
from textual.app import App

from terminal.session.commands import Scan

MOST_WAITING = 5000
GROUP_SEPARATOR_KEY = "ctrl+right_square_bracket"
LINE_FEED_KEY = "ctrl+j"
CR_LF_S = 0.03
"""A line feed so soon after Enter is the rest of it."""
Item = events.Event | str | Scan
"""An event a person caused, the text of a scan that came as keys, or a scan that did not."""
log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class KeyGate(Protocol):
    """What tells a scanner that types from a person; lists come back in order, a `str` is a scan."""

    @property
    def due_s(self) -> float | None: ...
    @property
    def alone(self) -> events.Event | None: ...
    def key(self, name: str, now_s: float, event: events.Event) -> Sequence[Item]: ...
    def look_again_s(self, planned_s: float, now_s: float) -> float | None: ...
    def poll(self, now_s: float) -> Sequence[Item]: ...
    def paste(self, text: str, now_s: float, event: events.Event) -> Sequence[Item]: ...


class Inlet:
    """The queue of what came in; `take` waits for the next. Without a gate every key is typed."""

    def __init__(self, app: App[None], gate: KeyGate | None, overflow: Callable[[], None]) -> None:
        self._app = app
        self._gate = gate
        self._overflow = overflow
        self._queue: asyncio.Queue[Item] = asyncio.Queue(MOST_WAITING)
        self._due: asyncio.TimerHandle | None = None
        self._under_way = 0
        self._entered_s = float("-inf")

    async def take(self) -> Item:
        return await self._queue.get()

    def taken(self) -> None:
        """The last item is dealt with."""
        self._queue.task_done()
        self._under_way -= 1

    @property
    def alone(self) -> events.Key | None:
        """A key that the gate holds with nothing before it and nothing after: it types, unless a scanner goes on."""
        held = self._gate.alone if self._gate and not self._under_way else None
        return held if isinstance(held, events.Key) else None

    async def emptied(self) -> None:
        """Wait until everything that came in is dealt with; keys the gate still holds are not in yet."""
        await self._queue.join()

    def behind_keys(self, call: Callable[..., None], *args: object) -> None:
        """Call once the keys read by now are in: they may still be on their way through the loop and the app's queue,
        so that one more turn of the loop and a place at the end of the queue let them come first."""
        asyncio.get_running_loop().call_soon(self._app.call_later, call, *args)

    def key(self, event: events.Key) -> None:
        self._put(self._gate.key(gate_name(event), event.time, event) if self._gate else [event])

    def paste(self, event: events.Paste) -> None:
        self._put(self._gate.paste(event.text, event.time, event) if self._gate else [event])

    def brought(self, scan: Scan) -> None:
        """A scan that did not come as keys: it stands behind the keys typed before it."""
        self._put([scan])

    def _put(self, items: Sequence[Item]) -> None:
        for read in items:
            item = self._one_enter(read)
            if item is None:
                continue
            try:
                self._queue.put_nowait(item)
                self._under_way += 1
            except asyncio.QueueFull:
                log.error("keys_dropped")
                self._overflow()
        self._plan_poll()

    def _one_enter(self, item: Item) -> Item | None:
        """A line feed is Enter: a terminal gives it for an Enter pressed before the screen stood, and some know no
        other. After a carriage return it is nothing."""
        if not isinstance(item, events.Key) or item.key not in ("enter", LINE_FEED_KEY):
            return item
        if item.key == "enter":
            self._entered_s = item.time
            return item
        return None if item.time - self._entered_s <= CR_LF_S else events.Key("enter", "\r")

    def _plan_poll(self) -> None:
        if self._due is not None:
            self._due.cancel()
        due_s = self._gate.due_s if self._gate else None
        self._due = None if due_s is None else self._look_at(max(due_s, time.monotonic()))

    def _look_at(self, planned_s: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(planned_s - time.monotonic(), self._look, planned_s)

    def _look(self, planned_s: float) -> None:
        again_s = self._gate.look_again_s(planned_s, time.monotonic()) if self._gate else None
        if again_s is not None:
            self._due = self._look_at(again_s)
            return
        # A busy screen never splits a scan.
        self.behind_keys(self._poll, time.monotonic())

    def _poll(self, now_s: float) -> None:
        if self._gate:
            self._put(self._gate.poll(now_s))


def gate_name(event: events.Key) -> str:
    """The name the gate knows a key by: the character of a printable key, else the name of the key."""
    return "\x1d" if event.key == GROUP_SEPARATOR_KEY else text_of(event) or event.key


def text_of(event: events.Key) -> str:
    """What a key types; empty for keys that type nothing."""
    plain = event.is_printable and not event.key.startswith(("alt+", "ctrl+"))
    return event.character if plain and event.character else ""
