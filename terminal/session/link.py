"""How the till stands with the head office, for the strip on the screen and for what may be spent."""

from typing import Literal

import msgspec

from loyalty.sentences import Sentence


class Link(msgspec.Struct, frozen=True):
    """`pending` events are recorded here and not yet stored there; times are wall-clock milliseconds, 0 is never."""

    online: bool = False
    pending: int = 0
    as_of_ms: int = 0
    """When the cache was last level with the head office."""
    last_contact_ms: int = 0
    problem: Sentence | None = None
    """Why it is offline or does not send, for the manager."""
    fork: Literal["", "waits", "mended"] = ""
    """Another history of this till is about: it `waits` for the manager, or is `mended` and not confirmed yet. Until it
    is, nothing is spent."""
    loading_bp: int | None = None
    """How far the first download is, in hundredths of a percent; None when none is under way."""
    oldest_pending_ms: int = 0
    """When the first of the events that wait was recorded."""
