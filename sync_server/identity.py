"""What this head office is: its generation, its signing key, the key of the phone hashes, the key of one-time codes.

A head office set back to an older state must change its generation (`renew_generation`), so that terminals send again
what it lost.
"""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from hmac import new as hmac

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.rows import insert_rows, update_rows
from sync_server.schema import STATE, TERMINAL_CURSOR, TSHARDS
from sync_server.store import Bucket, Shard, Store, Tx

MOVING = "moving"
"""In `state` while a move into this database is under way (`move.py`)."""
MOVED_TO = "moved_to"
"""In `state` of a database whose head office has moved: where it is now."""
ANY_FENCE = ""
"""A terminal's fence is not known here: whatever it presents is taken, and it gets one."""
Random = Callable[[int], bytes]

SENTENCES = {
    "server.no_init": (
        "Папка ещё не подготовлена: выполните kopilka-server init",
        "The folder is not prepared yet: run kopilka-server init",
    ),
    "server.moving": (
        "Переезд в эту базу не закончен: повторите kopilka-server move",
        "A move into this database was not finished: run kopilka-server move again",
    ),
    "server.moved": (
        "Этот головной офис переехал в {where}. Если жить дальше здесь, выполните kopilka-server restored",
        "This head office has moved to {where}. To go on here instead, run kopilka-server restored",
    ),
}


class Identity(msgspec.Struct, frozen=True):
    """Read once at the start. Keys are hex of 32 bytes."""

    gen: str
    server_key: str
    scope_key: str
    code_key: str

    @property
    def signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.server_key))

    @property
    def public_key(self) -> str:
        return self.signer.public_key().public_bytes_raw().hex()

    def phone_hash(self, e164: str) -> str:
        """Hex of HMAC-SHA256(scope key, E.164 phone) cut to 16 bytes."""
        return hmac(bytes.fromhex(self.scope_key), e164.encode(), sha256).digest()[:16].hex()

    def code_hash(self, code: str) -> str:
        return hmac(bytes.fromhex(self.code_key), code.encode(), sha256).hexdigest()


def make_identity(tx: Tx, random: Random) -> None:
    """Give a new head office its generation and keys; one that has them keeps them. Raises NotNow amid a move."""
    if tx.execute(select(STATE.c.value).where(STATE.c.name == MOVING)).scalar() is not None:
        raise NotNow(sentence("server.moving"))
    made = {"gen": random(8), "server_key": random(32), "scope_key": random(32), "code_key": random(32)}
    insert_rows(tx, STATE, [{"name": name, "value": value.hex()} for name, value in made.items()])


def renew_generation(store: Store, random: Random) -> str:
    """A new generation, for a database that was set back; every terminal's fence is forgotten with the old one.

    One that had moved elsewhere is in use again. Cut short before the end nothing has changed for terminals: without a
    fence whatever they present is taken.
    """
    shards: list[Bucket] = ["many"] if store.sqlite else [Shard("tshard", number) for number in range(TSHARDS)]
    for shard in shards:
        store.write(partial(_forget_fences, shard=shard), shard)
    gen = random(8).hex()
    store.write(partial(_renew, gen=gen))
    return gen


def _forget_fences(tx: Tx, shard: Bucket) -> None:
    forgotten = update(TERMINAL_CURSOR).values(fence_cur=ANY_FENCE, fence_prev=ANY_FENCE)
    tx.execute(forgotten.where(TERMINAL_CURSOR.c.tshard == shard.number) if isinstance(shard, Shard) else forgotten)


def _renew(tx: Tx, gen: str) -> None:
    tx.execute(delete(STATE).where(STATE.c.name == MOVED_TO))
    update_rows(tx, STATE, ("name",), [{"name": "gen", "value": gen}])


def read_identity(store: Store, even_moved: bool = False) -> Identity:
    """Raises NotNow where `kopilka-server init` has not run, amid a move into this database, and after one out."""
    try:
        rows = read_state(store)
        if MOVING in rows:
            raise NotNow(sentence("server.moving"))
        if MOVED_TO in rows and not even_moved:
            raise NotNow(sentence("server.moved", where=rows[MOVED_TO]))
        return msgspec.convert({name: rows[name] for name in Identity.__struct_fields__}, Identity)
    except (KeyError, OperationalError, ProgrammingError) as error:
        raise NotNow(sentence("server.no_init")) from error


def read_state(store: Store) -> dict[str, str]:
    """Every row of `state`."""
    with store.read() as tx:
        return {row.name: row.value for row in tx.execute(select(STATE.c.name, STATE.c.value))}
