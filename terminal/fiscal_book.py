"""fiscal.db: what was sent to the fiscal register and what it has made of it; kept only where there is a register.

A file of its own beside journal.db: it is written while a sale waits for the register, and a till without one has none.
Settled receipts are kept for a while, so that one asked about again finds its number; corrections for good.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from loyalty.events import canonical
from terminal.fiscal.cash import CashSent
from terminal.fiscal.port import Issued
from terminal.fiscal.sent import Sent
from terminal.offline_queue.writer import Connection
from terminal.small_book import decoded, open_book

FILE = "fiscal.db"
VERSION = 1
MOST_SETTLED = 1000
SETTLED, IN_DOUBT, TO_RECORD, RECORDED = 0, 1, 2, 3
"""`open` of a document. Only a correction is to be recorded by the till afterwards; it is kept for good then, since the
same asked for a year later is still the same, and there are few."""
TABLE = """CREATE TABLE IF NOT EXISTS sent (
    no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, raw BLOB NOT NULL, open INTEGER NOT NULL
)"""
MEMORY = "CREATE TABLE IF NOT EXISTS memory (no INTEGER PRIMARY KEY, serial TEXT NOT NULL, by_name TEXT NOT NULL)"
CASH = "CREATE TABLE IF NOT EXISTS cash (no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, raw BLOB NOT NULL)"
_cash = msgspec.json.Decoder(CashSent)
_sent = msgspec.json.Decoder(Sent)


class FiscalBook:
    """A FiscalJournal in the till's `folder`. Raises StoreFault: locked, full, damaged, of another version."""

    def __init__(self, folder: Path) -> None:
        self._writer = open_book(folder / FILE, VERSION, (TABLE, MEMORY, CASH))

    def sent_of(self, key: str) -> Sent | None:
        found = self._read("WHERE key = ?", (key,))
        return found[0] if found else None

    def open_sent(self) -> tuple[Sent, ...]:
        return self._read(f"WHERE open = {IN_DOUBT} ORDER BY no")

    def corrections_left(self) -> tuple[Sent, ...]:
        return self._read(f"WHERE open = {TO_RECORD} ORDER BY no")

    def correction_recorded(self, key: str) -> None:
        query = f"UPDATE sent SET open = {RECORDED} WHERE key = ? AND open = {TO_RECORD}"
        self._writer.run(lambda c: c.execute(query, (key,)))

    def keep_sent(self, sent: Sent) -> None:
        def write(connection: Connection) -> None:
            connection.execute("DELETE FROM sent WHERE key = ?", (sent.document.key,))
            row = (sent.document.key, canonical(sent), int(sent.issued is None))
            connection.execute("INSERT INTO sent (key, raw, open) VALUES (?, ?, ?)", row)
            connection.execute(
                f"DELETE FROM sent WHERE open = {SETTLED} AND no <= (SELECT max(no) FROM sent) - ?", (MOST_SETTLED,)
            )

        self._writer.run(write)

    def keep_issued(self, key: str, issued: Issued) -> None:
        sent = self.sent_of(key)
        if sent is not None:
            state = TO_RECORD if sent.receipt is None else SETTLED
            row = (canonical(replace(sent, issued=issued)), state, key)
            self._writer.run(lambda c: c.execute("UPDATE sent SET raw = ?, open = ? WHERE key = ?", row))

    def drop_sent(self, key: str) -> None:
        self._writer.run(lambda c: c.execute("DELETE FROM sent WHERE key = ?", (key,)))

    def cash_sent(self) -> tuple[CashSent, ...]:
        rows = self._writer.run(lambda c: c.execute("SELECT raw FROM cash ORDER BY no").fetchall())
        return decoded(_cash, rows, FILE)

    def keep_cash(self, sent: CashSent) -> None:
        row = (sent.move.key, canonical(sent))
        self._writer.run(lambda c: c.execute("INSERT OR REPLACE INTO cash (key, raw) VALUES (?, ?)", row))

    def drop_cash(self, key: str) -> None:
        self._writer.run(lambda c: c.execute("DELETE FROM cash WHERE key = ?", (key,)))

    def memory(self) -> str:
        rows = self._writer.run(lambda c: c.execute("SELECT serial FROM memory ORDER BY no DESC LIMIT 1").fetchall())
        return str(rows[0][0]) if rows else ""

    def keep_memory(self, serial: str, by: str) -> None:
        self._writer.run(lambda c: c.execute("INSERT INTO memory (serial, by_name) VALUES (?, ?)", (serial, by)))

    def close(self) -> None:
        self._writer.close()

    def _read(self, where: str, values: tuple[str, ...] = ()) -> tuple[Sent, ...]:
        rows = self._writer.run(lambda c: c.execute(f"SELECT raw FROM sent {where}", values).fetchall())
        return decoded(_sent, rows, FILE)
