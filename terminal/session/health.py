"""How one device of the till stands, for the strip on the screen, the list of devices and the local API."""

from typing import Literal

import msgspec

from loyalty.sentences import Sentence

Standing = Literal["new", "working", "waiting", "wrong"]
"""`new`: nothing is known of it yet. `waiting`: it comes back by itself once its cable, power or paper is there.
`wrong`: somebody has to change something first."""


class DeviceHealth(msgspec.Struct, frozen=True):
    """`place` is where it is attached; since `since_ms`, wall-clock milliseconds, it stands as it does."""

    id: str
    kind: str
    place: str
    standing: Standing = "new"
    since_ms: int = 0
    said: Sentence | None = None
    """Why it does not work."""
    hint: Sentence | None = None
    """What to do."""


def troubles(devices: tuple[DeviceHealth, ...]) -> tuple[DeviceHealth, ...]:
    """Those that do not work: first what somebody has to put right, then by how long."""
    found = (each for each in devices if each.standing in ("waiting", "wrong"))
    return tuple(sorted(found, key=lambda each: (each.standing != "wrong", each.since_ms)))
