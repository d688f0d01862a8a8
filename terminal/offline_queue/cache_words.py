"""Goods by the words of their names: the till's own index in cache.db, not part of what the head office sends.

A word is kept folded (small letters, `ё` as `е`), so that `СЫР` finds `Сыр Пошехонский` by any beginning of its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from loyalty.catalogue import Product
from terminal.offline_queue.writer import Connection

if TYPE_CHECKING:
    from sqlite_utils import Database

DDL = (
    "CREATE TABLE IF NOT EXISTS word (word TEXT, code TEXT, PRIMARY KEY (word, code)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS word_code ON word (code)",
)
MAX_WORDS = 8
"""Of a query; of a name, all."""
MAX_FOUND = 50
_LAST = "\U0010ffff"
_product = msgspec.json.Decoder(Product)
_words = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    return _words.findall(text.casefold().replace("ё", "е"))


def add(connection: Connection, code: str, body: bytes) -> None:
    product = _product.decode(body)
    entries = [(word, code) for word in {*words_of(product.name), code}]
    connection.executemany("INSERT OR IGNORE INTO word VALUES (?, ?)", entries)


def remove(connection: Connection, code: str) -> None:
    connection.execute("DELETE FROM word WHERE code = ?", (code,))


def search(connection: Connection, text: str, limit: int) -> tuple[Product, ...]:
    """Products each of whose query words begins a word of the name, or the code; by name, at most `limit`."""
    words = sorted(set(words_of(text)), key=len, reverse=True)[:MAX_WORDS]
    if not words or limit < 1:
        return ()
    codes = " INTERSECT ".join(["SELECT CAST(code AS BLOB) FROM word WHERE word >= ? AND word < ?"] * len(words))
    rows = connection.execute(
        f"SELECT body FROM goods WHERE body IS NOT NULL AND key IN ({codes}) LIMIT {MAX_FOUND}",
        [bound for word in words for bound in (word, word + _LAST)],
    )
    found = sorted((_product.decode(body) for (body,) in rows), key=lambda product: (product.name, product.code))
    return tuple(found[:limit])


def build(path: Path) -> None:
    """Fill the index of a cache file made elsewhere, as one transaction, before the till uses the file.

    The library is loaded here: it brings numpy where that is installed, a tenth of a second of every till's start.
    """
    from sqlite_utils import Database

    database = Database(path)
    try:
        with database.atomic():
            for statement in DDL:
                database.execute(statement)
            database.execute("DELETE FROM word")
            database.table("word", pk=("word", "code")).insert_all(_entries(database), ignore=True, batch_size=500)
    finally:
        database.close()


def _entries(database: Database) -> Iterator[dict[str, str]]:
    for key, body in database.execute("SELECT key, body FROM goods WHERE body IS NOT NULL"):
        code = key.decode()
        for word in {*words_of(_product.decode(body).name), code}:
            yield {"word": word, "code": code}
