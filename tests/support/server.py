"""A head office for tests without a network, and a till that talks to it: signs, chains, sends, keeps its fence."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.api import EnrolRequest
from loyalty.basket import Moment
from loyalty.chain import ZERO_HASH, chain, fork_hash, header_for, pack_payload, write_segment
from loyalty.events import Body, MemberEnrolled, Personal, ReturnCompleted, SaleCompleted, encode_event, personal_hash
from loyalty.receipt import Payment, Receipt, ReceiptLine
from loyalty.referral import Invited
from loyalty.told_clock import ToldClock
from sync_server.enrol import enrol_terminal, make_code
from sync_server.identity import Identity, read_identity
from sync_server.ingest import Stored, take_segment
from sync_server.migrate import init_store
from sync_server.rounds import run_round
from sync_server.store import Store, open_store
from tests.support.fresh_office import copy_sqlite, counting

T0_MS = 1_795_300_000_000


def hex_id(*words: object) -> str:
    """32 hex digits that depend on the words alone."""
    return blake2b(repr(words).encode(), digest_size=16).hexdigest()


@dataclass
class TestOffice:
    """`random` counts up, so that every run makes the same keys."""

    __test__ = False
    store: Store
    identity: Identity
    now_ms: int = T0_MS
    chance: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def random(self, count: int) -> bytes:
        return next(self.chance).to_bytes(count, "big")

    def till(self, name: str = "till") -> Till:
        code = make_code(self.store, self.identity, "S1", "Shop one", self.now_ms, self.random)
        key = Ed25519PrivateKey.from_private_bytes(self.random(32))
        asked = EnrolRequest(code, key.public_key().public_bytes_raw().hex(), name)
        reply = enrol_terminal(self.store, self.identity, asked, self.now_ms, self.random)
        return Till(self, key, reply.terminal, reply.terminal_no, reply.fence)

    def apply(self) -> int:
        """Rounds until nothing is left; how many events."""
        total = 0
        while applied := run_round(self.store, self.identity, lambda: 0):
            total += applied
        return total


@dataclass
class Till:
    office: TestOffice
    key: Ed25519PrivateKey
    terminal: str
    terminal_no: int
    fence: str
    epoch: int = 1
    seq: int = 0
    hash: bytes = ZERO_HASH
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def segment(self, *events: bytes, clock: ToldClock | None = None) -> bytes:
        """The next segment of this till's chain, which moves on."""
        data, self.hash = signed_segment(self.key, self.terminal, self.epoch, self.seq + 1, self.hash, events, clock)
        self.seq += len(events)
        return data

    def send(self, data: bytes, fence: str | None = None, keep_fence: bool = True) -> Stored:
        office = self.office
        shown = self.fence if fence is None else fence
        stored = take_segment(office.store, data, shown, office.identity.gen, office.now_ms, office.random(16).hex())
        if keep_fence:
            self.fence = stored.reply.fence_next
        return stored

    def put(self, *events: bytes) -> Stored:
        return self.send(self.segment(*events))

    def new_epoch(self, last_common: bytes) -> None:
        self.hash = fork_hash(self.terminal, self.epoch, last_common)
        self.epoch, self.seq = self.epoch + 1, 0

    def event(self, body: Body, event_id: str = "", at_ms: int = T0_MS) -> bytes:
        return encode_event(body, event_id or hex_id("event", self.terminal, next(self.numbers)), at_ms)

    def sale(self, **figures) -> bytes:
        return self.event(SaleCompleted(self.receipt(**figures)))

    def back(self, sale: Receipt | None = None, **figures) -> bytes:
        cited = {"original_id": sale.receipt_id, "original_number": sale.number} if sale else {}
        account = {"account_id": sale.account_id, "member_id": sale.member_id} if sale else {}
        return self.event(ReturnCompleted(self.receipt(kind="return", **{**cited, **account, **figures})))

    def receipt(
        self,
        account: str | None = None,
        total: int = 10_000,
        earned: int = 0,
        redeemed: int = 0,
        qty: int = 1000,
        at_ms: int = T0_MS,
        local_date: str = "2026-11-22",
        **more,
    ) -> Receipt:
        """One line; `total` is what is paid, `redeemed` points lower it by a rouble each."""
        number = next(self.numbers)
        base = total + redeemed * 100
        figures: dict[str, Any] = {
            "base_minor": base, "discount_minor": 0, "redeemed_minor": redeemed * 100, "redeemed_points": redeemed,
            "total_minor": total, "earned_points": earned,
        }  # fmt: skip
        line = ReceiptLine(
            line_no=1,
            code="4607102430015",
            name="Шарф",
            unit="piece",
            vat="22",
            qty_milli=qty,
            price_minor=base,
            **figures,
        )
        more.setdefault("account_id", account)
        more.setdefault("member_id", account)
        more.setdefault("receipt_id", hex_id("receipt", self.terminal, number))
        return Receipt(
            number=f"T{self.terminal_no}-{number}", kind=more.pop("kind", "sale"), store="S1", terminal=self.terminal,
            cashier="anna", shift_id="shift", moment=Moment(at_ms, local_date, 600, 6), programmes=(), lines=(line,),
            payments=(Payment("cash", total),), status=more.pop("status", "novice"), **figures, **more,
        )  # fmt: skip

    def enrolled(
        self,
        member: str,
        card: str,
        phone: str = "",
        name: str = "Иванова Мария",
        event_id: str = "",
        invited: Invited | None = None,
    ) -> tuple[bytes, Personal]:
        """The event that enrols a member, and the personal data beside it; the account is the member's own."""
        event_id = event_id or hex_id("enrolled", member, card)
        personal = Personal(member, member, event_id, "5a17", phone, name, "1990-05-23")
        body = MemberEnrolled(member, member, card, "novice", personal_hash(personal), (), "anna", "S1", invited)
        return encode_event(body, event_id, T0_MS), personal


def signed_segment(
    key: Ed25519PrivateKey,
    terminal: str,
    epoch: int,
    first_seq: int,
    previous: bytes,
    events: Sequence[bytes],
    clock: ToldClock | None = None,
) -> tuple[bytes, bytes]:
    """A segment's bytes, and the hash of its last event."""
    hashes = list(chain(previous, terminal, epoch, first_seq, events))
    payload = pack_payload(events)
    blob = zstandard.ZstdCompressor(level=3).compress(payload)
    last_seq = first_seq + len(events) - 1
    signed = header_for(terminal, epoch, first_seq, last_seq, previous, hashes[-1], len(payload), blob, clock)
    return write_segment(signed, key.sign(signed), blob), hashes[-1]


@contextmanager
def opened_office(url: str, made: bool = False) -> Iterator[TestOffice]:
    """`made`: its tables stand. Where nothing lies yet a file begins as a copy."""
    made = copy_sqlite(url) or made
    store = open_store(url)
    try:
        yield TestOffice(store, read_identity(store) if made else init_store(store, counting()))
    finally:
        store.close()


@contextmanager
def office_on(kind: str, request, tmp_path) -> Iterator[TestOffice]:
    """An office on `sqlite` or `postgresql`."""
    url = f"sqlite:///{tmp_path / 'office.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_office")
    with opened_office(url, made=True) as office:
        yield office
