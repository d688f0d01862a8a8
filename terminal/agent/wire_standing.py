"""What the agent replies of the till itself: its shift and reports, its link, that it is alive, what is stopped."""

from typing import Literal

import msgspec

from terminal.agent.wire import Told
from terminal.session import ShiftInfo


class ShiftReply(msgspec.Struct, frozen=True):
    """The shift with its totals; null while it is closed."""

    shift: ShiftInfo | None


class ReportReply(msgspec.Struct, frozen=True):
    """An X report (the shift goes on) or a Z report (it has ended), as figures and as a slip."""

    shift: ShiftInfo
    slip: tuple[str, ...]


class LinkReply(msgspec.Struct, frozen=True):
    """How the till stands with the head office; ages in seconds are null where nothing was heard yet."""

    online: bool
    pending: int
    """Events recorded here that the head office has not stored yet."""
    oldest_pending_ms: int | None
    cache_as_of_ms: int | None
    cache_age_s: int | None
    last_contact_ms: int | None
    problem: Told | None


class StopTold(msgspec.Struct, frozen=True):
    """Something the head office has stopped: the spending of points, or a campaign."""

    what: Literal["redemption", "campaign"]
    campaign_id: str
    reason: str
    since_ms: int


class HealthReply(msgspec.Struct, frozen=True):
    """The till answers: who it is, by which rules it sells, and what of them is stopped."""

    terminal: str
    store: str
    store_name: str
    programme_id: str
    programme_version: int
    engine: str
    stops: tuple[StopTold, ...]
