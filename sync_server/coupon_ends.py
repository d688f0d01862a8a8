"""What tills are told of spent coupons, made anew: those nobody takes any more drop out, so that the stream is bounded.

A coupon is over some days after its own last day or that of its series, and once its series is no longer in the
published programme. Its use stays in the books: should the series come back, so does what tills are told.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, select

from loyalty.events import BUCKETS, canonical
from loyalty.feed import SpentRow, checksum_add
from loyalty.programme import Programme
from sync_server.coupon_uses import hold, standing_first
from sync_server.heads import Change, put_rows, take_numbers
from sync_server.rows import delete_rows, update_rows
from sync_server.schema import BUCKET_HEAD, COUPON_USE, FEED
from sync_server.store import Store, Tx

KEPT_DAYS = 7
"""After the last day: for tills whose clock is behind, or whose day ends later."""


def settle_spent(store: Store, programme: Programme | None, today: str) -> Counter[str]:
    """Tell tills of every coupon that is used up and could still be presented, and of no other; how many rows were
    `dropped` and `told`. Without a programme nothing is over. Running it again changes nothing."""
    done: Counter[str] = Counter()
    if programme is None:
        return done
    for bucket in range(BUCKETS):
        done += store.write(partial(_settle, bucket=bucket, programme=programme, today=today), bucket)
    return done


def over_coupons(tx: Tx, bucket: int, programme: Programme | None, today: str) -> set[str]:
    """The coupons of a bucket that nobody takes any more: all their uses are over."""
    if programme is None:
        return set()
    open_series = _open_series(programme, today)
    over, going = set[str](), set[str]()
    for row in tx.execute(select(COUPON_USE).where(COUPON_USE.c.bucket == bucket)):
        (over if _is_over(dict(row._mapping), open_series, today) else going).add(row.coupon_id)
    return over - going


def _settle(tx: Tx, bucket: int, programme: Programme, today: str) -> Counter[str]:
    table = FEED["spent"]
    with_uses = tx.execute(select(COUPON_USE.c.coupon_id).where(COUPON_USE.c.bucket == bucket).limit(1)).first()
    if with_uses is None:
        return Counter()
    hold(tx, [bucket])
    uses: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in tx.execute(select(COUPON_USE).where(COUPON_USE.c.bucket == bucket)):
        uses[row.coupon_id][row.receipt_id] = dict(row._mapping)
    open_series = _open_series(programme, today)
    wanted = {
        coupon_id: canonical(SpentRow(first["number"]))
        for coupon_id, of in uses.items()
        if (first := standing_first(of)) and not _is_over(first, open_series, today)
    }
    told = {row.key: row for row in tx.execute(select(table).where(table.c.bucket == bucket))}
    over = [row for key, row in told.items() if all(_is_over(use, open_series, today) for use in uses[key].values())]
    _drop(tx, bucket, over)
    changes = [
        Change(bucket, coupon_id, body, told[coupon_id].h if coupon_id in told else None)
        for coupon_id, body in wanted.items()
        if coupon_id not in told or told[coupon_id].body != body
    ]
    put_rows(tx, {"spent": changes})
    return Counter(dropped=len(over), told=len(changes))


def _open_series(programme: Programme, today: str) -> set[str]:
    since = _days_before(today)
    return {series.id for series in programme.coupons if not series.last or series.last >= since}


def _is_over(use: dict[str, Any], open_series: set[str], today: str) -> bool:
    return use["series"] not in open_series or "" < use["expires"] < _days_before(today)


def _days_before(today: str) -> str:
    return (date.fromisoformat(today) - timedelta(days=KEPT_DAYS)).isoformat()


def _drop(tx: Tx, bucket: int, over: list[Row[Any]]) -> None:
    """Take rows away for good. Tills below the new place fetch the bucket afresh, which is short by then."""
    if not over:
        return
    ((seq, checksum),) = take_numbers(tx, {(bucket, "spent"): 1}).values()
    for row in over:
        checksum = checksum_add(checksum, removed=row.h)
    delete_rows(tx, FEED["spent"], ("bucket", "key"), [(bucket, row.key) for row in over])
    head = {"bucket": bucket, "stream": "spent", "checksum": checksum, "low_water": seq}
    update_rows(tx, BUCKET_HEAD, ("bucket", "stream"), [head])
