"""Signed coupons as the head office issues them, read by a till that has its public key; and what cannot be issued."""

from __future__ import annotations

import csv
import stat
from io import StringIO

import pytest
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from loyalty.codes import card_number
from loyalty.coupons.reading import Coupon, Shop, read_coupon, unusable
from loyalty.coupons.series import CouponSeries
from loyalty.errors import BadInput
from loyalty.sentences import say
from sync_server.cli import app
from sync_server.coupons import (
    COLUMNS,
    MAX_ISSUED,
    MAX_PICTURES,
    Wanted,
    check_pictures,
    issue_coupons,
    save_coupons,
    save_pictures,
    write_coupons,
)
from sync_server.imports import import_file
from sync_server.programmes import publish_programme
from sync_server.schema import ALIAS
from sync_server.words import SENTENCES
from tests.support.server import T0_MS, TestOffice, office_on

GIFT = CouponSeries("gift", "Подарок", "Gift", "signed", code="GIFT", uses="single")
TODAY = "2026-11-21"
"""T0_MS is 20,778 days and 22 hours from 1970-01-01, in UTC; 2026-01-01 is day 20,454."""
CARD, OTHER_CARD = (card_number("2990000", number) for number in (1, 2))


DOCUMENT = """
id = "shop"
version = 1
name = { ru = "Лавка", en = "Shop" }
time_zone = "UTC"

[[coupon]]
id = "gift"
name = { ru = "Подарок", en = "Gift" }
kind = "signed"
code = "GIFT"

[[coupon]]
id = "late"
name = { ru = "Поздняя", en = "Late" }
kind = "signed"
code = "LATE"
last = 2026-11-21

[[coupon]]
id = "over"
name = { ru = "Прошедшая", en = "Over" }
kind = "signed"
code = "OVER"
last = 2026-11-20

[[coupon]]
id = "next"
name = { ru = "Следующая", en = "Next" }
kind = "series"
code = "NEXT"
"""


@pytest.fixture
def office(office):
    publish_programme(office.store, office.identity, DOCUMENT, T0_MS)
    return office


@pytest.fixture
def sqlite_office(request, tmp_path):
    with office_on("sqlite", request, tmp_path) as made:
        publish_programme(made.store, made.identity, DOCUMENT, T0_MS)
        yield made


def shop_of(office: TestOffice) -> Shop:
    """What a till of this head office has."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(office.identity.public_key))

    def verify(message: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return Shop(office.identity.public_key, verify)


def issued(office: TestOffice, count: int = 1, **more):
    return issue_coupons(office.store, office.identity, Wanted("GIFT", count, **more), T0_MS, office.random)


def why_not(office: TestOffice, wanted: Wanted) -> str:
    with pytest.raises(BadInput) as raised:
        issue_coupons(office.store, office.identity, wanted, T0_MS, office.random)
    assert raised.value.code in SENTENCES
    return raised.value.code


def test_a_till_takes_what_the_head_office_issued(sqlite_office):
    made = issued(sqlite_office, 20, expires="2026-12-31")
    found = [read_coupon(each.code, [GIFT], shop_of(sqlite_office)) for each in made]
    read = [each for each in found if isinstance(each, Coupon)]
    assert [(each.serial, each.expires, each.holder) for each in read] == [
        (each.serial, "2026-12-31", "") for each in made
    ]
    assert len({each.id for each in read}) == 20


def test_a_coupon_for_one_member_is_good_for_that_account_alone(office, tmp_path):
    rows = tmp_path / "members.csv"
    rows.write_text(f"card,name\n{CARD},Иванова Мария\n{OTHER_CARD},Петров Иван\n", "utf-8")
    import_file(office.store, office.identity, "members", rows, T0_MS)
    with office.store.read() as tx:
        accounts = {row.alias: row.account_id for row in tx.execute(select(ALIAS.c.alias, ALIAS.c.account_id))}
    (made,) = issued(office, card=CARD)
    coupon = read_coupon(made.code, [GIFT], shop_of(office))
    assert isinstance(coupon, Coupon)
    assert unusable(coupon, GIFT, TODAY, frozenset(), accounts[CARD]) is None
    other = unusable(coupon, GIFT, TODAY, frozenset(), accounts[OTHER_CARD])
    assert other
    assert other.code == "coupon.other_member"
    assert made.member == CARD


def test_a_serial_drawn_twice_is_drawn_again(sqlite_office):
    drawn = iter([b"\x01" * 6, b"\x01" * 6, b"\x02" * 6])
    made = issue_coupons(sqlite_office.store, sqlite_office.identity, Wanted("GIFT", 2), T0_MS, lambda _: next(drawn))
    assert [each.serial for each in made] == ["01" * 6, "02" * 6]


def test_the_last_day_may_be_today_and_no_earlier(sqlite_office):
    assert issued(sqlite_office, expires=TODAY)[0].expires == TODAY
    assert why_not(sqlite_office, Wanted("GIFT", 1, "2026-11-20")) == "issue.past"


def test_the_last_day_of_all_is_the_last(sqlite_office):
    assert issued(sqlite_office, expires="2199-06-05")
    assert why_not(sqlite_office, Wanted("GIFT", 1, "2199-06-06")) == "issue.far"
    far = SENTENCES["issue.far"]
    assert ("05.06.2199" in far[0], "2199-06-05" in far[1]) == (True, True)


@pytest.mark.parametrize("expires", ["31.12.2026", "2026-12-32", "20261231", "2026-W53-4", "soon"])
def test_what_is_no_date_is_said(sqlite_office, expires):
    assert why_not(sqlite_office, Wanted("GIFT", 1, expires)) == "issue.date"


@pytest.mark.parametrize("series", ["", "G", "gift", "NINECHARS", "GI-FT", "ПОДАРОК"])
def test_a_series_has_two_to_eight_capitals_and_digits(sqlite_office, series):
    assert why_not(sqlite_office, Wanted(series, 1)) == "issue.series"


def test_at_least_one_is_issued_and_so_many_at_most(sqlite_office):
    assert why_not(sqlite_office, Wanted("GIFT", 0)) == "issue.count"
    assert why_not(sqlite_office, Wanted("GIFT", MAX_ISSUED + 1)) == "issue.count"
    with pytest.raises(KeyError):  # the limit itself is let through to the first serial
        issue_coupons(
            sqlite_office.store,
            sqlite_office.identity,
            Wanted("GIFT", MAX_ISSUED),
            T0_MS,
            dict[int, bytes]().__getitem__,
        )
    check_pictures(MAX_PICTURES)
    with pytest.raises(BadInput) as raised:
        check_pictures(MAX_PICTURES + 1)
    assert say(raised.value.said, "en", SENTENCES).startswith("At most 1000 pictures at once")


def refusal(office: TestOffice, wanted: Wanted) -> str:
    """What the command says in English."""
    with pytest.raises(BadInput) as raised:
        issue_coupons(office.store, office.identity, wanted, T0_MS, office.random)
    assert raised.value.hint
    return f"{say(raised.value.said, 'en', SENTENCES)}. {say(raised.value.hint, 'en', SENTENCES)}"


def test_a_series_the_programme_does_not_have_is_refused_with_those_it_has(sqlite_office):
    assert refusal(sqlite_office, Wanted("GIFTS", 1)) == (
        "Programme “shop”, version 1, has no signed series with the code GIFTS. "
        "There are series with the codes: GIFT, LATE, OVER"
    )


def test_a_programme_without_signed_series_is_told_how_to_get_one(sqlite_office):
    bare = DOCUMENT.split("[[coupon]]", maxsplit=1)[0].replace("version = 1", "version = 2")
    publish_programme(sqlite_office.store, sqlite_office.identity, bare, T0_MS)
    assert refusal(sqlite_office, Wanted("GIFT", 1)) == (
        "Programme “shop”, version 2, has no signed series with the code GIFT. "
        'Add a [[coupon]] with kind = "signed" and code = "GIFT", and publish the programme'
    )


def test_a_series_printed_by_tills_is_no_signed_one(sqlite_office):
    assert refusal(sqlite_office, Wanted("NEXT", 1)).startswith("Series NEXT (“Next”) is not signed")


def test_an_ended_series_is_refused_from_the_day_after_its_last(sqlite_office):
    assert refusal(sqlite_office, Wanted("OVER", 1)).startswith("Series “Over” ended on 20 Nov 2026")
    assert issue_coupons(sqlite_office.store, sqlite_office.identity, Wanted("LATE", 1), T0_MS, sqlite_office.random)


def test_a_coupon_may_not_last_longer_than_its_series(sqlite_office):
    made = Wanted("LATE", 1, "2026-11-21")
    assert issue_coupons(sqlite_office.store, sqlite_office.identity, made, T0_MS, sqlite_office.random)
    assert why_not(sqlite_office, Wanted("LATE", 1, "2026-11-22")) == "issue.longer"


def test_without_a_programme_nothing_can_be_issued(request, tmp_path):
    with office_on("sqlite", request, tmp_path) as bare:
        assert refusal(bare, Wanted("GIFT", 1)).startswith("No programme has been published yet. Publish")


def test_a_card_nobody_has_is_said(office):
    assert why_not(office, Wanted("GIFT", 1, card=CARD)) == "issue.no_member"


def test_the_list_is_a_table_with_names(sqlite_office):
    made, file = issued(sqlite_office, 2, expires="2026-12-31"), StringIO()
    write_coupons(file, made)
    rows = list(csv.reader(StringIO(file.getvalue())))
    assert rows == [list(COLUMNS), *([each.code, "GIFT", each.serial, "2026-12-31", ""] for each in made)]


def test_the_file_is_new_and_its_owner_s_alone(sqlite_office, tmp_path):
    path = tmp_path / "gift.csv"
    save_coupons(path, issued(sqlite_office))
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        save_coupons(path, issued(sqlite_office))
    assert path.read_bytes() == before


def test_the_command_prints_the_list_or_writes_it_with_its_pictures(tmp_path):
    folder, out, png = tmp_path / "office", tmp_path / "gift.csv", tmp_path / "png"
    run = CliRunner()
    programme = tmp_path / "shop.toml"
    programme.write_text(DOCUMENT, "utf-8")
    for command in (["init"], ["publish", str(programme)]):
        assert run.invoke(app, [*command, "--data", str(folder)]).exit_code == 0
    said = run.invoke(app, ["coupons", "issue", "GIFT", "2", "--expires", "2199-06-05", "--data", str(folder)])
    assert [row.split(",")[1:2] + row.split(",")[3:] for row in said.stdout.splitlines()] == [
        ["series", "expires", "member"], ["GIFT", "2199-06-05", ""], ["GIFT", "2199-06-05", ""],
    ]  # fmt: skip
    more = ["coupons", "issue", "GIFT", "2", "--out", str(out), "--png", str(png), "--data", str(folder)]
    assert run.invoke(app, more).stdout == f"2 coupons written to {out}.\n"
    assert len(out.read_text().splitlines()) == 3
    assert len(list(png.iterdir())) == 2


def test_a_camera_reads_each_picture_as_its_coupon(sqlite_office, tmp_path):
    made = issued(sqlite_office, 3)
    save_pictures(tmp_path / "png", made)
    for each in made:
        with Image.open(tmp_path / "png" / f"GIFT-{each.serial}.png") as picture:
            # 41 modules of version 6, four of quiet zone on either side, eight pixels each.
            assert picture.size == (392, 392)
            assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [each.code]
    assert len(list((tmp_path / "png").iterdir())) == 3
