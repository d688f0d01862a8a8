"""What this till's own receipts gave of campaigns with limits, written with the receipt and read at the next scan."""

from collections.abc import Sequence

from msgspec.structs import astuple

from loyalty.feed import Applied
from loyalty.quoting.uses import Use
from terminal.offline_queue.writer import Connection

TABLE = """CREATE TABLE campaign_use (
        account_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, campaign_id TEXT NOT NULL,
        day TEXT NOT NULL, times INTEGER NOT NULL, minor INTEGER NOT NULL, points INTEGER NOT NULL,
        PRIMARY KEY (account_id, epoch, seq, campaign_id)
    ) WITHOUT ROWID"""
"""A sale's rows are those of campaigns with limits; a return's are of all campaigns, negative, on the sale's day."""


def write_uses(connection: Connection, account_id: str, epoch: int, seq: int, uses: Sequence[Use]) -> None:
    rows = [(account_id, epoch, seq, *astuple(use)) for use in uses]
    connection.executemany("INSERT INTO campaign_use VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def own_uses(connection: Connection, account_id: str, applied: Applied) -> tuple[Use, ...]:
    """Of receipts the head office's figures do not include yet, summed by campaign and day."""
    rows = connection.execute(
        "SELECT campaign_id, day, sum(times), sum(minor), sum(points) FROM campaign_use"
        " WHERE account_id = ? AND (epoch, seq) > (?, ?) GROUP BY campaign_id, day",
        (account_id, applied.epoch, applied.seq),
    )
    return tuple(Use(*row) for row in rows)
