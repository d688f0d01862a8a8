"""What this till's own receipts gave of campaigns with limits, and what they used of coupons a member has so many of.

Written with the receipt and read at the next scan.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import astuple

from loyalty.coupons.spent import SpentCoupon
from loyalty.feed import Applied
from loyalty.quoting.uses import Use
from terminal.offline_queue.writer import Connection

TABLE = """CREATE TABLE campaign_use (
        account_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, campaign_id TEXT NOT NULL,
        day TEXT NOT NULL, times INTEGER NOT NULL, minor INTEGER NOT NULL, points INTEGER NOT NULL,
        PRIMARY KEY (account_id, epoch, seq, campaign_id)
    ) WITHOUT ROWID"""
"""A sale's rows are those of campaigns with limits; a return's are of all campaigns, negative, on the sale's day."""
COUPON_TABLE = """CREATE TABLE coupon_use (
        account_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, series TEXT NOT NULL,
        times INTEGER NOT NULL, PRIMARY KEY (account_id, epoch, seq, series)
    ) WITHOUT ROWID"""
"""Of series that allow a member so many; a return of all of a sale has its rows, negative."""


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


def write_coupon_uses(
    connection: Connection, account_id: str, epoch: int, seq: int, coupons: Iterable[SpentCoupon], sign: int
) -> None:
    counted = Counter(coupon.series for coupon in coupons if coupon.counted)
    rows = [(account_id, epoch, seq, series, sign * times) for series, times in counted.items()]
    connection.executemany("INSERT INTO coupon_use VALUES (?, ?, ?, ?, ?)", rows)


def own_coupon_uses(connection: Connection, account_id: str, applied: Applied) -> dict[str, int]:
    """series -> coupons used, of receipts the head office's figures do not include yet."""
    rows = connection.execute(
        "SELECT series, sum(times) FROM coupon_use WHERE account_id = ? AND (epoch, seq) > (?, ?) GROUP BY series",
        (account_id, applied.epoch, applied.seq),
    )
    return dict(rows.fetchall())
