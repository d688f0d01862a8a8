"""What this head office is: its generation, its signing key, the key of the phone hashes, the key of one-time codes.

A head office set back to an older state must change its generation (`renew_generation`), so that terminals send again
what it lost.
"""

from collections.abc import Callable
from hashlib import sha256
from hmac import new as hmac

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.rows import insert_rows, update_rows
from sync_server.schema import STATE, TERMINAL_CURSOR
from sync_server.store import Store, Tx

ANY_FENCE = ""
"""A terminal's fence is not known here: whatever it presents is taken, and it gets one."""
Random = Callable[[int], bytes]

SENTENCES = {
    "server.no_init": (
        "Папка ещё не подготовлена: выполните kopilka-server init",
        "The folder is not prepared yet: run kopilka-server init",
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
    """Give a new head office its generation and keys; one that has them keeps them."""
    made = {"gen": random(8), "server_key": random(32), "scope_key": random(32), "code_key": random(32)}
    insert_rows(tx, STATE, [{"name": name, "value": value.hex()} for name, value in made.items()])


def renew_generation(tx: Tx, random: Random) -> str:
    """A new generation, for a database that was set back; every terminal's fence is forgotten with the old one."""
    gen = random(8).hex()
    update_rows(tx, STATE, ("name",), [{"name": "gen", "value": gen}])
    tx.execute(update(TERMINAL_CURSOR).values(fence_cur=ANY_FENCE, fence_prev=ANY_FENCE))
    return gen


def read_identity(store: Store) -> Identity:
    """Raises NotNow where `kopilka-server init` has not run."""
    try:
        with store.read() as tx:
            rows = {row.name: row.value for row in tx.execute(select(STATE.c.name, STATE.c.value))}
        return msgspec.convert({name: rows[name] for name in Identity.__struct_fields__}, Identity)
    except (KeyError, OperationalError, ProgrammingError) as error:
        raise NotNow(sentence("server.no_init")) from error
