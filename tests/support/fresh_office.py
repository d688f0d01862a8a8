"""A head office that has done nothing yet, made once by the migrations and copied for each test: to make its tables
costs more than most tests do."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy.engine import make_url

from sync_server.migrate import init_store
from sync_server.store import open_store


def counting() -> Callable[[int], bytes]:
    """Random bytes that count up, so that every run makes the same keys."""
    chance = itertools.count(1)
    return lambda count: next(chance).to_bytes(count, "big")


def make(url: str) -> None:
    store = open_store(url)
    try:
        init_store(store, counting())
    finally:
        store.close()


@cache
def _sqlite_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "office.db"
        make(f"sqlite:///{file}")
        (alone,) = file.parent.iterdir()  # closed, its log is in it
        return alone.read_bytes()


def copy_sqlite(url: str) -> bool:
    """Put a copy where nothing lies yet; whether that is so."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database or Path(address.database).exists():
        return False
    file = Path(address.database)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(_sqlite_bytes())
    return True
