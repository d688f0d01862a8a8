"""Small valid values for the tests of terminal.offline_queue: a till, receipts, members, rows."""

from hashlib import blake2b
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.basket import Moment
from loyalty.catalogue import Price, Product
from loyalty.events import (
    Consent,
    MemberEnrolled,
    Personal,
    ReturnCompleted,
    SaleCompleted,
    ShiftOpened,
    bucket_of,
    canonical,
    personal_hash,
)
from loyalty.feed import TOMBSTONE, Applied, BalanceRow, FeedRow, IdentRow, ProgrammeRow, Stream, checksum_add, row_hash
from loyalty.receipt import Payment, Receipt, ReceiptLine
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.journal import Fact, Journal
from terminal.offline_queue.keys import Identity, device_key, write_identity
from terminal.offline_queue.store import Store, create_journal, open_store

TERMINAL = "00000000000000000000000000000001"
SCOPE = "ab" * 32
OFFICE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SHIFT = "5" * 32
UNAPPLIED = Applied()
NOON_MS = 1_795_000_000_000


def identity(url: str = "http://office.test") -> Identity:
    return Identity(
        url=url,
        name="Till 1",
        terminal=TERMINAL,
        terminal_no=1,
        store="north",
        store_name="North stand",
        scope_key=SCOPE,
        card_prefix="2900001",
        server_key=OFFICE.public_key().public_bytes_raw().hex(),
        gen="g1",
        fence="f0",
    )


def new_till(folder: Path) -> Store:
    """An enrolled till with an empty journal and an empty cache."""
    folder.mkdir(exist_ok=True)
    device_key(folder)
    create_journal(folder, identity())
    write_identity(folder, identity())
    return open_store(folder)


def hex_id(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def moment(at_ms: int = NOON_MS) -> Moment:
    return Moment(at_ms, "2026-11-18", 720, 2)


def receipt_line(line_no: int = 1, qty_milli: int = 1000, price_minor: int = 10_000) -> ReceiptLine:
    total = price_minor * qty_milli // 1000
    return ReceiptLine(
        line_no=line_no,
        code="4600000000015",
        name="Шарф",
        unit="piece",
        vat="20",
        qty_milli=qty_milli,
        price_minor=price_minor,
        base_minor=total,
        discount_minor=0,
        redeemed_minor=0,
        redeemed_points=0,
        total_minor=total,
        earned_points=total // 1000,
    )


def receipt(
    number: int, account: str | None = None, earned: int = 10, redeemed: int = 0, original: Receipt | None = None
) -> Receipt:
    """A receipt of one line; a return of `original`'s first line when given."""
    line = receipt_line()
    return Receipt(
        receipt_id=hex_id("receipt", number),
        number=f"1-{number:06}",
        kind="return" if original else "sale",
        store="north",
        terminal=TERMINAL,
        cashier="ivanova",
        shift_id=SHIFT,
        moment=moment(NOON_MS + number),
        programmes=(),
        lines=(line,),
        base_minor=line.base_minor,
        discount_minor=0,
        redeemed_minor=0,
        redeemed_points=redeemed,
        total_minor=line.total_minor,
        earned_points=earned,
        payments=(Payment("cash", line.total_minor),),
        account_id=account,
        original_id=original.receipt_id if original else None,
        original_number=original.number if original else None,
    )


def fact_of(made: Receipt) -> Fact:
    body = SaleCompleted(made) if made.kind == "sale" else ReturnCompleted(made)
    return Fact(hex_id("event", made.number), made.moment.at_ms, body)


def open_shift(journal: Journal, shift_no: int = 1) -> None:
    journal.record(Fact(hex_id("shift", shift_no), NOON_MS, ShiftOpened(SHIFT, shift_no, "north", "ivanova")))


def sell(journal: Journal, number: int, account: str | None = None, earned: int = 10, redeemed: int = 0) -> Receipt:
    """A whole sale: prepared, then recorded."""
    made = receipt(number, account, earned, redeemed)
    journal.prepare(made.receipt_id, canonical(made), made.moment.at_ms)
    journal.record(fact_of(made), completes=made.receipt_id)
    return made


def account_in(bucket: int, nth: int = 0) -> str:
    """The `nth` account id that belongs to a bucket."""
    found = (account for number in range(100_000) if bucket_of(account := hex_id("account", number)) == bucket)
    for _ in range(nth):
        next(found)
    return next(found)


def ident_row(account: str, *cards: str, phone: str = "", change_seq: int = 1) -> FeedRow:
    row = IdentRow(hex_id("member", account), account, "Мария И.", cards, phone)
    return FeedRow(row.member_id, change_seq, msgspec.Raw(canonical(row)))


def balance_row(account: str, points: int, change_seq: int = 1) -> FeedRow:
    return FeedRow(account, change_seq, msgspec.Raw(canonical(BalanceRow(account, {"main": points}))))


def goods_row(code: str, name: str, change_seq: int = 1) -> FeedRow:
    return FeedRow(code, change_seq, msgspec.Raw(canonical(Product(code, name, (Price(10_000),)))))


def programme_row(document: str, signer: Ed25519PrivateKey = OFFICE, change_seq: int = 1, id: str = "club") -> FeedRow:
    row = ProgrammeRow(id, 1, document, signer.sign(document.encode()).hex())
    return FeedRow(id, change_seq, msgspec.Raw(canonical(row)))


def tombstone(key: str, change_seq: int) -> FeedRow:
    return FeedRow(key, change_seq, TOMBSTONE)


def checksum_of(stream: Stream, rows: list[FeedRow]) -> int:
    total = 0
    for row in rows:
        total = checksum_add(total, added=row_hash(stream, row.key, row.change_seq, row.live))
    return total


def cursor_to(
    stream: Stream, bucket: int, rows: list[FeedRow], applied: Applied = UNAPPLIED, as_of_ms: int = 1
) -> Cursor:
    """The cursor a bucket that holds exactly `rows` ends at."""
    return Cursor(
        stream, bucket, max((row.change_seq for row in rows), default=0), checksum_of(stream, rows), applied, as_of_ms
    )


def enrolment(phone: str = "+79031234567", nth: int = 0) -> tuple[Fact, Personal, IdentRow]:
    """A new member's event with what belongs to it."""
    member, event_id = hex_id("member", nth), hex_id("enrol", nth)
    personal = Personal(member, member, event_id, "00", phone, "Иванова Мария")
    consents = (Consent("processing", "1", True),)
    body = MemberEnrolled(member, member, "2990001000001", "fan", personal_hash(personal), consents, "ivanova", "north")
    ident = IdentRow(member, member, "Мария И.", ("2990001000001",), "ab" * 16, "67")
    return Fact(event_id, NOON_MS, body), personal, ident
