"""What a disk may hold after its power was cut, worked out from what was asked of it until then.

`Log` is what a program asked of its files, in order. What was synced is there. Of the writes to a file since its last
sync each may be there or not, and a torn one only in some of its sectors; the same goes for new lengths, for names that
were not synced, and for deleted files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Literal

SECTOR_BYTES = 512
Image = dict[str, bytes]
"""Name -> what is in the file."""
Way = Literal["kept", "dropped", "reordered", "torn"]
WAYS: tuple[Way, ...] = ("kept", "dropped", "reordered", "torn")
"""What becomes of writes that were not synced: all are there, none, some, or sectors of some."""


@dataclass(frozen=True, slots=True)
class Written:
    file: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Shortened:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    file: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """`durable`: the folder was synced with it."""

    file: str
    durable: bool


Change = Written | Shortened
Asked = Change | Synced | Deleted


@dataclass(slots=True)
class _File:
    durable: bytes = b""
    named: bool = False
    """Its name is in the folder for certain."""
    pending: list[Change] = field(default_factory=list)
    deleted: bool = False
    """And whether it is still there nobody knows."""


class Disk:
    """Follows a log from what was there before it; `after_cut` may be asked at any place."""

    def __init__(self, before: Image) -> None:
        self._files = {name: _File(data, named=True) for name, data in before.items()}

    def follow(self, asked: Asked) -> None:
        file = self._files.setdefault(asked.file, _File())
        match asked:
            case Written() | Shortened():
                if file.deleted:  # a new file of that name; the old one is gone once this is written
                    file = self._files[asked.file] = _File()
                file.pending.append(asked)
            case Synced():
                file.durable, file.pending, file.named = applied(file.durable, file.pending), [], True
            case Deleted(durable=True):
                del self._files[asked.file]
            case Deleted():
                file.deleted = True

    def after_cut(self, way: Way, chance: Random) -> Image:
        """What the disk holds when the power goes now."""
        held: Image = {}
        for name, file in self._files.items():
            if way == "kept":
                there = not file.deleted
            elif way == "dropped":
                there = file.named
            else:
                there = (file.named and not file.deleted) or chance.random() < 0.5
            if there:
                held[name] = applied(file.durable, _left(file.pending, way, chance))
        return held


def _left(pending: Iterable[Change], way: Way, chance: Random) -> list[Change]:
    match way:
        case "kept":
            return list(pending)
        case "dropped":
            return []
        case "reordered":
            return [each for each in pending if chance.random() < 0.5]
        case "torn":
            return [piece for each in pending for piece in _sectors(each) if chance.random() < 0.5]


def _sectors(change: Change) -> Iterable[Change]:
    """A write by the sectors it touches."""
    if isinstance(change, Shortened):
        return [change]
    end = change.at + len(change.data)
    edges = [change.at, *range(change.at - change.at % SECTOR_BYTES + SECTOR_BYTES, end, SECTOR_BYTES), end]
    return [
        Written(change.file, start, change.data[start - change.at : stop - change.at])
        for start, stop in pairwise(edges)
    ]


def applied(data: bytes, changes: Iterable[Change]) -> bytes:
    """What is in a file once these are done; bytes never written are 0."""
    held = bytearray(data)
    for change in changes:
        if isinstance(change, Shortened):
            held = held[: change.size].ljust(change.size, b"\0")
        else:
            held = held.ljust(change.at, b"\0")
            held[change.at : change.at + len(change.data)] = change.data
    return bytes(held)


@dataclass(slots=True)
class Log:
    """What was asked, and with `note` what had been promised by then."""

    asked: list[Asked] = field(default_factory=list)
    ask: Callable[[Asked], None] | None = None
    """Called with each before it is done: raise to let it fail."""

    def note(self, asked: Asked) -> None:
        if self.ask is not None:
            self.ask(asked)
        self.asked.append(asked)
