"""A shop with a history for the tests of the console: its receipts are quoted by the engine, seen over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product
from loyalty.events import ReturnCompleted, SaleCompleted
from loyalty.member import Member, mask_name
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Standing
from loyalty.receipt import Payment, Receipt
from loyalty.returns import return_receipt
from loyalty.rights import spent_rights
from loyalty.sale import receipt_from
from sync_server.console import console_routes
from sync_server.demo_data import publish_demo
from sync_server.erasing.erase import Beside
from sync_server.personal import store_personal
from sync_server.rows import insert_rows
from sync_server.schema import CONSOLE_USER
from tests.support.server import TestOffice, Till, hex_id

TODAY = "2026-11-22"
"""A Sunday."""
WEEK_AGO = "2026-11-15"
SCARF = Product("4600000000015", "Шарф «Локо»", (Price(99_000),), category="scarves", brand="Loko")
MUG = Product("4600000000022", "Кружка «Паровоз»", (Price(45_000),), category="souvenirs", brand="Paravoz")
PHONE, CARD = "+79031234567", "2990001000015"
PASSWORDS = {"anna": "a long password", "oleg": "another password"}
"""Anna is an owner, Oleg a viewer."""


def at(local_date: str, hour: int, minute: int = 0) -> Moment:
    """A moment by Moscow's clock, which is three hours ahead all the year."""
    day = date.fromisoformat(local_date)
    days = day.toordinal() - date(1970, 1, 1).toordinal()
    local_minute = hour * 60 + minute
    return Moment(((days * 24 - 3) * 60 + local_minute) * 60_000, local_date, local_minute, day.weekday())


NOW = at(TODAY, 17, 43)


@dataclass
class Counter:
    """A till at which things are sold; what is made waits until `send`."""

    shop: Shop
    till: Till
    waiting: list[bytes] = field(default_factory=list)

    def sell(
        self,
        *lines: tuple[Product, int],
        moment: Moment,
        member: Member | None = None,
        points: int = 0,
        online: bool = True,
        cashier: str = "Анна",
    ) -> Receipt:
        """(product, qty_milli) lines, paid in cash with change; `points` are spent as far as the rules let."""
        bought = (
            BasketLine(n, product, qty, product.prices[0].price_minor) for n, (product, qty) in enumerate(lines, 1)
        )
        basket = Basket(tuple(bought), member, redeem_points=points, store="S1")
        priced = quote(basket, self.shop.programme, moment, Standing(online))
        given = -(-priced.total_minor // 10_000) * 10_000
        receipt = receipt_from(
            priced, basket, moment, **self._ids(), store="S1", cashier=cashier,
            payments=(Payment("cash", given),) if given else (),
            rights=() if online else spent_rights(priced.redeemed_points, 0, 0),
        )  # fmt: skip
        self.record(SaleCompleted(receipt))
        return receipt

    def take_back(self, sale: Receipt, wanted: dict[int, int], moment: Moment) -> Receipt:
        """Return line_no -> qty_milli of a sale."""
        place = {**self._ids(), "store": "S1", "cashier": "Анна", "programme": self.shop.programme}
        receipt = return_receipt(sale, {}, wanted, moment=moment, **place)
        self.record(ReturnCompleted(receipt))
        return receipt

    def record(self, body: SaleCompleted | ReturnCompleted) -> None:
        self.waiting.append(self.till.event(body, at_ms=body.receipt.moment.at_ms))

    def enrol(self, name: str, phone: str, card: str) -> Member:
        """A new member, whose personal data come beside."""
        member = hex_id("member", card)
        event, personal = self.till.enrolled(member, card, phone, name)
        self.waiting.append(event)
        self.send()
        store_personal(self.shop.office.store, self.shop.office.identity, [personal])
        return Member(member, member, mask_name(name), "novice", card=card)

    def send(self, apply: bool = True) -> None:
        """One segment of all that waits; applied at once unless told otherwise."""
        if self.waiting:
            self.till.put(*self.waiting)
            self.waiting.clear()
        if apply:
            self.shop.office.apply()

    def _ids(self) -> dict[str, Any]:
        number = next(self.till.numbers)
        return {
            "receipt_id": hex_id("receipt", self.till.terminal, number),
            "number": f"T{self.till.terminal_no}-{number}",
            "terminal": self.till.terminal,
            "shift_id": hex_id("shift", self.till.terminal),
        }


@dataclass
class Shop:
    """A head office with the demo's programme and the console's users."""

    office: TestOffice
    programme: Programme
    now_ms: int = NOW.at_ms

    def counter(self, name: str = "Касса у входа") -> Counter:
        return Counter(self, self.office.till(name))

    def app(self, messages: bool = False) -> Litestar:
        """The console alone, by the shop's own clock."""
        folder = Path(self.office.store._engine.url.database or "").parent
        at = Beside(folder / "erased.log", folder / "snapshots")
        routes = console_routes(self.office.store, lambda: self.now_ms, beside=at, messages=messages)
        return Litestar(route_handlers=routes, openapi_config=None)


def make_shop(office: TestOffice) -> Shop:
    programme = publish_demo(office.store, office.identity)
    office.store.write(lambda tx: insert_rows(tx, CONSOLE_USER, [_user("anna", "owner"), _user("oleg", "viewer")]))
    office.now_ms = NOW.at_ms
    return Shop(office, programme)


@cache
def _user(name: str, role: str) -> dict[str, str | int]:
    """A user whose password is hashed cheaply: a test is no place to spend 64 MiB on each."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return {"name": name, "password_hash": hasher.hash(PASSWORDS[name]), "role": role, "made_ms": NOW.at_ms - 1}


@dataclass(frozen=True)
class History:
    """What `tell_history` made: two sales today (one with a member, partly returned) and one a week ago."""

    counter: Counter
    member: Member
    sale: Receipt
    back: Receipt
    guest: Receipt
    before: Receipt

    @property
    def receipts(self) -> Sequence[Receipt]:
        return self.sale, self.back, self.guest, self.before


def tell_history(office: TestOffice, name: str = "Иванова Мария", product: Product = SCARF) -> tuple[Shop, History]:
    """A shop with a short history; `name` is the member's, `product` is sold in every receipt."""
    shop = make_shop(office)
    counter = shop.counter()
    member = counter.enrol(name, PHONE, CARD)
    before = counter.sell((product, 1000), moment=at(WEEK_AGO, 12, 30))
    sale = counter.sell((product, 2000), (MUG, 3000), moment=at(TODAY, 12, 10), member=member)
    back = counter.take_back(sale, {1: 1000}, at(TODAY, 13, 5))
    guest = counter.sell((product, 1000), moment=at(TODAY, 15, 40))
    counter.send()
    return shop, History(counter, member, sale, back, guest, before)


class Visitor:
    """A browser without a screen: follows redirects, keeps cookies, sends forms with the token of the last page."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self.client = client
        self.page = ""

    def get(self, path: str, **headers: str) -> Response:
        return self._seen(self.client.get(path, headers=headers))

    def post(self, path: str, *, token: str | None = None, **fields: str) -> Response:
        """Send a form; `token` None takes the one on the last page."""
        sent = token_in(self.page) if token is None else token
        return self._seen(self.client.post(path, data={"form_token": sent, **fields}))

    def log_in(self, name: str = "anna", password: str | None = None) -> Response:
        self.get("/console/login")
        return self.post("/console/login", name=name, password=PASSWORDS[name] if password is None else password)

    def _seen(self, response: Response) -> Response:
        self.page = response.text
        return response


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page)
    return found[1] if found else ""


def text_of(page: str) -> str:
    """The words of a page as a reader sees them: tags out, blanks as one."""
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(plain))


@contextmanager
def visiting(shop: Shop, base_url: str = "http://office.test", messages: bool = False) -> Iterator[Visitor]:
    with TestClient(shop.app(messages), base_url=base_url, raise_server_exceptions=False) as client:
        yield Visitor(client)
