"""A head office with a history for the tests of the console: a till enrolled by a code, receipts made by the engine.

Receipts come the ordinary way: quoted, signed into segments, taken in and applied.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.api import EnrolRequest
from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product
from loyalty.chain import ZERO_HASH, chain, header_for, pack_payload, write_segment
from loyalty.codes import card_number
from loyalty.events import (
    Body,
    Consent,
    MemberEnrolled,
    Personal,
    ReturnCompleted,
    SaleCompleted,
    encode_event,
    personal_hash,
)
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Standing
from loyalty.receipt import Payment, Receipt
from loyalty.returns import return_receipt
from loyalty.sale import receipt_from
from sync_server.demo_data import publish_demo
from sync_server.enrol import enrol_terminal, make_code
from sync_server.identity import Identity
from sync_server.ingest import take_segment
from sync_server.migrate import init_store
from sync_server.personal import store_personal
from sync_server.rounds import run_round
from sync_server.settings import Settings
from sync_server.store import Store, open_store

NOON_MS = 1_795_338_000_000
"""Sunday 2026-11-22, 12:00 in Moscow."""
SCARF = Product("4600000000015", "Шарф «Локо»", (Price(99_000),), category="scarves", brand="Loko")
MUG = Product("4600000000022", "Кружка «Паровоз»", (Price(45_000),), category="souvenirs", brand="Paravoz")
STEP_MS = 60_000


def hex_id(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def moscow(local_date: str, local_minute: int) -> Moment:
    """A moment by Moscow's clock, which is UTC+3 all the year."""
    day = date.fromisoformat(local_date)
    at_ms = (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000 + (local_minute - 180) * 60_000
    return Moment(at_ms, local_date, local_minute, day.weekday())


class Shop:
    """A head office in a folder, one till, and what is sold. Randomness is a counter: each run is the same."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(folder)
        self.store: Store = open_store(self.settings.url)
        self._drawn = 0
        self.identity: Identity = init_store(self.store, self.random)
        self.programme: Programme = publish_demo(self.store, self.identity)
        self.till = Till(self, "Касса у входа")

    def random(self, count: int) -> bytes:
        self._drawn += 1
        return blake2b(self._drawn.to_bytes(8, "big"), digest_size=count).digest()

    def apply(self) -> None:
        while run_round(self.store, self.identity, lambda: 0):
            pass

    def close(self) -> None:
        self.store.close()


class Till:
    """One terminal: `sell`, `take_back` and `enrol` make events; `send` brings those made so far to the head office."""

    def __init__(
        self, shop: Shop, name: str, store: str = "S1", store_name: str = "Северная трибуна", at_ms: int = NOON_MS
    ) -> None:
        self.shop, self._key = shop, Ed25519PrivateKey.from_private_bytes(shop.random(32))
        code = make_code(shop.store, shop.identity, store, store_name, at_ms, shop.random)
        public = self._key.public_key().public_bytes_raw().hex()
        self.place = enrol_terminal(shop.store, shop.identity, EnrolRequest(code, public, name), at_ms, shop.random)
        self._seq, self._hash, self._fence = 0, ZERO_HASH, self.place.fence
        self._waiting: list[bytes] = []
        self._receipts = 0
        self._events = 0

    def sell(
        self,
        lines: Sequence[tuple[Product, int]],
        moment: Moment,
        member: Member | None = None,
        points: int = 0,
        online: bool = True,
    ) -> Receipt:
        """Sell (product, qty_milli) lines, paid in cash with change; `points` are spent as far as the rules let."""
        basket_lines = tuple(
            BasketLine(number, product, qty, product.prices[0].price_minor)
            for number, (product, qty) in enumerate(lines, start=1)
        )
        basket = Basket(basket_lines, member, redeem_points=points, store=self.place.store)
        priced = quote(basket, self.shop.programme, moment, Standing(online))
        given = -(-priced.total_minor // 10_000) * 10_000
        paid = (Payment("cash", given),) if given else ()
        receipt = receipt_from(
            priced,
            basket,
            self.shop.programme,
            moment,
            **self._ids(),
            payments=paid,
            offline=not online and priced.redeemed_points > 0,
        )
        self.record(SaleCompleted(receipt), moment.at_ms)
        return receipt

    def take_back(self, sale: Receipt, wanted: dict[int, int], moment: Moment) -> Receipt:
        receipt = return_receipt(sale, {}, wanted, moment=moment, **self._ids())
        self.record(ReturnCompleted(receipt), moment.at_ms)
        return receipt

    def enrol(self, name: str, phone: str, moment: Moment, advertising: bool = True) -> Member:
        """A new member by phone, with both consents answered; personal data go up beside."""
        self._events += 1
        ids = {kind: hex_id(kind, self.place.terminal, self._events) for kind in ("member", "account", "event")}
        personal = Personal(
            ids["member"], ids["account"], ids["event"], hex_id("salt", phone), phone, name, "1990-05-23"
        )
        consents = (Consent("processing", "1", True), Consent("advertising", "1", advertising))
        card = card_number(self.place.card_prefix, self._events)
        body = MemberEnrolled(
            ids["member"], ids["account"], card, "novice", personal_hash(personal), consents, "Анна", self.place.store
        )
        self._waiting.append(encode_event(body, ids["event"], moment.at_ms))
        self.send(moment.at_ms)
        store_personal(self.shop.store, self.shop.identity, [personal])
        return Member(ids["member"], ids["account"], "", "novice", 0, card=card)

    def record(self, body: Body, at_ms: int) -> None:
        self._events += 1
        self.record_raw(encode_event(body, hex_id("event", self.place.terminal, self._events), at_ms))

    def record_raw(self, raw: bytes) -> None:
        self._waiting.append(raw)

    def send(self, at_ms: int, apply: bool = True) -> None:
        """One signed segment of all that waits; applied at once unless told otherwise."""
        if self._waiting:
            payload = pack_payload(self._waiting)
            blob = zstandard.ZstdCompressor().compress(payload)
            last = list(chain(self._hash, self.place.terminal, 1, self._seq + 1, self._waiting))[-1]
            end = self._seq + len(self._waiting)
            header = header_for(self.place.terminal, 1, self._seq + 1, end, self._hash, last, len(payload), blob)
            segment = write_segment(header, self._key.sign(header), blob)
            stored = take_segment(
                self.shop.store, segment, self._fence, self.shop.identity.gen, at_ms, self.shop.random(16).hex()
            )
            self._seq, self._hash, self._fence, self._waiting = end, last, stored.reply.fence_next, []
        if apply:
            self.shop.apply()

    def _ids(self) -> dict[str, Any]:
        self._receipts += 1
        return {
            "receipt_id": hex_id("receipt", self.place.terminal, self._receipts),
            "number": f"T{self.place.terminal_no}-{self._receipts}",
            "store": self.place.store,
            "terminal": self.place.terminal,
            "cashier": "Анна",
            "shift_id": hex_id("shift", self.place.terminal),
        }
