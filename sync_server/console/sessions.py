"""Who is logged in: sessions kept on the server under the hash of a token that only the cookie holds."""

from hashlib import sha256

import msgspec
from sqlalchemy import delete, select

from sync_server.identity import Random
from sync_server.rows import insert_only
from sync_server.schema import CONSOLE_SESSION, CONSOLE_USER
from sync_server.store import Store, Tx
from sync_server.users import Role

SESSION_MS = 12 * 3600 * 1000
SESSIONS_OF_USER = 10
"""At most so many at once; a further login ends the oldest."""
TOKEN_BYTES = 32
MAX_TOKEN_CHARS = 100


class User(msgspec.Struct, frozen=True):
    name: str
    role: Role

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"


def begin_session(store: Store, name: str, now_ms: int, random: Random) -> str:
    """Log a user in; the token for the cookie."""
    token = random(TOKEN_BYTES).hex()
    row: dict[str, str | int] = {"token_hash": _hash(token), "name": name, "expires_ms": now_ms + SESSION_MS}
    store.write(lambda tx: _begin(tx, row, now_ms))
    return token


def find_user(store: Store, token: str, now_ms: int) -> User | None:
    """Whose session it is. A changed password ends the sessions begun before it."""
    if not 0 < len(token) <= MAX_TOKEN_CHARS:
        return None
    joined = CONSOLE_SESSION.join(CONSOLE_USER, CONSOLE_SESSION.c.name == CONSOLE_USER.c.name)
    query = select(CONSOLE_USER.c.name, CONSOLE_USER.c.role).select_from(joined)
    alive = (CONSOLE_SESSION.c.token_hash == _hash(token)) & (CONSOLE_SESSION.c.expires_ms > now_ms)
    since = CONSOLE_SESSION.c.expires_ms - SESSION_MS >= CONSOLE_USER.c.made_ms
    with store.read() as tx:
        row = tx.execute(query.where(alive, since)).one_or_none()
    return User(row.name, row.role) if row else None


def end_session(store: Store, token: str) -> None:
    store.write(lambda tx: tx.execute(delete(CONSOLE_SESSION).where(CONSOLE_SESSION.c.token_hash == _hash(token))))


def _begin(tx: Tx, row: dict[str, str | int], now_ms: int) -> None:
    tx.execute(delete(CONSOLE_SESSION).where(CONSOLE_SESSION.c.expires_ms <= now_ms))
    mine = CONSOLE_SESSION.c.name == row["name"]
    oldest = select(CONSOLE_SESSION.c.token_hash).where(mine).order_by(CONSOLE_SESSION.c.expires_ms.desc())
    over = tx.execute(oldest.offset(SESSIONS_OF_USER - 1)).scalars().all()
    if over:
        tx.execute(delete(CONSOLE_SESSION).where(CONSOLE_SESSION.c.token_hash.in_(over)))
    insert_only(tx, CONSOLE_SESSION, [row])


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
