"""Coupons for one use, shared by all tills: who has used which, and what goes down so that others refuse it.

A use is a claim by primary key in the coupon's own bucket, made before its receipt is applied; it is a fact and stays.
What tills get (stream `spent`) follows from the uses: a row as long as one of them stands. A second receipt with the
same coupon is honoured as printed and flagged, naming the receipt that was first here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Row

from loyalty.events import ReturnCompleted, SaleCompleted, bucket_of, canonical
from loyalty.feed import SpentRow
from loyalty.receipt import Receipt
from loyalty.returns import returnable
from sync_server.arrivals import Arrived, receipt_of
from sync_server.flags import flag
from sync_server.heads import Change, put_rows
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import BUCKET_HEAD, COUPON_USE, FEED, FLAG, RECEIPT, RETURNED
from sync_server.store import Store, Tx

MAX_TOGETHER = 2000
"""Uses of one transaction: on SQLite of many coupons' buckets, on PostgreSQL of one."""
_KEY = ("bucket", "coupon_id", "receipt_id")
_ROW = (*_KEY, "number", "at_ms", "back", "after")
_receipt = msgspec.json.Decoder(Receipt)


class CouponUse(msgspec.Struct, frozen=True):
    """A receipt that used a coupon for one use; `expires` is the coupon's own last day or empty."""

    coupon_id: str
    receipt_id: str
    number: str = ""
    terminal: str = ""
    series: str = ""
    expires: str = ""
    at_ms: int = 0

    @property
    def bucket(self) -> int:
        return bucket_of(self.coupon_id)


After = dict[tuple[str, str], str]
"""(coupon_id, receipt_id) -> the number of the receipt that had used the coupon before; only where one had."""


def claim_coupons(store: Store, arrived: Iterable[Arrived]) -> After:
    """Write down the coupons of these sales, each once however often it is asked."""
    wanted = sorted((use for event in arrived for use in _uses(event)), key=lambda use: use.bucket)
    after: After = {}
    for group in _groups(store, wanted):
        after |= store.write(partial(_claim, group=group), _bucket(store, group))
    return after


def flag_again(store: Store, arrived: Sequence[Arrived], after: After) -> None:
    """A flag for each of these sales whose coupon another receipt had used before."""
    for event in arrived if after else ():
        uses = [use for use in _uses(event) if (use.coupon_id, use.receipt_id) in after]
        if uses:
            first = ", ".join(sorted({after[use.coupon_id, use.receipt_id] for use in uses}))
            said = f"receipt {uses[0].number} used a coupon ({uses[0].series}) that receipt {first} had used"
            row = flag(event, "coupon_again", said)
            store.write(partial(insert_rows, table=FLAG, rows=[row]), event.bucket)


def free_coupons(store: Store, arrived: Sequence[Arrived]) -> None:
    """The coupons of sales that these events have brought back as a whole are free again. Ask it once they are applied:
    it looks at what is returned by then, so that it does not matter which event came last."""
    wanted = sorted(_returned_whole(store, arrived), key=lambda use: use.bucket)
    for group in _groups(store, wanted):
        store.write(partial(_free, group=group), _bucket(store, group))


def _uses(event: Arrived) -> Iterator[CouponUse]:
    if isinstance(event.body, SaleCompleted):
        yield from uses_of(receipt_of(event))


def uses_of(sale: Receipt) -> Iterator[CouponUse]:
    """What a sale used of coupons for one use; a text that is no coupon's id is nobody's."""
    for each in sale.spent:
        if each.single and len(each.id) == 32 and not set(each.id) - set("0123456789abcdef"):
            named = (each.id, sale.receipt_id, sale.number, sale.terminal, each.series, each.expires)
            yield CouponUse(*named, sale.moment.at_ms)


def _groups(store: Store, wanted: list[CouponUse]) -> Iterator[list[CouponUse]]:
    """One transaction each: on PostgreSQL those of one bucket."""
    groups: defaultdict[int, list[CouponUse]] = defaultdict(list)
    for use in wanted:
        groups[0 if store.sqlite else use.bucket].append(use)
    for group in groups.values():
        yield from (group[at : at + MAX_TOGETHER] for at in range(0, len(group), MAX_TOGETHER))


def _bucket(store: Store, group: list[CouponUse]) -> Any:
    return "many" if store.sqlite else group[0].bucket


def _claim(tx: Tx, group: list[CouponUse]) -> After:
    known = _known(tx, group)
    new: list[dict[str, Any]] = []
    for use in group:
        of = known[use.coupon_id]
        if use.receipt_id in of:
            continue
        standing = standing_first(of)
        row = {
            "bucket": use.bucket, "coupon_id": use.coupon_id, "receipt_id": use.receipt_id, "number": use.number,
            "terminal": use.terminal, "series": use.series, "expires": use.expires, "at_ms": use.at_ms, "back": 0,
            "after": standing["number"] if standing else "",
        }  # fmt: skip
        of[use.receipt_id] = row
        new.append(row)
    insert_rows(tx, COUPON_USE, new)
    put_rows(tx, {"spent": _changes(tx, known)})
    found = {(use.coupon_id, use.receipt_id): known[use.coupon_id][use.receipt_id]["after"] for use in group}
    return {key: number for key, number in found.items() if number}


def _free(tx: Tx, group: list[CouponUse]) -> None:
    known = _known(tx, group)
    back = [known[use.coupon_id][use.receipt_id] for use in group if use.receipt_id in known[use.coupon_id]]
    for row in back:
        row["back"] = 1
    update_rows(tx, COUPON_USE, _KEY, [{name: row[name] for name in (*_KEY, "back")} for row in back])
    put_rows(tx, {"spent": _changes(tx, known)})


def hold(tx: Tx, buckets: Sequence[int]) -> None:
    """Hold the stream's counter in these buckets, so that two processes cannot both be the first."""
    heads = [{"bucket": bucket, "stream": "spent", "seq": 0, "checksum": 0, "low_water": 0} for bucket in buckets]
    insert_rows(tx, BUCKET_HEAD, heads)
    select_by(tx, BUCKET_HEAD, ("seq",), ("bucket", "stream"), [(bucket, "spent") for bucket in buckets], lock=True)


Known = dict[str, dict[str, dict[str, Any]]]
"""coupon_id -> receipt_id -> the row of its use."""


def _known(tx: Tx, group: list[CouponUse]) -> Known:
    """All uses of these coupons, whose buckets are held from here on."""
    hold(tx, sorted({use.bucket for use in group}))
    known: Known = {use.coupon_id: {} for use in group}
    keys = {(use.bucket, use.coupon_id) for use in group}
    for row in select_by(tx, COUPON_USE, _ROW, ("bucket", "coupon_id"), keys):
        known[row.coupon_id][row.receipt_id] = dict(row._mapping)
    return known


def standing_first(uses: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Of the receipts that stand the one sold first."""
    standing = [row for row in uses.values() if not row["back"]]
    return min(standing, key=lambda row: (row["at_ms"], row["receipt_id"])) if standing else None


def _changes(tx: Tx, known: Known) -> list[Change]:
    """What differs between the uses and what tills are told of them."""
    keys = [(bucket_of(coupon_id), coupon_id) for coupon_id in known]
    told = {row.key: row for row in select_by(tx, FEED["spent"], ("key", "h", "body"), ("bucket", "key"), keys)}
    changes = []
    for coupon_id, uses in known.items():
        first, old = standing_first(uses), told.get(coupon_id)
        body = canonical(SpentRow(first["number"])) if first else None
        if body != (old.body if old else None):
            changes.append(Change(bucket_of(coupon_id), coupon_id, body, old.h if old else None))
    return changes


def _returned_whole(store: Store, arrived: Sequence[Arrived]) -> list[CouponUse]:
    """The uses of sales nothing is left of, among those these events are about."""
    by_id, by_number = _sales_of(arrived)
    if not by_id and not by_number:
        return []
    names = ("bucket", "receipt_id", "kind", "raw")
    with store.read() as tx:
        rows: list[Row[Any]] = [
            *select_by(tx, RECEIPT, names, ("bucket", "receipt_id"), by_id),
            *select_by(tx, RECEIPT, names, ("bucket", "number"), by_number),
        ]
        keys = {(row.bucket, row.receipt_id) for row in rows if row.kind == "sale"}
        found = select_by(tx, RETURNED, ("receipt_id", "line_no", "qty_milli"), ("bucket", "receipt_id"), keys)
    back: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for line in found:
        back[line.receipt_id][line.line_no] = line.qty_milli
    sales = [_receipt.decode(row.raw) for row in rows if row.receipt_id in back]
    return [use for sale in sales if not returnable(sale, back[sale.receipt_id]) for use in uses_of(sale)]


def _sales_of(arrived: Sequence[Arrived]) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Sales by bucket and id, and by bucket and number: with coupons of their own, or returned from."""
    by_id: set[tuple[int, str]] = set()
    by_number: set[tuple[int, str]] = set()
    for event in arrived:
        match event.body:
            case SaleCompleted(receipt=receipt) if receipt.spent:
                by_id.add((event.bucket, receipt.receipt_id))
            case ReturnCompleted(receipt=receipt) if receipt.original_id:
                by_id.add((event.bucket, receipt.original_id))
            case ReturnCompleted(receipt=receipt) if receipt.original_number:
                by_number.add((event.bucket, receipt.original_number))
    return by_id, by_number
