"""What one can ask of this till's own receipts, each a function of a connection to journal-index.db."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from loyalty.feed import Applied
from loyalty.points.shown import OwnPoints
from loyalty.points.terms import Lot
from loyalty.quoting.uses import Use
from loyalty.shares import Amount
from loyalty.statuses.progress import Counted
from terminal.offline_queue.writer import Connection


class Overlay(msgspec.Struct, frozen=True):
    """What own events add to a balance: points by event and wallet, in order; progress by wallet, summed by the day of
    the sale."""

    points: tuple[OwnPoints, ...] = ()
    counted: tuple[Counted, ...] = ()
    uses: tuple[Use, ...] = ()
    """What was had of campaigns, with limits and without, summed by campaign and day of the sale."""
    coupon_uses: dict[str, int] = {}
    """series -> coupons used, of those that allow a member so many."""

    @property
    def wallets(self) -> dict[str, int]:
        """wallet -> the sum of it."""
        sums: dict[str, int] = {}
        for each in self.points:
            sums[each.wallet] = sums.get(each.wallet, 0) + each.earned - each.spent
        return sums

    def __add__(self, other: "Overlay") -> "Overlay":
        """Both together: what a till sold to an account, and before it to one that has moved there."""
        series = {*self.coupon_uses, *other.coupon_uses}
        return Overlay(
            self.points + other.points,
            self.counted + other.counted,
            self.uses + other.uses,
            {each: self.coupon_uses.get(each, 0) + other.coupon_uses.get(each, 0) for each in sorted(series)},
        )


_SUMS = ", ".join(f"sum({name})" for name in Counted.__struct_fields__[1:])
_POINTS = "wallet, date, spent, earned_points - returned_points, lot, receipts"
_OWN = " WHERE account_id = ? AND (epoch, seq) > (?, ?) "
_lot = msgspec.json.Decoder(Lot)


def overlay(index: Connection, account_id: str, applied: Applied) -> Overlay:
    since = (account_id, applied.epoch, applied.seq)
    rows = index.execute(f"SELECT {_POINTS} FROM effect {_OWN} ORDER BY epoch, seq, receipts DESC, wallet", since)
    points = tuple(
        OwnPoints(wallet, date, spent, earned, _lot.decode(lot) if lot else None, receipts > 0)
        for wallet, date, spent, earned, lot, receipts in rows
    )
    by_wallet = f"SELECT wallet, day, {_SUMS} FROM effect {_OWN} GROUP BY wallet, day ORDER BY day, wallet"
    counted = tuple(_counted(*row) for row in index.execute(by_wallet, since))
    uses = _own_uses(index, account_id, applied)
    return Overlay(points, counted, uses, _own_coupon_uses(index, account_id, applied))


def _counted(wallet: str, day: str, sold: int, back: int, receipts: int, earned: int, returned: int) -> Counted:
    return Counted(
        day, sold, back, receipts, {wallet: earned} if earned else {}, {wallet: returned} if returned else {}
    )


def _own_uses(index: Connection, account_id: str, applied: Applied) -> tuple[Use, ...]:
    """Of receipts the head office's figures do not include yet, summed by campaign and day."""
    rows = index.execute(
        f"SELECT campaign_id, day, sum(times), sum(minor), sum(points) FROM campaign_use {_OWN}"
        " GROUP BY campaign_id, day",
        (account_id, applied.epoch, applied.seq),
    )
    return tuple(Use(*row) for row in rows)


def _own_coupon_uses(index: Connection, account_id: str, applied: Applied) -> dict[str, int]:
    rows = index.execute(
        f"SELECT series, sum(times) FROM coupon_use {_OWN} GROUP BY series", (account_id, applied.epoch, applied.seq)
    )
    return dict(rows.fetchall())


def coupon_receipts(index: Connection, coupon_id: str) -> dict[str, bool]:
    rows = index.execute("SELECT number, back FROM coupon_spent WHERE id = ?", (coupon_id,))
    return {number: bool(back) for number, back in rows}


def given(index: Connection, campaigns: Collection[str]) -> dict[str, Amount]:
    """campaign id -> what own receipts gave of it, of these campaigns."""
    names = msgspec.json.encode(sorted(campaigns)).decode()
    rows = index.execute(
        "SELECT campaign_id, times, minor, points FROM campaign_given"
        " WHERE campaign_id IN (SELECT value FROM json_each(?))",
        (names,),
    )
    return {campaign_id: Amount(*figures) for campaign_id, *figures in rows}


def own_buckets(index: Connection) -> tuple[int, ...]:
    rows = index.execute("SELECT DISTINCT bucket FROM effect ORDER BY bucket")
    return tuple(bucket for (bucket,) in rows)


def credit_spent(
    index: Connection, accounts: Iterable[tuple[str, Applied]], applied: Mapping[int, Applied]
) -> tuple[int, int]:
    """Points spent on credit that the head office has not settled: of these accounts, each with how far it has this
    till's events, and of all; `applied` says the same by bucket."""
    rows = index.execute(
        "SELECT bucket, account_id, epoch, seq, points FROM right_spent WHERE kind = 'credit'"
    ).fetchall()
    marks = {account: (each.epoch, each.seq) for account, each in accounts}
    ends = {bucket: (each.epoch, each.seq) for bucket, each in applied.items()}
    mine = sum(points for _, account, *at, points in rows if account in marks and tuple(at) > marks[account])
    return mine, sum(points for bucket, _, *at, points in rows if tuple(at) > ends.get(bucket, (0, 0)))


def released(index: Connection, account_id: str, wallet: str, applied: Applied) -> int:
    """Points set aside that this till gave back and the head office has not heard of."""
    query = f"SELECT ifnull(sum(points), 0) FROM right_released {_OWN} AND wallet = ?"
    return int(index.execute(query, (account_id, applied.epoch, applied.seq, wallet)).fetchone()[0])


def last_seen(index: Connection, account_id: str) -> str:
    """The date of its last receipt here; empty where it had none."""
    return str(
        index.execute("SELECT ifnull(max(date), '') FROM effect WHERE account_id = ?", (account_id,)).fetchone()[0]
    )


def not_seen_since(index: Connection, date: str, after: str, limit: int) -> list[str]:
    """Accounts that have had a receipt here, the last before a date; by id, those after `after`."""
    query = "SELECT account_id FROM effect WHERE account_id > ? GROUP BY account_id HAVING max(date) < ? LIMIT ?"
    return [account for (account,) in index.execute(query, (after, date, limit))]
