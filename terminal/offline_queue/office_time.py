"""What this till knows of the head office's time, told with each segment, so that a wrong clock can be put right.

What is recorded after an answer was recorded after the moment the answer tells. A few such marks are kept, in memory
and now and then in the journal; each segment tells the last one before its first event. Where our clock has run evenly
since before the segment's first event, by how much it is off is told too.
"""

import time
from collections.abc import Callable, Sequence

import msgspec

from loyalty.told_clock import LEEWAY_MS, ToldClock
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_file import place_of, set_state, state_value
from terminal.offline_queue.journal_read import last_place
from terminal.offline_queue.writer import Connection

NAME = "heard"
MAX_MARKS = 8
KEEP_EVERY_MS = 600_000
"""So much of the head office's time may be forgotten when the till ends."""
SET_MS = 60_000
"""A wall clock that has moved so much beside the one that only counts was set."""


class Heard(msgspec.Struct, frozen=True):
    """Everything after this place of the chain was recorded after that moment of the head office's time; of a look at
    our own clock, of our time."""

    place: int
    at_ms: int


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


_marks = msgspec.json.Decoder(tuple[Heard, ...])


class OfficeTime:
    """Of one journal, for one thread; `now_ms` is the wall clock, `mono_ms` the one that only counts."""

    def __init__(self, journal: Journal, now_ms: Callable[[], int], mono_ms: Callable[[], int]) -> None:
        self._journal, self._now_ms, self._mono_ms = journal, now_ms, mono_ms
        self._epoch = ""
        self._marks: tuple[Heard, ...] = ()
        self._kept_ms = 0
        self._even_ms = now_ms() - mono_ms()
        self._even_since = 0
        self._looked = Heard(0, 0)
        self._off_ms: int | None = None
        self._read()

    def heard(self, office_ms: int, surely_now: bool = False) -> None:
        """An answer tells the head office's time; `surely_now`: it is no earlier answer said again."""
        self._read()
        self._look_at_clock()
        self._marks = with_mark(self._marks, Heard(self._last(), office_ms))
        if surely_now:
            self._off_ms = office_ms - self._now_ms()
        if abs(office_ms - self._kept_ms) >= KEEP_EVERY_MS:
            marks = self._marks
            self._journal.write(lambda c: set_state(c, NAME, msgspec.json.encode(marks).decode()))
            self._kept_ms = office_ms

    def told(self, epoch: int, first_seq: int) -> ToldClock | None:
        """For a segment that begins there; None where there is nothing to tell."""
        self._read()
        self._look_at_clock()
        first, off_ms = place_of(epoch, first_seq), self._off_ms or 0
        is_off = abs(off_ms) > LEEWAY_MS and first > self._even_since
        clock = ToldClock(heard_before(self._marks, first), off_ms if is_off else 0)
        return clock if clock != ToldClock() else None

    def _read(self) -> None:
        """The marks of the journal, anew where an epoch has begun: events stand elsewhere then."""
        epoch = self._journal.read(lambda c: state_value(c, "epoch"))
        if epoch != self._epoch:
            self._epoch, self._marks = epoch, self._journal.read(kept_marks)
            self._kept_ms = self._marks[-1].at_ms if self._marks else 0
            self._even_since = self._last()
            self._looked = Heard(self._even_since, self._now_ms())

    def _look_at_clock(self) -> None:
        """Whether it was set: also to and fro since the last look, as what was recorded between shows."""
        now_ms, before, last = self._now_ms(), self._looked, self._last()
        even_ms = now_ms - self._mono_ms()
        span = (before.place, before.at_ms - SET_MS, now_ms + SET_MS)
        if abs(even_ms - self._even_ms) > SET_MS or self._journal.read(lambda c: any_outside(c, *span)):
            self._even_since, self._off_ms = last, None
            self._even_ms = even_ms
        self._looked = Heard(last, now_ms)

    def _last(self) -> int:
        return self._journal.read(last_place)


def kept_marks(connection: Connection) -> tuple[Heard, ...]:
    text = state_value(connection, NAME)
    return _marks.decode(text) if text else ()


def with_mark(marks: Sequence[Heard], new: Heard) -> tuple[Heard, ...]:
    """One more: of one place only the last counts, and where there are too many the last but one goes."""
    kept = [mark for mark in marks if mark.place < new.place]
    return (*kept[: MAX_MARKS - 1], new)


def heard_before(marks: Sequence[Heard], first: int) -> int:
    """The head office's time last heard before what is recorded from that place on; 0: none known."""
    return next((mark.at_ms for mark in reversed(marks) if mark.place < first), 0)


def any_outside(connection: Connection, place: int, first_ms: int, last_ms: int) -> bool:
    """Whether an event after that place is told for a time before or after these."""
    query = "SELECT 1 FROM event WHERE place > ? AND (at_ms < ? OR at_ms > ?) LIMIT 1"
    return connection.execute(query, (place, first_ms, last_ms)).fetchone() is not None


def forget_after(connection: Connection, place: int) -> None:
    """Events after that place move: only marks up to it still say something of them."""
    marks = tuple(mark for mark in kept_marks(connection) if mark.place <= place)
    set_state(connection, NAME, msgspec.json.encode(marks).decode())
