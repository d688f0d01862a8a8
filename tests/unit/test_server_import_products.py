"""Goods that are imported, and the goods and members of the demo."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path

import phonenumbers
import pytest

from loyalty.catalogue import Product
from loyalty.codes import CardCode, CodeRanges, ProductCode, classify, gtin_is_valid, parse_phone
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadInput
from sync_server.demo_data import MEMBERS, demo_member_rows, demo_product_rows, import_demo_members, publish_demo
from sync_server.demo_goods import BRANDS, PRODUCTS, WEIGHED
from sync_server.import_report import Imported
from sync_server.imports import import_rows
from tests.support.importing import bodies, take, write
from tests.support.server import T0_MS

ROOT = Path(__file__).resolve().parents[2]


CATEGORIES = (
    "scarves",
    "shirts",
    "caps",
    "souvenirs",
    "kids",
    "food",
    "drinks",
    "tickets",
    "books",
    "weighed",
    "gift-cards",
)


@pytest.fixture
def office(office):
    publish_demo(office.store, office.identity)
    return office


def test_products_need_code_name_and_price(sqlite_office, tmp_path):
    with pytest.raises(BadInput) as bad:
        take(sqlite_office, "products", write(tmp_path, "code,name\n"))
    assert bad.value.code == "csv.missing"


PRODUCTS_CSV = """code;name;price;vat;unit;category;brand;tags;no_discount;no_earn;no_redeem;min_price
4607102430016;Шарф;1 234,50;22%;шт;scarves;Loko;gift|new;;;;
00101;Конфеты, вес.;890;10;кг;weighed;;;0;нет;да;100.5
"""


def test_products_come_in_and_change_only_when_they_differ(office, tmp_path):
    assert take(office, "products", write(tmp_path, PRODUCTS_CSV)) == Imported(rows=2, added=2)
    goods = {product.code: product for product in bodies(office, "goods", Product)}
    scarf, sweets = goods["4607102430016"], goods["00101"]
    assert (scarf.prices[0].price_minor, scarf.vat, scarf.unit, scarf.tags) == (123_450, "22", "piece", ("gift", "new"))
    assert (sweets.prices[0].price_minor, sweets.vat, sweets.unit) == (89_000, "10", "kg")
    assert (sweets.no_redeem, sweets.no_earn, sweets.min_price_minor) == (True, False, 10_050)
    assert take(office, "products", write(tmp_path, PRODUCTS_CSV)) == Imported(rows=2, known=2)
    changed = PRODUCTS_CSV.replace("890", "900")
    assert take(office, "products", write(tmp_path, changed), dry_run=True) == Imported(rows=2, changed=1, known=1)
    assert take(office, "products", write(tmp_path, changed)) == Imported(rows=2, changed=1, known=1)
    goods = {product.code: product for product in bodies(office, "goods", Product)}
    assert goods["00101"].prices[0].price_minor == 90_000


def test_goods_the_state_controls_are_told_by_a_column(sqlite_office, tmp_path):
    rows = """штрихкод;наименование;цена;маркировка
4607102430016;Вода;50;да
4607102430023;Вермут;1459;egais
4607102430030;Сигареты;200;permission
4607102430047;Чай;100;нет
"""
    assert take(sqlite_office, "products", write(tmp_path, rows)) == Imported(rows=4, added=4)
    found = {product.name: product.control for product in bodies(sqlite_office, "goods", Product)}
    assert found == {"Вода": "marked", "Вермут": "egais", "Сигареты": "permission", "Чай": ""}


@pytest.mark.parametrize("row", ["00101;A;1;kg;;marked", "4607102430016;A;1;;yes;marked", "4607102430016;A;1;;;often"])
def test_marked_goods_are_pieces_and_no_gift_cards(sqlite_office, tmp_path, row):
    path = write(tmp_path, f"code;name;price;unit;gift_card;control\n{row}\n")
    assert take(sqlite_office, "products", path) == Imported(rows=1, refused=1)


@pytest.mark.parametrize(
    "row",
    ["4607102430015;A;1;;;", "00101;A;1;;piece;", "4607102430016;;1;;;", "4607102430016;A;1.234;;;",
     "4607102430016;A;;;;", "4607102430016;A;1;19;;", "4607102430016;A;1;;litre;", "4607102430016;A;1;;;maybe"],
)  # fmt: skip
def test_a_bad_product_is_left_out(sqlite_office, tmp_path, row):
    path = write(tmp_path, f"code;name;price;vat;unit;no_earn\n{row}\n")
    assert take(sqlite_office, "products", path) == Imported(rows=1, refused=1)


def test_batches_join_without_a_seam(sqlite_office, monkeypatch):
    monkeypatch.setattr("sync_server.imports.BATCH_ROWS", 7)
    publish_demo(sqlite_office.store, sqlite_office.identity)
    assert import_demo_members(sqlite_office.store, sqlite_office.identity, 50) == Imported(rows=50, added=50)
    assert import_demo_members(sqlite_office.store, sqlite_office.identity, 60) == Imported(rows=60, added=10, known=50)


def test_demo_members_are_believable_and_all_different():
    rows = [row.fields for row in demo_member_rows(MEMBERS)]
    assert len(rows) == MEMBERS
    assert len({row["card"] for row in rows}) == len({row["phone"] for row in rows}) == MEMBERS
    assert all(isinstance(classify(row["card"], CodeRanges()), CardCode) for row in rows)
    assert all(parse_phone(row["phone"]) == row["phone"] for row in rows)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(row["phone"])) for row in rows[:300])
    statuses = Counter(row["status"] for row in rows)
    document = files("loyalty").joinpath("programmes", "club.toml").read_text("utf-8")
    assert set(statuses) == {status.id for status in parse_programme(document).statuses}
    assert min(statuses.values()) > 100
    bought = [int(row["receipts"]) > 0 for row in rows]
    assert all(held for row, held in zip(rows, bought, strict=True) if row["status"] != "novice")
    assert bought.count(False) > 100, "somebody is still to be welcomed"
    assert list(demo_member_rows(20)) == list(demo_member_rows(20))


def test_demo_products_have_right_codes_and_the_campaigns_goods():
    rows = [row.fields for row in demo_product_rows()]
    weighed = [row for row in rows if row["unit"] == "kg"]
    pieces = [row for row in rows if row["unit"] == "piece"]
    assert (len(rows), len(weighed)) == (PRODUCTS, WEIGHED)
    assert len({row["code"] for row in rows}) == len({row["name"] for row in rows}) == PRODUCTS
    assert all(row["code"].startswith("460") and len(row["code"]) == 13 for row in pieces)
    assert all(gtin_is_valid(row["code"]) for row in pieces)
    assert all(isinstance(classify(row["code"], CodeRanges()), ProductCode) for row in pieces)
    assert all(len(row["code"]) == 5 and row["code"].isdigit() for row in weighed)
    assert {row["category"] for row in rows} == set(CATEGORIES)
    assert {row["brand"] for row in rows} == set(BRANDS)


@pytest.mark.parametrize("what", ["products", "members"])
def test_the_samples_are_taken_in_whole(sqlite_office, what):
    publish_demo(sqlite_office.store, sqlite_office.identity)
    path = ROOT / "docs" / "samples" / {"products": "goods.csv", "members": "members.csv"}[what]
    done = take(sqlite_office, what, path, dry_run=True)
    assert (done.refused, done.first_purchases) == (0, 0)
    assert done.added == len(path.read_text("utf-8").splitlines()) - 1


def test_demo_products_are_taken_in_whole(sqlite_office):
    publish_demo(sqlite_office.store, sqlite_office.identity)
    done = import_rows(sqlite_office.store, sqlite_office.identity, "products", demo_product_rows(), T0_MS)
    assert done == Imported(rows=PRODUCTS, added=PRODUCTS)
