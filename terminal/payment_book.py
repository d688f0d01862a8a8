"""payment.db: what was asked of the payment terminal and what became of it; kept only where there is a terminal.

A file of its own beside journal.db, as fiscal.db is: an operation is in it before a byte goes to the terminal.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from devices.payment.model import DayTotals
from loyalty.events import canonical
from terminal.charges import Fate, Kept
from terminal.offline_queue.writer import Connection
from terminal.small_book import decoded, open_book

FILE = "payment.db"
VERSION = 1
MOST_ENDED = 1000
"""Operations kept after their day has ended."""
TABLES = (
    """CREATE TABLE IF NOT EXISTS operation (
        no INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, fate TEXT NOT NULL, terminal TEXT NOT NULL,
        day TEXT NOT NULL DEFAULT '', raw BLOB NOT NULL
    )""",
    "CREATE TABLE IF NOT EXISTS day (no INTEGER PRIMARY KEY, reference TEXT NOT NULL, terminal TEXT NOT NULL)",
)
"""`day` holds those that are not ended yet; an operation names the one it was counted in."""
_kept = msgspec.json.Decoder(Kept)


class PaymentBook:
    """A PaymentJournal in the till's `folder`. Raises StoreFault: locked, full, damaged, of another version."""

    def __init__(self, folder: Path) -> None:
        self._writer = open_book(folder / FILE, VERSION, TABLES)

    def kept_of(self, reference: str) -> Kept | None:
        found = self._read("WHERE reference = ?", (reference,))
        return found[0] if found else None

    def with_fate(self, *fates: Fate) -> tuple[Kept, ...]:
        return self._read(f"WHERE fate IN ({', '.join('?' * len(fates))}) ORDER BY no", fates)

    def keep(self, kept: Kept) -> None:
        row = (kept.reference, kept.fate, kept.terminal, canonical(kept))
        self._writer.run(
            lambda c: c.execute(
                "INSERT INTO operation (reference, fate, terminal, raw) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (reference) DO UPDATE SET fate = excluded.fate, raw = excluded.raw",
                row,
            )
        )

    def drop(self, reference: str) -> None:
        self._writer.run(lambda c: c.execute("DELETE FROM operation WHERE reference = ?", (reference,)))

    def begin_day(self, terminal: str, reference: str) -> tuple[str, ...]:
        def write(connection: Connection) -> tuple[str, ...]:
            connection.execute("INSERT INTO day (reference, terminal) VALUES (?, ?)", (reference, terminal))
            connection.execute(
                "UPDATE operation SET day = ? WHERE day = '' AND fate IN ('done', 'undone') AND terminal = ?",
                (reference, terminal),
            )
            rows = connection.execute("SELECT reference FROM day WHERE terminal = ? ORDER BY no", (terminal,))
            return tuple(name for (name,) in rows)

        return self._writer.run(write)

    def sums_of_day(self, reference: str) -> DayTotals:
        done = [kept.operation for kept in self._read("WHERE fate = 'done' AND day = ?", (reference,))]
        sales, refunds = ([each.amount_minor for each in done if each.kind == kind] for kind in ("sale", "refund"))
        return DayTotals(len(sales), sum(sales), len(refunds), sum(refunds))

    def end_day(self, reference: str) -> None:
        def write(connection: Connection) -> None:
            connection.execute("DELETE FROM day WHERE reference = ?", (reference,))
            connection.execute(
                "DELETE FROM operation WHERE day <> '' AND day NOT IN (SELECT reference FROM day)"
                " AND no <= (SELECT max(no) FROM operation) - ?",
                (MOST_ENDED,),
            )

        self._writer.run(write)

    def close(self) -> None:
        self._writer.close()

    def _read(self, where: str, values: tuple[str, ...] = ()) -> tuple[Kept, ...]:
        rows = self._writer.run(lambda c: c.execute(f"SELECT raw FROM operation {where}", values).fetchall())
        return decoded(_kept, rows, FILE)
