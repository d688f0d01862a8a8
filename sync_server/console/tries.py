"""Wrong passwords: five tries, then a pause that doubles, for whoever asks from one address or for one name.

Kept in memory of this process: a restart forgets it, and several processes count each for itself.
"""

from collections import OrderedDict
from threading import Lock

import msgspec

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 15 * 60_000
FORGOTTEN_MS = 60 * 60_000
"""A key that has been quiet this long begins anew."""
MAX_KEYS = 10_000


class _Kept(msgspec.Struct):
    tries: int = 0
    pause_ms: int = 0
    until_ms: int = 0
    last_ms: int = 0


class Tries:
    """`limit` tries for each key, then a pause. A try is taken before it is made, so that many at once are counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def take(self, key: str, now_ms: int) -> int:
        """Take one try; 0, or how many milliseconds to wait before the next one."""
        with self._lock:
            kept = self._of(key, now_ms)
            if now_ms < kept.until_ms:
                return kept.until_ms - now_ms
            kept.tries += 1
            kept.last_ms = now_ms
            if kept.tries >= self._limit:
                kept.pause_ms = min(max(kept.pause_ms * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
                kept.until_ms = now_ms + kept.pause_ms
                kept.tries = 0
            return 0

    def forget(self, key: str) -> None:
        """A right password: the key begins anew."""
        with self._lock:
            self._kept.pop(key, None)

    def _of(self, key: str, now_ms: int) -> _Kept:
        kept = self._kept.pop(key, None)
        if kept is None or now_ms - max(kept.last_ms, kept.until_ms) > FORGOTTEN_MS:
            kept = _Kept()
        self._kept[key] = kept
        if len(self._kept) > MAX_KEYS:
            self._kept.popitem(last=False)
        return kept
