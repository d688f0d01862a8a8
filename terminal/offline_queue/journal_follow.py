"""What follows from this till's own events: the tables of journal-index.db, and what each event adds to them.

Rows depend on nothing but the rows of the journal up to that event, so an index made from nothing says what one does
that was there all the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import astuple

from loyalty.events import (
    BankCardRegistered,
    BankCardWithdrawn,
    Body,
    ConsentChanged,
    GiftCardMoved,
    ReturnCompleted,
    RightReleased,
    SaleCompleted,
    Unknown,
    bucket_of,
    canonical,
    decode_body,
    decode_envelope,
)
from loyalty.gift_card import GIFT_WALLET
from loyalty.gift_moves import added_minor
from loyalty.ledger import MAIN_WALLET, spent_points
from loyalty.quoting.uses import Use, uses_given_back, uses_of
from loyalty.receipt import Receipt
from loyalty.statuses.tiers import count_receipt
from terminal.offline_queue import journal_bank_cards, journal_consents, journal_file
from terminal.offline_queue.journal_beside import Beside, read_beside
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection

VERSION = 5
TABLES = (
    "mark", "named", "passed", "effect", "returned", "gone_back", "coupon_spent", "coupon_use", "campaign_use",
    "campaign_given", "right_spent", "right_released", "bank_card", "consent",
)  # fmt: skip

DDL: tuple[str, ...] = (
    "CREATE TABLE mark (place INTEGER NOT NULL, hash BLOB NOT NULL, base INTEGER NOT NULL)",
    """CREATE TABLE named (
        kind TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (kind, id)
    ) WITHOUT ROWID""",
    "CREATE TABLE passed (kind TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE effect (
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL, bucket INTEGER NOT NULL, account_id TEXT NOT NULL,
        wallet TEXT NOT NULL, spent INTEGER NOT NULL, lot BLOB, date TEXT NOT NULL,
        day TEXT NOT NULL, sold_minor INTEGER NOT NULL,
        returned_minor INTEGER NOT NULL, receipts INTEGER NOT NULL, earned_points INTEGER NOT NULL,
        returned_points INTEGER NOT NULL, PRIMARY KEY (account_id, epoch, seq, wallet)
    ) WITHOUT ROWID""",
    """CREATE TABLE returned (
        original_id TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (original_id, place)
    ) WITHOUT ROWID""",
    "CREATE TABLE gone_back (place INTEGER PRIMARY KEY, uses BLOB NOT NULL)",
    """CREATE TABLE coupon_spent (
        id TEXT NOT NULL, receipt_id TEXT NOT NULL, number TEXT NOT NULL, back INTEGER NOT NULL,
        place INTEGER NOT NULL, PRIMARY KEY (id, receipt_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE coupon_use (
        account_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, series TEXT NOT NULL,
        times INTEGER NOT NULL, PRIMARY KEY (account_id, epoch, seq, series)
    ) WITHOUT ROWID""",
    """CREATE TABLE campaign_use (
        account_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, nth INTEGER NOT NULL,
        campaign_id TEXT NOT NULL, day TEXT NOT NULL, times INTEGER NOT NULL, minor INTEGER NOT NULL,
        points INTEGER NOT NULL, PRIMARY KEY (account_id, epoch, seq, nth)
    ) WITHOUT ROWID""",
    """CREATE TABLE campaign_given (
        campaign_id TEXT PRIMARY KEY, times INTEGER NOT NULL, minor INTEGER NOT NULL, points INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE right_spent (
        epoch INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, wallet TEXT NOT NULL,
        bucket INTEGER NOT NULL, account_id TEXT NOT NULL, points INTEGER NOT NULL, PRIMARY KEY (epoch, seq, kind)
    ) WITHOUT ROWID""",
    """CREATE TABLE right_released (
        account_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, wallet TEXT NOT NULL,
        points INTEGER NOT NULL, PRIMARY KEY (account_id, epoch, seq)
    ) WITHOUT ROWID""",
    journal_bank_cards.TABLE,
    journal_consents.TABLE,
    "INSERT INTO mark VALUES (0, x'', 0)",
    f"PRAGMA user_version = {VERSION}",
)
"""`mark` is the last event that is in, with its hash: it says of which journal this is, and how far; `base` is the
place of the last one that the journal has no more, `passed` has the greatest names of those, `gone_back` what
returns give back of sales that are gone.

`named` finds an event by its own id (kind `event`, of a gift card `moved`), its receipt's (`receipt`) or its receipt's
number (`number`). `effect` has a row for each wallet: the points spent, below 0 where a return gives them back; the lot
of those that wait or run out; and what counts for the progress: money and receipts in that of the main one, points in
each. `date` is the receipt's, `day` that of its sale. `coupon_spent` has the coupons that may be used once, with the
receipt that used each; `back` 1: all of it has come back, so that the head office's older word about that receipt is
known to be out of date. `coupon_use` is of series that allow a member so many; a return of all of a sale has its rows,
negative. `right_spent` has the points receipts spent on each right, and no return gives one back;
`right_released` what this till gave back of points set aside for it.
`campaign_use` is by member, `campaign_given` over all receipts: both of every campaign, since a limit or a
budget may come later."""

_BESIDE_RECEIPTS = (GiftCardMoved, RightReleased, BankCardRegistered, BankCardWithdrawn, ConsentChanged)
_READ = ", ".join(f"'{kind.__struct_config__.tag}'" for kind in _BESIDE_RECEIPTS)
EVENTS = f"""
    SELECT place, epoch, seq, event_id, hash, receipt_id, number, beside,
        CASE WHEN receipt_id IS NOT NULL OR type IN ({_READ}) THEN raw END, at_ms
    FROM event WHERE place > ? AND place <= ? ORDER BY place LIMIT ?"""
"""Events of the journal after a place, up to another; the bytes only of those that more follows from."""


class Event(msgspec.Struct, frozen=True):
    """A row of EVENTS."""

    place: int
    epoch: int
    seq: int
    event_id: str
    hash: bytes
    receipt_id: str | None
    number: str | None
    beside: bytes | None
    raw: bytes | None
    at_ms: int


_EFFECT = f"INSERT INTO effect VALUES ({', '.join('?' * 14)})"
_back = msgspec.json.Decoder(tuple[Use, ...])
Look = Callable[[Iterable[int]], list[Receipt]]
"""The receipts that stand at some places of the journal."""


def follow(index: Connection, event: Event, look: Look) -> None:
    """Add what follows from one event, the next after the mark. Raises StoreFault where the journal is damaged."""
    body = _body(event.raw) if event.raw is not None else None
    kind = "moved" if isinstance(body, GiftCardMoved) else "event"
    names = ((kind, event.event_id), ("receipt", event.receipt_id), ("number", event.number))
    rows = [(kind, name, event.place) for kind, name in names if name is not None]
    index.executemany("INSERT INTO named VALUES (?, ?, ?)", rows)
    match body:
        case GiftCardMoved():
            _move_gift_card(index, event, body)
        case RightReleased():
            row = (body.account_id, event.epoch, event.seq, body.wallet, body.points)
            index.execute("INSERT INTO right_released VALUES (?, ?, ?, ?, ?)", row)
        case BankCardRegistered() | BankCardWithdrawn():
            journal_bank_cards.note(index, event.epoch, event.seq, body)
        case ConsentChanged():
            journal_consents.note(index, event.epoch, event.seq, event.at_ms, body)
        case SaleCompleted(receipt=receipt) | ReturnCompleted(receipt=receipt):
            beside = _beside(event.beside)
            _returned(index, event.place, receipt)
            _effects(index, event, receipt, beside.sale_day)
            is_sale = receipt.kind == "sale"
            _uses(index, event, receipt, uses_of(receipt) if is_sale else beside.uses)
            _given(index, uses_of(receipt) if is_sale else _given_back(index, event.place, receipt, look))
            _settle_coupons(index, event, receipt, beside)
            _rights(index, event, receipt)
        case _:
            pass


def _body(raw: bytes) -> Body | Unknown:
    try:
        return decode_body(decode_envelope(raw))
    except msgspec.MsgspecError as error:
        raise store_fault("store.damaged", file=journal_file.FILE) from error


def _beside(raw: bytes | None) -> Beside:
    try:
        return read_beside(raw)
    except msgspec.MsgspecError as error:
        raise store_fault("store.damaged", file=journal_file.FILE) from error


def _returned(index: Connection, place: int, receipt: Receipt) -> None:
    if receipt.original_id is not None:
        index.execute("INSERT INTO returned VALUES (?, ?)", (receipt.original_id, place))


def _effects(index: Connection, event: Event, receipt: Receipt, sale_day: str) -> None:
    """What the receipt does to its account: the provisional balance and progress until the head office has it."""
    if receipt.account_id is None:
        return
    for row in _effect_rows(event, receipt, receipt.account_id, sale_day):
        index.execute(_EFFECT, row)


def _effect_rows(event: Event, receipt: Receipt, account_id: str, sale_day: str) -> Iterator[tuple[object, ...]]:
    lots = {lot.wallet: canonical(lot) for lot in receipt.lots}
    counted = count_receipt(receipt, sale_day)
    bucket = bucket_of(account_id)
    spent, sign = spent_points(receipt), 1 if receipt.kind == "sale" else -1
    for wallet in {MAIN_WALLET: 0, **spent, **counted.earned_points, **counted.returned_points}:
        sums = (counted.sold_minor, counted.returned_minor, counted.receipts) if wallet == MAIN_WALLET else (0, 0, 0)
        earned, returned = counted.earned_points.get(wallet, 0), counted.returned_points.get(wallet, 0)
        taken = (sign * spent.get(wallet, 0), lots.get(wallet), receipt.moment.local_date)
        yield event.epoch, event.seq, bucket, account_id, wallet, *taken, counted.day, *sums, earned, returned


def _rights(index: Connection, event: Event, receipt: Receipt) -> None:
    if receipt.account_id is not None:
        at, of = (event.epoch, event.seq), (bucket_of(receipt.account_id), receipt.account_id)
        rows = [(*at, each.kind, each.wallet, *of, each.points) for each in receipt.rights]
        index.executemany("INSERT INTO right_spent VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _uses(index: Connection, event: Event, receipt: Receipt, uses: tuple[Use, ...]) -> None:
    if receipt.account_id is not None:
        for nth, use in enumerate(uses):
            row = (receipt.account_id, event.epoch, event.seq, nth, *astuple(use))
            index.execute("INSERT INTO campaign_use VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _move_gift_card(index: Connection, event: Event, moved: GiftCardMoved) -> None:
    """Money on the card, as points of a wallet: what is taken off is spent."""
    at = (event.epoch, event.seq, bucket_of(moved.account_id), moved.account_id, GIFT_WALLET)
    index.execute(_EFFECT, (*at, -added_minor(moved), None, moved.local_date, moved.local_date, 0, 0, 0, 0, 0))


def _given(index: Connection, uses: tuple[Use, ...]) -> None:
    index.executemany(
        "INSERT INTO campaign_given VALUES (?, ?, ?, ?) ON CONFLICT (campaign_id) DO UPDATE SET"
        " times = times + excluded.times, minor = minor + excluded.minor, points = points + excluded.points",
        [(use.campaign_id, use.times, use.minor, use.points) for use in uses],
    )


def _given_back(index: Connection, place: int, receipt: Receipt, look: Look) -> tuple[Use, ...]:
    """What a return gives back of a sale made here. That of another till's sale is that till's: two tills that take one
    thing back must not both have a piece of a budget more."""
    row = index.execute("SELECT uses FROM gone_back WHERE place = ?", (place,)).fetchone()
    return _back.decode(row[0]) if row else gives_back(index, place, receipt, look)


def gives_back(index: Connection, place: int, receipt: Receipt, look: Look) -> tuple[Use, ...]:
    """The same, worked out from the sale and its returns up to this one; nothing where the sale is here no more."""
    sold = place_of_name(index, "receipt", receipt.original_id or "")
    if not sold:
        return ()
    (original,) = look([sold])
    after = quantities(look([each for each in return_places(index, original.receipt_id) if each <= place]))
    before = dict(after)
    for line in receipt.lines:
        before[line.line_no] -= line.qty_milli
    return uses_given_back(original, before, after)


def _settle_coupons(index: Connection, event: Event, receipt: Receipt, beside: Beside) -> None:
    """A sale's coupons are spent by it, and free again once all of it has been returned, here or elsewhere."""
    is_sale = receipt.kind == "sale"
    coupons = receipt.spent if is_sale else beside.freed
    of = (receipt.receipt_id, receipt.number) if is_sale else (receipt.original_id, receipt.original_number)
    rows = [(coupon.id, *of, int(not is_sale), event.place) for coupon in coupons if coupon.single]
    index.executemany("INSERT OR REPLACE INTO coupon_spent VALUES (?, ?, ?, ?, ?)", rows)
    if receipt.account_id is not None:
        counted = Counter(coupon.series for coupon in coupons if coupon.counted)
        at, sign = (receipt.account_id, event.epoch, event.seq), 1 if is_sale else -1
        index.executemany(
            "INSERT INTO coupon_use VALUES (?, ?, ?, ?, ?)",
            [(*at, series, sign * times) for series, times in counted.items()],
        )


def quantities(receipts: Iterable[Receipt]) -> dict[int, int]:
    """line_no -> qty_milli, summed."""
    sums: dict[int, int] = {}
    for receipt in receipts:
        for line in receipt.lines:
            sums[line.line_no] = sums.get(line.line_no, 0) + line.qty_milli
    return sums


def place_of_name(index: Connection, kind: str, name: str) -> int:
    """Where the event of that name stands in the journal; 0 where there is none."""
    row = index.execute("SELECT place FROM named WHERE kind = ? AND id = ?", (kind, name)).fetchone()
    return int(row[0]) if row else 0


def return_places(index: Connection, receipt_id: str) -> list[int]:
    """Where the returns of a receipt stand in the journal."""
    rows = index.execute("SELECT place FROM returned WHERE original_id = ? ORDER BY place", (receipt_id,))
    return [place for (place,) in rows]
