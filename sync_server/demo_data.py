"""The demo shop's head office: the club's programme, 10,000 members, 500 products. Seeded: every run makes the same.

Members and products go in by the import, the programme by `publish`: nothing here has a way of its own.
"""

from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from random import Random

from sqlalchemy import select

from loyalty.codes import card_number
from loyalty.events import bucket_of
from loyalty.gift_card import gift_card
from loyalty.programme import Programme
from sync_server.clock import now_ms
from sync_server.csv_rows import Row
from sync_server.demo_goods import demo_products
from sync_server.demo_names import full_name
from sync_server.gift_cards import open_gift_card
from sync_server.identity import Identity
from sync_server.import_report import Imported
from sync_server.imports import import_rows
from sync_server.office import Office
from sync_server.programmes import publish_programme, read_rules
from sync_server.reports import read_counts
from sync_server.rows import insert_rows, update_rows
from sync_server.schema import STATE
from sync_server.store import Store, Tx

SEED = 20261122
CONSENT_VERSION = "1"
"""Everybody agreed to processing, two of three to advertising."""
MEMBERS = 10_000
CARD_PREFIX, MORE_CARDS = "2990000", "2995"
"""Imported cards: no terminal has the number 0, nor one above 4999. The first has room for 99,999."""
GIFT_CARDS: dict[str, int] = {card_number("298", 1): 3000_00, card_number("298", 2): 500_00}
"""Gift cards that have money, in minor units."""
_BEGUN, _DONE = "begun", "done"
_MOBILE = (
    "903",
    "905",
    "906",
    "909",
    "910",
    "915",
    "916",
    "917",
    "919",
    "925",
    "926",
    "929",
    "962",
    "964",
    "965",
    "977",
    "985",
    "999",
)
_SHARES = (46, 24, 14, 9, 5, 2)
"""Members of each status in percent, lowest first."""
_POINTS = (300, 900, 2200, 4500, 9000, 20_000)
"""The most points a member of each status has."""
_POINTS_A_RECEIPT = 60
"""Whoever has a status or that many points has bought before; a few members have not, and are still to be welcomed."""


def fill_demo(office: Office) -> bool:
    """Fill an empty head office, or go on where filling it was cut short; whether anything was done."""
    store, identity = office.store, office.identity
    mark = store.write(_mark)
    if mark == _DONE or (mark == "" and read_counts(store).members):
        return False
    store.write(lambda tx: _set_mark(tx, _BEGUN))
    publish_demo(store, identity)
    import_rows(store, identity, "products", demo_product_rows(), now_ms())
    import_demo_members(store, identity, MEMBERS)
    load_demo_gift_cards(store)
    store.write(lambda tx: _set_mark(tx, _DONE))
    return True


def _mark(tx: Tx) -> str:
    return tx.execute(select(STATE.c.value).where(STATE.c.name == "demo")).scalar() or ""


def _set_mark(tx: Tx, value: str) -> None:
    row = {"name": "demo", "value": value}
    insert_rows(tx, STATE, [row])
    update_rows(tx, STATE, ("name",), [row])


def publish_demo(store: Store, identity: Identity) -> Programme:
    document = files("loyalty").joinpath("programmes", "club.toml").read_text("utf-8")
    return publish_programme(store, identity, document, now_ms()).programme


def import_demo_members(store: Store, identity: Identity, count: int) -> Imported:
    """`count` members; the first ones are the same whatever the count."""
    return import_rows(store, identity, "members", demo_member_rows(count), now_ms())


def load_demo_gift_cards(store: Store) -> None:
    at_ms = now_ms()
    date = read_rules(store).date_at(at_ms)
    for number, amount_minor in GIFT_CARDS.items():
        bucket = bucket_of(gift_card(number).account_id)
        store.write(partial(open_gift_card, number=number, amount_minor=amount_minor, at_ms=at_ms, date=date), bucket)


def demo_product_rows() -> Iterator[Row]:
    for line, fields in enumerate(demo_products(Random(SEED)), start=2):
        yield Row(line, fields)


def demo_member_rows(count: int) -> Iterator[Row]:
    """Valid mobile numbers, all different; valid cards, all different; balances as their statuses have them."""
    random = Random(SEED)
    statuses = _statuses()
    for number in range(1, count + 1):
        place = random.choices(range(len(_SHARES)), _SHARES)[0]
        name = full_name(random)
        birthday = f"{random.randrange(1948, 2011)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"
        points = random.randrange(0, _POINTS[place])
        yield Row(number + 1, {
            "card": card_number(CARD_PREFIX if number < 100_000 else MORE_CARDS, number),
            "phone": f"+7{_MOBILE[number % len(_MOBILE)]}{(number * 7_368_787) % 10**7:07d}",
            "name": name,
            "birthday": birthday,
            "status": statuses[place],
            "points": str(points),
            "receipts": str(place + points // _POINTS_A_RECEIPT),
            "consent_processing": CONSENT_VERSION,
            "consent_advertising": CONSENT_VERSION if number % 3 else "",
        })  # fmt: skip


def _statuses() -> list[str]:
    from loyalty.documents.programme_file import parse_programme

    programme = parse_programme(files("loyalty").joinpath("programmes", "club.toml").read_text("utf-8"))
    return [status.id for status in programme.statuses]
