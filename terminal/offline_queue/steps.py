"""What the planner asks for and what may come of it: plain values between the planner and the runner."""

import msgspec

from loyalty.api import PersonalReply, Position, SnapshotManifest
from loyalty.feed import DeltaPage, Heads, Stream
from loyalty.sentences import Sentence
from terminal.offline_queue.cache_install import Cursor


class SendPersonal(msgspec.Struct, frozen=True):
    """Post the waiting personal data and erase what was stored."""


class TellKeys(msgspec.Struct, frozen=True):
    """Announce the keys of new epochs."""


class SendSegment(msgspec.Struct, frozen=True):
    """Close the next segment, post it, and move the marks to the answer."""


class Rewind(msgspec.Struct, frozen=True):
    """Take the head office's place for ours."""

    acked: Position
    gen: str


class AskShares(msgspec.Struct, frozen=True):
    """Tell what is used of the shares of campaign budgets, and ask for more."""


class GetHeads(msgspec.Struct, frozen=True):
    """Ask where every bucket stands."""


class GetDelta(msgspec.Struct, frozen=True):
    """Ask for the rows of a bucket above `from_seq`."""

    gen: str
    stream: Stream
    bucket: int
    from_seq: int


class Install(msgspec.Struct, frozen=True):
    """Put a drained bucket into the cache, or into the snapshot not yet in place; `afresh` forgets it first."""

    pages: tuple[DeltaPage, ...]
    as_of_ms: int
    afresh: bool = False
    staged: bool = False


class BeginAnew(msgspec.Struct, frozen=True):
    """Empty the cache for a generation."""

    gen: str


class MarkLevel(msgspec.Struct, frozen=True):
    """The round is over. `whole`: everything was equal to the head office at `as_of_ms`."""

    as_of_ms: int
    whole: bool


class GetManifest(msgspec.Struct, frozen=True):
    """Ask what the ready cache file is."""


class GetPart(msgspec.Struct, frozen=True):
    """Fetch the next part of the ready cache file."""

    manifest: SnapshotManifest
    offset: int


class Stage(msgspec.Struct, frozen=True):
    """Check and unpack the file beside the cache."""

    manifest: SnapshotManifest


class Swap(msgspec.Struct, frozen=True):
    """Put the unpacked file in the cache's place."""


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do until then, in milliseconds of the monotonic clock, or until kicked."""

    until_ms: int


Upward = TellKeys | SendPersonal | SendSegment | Rewind | AskShares
Downward = GetHeads | GetDelta | Install | BeginAnew | MarkLevel
OfSnapshot = GetManifest | GetPart | Stage | Swap
Step = Upward | Downward | OfSnapshot | Wait


class Sent(msgspec.Struct, frozen=True):
    """A segment or a rewind was answered; `ours` False: the hash is not the journal's."""

    ours: bool = True


class KeysTaken(msgspec.Struct, frozen=True):
    """The head office knows our keys."""


class SharesTaken(msgspec.Struct, frozen=True):
    """The head office has answered for shares of budgets."""


class HeadsSeen(msgspec.Struct, frozen=True):
    """Heads, when they were asked for (wall clock), and where the cache stands."""

    heads: Heads
    asked_at_ms: int
    gen: str
    cursors: dict[tuple[Stream, int], Cursor]


class ManifestSeen(msgspec.Struct, frozen=True):
    """A manifest with a good signature, and how much of its file is here from before."""

    manifest: SnapshotManifest
    got_bytes: int


class PartGot(msgspec.Struct, frozen=True):
    got_bytes: int


class Staged(msgspec.Struct, frozen=True):
    """The snapshot is unpacked; the buckets this till has moved points in, whose own place it does not know."""

    own_buckets: tuple[int, ...]


class Installed(msgspec.Struct, frozen=True):
    """`sound` False: the checksums differ and the bucket was dropped."""

    sound: bool


class Done(msgspec.Struct, frozen=True):
    """A step with nothing to tell."""


class Failed(msgspec.Struct, frozen=True):
    """What went wrong: a code of api.ErrorReply, or offline, not_ours, store, bad_page, bad_snapshot."""

    code: str
    said: Sentence | None = None
    retry_after_s: int = 0
    acked: Position | None = None
    gen: str = ""


Outcome = (
    PersonalReply
    | Sent
    | SharesTaken
    | KeysTaken
    | HeadsSeen
    | DeltaPage
    | Installed
    | ManifestSeen
    | PartGot
    | Staged
    | Done
    | Failed
)


class Local(msgspec.Struct, frozen=True):
    """What waits in the journal."""

    personal: bool
    pending: int
    shares: bool = False
    """Whether the head office is to be told of shares of budgets, or asked for more."""
    keys: bool = False
    """Whether the head office is to be told of keys."""


class Now(msgspec.Struct, frozen=True):
    """`mono_ms` paces and never jumps; `wall_ms` is what people read."""

    mono_ms: int
    wall_ms: int
