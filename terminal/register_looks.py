"""The fiscal register under supervision: how it stands is asked while nobody sells, and after a command that failed."""

from __future__ import annotations

from loyalty.sentences import sentence
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.port import NoAnswer, State
from terminal.fiscal.standing import of_paper, swapped
from terminal.supervised import AT_ONCE, BUSY, WORKS, Seen
from terminal.supervising import Supervising

LOOK_EVERY_S = 120.0
"""A question to a register of ATOL is a task its web server keeps, so it is not asked as often as a printer."""


def watch_register(supervising: Supervising, register: FiscalRegister, id: str, place: str) -> None:
    watch = supervising.add(id, "fiscal", place)
    register.turn.failed = watch.look_now
    watch.look_by(lambda: look_at(register), LOOK_EVERY_S, AT_ONCE)


def look_at(register: FiscalRegister) -> Seen:
    """How it stands; BUSY while it is at work."""
    try:
        state = register.state_now()
    except NoAnswer as why:
        return _silent(why)
    return BUSY if state is None else seen_by(state, register.known_memory())


def seen_by(state: State, known_memory: str = "") -> Seen:
    """What keeps it from selling; `known_memory` is the fiscal memory the till works with."""
    if known_memory and state.serial != known_memory:
        other = swapped(known_memory, state.serial)
        return Seen("wrong", other.said, other.hint)
    for trouble in of_paper(state):
        return Seen("waiting", trouble.said, trouble.hint)
    if state.shift == "over_24h":
        return Seen("wrong", sentence("fiscal.over_24h"), sentence("fiscal.over_24h.hint"))
    return WORKS


def _silent(why: NoAnswer) -> Seen:
    """What it says itself somebody has to put right; one that says nothing may only be off."""
    hint = why.hint or sentence("fiscal.silent_report.hint")
    return Seen("wrong", why.said, hint) if why.said else Seen("waiting", sentence("fiscal.silent"), hint)
