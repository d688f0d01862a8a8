"""Tills of a chain and what they sell: real receipts by the till's own quote, in segments as tills sign them.

Baskets of one to five lines, three of four with a member, are quoted under the club's programme; each receipt is one of
those with ids, a member and a moment of its own. Equal arguments give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from sqlalchemy import Table

from benchmarks import shop
from loyalty.basket import Basket, BasketLine, Moment
from loyalty.chain import MAX_SEGMENT_EVENTS, TARGET_PAYLOAD_BYTES, ZERO_HASH, chain
from loyalty.documents.programme_file import parse_programme
from loyalty.events import SaleCompleted, encode_event
from loyalty.member import Member
from loyalty.points.earned import with_lots
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.receipt import Payment, Receipt
from loyalty.sale import receipt_from
from sync_server.schema import TERMINAL, TERMINAL_CURSOR, tshard_of
from terminal.offline_queue.outbox import Run
from terminal.offline_queue.segments import close

FIRST_MS = 1_795_300_000_000
RECEIVED_MS = FIRST_MS + 7 * 86_400_000
"""When the head office gets the receipts made from the first on: after all of them."""
"""2026-11-22, midday in Moscow."""
BASKETS = 200
WITH_MEMBER = 0.75
STORES = 40


def member_id(n: int) -> str:
    """The nth member, and the account of the same name: in order of time, as UUIDv7 are."""
    return f"{1_750_000_000_000 + n:012x}{_digest('member', n)[:20]}"


def key_of(n: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(_digest("key", n)) * 2)


def terminal_id(n: int) -> str:
    return _digest("terminal", n)


def enrolled(count: int) -> dict[Table, list[tuple[Any, ...]]]:
    """The rows that enrolment leaves of `count` tills, 0 up; each may present the fence of `Till`."""
    rows = {TERMINAL: [_terminal(n) for n in range(count)], TERMINAL_CURSOR: [_cursor(n) for n in range(count)]}
    return {table: [tuple(row[column.name] for column in table.columns) for row in few] for table, few in rows.items()}


@dataclass
class Till:
    """The nth till: sells to any of `members` members, and closes what it sold into segments."""

    n: int
    members: int
    seq: int = 0
    hash: bytes = ZERO_HASH
    fence: str = ""
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.fence = self.fence or fence_of(self.n)
        self._random = Random(f"till {self.n}")

    @property
    def terminal(self) -> str:
        return terminal_id(self.n)

    def segments(self, receipts: int) -> Iterator[tuple[bytes, int]]:
        """Segments of so many receipts more, each with how many are in it; cut as a till cuts them."""
        left = receipts
        while left:
            events = self._events(left)
            before, first_seq = self.hash, self.seq + 1
            self.seq += len(events)
            *_, self.hash = chain(before, self.terminal, 1, first_seq, events)
            yield close(Run(1, first_seq, tuple(events), before, self.hash), self.terminal, key_of(self.n)), len(events)
            left -= len(events)

    def _events(self, most: int) -> list[bytes]:
        events: list[bytes] = []
        size = 0
        while len(events) < min(most, MAX_SEGMENT_EVENTS) and size < TARGET_PAYLOAD_BYTES:
            events.append(self._sale(self.seq + len(events) + 1))
            size += len(events[-1])
        return events

    def _sale(self, number: int) -> bytes:
        at_ms = FIRST_MS + 15_000 * number + self.n
        ids = f"{at_ms:012x}{_digest(self.n, number)[:20]}"
        sold = receipt(self._random, self.members, ids, self.terminal, f"T{self.n + 1}-{number}", at_ms)
        return encode_event(SaleCompleted(sold), ids[:-1] + "e", at_ms)


def receipt(random: Random, members: int, receipt_id: str, terminal: str, number: str, at_ms: int) -> Receipt:
    """One sale; its receipt's id is `receipt_id`."""
    sold = random.choice(samples())
    who = member_id(random.randrange(members)) if sold.member_id else None
    return with_lots(
        replace(
            sold, receipt_id=receipt_id, number=number, terminal=terminal, moment=replace(sold.moment, at_ms=at_ms),
            account_id=who, member_id=who,
        ),
        programme(),
    )  # fmt: skip


def fence_of(n: int) -> str:
    return _digest("fence", n)


@cache
def programme() -> Programme:
    return parse_programme(document())


@cache
def document() -> str:
    return shop.PROGRAMME.read_text("utf-8")


@cache
def samples() -> Sequence[Receipt]:
    """Receipts but for ids, members and moments."""
    random = Random("baskets")
    return [_quoted(random, member=random.random() < WITH_MEMBER) for _ in range(BASKETS)]


def _quoted(random: Random, *, member: bool) -> Receipt:
    products = [shop.product(random.randrange(shop.GOODS)) for _ in range(random.randint(1, 5))]
    lines = tuple(
        BasketLine(no, product, 1000 * random.randint(1, 2), product.prices[0].price_minor)
        for no, product in enumerate(products, 1)
    )
    who = Member("0" * 32, "0" * 32, "Мария И.", "novice", 500, card="2990000000008") if member else None
    basket = Basket(lines, who, store=shop.STORE)
    moment = Moment(FIRST_MS, "2026-11-22", 780, 6)
    quoted = quote(basket, programme(), moment)
    return receipt_from(
        quoted, basket, moment, receipt_id="0" * 32, number="", store=shop.STORE, terminal="0" * 32, cashier="Anna",
        shift_id=_digest("shift"), payments=(Payment("cash", quoted.total_minor),),
    )  # fmt: skip


def _terminal(n: int) -> dict[str, Any]:
    return {
        **_place(n), "terminal_no": n + 1, "name": f"T{n + 1}", "store": f"shop-{n % STORES}",
        "store_name": f"Shop {n % STORES}", "public_key": key_of(n).public_key().public_bytes_raw().hex(),
        "state": "active", "card_prefix": f"299{n + 1:04}", "enrolled_ms": FIRST_MS, "seen_ms": FIRST_MS,
        "later_keys": "",
        "told_gen": "",
    }  # fmt: skip


def _cursor(n: int) -> dict[str, Any]:
    fence = fence_of(n)
    return {
        **_place(n), "epoch": 1, "seq": 0, "hash": ZERO_HASH.hex(), "fence_cur": fence, "fence_prev": fence,
        "events": 0, "safe_epoch": 1, "safe_seq": 0, "safe_hash": "",
    }  # fmt: skip


def _place(n: int) -> dict[str, Any]:
    return {"tshard": tshard_of(terminal_id(n)), "terminal": terminal_id(n)}


def _digest(*words: object) -> str:
    return blake2b(repr(words).encode(), digest_size=16).hexdigest()
