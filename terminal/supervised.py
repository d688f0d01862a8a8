"""What is known of one device, as a state machine without I/O: what was found of it now -> how it stands, when to look.

    found      new        working                 waiting     wrong
    working    working    working                 working     working
    waiting    waiting    working, asked again    waiting     waiting
    wrong      wrong      wrong                   wrong       wrong

A device that works and is once found away is asked again before anybody is told: a printer that serves another till for
a moment has not gone. `patience` says how often; a device that only reports by itself is believed at once.
"""

from __future__ import annotations

import msgspec

from devices.backoff import Backoff
from loyalty.sentences import Sentence
from terminal.session.health import DeviceHealth, Standing

LOOK_EVERY_S = 30.0
"""How often a device that works is asked whether it still does."""
AT_ONCE = 1
ASKED_AGAIN = 2


class Seen(msgspec.Struct, frozen=True):
    """What was found of a device: one that works has nothing to say."""

    standing: Standing
    said: Sentence | None = None
    hint: Sentence | None = None


WORKS = Seen("working")
BUSY = Seen("new")
"""It could not be looked at just now, and is to be soon."""


class Watched(msgspec.Struct, frozen=True):
    """A device and how often, one time after another, it was found not to work."""

    health: DeviceHealth
    patience: int = AT_ONCE
    misses: int = 0


def after(watched: Watched, seen: Seen, now_ms: int) -> Watched:
    """How it stands once this was found; the same value where nothing has changed."""
    health = watched.health
    misses = 0 if seen.standing == "working" else watched.misses + 1
    overlooked = health.standing == "working" and seen.standing == "waiting" and misses < watched.patience
    if not overlooked and (seen.standing, _code(seen)) != (health.standing, _code(health)):
        health = msgspec.structs.replace(
            health, standing=seen.standing, since_ms=now_ms, said=seen.said, hint=seen.hint
        )
    return msgspec.structs.replace(watched, health=health, misses=misses)


def asked(watched: Watched, patience: int = ASKED_AGAIN) -> Watched:
    """A device that is looked at, and so can be asked again."""
    return msgspec.structs.replace(watched, patience=patience)


def look_in_s(watched: Watched, backoff: Backoff, every_s: float = LOOK_EVERY_S) -> float:
    """The seconds until it is looked at again: soon after it was found away, then less and less often."""
    return backoff.wait_s(watched.misses - 1) if watched.misses else every_s


def _code(of: Seen | DeviceHealth) -> str:
    return of.said.code if of.said else ""
