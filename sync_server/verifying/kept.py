"""What the head office keeps of all events, one bucket at a time: books, feed, coupons, budgets; and effects."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Row, func, or_, select

from loyalty.events import bucket_of, canonical
from loyalty.feed import STREAMS, BalanceRow, SpentRow, Stream, checksum_add, row_hash
from loyalty.gift_card import GIFT_WALLET
from loyalty.points.overdraft import owed_points
from loyalty.shares import KINDS
from sync_server.books import clearing_points, unbalanced_buckets, unbalanced_wallets
from sync_server.coupon_uses import standing_first
from sync_server.escrow import read_escrow, with_escrow
from sync_server.hold_rows import read_holds, with_held
from sync_server.overdrafts import LOSS, OWED, read_overdrawn
from sync_server.purses import Account
from sync_server.rows import select_by
from sync_server.schema import (
    BUCKET_HEAD,
    BUDGET_SHARE,
    COUPON_USE,
    EFFECT_IN,
    EFFECT_OUT,
    ESCROW,
    FEED,
    HOLD,
    LEDGER,
    PROGRAMME_TOTAL,
)  # fmt: skip
from sync_server.store import Tx
from sync_server.verifying.found import Finding

PAGE_ROWS = 2000
_balance = msgspec.json.Decoder(BalanceRow)


def check_bucket(tx: Tx, bucket: int) -> Iterator[Finding]:
    """What does not agree within one bucket; it is read in pages, but for the sums of its ledger."""
    if not _holds_anything(tx, bucket):
        return
    yield from _totals(tx, bucket)
    yield from _balances(tx, bucket)
    for stream in STREAMS:
        yield from _feed(tx, bucket, stream)
    yield from _coupons(tx, bucket)
    yield from _holds(tx, bucket)
    yield from _shares(tx, bucket)
    yield from _effects(tx, bucket)


def _holds_anything(tx: Tx, bucket: int) -> bool:
    tables = (BUCKET_HEAD, LEDGER, PROGRAMME_TOTAL, *FEED.values(), BUDGET_SHARE, EFFECT_OUT)
    there = [select(1).where(table.c.bucket == bucket).exists() for table in tables]
    return bool(tx.execute(select(or_(*there))).scalar_one())


def check_whole(tx: Tx) -> Iterator[Finding]:
    """What is asked of all buckets at once: each sums to 0, and nothing is lost between them."""
    for bucket, points in sorted(unbalanced_buckets(tx).items()):
        yield Finding("verify.bucket", f"bucket {bucket}: {points}")
    for (bucket, wallet), points in sorted(unbalanced_wallets(tx).items()):
        yield Finding("verify.bucket", f"bucket {bucket}, ledger of {wallet}: {points}")
    query = select(EFFECT_OUT.c.state, func.count().label("n")).where(EFFECT_OUT.c.state.in_(("sent", "failed")))
    under_way = {row.state: row.n for row in tx.execute(query.group_by(EFFECT_OUT.c.state))}
    if not under_way:
        for wallet, points in clearing_points(tx).items():
            yield Finding("verify.clearing", f"{wallet}: {points}")
    yield from _alone(tx)


def _totals(tx: Tx, bucket: int) -> Iterator[Finding]:
    sums: Counter[tuple[str, str]] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    points = func.sum(LEDGER.c.points).label("points")
    query = select(LEDGER.c.wallet, LEDGER.c.contra, points).where(LEDGER.c.bucket == bucket)
    for row in tx.execute(query.group_by(LEDGER.c.wallet, LEDGER.c.contra)):
        sums[row.wallet, row.contra] -= int(row.points)
    for wallet, lost in _overdrawn(tx, bucket).items():
        sums[wallet, LOSS], sums[wallet, OWED] = -lost, lost
    for row in tx.execute(select(PROGRAMME_TOTAL).where(PROGRAMME_TOTAL.c.bucket == bucket)):
        told[row.wallet, row.contra] += row.points
    for name in sorted({*sums, *told}):
        if sums[name] != told[name]:
            where = f"bucket {bucket}, {name[0]} {name[1]}: {told[name]}, the ledger says {sums[name]}"
            yield Finding("verify.total", where)


def _overdrawn(tx: Tx, bucket: int) -> Counter[str]:
    """wallet -> what accounts of the bucket have overdrawn, by their entries."""
    sums: Counter[str] = Counter()
    for account, row in _owing(tx, bucket):
        sums.update(read_overdrawn(tx, {account: row})[account])
    return sums


def _owing(tx: Tx, bucket: int) -> Iterator[tuple[Account, BalanceRow]]:
    for row in _pages(tx, "bal", bucket):
        told = _balance.decode(row.body) if row.body is not None else None
        if told is not None and (told.overdrawn or owed_points(told)):
            yield (bucket, row.key), told


def _balances(tx: Tx, bucket: int) -> Iterator[Finding]:
    sums: defaultdict[str, dict[str, int]] = defaultdict(dict)
    points = func.sum(LEDGER.c.points).label("points")
    query = select(LEDGER.c.account_id, LEDGER.c.wallet, points).where(LEDGER.c.bucket == bucket)
    for row in tx.execute(query.group_by(LEDGER.c.account_id, LEDGER.c.wallet)):
        if row.points:
            sums[row.account_id][row.wallet] = int(row.points)
    for row in _pages(tx, "bal", bucket):
        if row.body is None:
            continue
        held = {wallet: points for wallet, points in _balance.decode(row.body).wallets.items() if points}
        booked = sums.pop(row.key, {})
        if held != booked:
            yield Finding("verify.balance", f"account {row.key}: {held}, the ledger says {booked}")
        if (row.points, row.gift_minor) != (_sum(held) - held.get(GIFT_WALLET, 0), held.get(GIFT_WALLET, 0)):
            yield Finding("verify.columns", f"account {row.key}")
    for owing, told in _owing(tx, bucket):
        worked_out = read_overdrawn(tx, {owing: told})[owing]
        if told.overdrawn != worked_out:
            yield Finding("verify.overdrawn", f"account {owing[1]}: {told.overdrawn}, the ledger says {worked_out}")
    for account, booked in sorted(sums.items()):
        yield Finding("verify.balance", f"account {account}: no row, the ledger says {booked}")


def _sum(points: dict[str, int]) -> int:
    return sum(points.values())


def _feed(tx: Tx, bucket: int, stream: Stream) -> Iterator[Finding]:
    place = (BUCKET_HEAD.c.bucket == bucket) & (BUCKET_HEAD.c.stream == stream)
    head = tx.execute(select(BUCKET_HEAD.c.seq, BUCKET_HEAD.c.checksum).where(place)).one_or_none()
    seq, checksum = (head.seq, head.checksum) if head else (0, 0)
    where, total, seqs = f"{stream}, bucket {bucket}", 0, set[int]()
    for row in _pages(tx, stream, bucket):
        if row.h != row_hash(stream, row.key, row.change_seq, row.body):
            yield Finding("verify.hash", f"{where}, {row.key}")
        if not 0 < row.change_seq <= seq or row.change_seq in seqs:
            yield Finding("verify.seq", f"{where}, {row.key}: {row.change_seq} of {seq}")
        total = checksum_add(total, added=row.h)
        seqs.add(row.change_seq)
    if total != checksum:
        yield Finding("verify.checksum", f"{where}: {checksum}, its rows sum to {total}")


def _pages(tx: Tx, stream: Stream, bucket: int) -> Iterator[Row[Any]]:
    """A bucket's rows by key."""
    table, after = FEED[stream], ""
    while True:
        query = select(table).where(table.c.bucket == bucket, table.c.key > after)
        rows = tx.execute(query.order_by(table.c.key).limit(PAGE_ROWS)).all()
        yield from rows
        if len(rows) < PAGE_ROWS:
            return
        after = rows[-1].key


def _coupons(tx: Tx, bucket: int) -> Iterator[Finding]:
    """A row that tills have names the receipt that used the coupon first; a coupon nobody uses has none."""
    rows = list(_pages(tx, "spent", bucket))
    keys = [(bucket, row.key) for row in rows if row.body is not None]
    names = ("coupon_id", "receipt_id", "number", "at_ms", "back")
    uses: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for use in select_by(tx, COUPON_USE, names, ("bucket", "coupon_id"), keys):
        uses[use.coupon_id][use.receipt_id] = dict(use._mapping)
    for row in rows:
        first = standing_first(uses[row.key])
        if row.body is not None and (first is None or bytes(row.body) != canonical(SpentRow(first["number"]))):
            yield Finding("verify.coupon", f"coupon {row.key}")


def _holds(tx: Tx, bucket: int) -> Iterator[Finding]:
    """A balance says what is held of it; a hold that is captured names its receipt, and no other does."""
    accounts = tx.execute(select(HOLD.c.account_id).where(HOLD.c.bucket == bucket).distinct()).scalars().all()
    holds = read_holds(tx, ((bucket, account_id) for account_id in accounts))
    lodged = tx.execute(select(ESCROW.c.account_id).where(ESCROW.c.bucket == bucket).distinct()).scalars().all()
    asides = read_escrow(tx, [(bucket, account_id) for account_id in lodged])
    for row in _pages(tx, "bal", bucket):
        told = _balance.decode(row.body) if row.body is not None else None
        known = holds.get((bucket, row.key), {})
        if told is not None and told != with_held(told, known.values()):
            yield Finding("verify.held", f"account {row.key}: {told.held}")
        if told is not None and told != with_escrow(told, asides[bucket, row.key]):
            yield Finding("verify.held", f"account {row.key}: {told.escrow} are set aside")
    for (_, account_id), known in sorted(holds.items()):
        for hold in known.values():
            if (hold.state == "captured") != bool(hold.receipt_id):
                yield Finding("verify.hold", f"{hold.hold_id} of account {account_id}: {hold.state}")


def _shares(tx: Tx, bucket: int) -> Iterator[Finding]:
    for row in tx.execute(select(BUDGET_SHARE).where(BUDGET_SHARE.c.bucket == bucket)).all():
        figures = row._mapping
        if any(figures[f"granted_{kind}"] < figures[f"used_{kind}"] for kind in KINDS):
            yield Finding("verify.share", f"{row.campaign_id}, {row.terminal}")


def _effects(tx: Tx, bucket: int) -> Iterator[Finding]:
    """What was sent from here and is done has arrived."""
    done = EFFECT_OUT.c.bucket == bucket
    names = (EFFECT_OUT.c.effect_id, EFFECT_OUT.c.target, EFFECT_OUT.c.kind, EFFECT_OUT.c.state)
    sent = tx.execute(select(*names).where(done)).all()
    keys = [(bucket_of(row.target), row.effect_id) for row in sent if row.state == "done"]
    arrived = {row.effect_id for row in select_by(tx, EFFECT_IN, ("effect_id",), ("bucket", "effect_id"), keys)}
    for row in sent:
        if row.state == "failed":
            yield Finding("verify.effect_failed", f"{row.kind} {row.effect_id}, from bucket {bucket}")
        elif row.state == "done" and row.effect_id not in arrived:
            yield Finding("verify.effect", f"{row.kind} {row.effect_id} to {row.target}")


def _alone(tx: Tx) -> Iterator[Finding]:
    """What arrived in a bucket was sent by one."""
    pairs = EFFECT_IN.outerjoin(EFFECT_OUT, EFFECT_IN.c.effect_id == EFFECT_OUT.c.effect_id)
    query = select(EFFECT_IN.c.bucket, EFFECT_IN.c.effect_id, EFFECT_IN.c.kind).select_from(pairs)
    for row in tx.execute(query.where(EFFECT_OUT.c.effect_id.is_(None)).order_by(EFFECT_IN.c.effect_id)):
        yield Finding("verify.effect_alone", f"{row.kind} {row.effect_id}, bucket {row.bucket}")
