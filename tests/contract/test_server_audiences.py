"""Audiences: set from a file, exactly; rows of the feed change only where membership does; a till goes by them."""

from __future__ import annotations

import csv

import msgspec
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from loyalty.codes import card_number
from loyalty.errors import BadInput
from loyalty.events import bucket_of, canonical
from loyalty.feed import IdentRow, checksum_add
from sync_server import audiences
from sync_server.audiences import MAX_OF_MEMBER, Changed, drop_audience, list_audiences, set_audience
from sync_server.cli import app
from sync_server.heads import Change, put_rows
from sync_server.imports import import_file
from sync_server.schema import BUCKET_HEAD, FEED
from terminal.session import commands as c
from tests.support.counter import PROGRAMME, TEA
from tests.support.server import T0_MS, TestOffice, office_on
from tests.support.small_till import make_till, opened_rig
from tests.support.told_till import download, opened, refusal

CARDS = [card_number("299", number) for number in range(1, 7)]
PHONES = [f"+7903123450{number}" for number in range(6)]


@pytest.fixture
def office(office, tmp_path):
    six(office, tmp_path)
    return office


@pytest.fixture
def sqlite_office(request, tmp_path):
    with office_on("sqlite", request, tmp_path) as made:
        six(made, tmp_path)
        yield made


def six(office: TestOffice, tmp_path) -> None:
    """Six members, each with a card and a phone."""
    pairs = zip(CARDS, PHONES, strict=True)
    path = write(tmp_path, "members.csv", "card,phone", *(f"{card},{phone}" for card, phone in pairs))
    assert import_file(office.store, office.identity, "members", path, T0_MS).added == 6


def write(tmp_path, name: str, *lines: str):
    path = tmp_path / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def put(office: TestOffice, tmp_path, name: str, *lines: str, **more) -> Changed:
    return set_audience(office.store, office.identity, name, write(tmp_path, "set.csv", *lines), **more)


def idents(office: TestOffice) -> dict[str, tuple[IdentRow, int]]:
    """card -> the member's row and its number in the feed."""
    table = FEED["ident"]
    with office.store.read() as tx:
        rows = tx.execute(select(table.c.body, table.c.change_seq)).all()
    decoded = [(msgspec.json.decode(row.body, type=IdentRow), row.change_seq) for row in rows]
    return {row.cards[0]: (row, seq) for row, seq in decoded}


def inside(office: TestOffice, name: str) -> list[int]:
    """Places in CARDS of those who are in an audience."""
    return [CARDS.index(card) for card, (row, _) in sorted(idents(office).items()) if name in row.audiences]


def check_sums(office: TestOffice) -> None:
    table = FEED["ident"]
    sums: dict[int, int] = {}
    with office.store.read() as tx:
        for row in tx.execute(select(table.c.bucket, table.c.h)):
            sums[row.bucket] = checksum_add(sums.get(row.bucket, 0), added=row.h)
        heads = tx.execute(select(BUCKET_HEAD).where(BUCKET_HEAD.c.stream == "ident")).all()
    assert {head.bucket: head.checksum for head in heads} == sums


def test_exactly_the_members_of_the_file_are_in_it_by_card_or_by_phone(office, tmp_path):
    assert put(office, tmp_path, "fans", "card", CARDS[0], CARDS[1]) == Changed(2, added=2)
    again = put(office, tmp_path, "fans", "phone;card", f"8 903 123-45-01;{CARDS[1]}", f"{PHONES[2]};", f";{CARDS[3]}")
    assert again == Changed(3, added=2, removed=1, kept=1)
    assert inside(office, "fans") == [1, 2, 3]
    check_sums(office)


def test_only_rows_of_members_who_come_or_go_get_a_new_place_in_the_feed(office, tmp_path):
    put(office, tmp_path, "fans", "card", CARDS[0], CARDS[1])
    before = idents(office)
    put(office, tmp_path, "fans", "card", CARDS[1], CARDS[2])
    after = idents(office)
    assert [CARDS.index(card) for card in sorted(before) if before[card] != after[card]] == [0, 2]
    assert put(office, tmp_path, "fans", "card", CARDS[1], CARDS[2]) == Changed(2, kept=2)
    assert idents(office) == after


def test_audiences_stand_side_by_side_and_each_ends_by_itself(office, tmp_path):
    put(office, tmp_path, "fans", "card", CARDS[0], CARDS[1])
    put(office, tmp_path, "a.new_one-2", "card", CARDS[1])
    assert list_audiences(office.store) == {"a.new_one-2": 1, "fans": 2}
    assert idents(office)[CARDS[1]][0].audiences == ("a.new_one-2", "fans")
    assert drop_audience(office.store, "fans") == Changed(removed=2)
    assert list_audiences(office.store) == {"a.new_one-2": 1}
    assert drop_audience(office.store, "fans") == Changed()
    check_sums(office)


def test_a_dry_run_counts_the_same_and_writes_nothing(office, tmp_path):
    put(office, tmp_path, "fans", "card", CARDS[0], CARDS[1])
    put(office, tmp_path, "others", "card", CARDS[5])
    before = idents(office)
    rows = ("card", CARDS[1], CARDS[2], CARDS[3], "2990000000018")
    tried = put(office, tmp_path, "fans", *rows, dry_run=True)
    assert idents(office) == before
    assert put(office, tmp_path, "fans", *rows) == tried == Changed(4, added=2, removed=1, kept=1, refused=1)


def test_each_row_not_taken_is_reported_with_its_line_and_why(sqlite_office, tmp_path):
    report = tmp_path / "report.csv"
    stranger = card_number("299", 99)
    rows = (
        "card,phone",
        f"{CARDS[0]},",
        "2990000000018,",
        f"{stranger},",
        f"{CARDS[1]},{PHONES[2]}",
        ",12",
        '"",""',
        f"{CARDS[0]},",
    )
    done = put(sqlite_office, tmp_path, "fans", *rows, report=report)
    assert done == Changed(6, added=1, refused=4), "the same member twice is one member"
    left = {row["line"]: row["reason"] for row in csv.DictReader(report.open(encoding="utf-8-sig"))}
    assert left == {
        "3": "the card number is not right",
        "4": "there is no such member",
        "5": "card and phone are of different members",
        "6": "there is no such phone number",
    }


def test_a_file_of_which_nothing_can_be_taken_changes_nothing(sqlite_office, tmp_path):
    put(sqlite_office, tmp_path, "fans", "card", CARDS[0])
    for lines in (("card",), ("card", "2990000000018")):
        with pytest.raises(BadInput) as error:
            put(sqlite_office, tmp_path, "fans", *lines)
        assert error.value.code == "audience.none"
    assert inside(sqlite_office, "fans") == [0]


@pytest.mark.parametrize("name", ["Fans", "", "-a", "a b", "a" * 65, "фан"])
def test_a_name_is_an_id(sqlite_office, tmp_path, name):
    with pytest.raises(BadInput) as error:
        put(sqlite_office, tmp_path, name, "card", CARDS[0])
    assert error.value.code == "audience.name"
    with pytest.raises(BadInput):
        drop_audience(sqlite_office.store, name)
    assert put(sqlite_office, tmp_path, "a" * 64, "card", CARDS[0]).added == 1


def test_a_member_is_in_a_hundred_audiences_and_no_more(sqlite_office, tmp_path):
    office = sqlite_office
    row, _ = idents(office)[CARDS[0]]
    full = msgspec.structs.replace(row, audiences=tuple(f"a{number:02d}" for number in range(MAX_OF_MEMBER - 1)))
    bucket = bucket_of(row.account_id)
    table = FEED["ident"]
    with office.store.begin(bucket) as tx:
        h = tx.execute(select(table.c.h).where(table.c.key == row.member_id)).scalar_one()
        put_rows(tx, {"ident": [Change(bucket, row.member_id, canonical(full), h)]})
    assert put(office, tmp_path, "hundredth", "card", CARDS[0]) == Changed(1, added=1)
    assert put(office, tmp_path, "one-more", "card", CARDS[0], CARDS[1]) == Changed(2, added=1, refused=1)
    assert inside(office, "one-more") == [1]
    assert put(office, tmp_path, "hundredth", "card", CARDS[0]) == Changed(1, kept=1)


def test_a_file_over_the_limit_changes_nothing(sqlite_office, tmp_path, monkeypatch):
    monkeypatch.setattr(audiences, "MAX_ROWS", 3)
    monkeypatch.setattr(audiences, "BATCH_ROWS", 2)
    monkeypatch.setattr(audiences, "UNIT_MEMBERS", 1)
    with pytest.raises(BadInput) as error:
        put(sqlite_office, tmp_path, "fans", "card", *CARDS[:4])
    assert error.value.code == "audience.rows"
    assert list_audiences(sqlite_office.store) == {}
    assert put(sqlite_office, tmp_path, "fans", "card", *CARDS[:3]) == Changed(3, added=3)


def test_a_campaign_for_an_audience_works_at_the_till_after_its_next_round(office, tmp_path):
    make_till(tmp_path / "one", programme=FOR_FANS)
    put(office, tmp_path, "fans", "card", CARDS[5])
    with opened_rig(tmp_path / "one") as rig:
        opened(rig)
        for card, said in ((CARDS[5], ""), (CARDS[4], "who.audience")):
            bucket = bucket_of(idents(office)[card][0].account_id)
            download(office, rig, "ident", bucket=bucket)
            download(office, rig, "bal", bucket=bucket)
            for command in (c.VoidReceipt(), c.Scan(card), c.Scan(TEA.code)):
                rig.engine.dispatch(command)
            state = rig.engine.view().state
            assert state.basket.member is not None
            assert (refusal(state, "fans") if not said else state.total_minor) == ("" if not said else 100_00)
        drop_audience(office.store, "fans")
        download(office, rig, "ident", bucket=bucket_of(idents(office)[CARDS[5]][0].account_id))
        for command in (c.VoidReceipt(), c.Scan(CARDS[5]), c.Scan(TEA.code)):
            rig.engine.dispatch(command)
        assert rig.engine.view().state.total_minor == 100_00


def test_the_commands_say_what_they_did(sqlite_office, tmp_path):
    sqlite_office.store.close()
    database = f"sqlite:///{tmp_path / 'office.db'}"
    path = write(tmp_path, "fans.csv", "card", CARDS[0], CARDS[1], "2990000000018")
    told = run("audience", "set", "fans", str(path), "--dry-run", "--database", database)
    assert told == (
        "3 rows: 2 members would be added, 0 would be removed, 0 in it before, 1 not taken.\n"
        "Run again with --report FILE to see each row not taken and why.\n"
    )
    report = tmp_path / "not-taken.csv"
    told = run("audience", "set", "fans", str(path), "--report", str(report), "--database", database)
    assert told.startswith("3 rows: 2 members added, 0 removed, 0 in it before, 1 not taken.\n")
    assert report.exists()
    assert run("audience", "list", "--database", database) == "fans: 2\n"
    assert run("audience", "drop", "fans", "--database", database) == "2 members removed.\n"
    assert run("audience", "list", "--database", database) == ""


def run(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.output


FOR_FANS = f"""{PROGRAMME}
[[campaign]]
id = "fans"
name = {{ ru = "Фанатам", en = "For fans" }}
conditions = [{{ type = "who", audiences = ["fans"] }}]
reward = {{ type = "percent", rate_bp = 1000 }}
"""


def test_the_database_counts_audiences_and_no_member_is_read(office, tmp_path, monkeypatch):
    put(office, tmp_path, "fans", "card", *CARDS[:3])
    put(office, tmp_path, "b.2", "card", CARDS[0])
    monkeypatch.delattr(audiences, "_idents")
    assert list_audiences(office.store) == {"b.2": 1, "fans": 3}
