"""The shop of the benchmarks: a head office's keys, 500 products, the club's programme, tills with an open shift."""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.catalogue import Price, Product
from loyalty.codes import gtin_check_digit
from loyalty.events import ShiftOpened, canonical
from loyalty.feed import FeedRow, ProgrammeRow, Stream
from terminal.clock import now_ms
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.keys import Identity, device_key, write_identity
from terminal.offline_queue.store import create_journal, open_store
from terminal.opened import new_id

GEN = bytes(range(8)).hex()
STORE = "north"
SCOPE_KEY = bytes(range(32)).hex()
GOODS = 500
OFFICE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOWHERE = "http://127.0.0.1:9"
"""The discard port: refuses at once, so a till there is offline."""
PROGRAMME = Path(__file__).parents[1] / "loyalty" / "programmes" / "club.toml"


def rows() -> dict[Stream, list[FeedRow]]:
    """What every till has besides members."""
    goods = [_row(code_of(n), product(n)) for n in range(GOODS)]
    return {"programmes": [_row("club", _programme())], "goods": goods, "spent": []}


def code_of(n: int) -> str:
    body = f"46000{n:07}"
    return body + gtin_check_digit(body)


def product(n: int) -> Product:
    return Product(code_of(n), name_of(n), (Price(9_900 + 100 * (n % 90)),), category=("souvenirs", "food")[n % 2])


def name_of(n: int) -> str:
    """Found on a screen by no accident."""
    return f"Sample-{n:04}"


def new_till(folder: Path, url: str = NOWHERE) -> None:
    """An enrolled till with an empty journal, in an empty folder."""
    device_key(folder)
    identity = Identity(
        url=url,
        name="Till 1",
        terminal="00000000000070008000000000000001",
        terminal_no=1,
        store=STORE,
        store_name="North stand",
        scope_key=SCOPE_KEY,
        card_prefix="2990001",
        server_key=OFFICE.public_key().public_bytes_raw().hex(),
        gen=GEN,
        fence="f0",
    )
    create_journal(folder, identity)
    write_identity(folder, identity)


def open_shift(folder: Path) -> None:
    store = open_store(folder)
    try:
        store.journal.record(Fact(new_id(), now_ms(), ShiftOpened(new_id(), 1, STORE, "Anna")))
    finally:
        store.close()


def _programme() -> ProgrammeRow:
    document = PROGRAMME.read_text("utf-8")
    return ProgrammeRow("club", 1, document, OFFICE.sign(document.encode()).hex())


def _row(key: str, value: msgspec.Struct) -> FeedRow:
    return FeedRow(key, 1, msgspec.Raw(canonical(value)))
