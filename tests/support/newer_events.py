"""Events as a later version writes them, and a build that understands them."""

from __future__ import annotations

import msgspec

from loyalty import events
from loyalty.events import canonical, decode_envelope

NEXT = events.EVENT_VERSION + 1


def newer(raw: bytes, v: int = NEXT) -> bytes:
    """The same event as a later version would write it."""
    return canonical(msgspec.structs.replace(decode_envelope(raw), v=v))


def upgraded(patched) -> None:
    """From here on this build understands the next version of events."""
    patched.setattr(events, "EVENT_VERSION", NEXT)
