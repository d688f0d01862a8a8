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


class TroubleTold(msgspec.Struct, frozen=True):
    """Something wrong with the fiscal register, and the way on."""

    said: Told
    hint: Told


class DoubtTold(msgspec.Struct, frozen=True):
    """A receipt of which nobody can say whether the register has issued it: what the register says, and what to do."""

    number: str
    kind: Literal["sale", "return", "correction"]
    total_minor: int
    said: Told
    hint: Told | None


class RegisterReply(msgspec.Struct, frozen=True):
    """The fiscal register as it stands now; the figures are those of nothing where it does not answer."""

    answers: bool
    memory: str
    """The serial number of its fiscal memory."""
    last_document: int
    shift: Literal["closed", "open", "over_24h"]
    paper: Literal["there", "none", "waits"]
    """`waits`: a document is made and not on paper yet."""
    clock: str
    """Local time, to the minute."""
    unsent: int
    """Documents that the operator of fiscal data has not had yet."""
    troubles: tuple[TroubleTold, ...]
    doubt: DoubtTold | None


class CashReply(msgspec.Struct, frozen=True):
    """Cash that was put into the drawer or taken out of it, and the shift that is open now, with its totals."""

    kind: Literal["in", "out"]
    amount_minor: int
    shift: ShiftInfo | None


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
