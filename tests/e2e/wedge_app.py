"""A small screen with a field in focus and the key gate before it, run on a pseudo-terminal by its test.

What happens is written as lines to the descriptor given as the first argument; ctrl+g writes the field and empties it,
ctrl+o opens a modal with a field of its own, ctrl+t makes the next held key block the loop for longer than it is held,
ctrl+y goes from patient measures of a scanner's speed to those of a till and back.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from loyalty.codes import CodeRanges, is_scan
from terminal.scanner.gate import KeyGate
from terminal.scanner.wedge import WedgeProfile

GROUP_SEPARATOR_KEY = "ctrl+right_square_bracket"
TILLS = WedgeProfile(repeat_s=0.0)
"""Each test scans the same code, sooner after the last than a person would: none is to be taken for a repeat."""
PATIENT = WedgeProfile(hold_s=0.5, mean_gap_s=0.5, pause_s=2.0, repeat_s=0.0)
"""A machine that is busy with other tests stumbles for longer than a till's does, and types no slower than a person."""


def gate_name(event: events.Key) -> str:
    """The name the gate knows a key by: the character of a printable key, else the name of the key."""
    if event.key == GROUP_SEPARATOR_KEY:
        return "\x1d"
    plain = event.is_printable and not event.key.startswith(("alt+", "ctrl+"))
    return event.character if plain and event.character else event.key


def gate_of(profile: WedgeProfile) -> KeyGate[events.Event]:
    return KeyGate(lambda text: is_scan(text, CodeRanges()), profile)


class Field(Input):
    """Tells what it holds itself, so that the telling stays behind the keys typed into it."""

    BINDINGS: ClassVar = [Binding("ctrl+g", "app.tell")]

    async def action_submit(self) -> None:
        assert isinstance(self.app, WedgeApp)
        self.app.report(submitted=self.value)


class Ask(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Field(id="modal")


class WedgeApp(App[None]):
    BINDINGS: ClassVar = [
        Binding("ctrl+o", "ask", priority=True),
        Binding("ctrl+t", "stumble", priority=True),
        Binding("ctrl+y", "other_profile", priority=True),
    ]

    def __init__(self, report_descriptor: int) -> None:
        super().__init__()
        self._report_descriptor = report_descriptor
        self._profile = PATIENT
        self._gate = gate_of(PATIENT)
        self._due: asyncio.TimerHandle | None = None
        self._stumbles = False

    def compose(self) -> ComposeResult:
        yield Field(id="field")
        yield Button("other")

    def on_mount(self) -> None:
        self.query_one("#field").focus()
        self.call_after_refresh(self.report, ready=True)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._let_through(self._gate.key(gate_name(event), event.time, event))
            if self._stumbles and self._gate.due_s is not None:
                self._stumbles = False
                time.sleep(self._profile.hold_s + 0.1)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            await self._let_through(self._gate.paste(event.text, event.time, event))
        else:
            await super().on_event(event)

    async def _let_through(self, items: Sequence[events.Event | str]) -> None:
        for item in items:
            if isinstance(item, str):
                self.report(scan=item)
            else:
                await super().on_event(item)
        self._plan_poll()

    def _plan_poll(self) -> None:
        if self._due is not None:
            self._due.cancel()
        due_s = self._gate.due_s
        self._due = None if due_s is None else self._look_at(max(due_s, time.monotonic()))

    def _look_at(self, planned_s: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(planned_s - time.monotonic(), self._look, planned_s)

    def _look(self, planned_s: float) -> None:
        again_s = self._gate.look_again_s(planned_s, time.monotonic())
        if again_s is not None:
            self._due = self._look_at(again_s)
            return
        # Keys read before this moment may still be on their way through the loop and the app's queue. One more turn of
        # the loop and a place at the end of the queue let them come first, so that a busy screen never splits a scan.
        asyncio.get_running_loop().call_soon(self.call_later, self._poll, time.monotonic())

    async def _poll(self, now_s: float) -> None:
        await self._let_through(self._gate.poll(now_s))

    def action_tell(self) -> None:
        field = self.screen.query_one(Input)
        self.report(field=field.value, focus=self.focused.id if self.focused else None)
        field.value = ""
        field.focus()

    def action_ask(self) -> None:
        self.push_screen(Ask())

    def action_stumble(self) -> None:
        self._stumbles = True

    def action_other_profile(self) -> None:
        self._profile = TILLS if self._profile is PATIENT else PATIENT
        self._gate = gate_of(self._profile)

    def report(self, **facts: object) -> None:
        os.write(self._report_descriptor, (json.dumps(facts) + "\n").encode())


if __name__ == "__main__":
    WedgeApp(int(sys.argv[1])).run()
