"""The devices beside the till, for programs: how each stands, why, and what to do."""

from __future__ import annotations

import msgspec

from loyalty.sentences import Lang
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.wire import Told
from terminal.session.health import DeviceHealth, Standing


class DeviceTold(msgspec.Struct, frozen=True):
    """How a device of the till stands: `waiting` comes back by itself once its cable, power or paper is there, `wrong`
    somebody has to put right, `new` has not been asked yet."""

    id: str
    kind: str
    place: str
    """Where it is attached."""
    standing: Standing
    since_ms: int
    said: Told | None
    """Why it does not work."""
    hint: Told | None
    """What to do."""


class DevicesReply(msgspec.Struct, frozen=True):
    """Every device that the till has opened; none where it has none."""

    devices: tuple[DeviceTold, ...]


def answer_devices(desk: Desk, asked: Asked) -> Answer:
    return Answer(DevicesReply(tuple(_device(each, asked.lang) for each in desk.till.supervising.devices())))


def _device(health: DeviceHealth, lang: Lang) -> DeviceTold:
    said, hint = (told(each, lang) if each else None for each in (health.said, health.hint))
    return DeviceTold(health.id, health.kind, health.place, health.standing, health.since_ms, said, hint)
