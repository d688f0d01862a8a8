"""The agent's memory of confirmations: whose each is, and whether its code was right. Bounded, and gone with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from loyalty.member import Member

MOST = 1000
"""Beyond, the oldest is forgotten."""
GOOD_MS = 15 * 60 * 1000
"""How long a confirmed phone waits for its sale."""


@dataclass(slots=True)
class ConfirmedPhones:
    """Threads share it. A confirmation serves its own member, until its sale is recorded or its time is over."""

    _members: dict[str, Member] = field(default_factory=dict)
    _until_ms: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begun(self, id: str, member: Member) -> None:
        with self._lock:
            self._members[id] = member
            while len(self._members) > MOST:
                self._drop(next(iter(self._members)))

    def member_of(self, id: str) -> Member | None:
        with self._lock:
            return self._members.get(id)

    def confirmed(self, id: str, now_ms: int) -> None:
        with self._lock:
            if id in self._members:
                self._until_ms[id] = now_ms + GOOD_MS

    def holds(self, id: str, member: Member, now_ms: int) -> bool:
        """Whether the member's phone is confirmed under this id, at this moment."""
        with self._lock:
            mine = self._members.get(id)
            until_ms = self._until_ms.get(id, 0)
            return mine is not None and mine.member_id == member.member_id and now_ms < until_ms

    def used(self, id: str) -> None:
        """Its sale is recorded."""
        with self._lock:
            self._drop(id)

    def _drop(self, id: str) -> None:
        self._members.pop(id, None)
        self._until_ms.pop(id, None)
