"""Wrong passwords: five tries, then a pause that doubles, for whoever asks from one address or for one name.

Kept in the database, so that all processes of a head office count together and a restart forgets nothing. Whoever has
to wait is told so by a look alone: nothing is written for a stranger who goes on asking. What was asked for is there as
a hash: a name may be a password typed into the wrong field.
"""

from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, select

from sync_server.rows import add_rows, delete_rows, select_by, update_rows
from sync_server.schema import LOGIN_TRY
from sync_server.store import Store, Tx

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 15 * 60_000
FORGOTTEN_MS = 60 * 60_000
"""A key that has been quiet this long begins anew."""
MAX_KEYS = 10_000
"""Of one kind; of more, those tried longest ago are forgotten."""
Kind = Literal["address", "name"]
Figures = tuple[int, int, int, int]
"""tries, pause_ms, until_ms, last_ms"""
_KEY = ("kind", "key")
_FIGURES = ("tries", "pause_ms", "until_ms", "last_ms")
_ROW = (*_KEY, *_FIGURES)


class Tries:
    """So many tries for each key of a kind (`limits`), then a pause. A try is taken before it is made, so that many at
    once are counted. Raises StoreFault."""

    def __init__(self, store: Store, limits: Mapping[Kind, int]) -> None:
        self._store = store
        self._limits = limits

    def wait_ms(self, keys: Mapping[Kind, str], now_ms: int) -> int:
        """How many milliseconds to wait before the next try of these keys, kind -> key; 0: none."""
        wanted = [(kind, _hash(key)) for kind, key in keys.items()]
        with self._store.read() as tx:
            rows = select_by(tx, LOGIN_TRY, ("until_ms",), _KEY, wanted)
        return max((row.until_ms - now_ms for row in rows if now_ms < row.until_ms), default=0)

    def take(self, keys: Mapping[Kind, str], now_ms: int) -> int:
        """Take one try of each of these keys at once; 0, or how long to wait where one has none left."""
        return self.wait_ms(keys, now_ms) or self._store.write(partial(self._take, keys=keys, now_ms=now_ms))

    def forget(self, keys: Mapping[Kind, str]) -> None:
        """A right password: the keys begin anew."""
        self._store.write(lambda tx: delete_rows(tx, LOGIN_TRY, _KEY, [(kind, _hash(keys[kind])) for kind in keys]))

    def _take(self, tx: Tx, keys: Mapping[Kind, str], now_ms: int) -> int:
        held = {(kind, _hash(key)): self._held(tx, kind, _hash(key)) for kind, key in sorted(keys.items())}
        wait_ms = max(until_ms - now_ms for _, _, until_ms, _ in held.values())
        if wait_ms > 0:
            return wait_ms
        rows = [(*place, *self._one_more(place[0], figures, now_ms)) for place, figures in held.items()]
        update_rows(tx, LOGIN_TRY, _KEY, [dict(zip(_ROW, row, strict=True)) for row in rows])
        return 0

    def _one_more(self, kind: Kind, figures: Figures, now_ms: int) -> Figures:
        tries, pause_ms, until_ms, last_ms = figures
        quiet = now_ms - max(last_ms, until_ms) > FORGOTTEN_MS
        tries, pause_ms, until_ms = (1 if quiet else tries + 1), (0 if quiet else pause_ms), 0
        if tries >= self._limits[kind]:
            tries, pause_ms = 0, min(max(pause_ms * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
            until_ms = now_ms + pause_ms
        return tries, pause_ms, until_ms, now_ms

    def _held(self, tx: Tx, kind: Kind, key: str) -> Figures:
        """The figures of the key's row, which nobody else changes or takes away until this is done; one that is new has
        zeros, and makes room for itself."""
        nothing = dict(zip(_ROW, (kind, key, 0, 0, 0, 0), strict=True))
        ((_, _, *figures),) = add_rows(tx, LOGIN_TRY, _KEY, [nothing], _FIGURES)
        tries, pause_ms, until_ms, last_ms = map(int, figures)
        if not last_ms:
            self._make_room(tx, kind, key)
        return tries, pause_ms, until_ms, last_ms

    def _make_room(self, tx: Tx, kind: Kind, key: str) -> None:
        of_kind: ColumnElement[bool] = LOGIN_TRY.c.kind == kind
        over = int(tx.execute(select(func.count()).select_from(LOGIN_TRY).where(of_kind)).scalar_one()) - MAX_KEYS
        if over > 0:
            others = select(LOGIN_TRY.c.key).where(of_kind, LOGIN_TRY.c.key != key)
            oldest = others.order_by(LOGIN_TRY.c.last_ms, LOGIN_TRY.c.key).limit(over)
            tx.execute(delete(LOGIN_TRY).where(of_kind, LOGIN_TRY.c.key.in_(oldest)))


def _hash(key: str) -> str:
    return blake2b(key.encode(errors="replace"), digest_size=16, person=b"kopilka login").hexdigest()
