"""What is wrong with a fiscal register, what keeps it from selling first, each with the way on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from loyalty.sentences import Sentence, sentence
from terminal.fiscal.port import FiscalPort, Inspected, State, Unsent

CLOCK_OFF_MIN = 5
UNSENT_DAYS = 3
Way = Literal["", "print_on", "renew_shift", "accept_memory", "set_clock"]
"""What the till itself can do about it; empty: people do."""


class Trouble(msgspec.Struct, frozen=True):
    said: Sentence
    hint: Sentence
    way: Way = ""


class Seen(msgspec.Struct, frozen=True):
    """A register as it stands: `state` is None where it does not answer; its `clock` as ISO local time."""

    state: State | None
    clock: str = ""
    unsent: Unsent = Unsent()
    troubles: tuple[Trouble, ...] = ()


def look(port: FiscalPort, known_memory: str, now: str) -> Seen:
    """Ask the register how it stands; `now` is our local time (ISO), `known_memory` the one worked with last. Raises
    NoAnswer."""
    state = port.state()
    clock, unsent = (port.clock(), port.unsent()) if isinstance(port, Inspected) else ("", Unsent())
    return Seen(state, clock, unsent, tuple(_troubles(state, clock, unsent, known_memory, now)))


def _troubles(state: State, clock: str, unsent: Unsent, known_memory: str, now: str) -> Iterator[Trouble]:
    if known_memory and state.serial != known_memory:
        yield swapped(known_memory, state.serial)
    yield from of_paper(state)
    if state.shift == "over_24h":
        yield Trouble(sentence("fiscal.over_24h"), sentence("fiscal.over_24h.hint"), "renew_shift")
    off_min = minutes_off(clock, now)
    if off_min > CLOCK_OFF_MIN:
        said = sentence("fiscal.clock", minutes=off_min, clock_at=clock)
        yield Trouble(said, sentence("fiscal.clock.hint"), "set_clock" if state.shift == "closed" else "")
    if minutes_off(unsent.since, now) > UNSENT_DAYS * 24 * 60:
        said = sentence("fiscal.unsent", count=unsent.count, since_at=unsent.since)
        yield Trouble(said, sentence("fiscal.unsent.hint"))


def swapped(was: str, now: str) -> Trouble:
    return Trouble(
        sentence("fiscal.swapped", was=was, now=now), sentence("fiscal.swapped.hint"), "accept_memory"
    )  # fmt: skip


def of_paper(state: State) -> Iterator[Trouble]:
    """What must be put right before anything is printed."""
    if state.cover_open:
        yield Trouble(sentence("fiscal.cover_open"), sentence("fiscal.close_cover"))
    if state.paper == "none":
        yield Trouble(sentence("fiscal.no_paper"), sentence("fiscal.put_in_roll"))
    if state.paper == "waits":
        yield Trouble(sentence("fiscal.unprinted"), sentence("fiscal.unprinted.hint"), "print_on")


def minutes_off(one: str, other: str) -> int:
    """Between two local times; 0 where one is none."""
    try:
        seconds = (datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds()
    except ValueError:
        return 0
    return abs(round(seconds / 60))
