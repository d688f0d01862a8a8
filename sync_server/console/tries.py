"""Wrong passwords: five tries, then a pause that doubles, for whoever asks from one address or for one name.

Kept in the database, so that all processes of a head office count together and a restart forgets nothing. What was
asked for is there as a hash: a name may be a password typed into the wrong field.
"""

from functools import partial
from hashlib import blake2b
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, select

from sync_server.rows import add_rows, update_rows
from sync_server.schema import LOGIN_TRY
from sync_server.store import Store, Tx

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 15 * 60_000
FORGOTTEN_MS = 60 * 60_000
"""A key that has been quiet this long begins anew."""
MAX_KEYS = 10_000
"""Of one kind; of more, those tried longest ago are forgotten."""
_KEY = ("kind", "key")
_FIGURES = ("tries", "pause_ms", "until_ms", "last_ms")
_ROW = (*_KEY, *_FIGURES)


class Tries:
    """`limit` tries for each key of a kind, then a pause. A try is taken before it is made, so that many at once are
    counted."""

    def __init__(self, store: Store, kind: Literal["address", "name"], limit: int) -> None:
        self._store = store
        self._kind = kind
        self._limit = limit

    def take(self, key: str, now_ms: int) -> int:
        """Take one try; 0, or how many milliseconds to wait before the next one. Raises StoreFault."""
        return self._store.write(partial(self._take, key=_hash(key), now_ms=now_ms))

    def forget(self, key: str) -> None:
        """A right password: the key begins anew."""
        mine = (LOGIN_TRY.c.kind == self._kind) & (LOGIN_TRY.c.key == _hash(key))
        self._store.write(lambda tx: tx.execute(delete(LOGIN_TRY).where(mine)))

    def _take(self, tx: Tx, key: str, now_ms: int) -> int:
        tries, pause_ms, until_ms, last_ms = self._held(tx, key)
        if now_ms < until_ms:
            return until_ms - now_ms
        quiet = now_ms - max(last_ms, until_ms) > FORGOTTEN_MS
        tries, pause_ms, until_ms = (1 if quiet else tries + 1), (0 if quiet else pause_ms), 0
        if tries >= self._limit:
            tries, pause_ms = 0, min(max(pause_ms * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
            until_ms = now_ms + pause_ms
        values = (self._kind, key, tries, pause_ms, until_ms, now_ms)
        update_rows(tx, LOGIN_TRY, _KEY, [dict(zip(_ROW, values, strict=True))])
        return 0

    def _held(self, tx: Tx, key: str) -> tuple[int, int, int, int]:
        """tries, pause_ms, until_ms and last_ms of the key's row, which nobody else changes or takes away until this is
        done; one that is new has zeros, and makes room for itself."""
        nothing = dict(zip(_ROW, (self._kind, key, 0, 0, 0, 0), strict=True))
        ((_, _, *figures),) = add_rows(tx, LOGIN_TRY, _KEY, [nothing], _FIGURES)
        tries, pause_ms, until_ms, last_ms = map(int, figures)
        if not last_ms:
            self._make_room(tx, key)
        return tries, pause_ms, until_ms, last_ms

    def _make_room(self, tx: Tx, key: str) -> None:
        of_kind: ColumnElement[bool] = LOGIN_TRY.c.kind == self._kind
        over = int(tx.execute(select(func.count()).select_from(LOGIN_TRY).where(of_kind)).scalar_one()) - MAX_KEYS
        if over > 0:
            others = select(LOGIN_TRY.c.key).where(of_kind, LOGIN_TRY.c.key != key)
            oldest = others.order_by(LOGIN_TRY.c.last_ms, LOGIN_TRY.c.key).limit(over)
            tx.execute(delete(LOGIN_TRY).where(of_kind, LOGIN_TRY.c.key.in_(oldest)))


def _hash(key: str) -> str:
    return blake2b(key.encode(errors="replace"), digest_size=16, person=b"kopilka login").hexdigest()
