"""What recording writes, all in one transaction: the event, its effects, the receipt's index, the shift's totals."""

from typing import Literal

import msgspec

from loyalty.chain import event_hash
from loyalty.coupons.spent import SpentCoupon
from loyalty.errors import NotNow, StoreFault
from loyalty.events import (
    Body,
    Envelope,
    GiftCardMoved,
    MemberEnrolled,
    Personal,
    ReturnCompleted,
    SaleCompleted,
    ShiftClosed,
    ShiftOpened,
    ShiftTotals,
    account_of,
    bucket_key,
    bucket_of,
    canonical,
    personal_hash,
)
from loyalty.feed import IdentRow
from loyalty.gift_card import GIFT_WALLET
from loyalty.gift_moves import added_minor
from loyalty.ledger import MAIN_WALLET, spent_points
from loyalty.quoting.uses import Use, uses_given_back, uses_of
from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from loyalty.statuses.tiers import count_receipt
from terminal.offline_queue.journal_file import NAMED, tip
from terminal.offline_queue.journal_read import receipt_of, returned_milli
from terminal.offline_queue.journal_shares import write_given
from terminal.offline_queue.journal_uses import write_coupon_uses, write_uses
from terminal.offline_queue.writer import Connection


class Fact(msgspec.Struct, frozen=True):
    """One thing that happened: `event_id` is a UUIDv7 in hex, `at_ms` the wall clock."""

    event_id: str
    at_ms: int
    body: Body


class Recorded(msgspec.Struct, frozen=True):
    """Where the facts stand in the chain; `hash` (hex) is of the last."""

    epoch: int
    first_seq: int
    last_seq: int
    hash: str


class Extras(msgspec.Struct, frozen=True):
    """What goes into the same transaction as the facts."""

    completes: str | None = None
    personal: Personal | None = None
    enrolled: IdentRow | None = None
    totals: ShiftTotals | None = None
    freed: tuple[SpentCoupon, ...] = ()
    """Of a return after which nothing of its sale is left: the coupons of the sale."""
    sale_day: str = ""
    uses: tuple[Use, ...] = ()


def write_facts(
    connection: Connection, terminal: str, facts: tuple[Fact, ...], raws: list[bytes], extras: Extras
) -> Recorded:
    """Append the facts and all that follows from them. Recorded before, byte for byte: the same answer again."""
    before = _recorded_before(connection, facts, raws)
    if before:
        return before
    if extras.completes is not None:
        _complete(connection, extras.completes)
    epoch, last, previous = tip(connection)
    for seq, (fact, raw) in enumerate(zip(facts, raws, strict=True), start=last + 1):
        previous = event_hash(previous, terminal, epoch, seq, raw)
        _append(connection, epoch, seq, fact, raw, previous)
        _follow(connection, epoch, seq, fact, extras)
    return Recorded(epoch, last + 1, last + len(facts), previous.hex())


def _recorded_before(connection: Connection, facts: tuple[Fact, ...], raws: list[bytes]) -> Recorded | None:
    """Where these very facts stand already. Raises StoreFault where an id is taken by other bytes."""
    found = [
        connection.execute("SELECT e.epoch, e.seq, e.raw, e.hash" + NAMED, (fact.event_id, "event")).fetchone()
        for fact in facts
    ]
    if not any(found):
        return None
    for fact, raw, row in zip(facts, raws, found, strict=True):
        if row is None or row[2] != raw:
            raise StoreFault(sentence("journal.same_id", event=fact.event_id))
    return Recorded(found[0][0], found[0][1], found[-1][1], bytes(found[-1][3]).hex())


def _complete(connection: Connection, sale_id: str) -> None:
    done = connection.execute("DELETE FROM prepared WHERE sale_id = ?", (sale_id,))
    if done.rowcount != 1:
        raise NotNow(sentence("journal.not_prepared", sale=sale_id))


def _append(connection: Connection, epoch: int, seq: int, fact: Fact, raw: bytes, digest: bytes) -> None:
    envelope = Envelope(1, fact.event_id, "", fact.at_ms, msgspec.Raw())
    bucket = bucket_of(bucket_key(envelope, fact.body))
    kind = str(type(fact.body).__struct_config__.tag)
    connection.execute(
        "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (epoch, seq, fact.event_id, kind, account_of(fact.body), bucket, fact.at_ms, digest, raw),
    )
    _name(connection, fact.event_id, "event", epoch, seq)


def _follow(connection: Connection, epoch: int, seq: int, fact: Fact, extras: Extras) -> None:
    match fact.body:
        case SaleCompleted(receipt=receipt) | ReturnCompleted(receipt=receipt):
            _index(connection, epoch, seq, receipt)
            _effects(connection, epoch, seq, receipt, extras.sale_day)
            if receipt.account_id is not None and extras.uses:
                write_uses(connection, receipt.account_id, epoch, seq, extras.uses)
            write_given(connection, _given(connection, receipt))
            _settle_coupons(connection, epoch, seq, receipt, extras.freed)
            if extras.totals is not None:
                _count(connection, receipt.shift_id, extras.totals)
        case MemberEnrolled():
            _enrol(connection, fact.event_id, fact.body, extras)
        case GiftCardMoved():
            _move_gift_card(connection, epoch, seq, fact.body)
        case ShiftOpened():
            _open_shift(connection, fact.body, fact.at_ms)
        case ShiftClosed():
            _count(connection, fact.body.shift_id, fact.body.totals)
            connection.execute("UPDATE shift SET closed_at_ms = ? WHERE shift_id = ?", (fact.at_ms, fact.body.shift_id))
        case _:
            pass


def _index(connection: Connection, epoch: int, seq: int, receipt: Receipt) -> None:
    _name(connection, receipt.receipt_id, "receipt", epoch, seq)
    connection.execute("INSERT INTO numbered VALUES (?, ?, ?)", (receipt.number, epoch, seq))
    if receipt.original_id is not None:
        connection.execute("INSERT INTO returned VALUES (?, ?, ?)", (receipt.original_id, epoch, seq))


def _name(connection: Connection, id_: str, kind: Literal["event", "receipt"], epoch: int, seq: int) -> None:
    connection.execute("INSERT INTO named VALUES (?, ?, ?, ?)", (id_, kind, epoch, seq))


def _effects(connection: Connection, epoch: int, seq: int, receipt: Receipt, sale_day: str) -> None:
    """What the receipt does to its account: the provisional balance and progress until the head office has it."""
    if receipt.account_id is None:
        return
    lots = {lot.wallet: canonical(lot) for lot in receipt.lots}
    counted = count_receipt(receipt, sale_day)
    bucket = bucket_of(receipt.account_id)
    spent, sign = spent_points(receipt), 1 if receipt.kind == "sale" else -1
    for wallet in {MAIN_WALLET: 0, **spent, **counted.earned_points, **counted.returned_points}:
        sums = (counted.sold_minor, counted.returned_minor, counted.receipts) if wallet == MAIN_WALLET else (0, 0, 0)
        earned, returned = counted.earned_points.get(wallet, 0), counted.returned_points.get(wallet, 0)
        taken = (sign * spent.get(wallet, 0), lots.get(wallet), receipt.moment.local_date)
        row = (epoch, seq, bucket, receipt.account_id, wallet, *taken, counted.day, *sums, earned, returned)
        connection.execute(f"INSERT INTO effect VALUES ({', '.join('?' * len(row))})", row)


def _move_gift_card(connection: Connection, epoch: int, seq: int, moved: GiftCardMoved) -> None:
    """Money on the card, as points of a wallet: what is taken off is spent."""
    place = (epoch, seq, bucket_of(moved.account_id), moved.account_id, GIFT_WALLET)
    row = (*place, -added_minor(moved), None, moved.local_date, moved.local_date, 0, 0, 0, 0, 0)
    connection.execute(f"INSERT INTO effect VALUES ({', '.join('?' * len(row))})", row)


def _given(connection: Connection, receipt: Receipt) -> tuple[Use, ...]:
    """What a sale gave of campaigns, and what a return gives back of a sale made here. That of another till's sale is
    that till's: two tills that take one thing back must not both have a piece of a budget more."""
    if receipt.kind == "sale":
        return uses_of(receipt)
    found = connection.execute("SELECT e.raw" + NAMED, (receipt.original_id or "", "receipt")).fetchone()
    original = receipt_of(found[0]) if found else None
    if original is None:
        return ()
    after = returned_milli(connection, original.receipt_id)
    before = dict(after)
    for line in receipt.lines:
        before[line.line_no] -= line.qty_milli
    return uses_given_back(original, before, after)


def _settle_coupons(
    connection: Connection, epoch: int, seq: int, receipt: Receipt, freed: tuple[SpentCoupon, ...]
) -> None:
    """A sale's coupons are spent by it, and free again once all of it has been returned, here or elsewhere."""
    is_sale = receipt.kind == "sale"
    coupons = receipt.spent if is_sale else freed
    of = (receipt.receipt_id, receipt.number) if is_sale else (receipt.original_id, receipt.original_number)
    rows = [(coupon.id, *of, int(not is_sale)) for coupon in coupons if coupon.single]
    connection.executemany("INSERT OR REPLACE INTO coupon_spent VALUES (?, ?, ?, ?)", rows)
    if receipt.account_id is not None:
        write_coupon_uses(connection, receipt.account_id, epoch, seq, coupons, 1 if is_sale else -1)


def _enrol(connection: Connection, event_id: str, body: MemberEnrolled, extras: Extras) -> None:
    personal, ident = extras.personal, extras.enrolled
    if personal is not None:
        if personal.event_id != event_id or personal_hash(personal) != body.personal_hash:
            raise StoreFault(sentence("journal.personal"))
        connection.execute("INSERT INTO personal (event_id, raw) VALUES (?, ?)", (event_id, canonical(personal)))
    if ident is not None:
        row = (body.member_id, body.card, ident.phone_hash, canonical(ident))
        connection.execute("INSERT INTO enrolled VALUES (?, ?, ?, ?)", row)


def _open_shift(connection: Connection, body: ShiftOpened, at_ms: int) -> None:
    open_now = connection.execute("SELECT shift_no FROM shift WHERE closed_at_ms IS NULL").fetchone()
    if open_now:
        raise NotNow(sentence("journal.shift_open", number=open_now[0]))
    row = (body.shift_id, body.shift_no, body.store, body.cashier, at_ms, canonical(ShiftTotals()), None)
    connection.execute("INSERT INTO shift VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _count(connection: Connection, shift_id: str, totals: ShiftTotals) -> None:
    counted = connection.execute(
        "UPDATE shift SET totals = ? WHERE shift_id = ? AND closed_at_ms IS NULL", (canonical(totals), shift_id)
    )
    if counted.rowcount != 1:
        raise NotNow(sentence("journal.no_shift"))
