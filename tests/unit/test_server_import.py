"""Imports: every spelling another system may send, every row left out with its reason, and nothing twice."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from sqlalchemy import select

from loyalty.codes import card_number
from loyalty.feed import BalanceRow, IdentRow
from loyalty.points.purse import Figures, figures
from loyalty.statuses.progress import Grant, Progress
from loyalty.statuses.tiers import status_id_on
from sync_server.books import unbalanced_buckets
from sync_server.demo_data import publish_demo
from sync_server.import_members import COLUMNS
from sync_server.import_report import Imported
from sync_server.imports import import_file
from sync_server.personal import store_personal
from sync_server.schema import CONSENT, FLAG, LEDGER, MEMBER, PERSONAL
from tests.support.importing import bodies, take, write
from tests.support.server import T0_MS, TestOffice, hex_id

CARD, CARD2, CARD3 = (card_number("2990000", number) for number in (1, 2, 3))
MEMBERS_CSV = f"""card,phone,name,birthday,status,points
{CARD},8 903 123-45-67,Иванова Мария Петровна,23.05.1990,driver,150
{CARD2},,Петров Иван,1985-01-02,,0
,+7 (916) 000-11-22,"Сидорова, Анна",,legend,7
"""


@pytest.fixture
def office(office):
    publish_demo(office.store, office.identity)
    return office


def test_members_come_in_with_their_points_as_opening_entries(office, tmp_path):
    assert take(office, "members", write(tmp_path, MEMBERS_CSV)) == Imported(rows=3, added=3)
    idents = {row.name_masked: row for row in bodies(office, "ident", IdentRow)}
    assert set(idents) == {"Мария И.", "Иван П.", "Анна С."}
    maria = idents["Мария И."]
    assert (maria.cards, maria.birthday_md, maria.phone_tail) == ((CARD,), "05-23", "67")
    assert maria.phone_hash == office.identity.phone_hash("+79031234567")
    balances = {row.account_id: row for row in bodies(office, "bal", BalanceRow)}
    assert balances[maria.account_id].wallets == {"main": 150}
    assert balances[maria.account_id].progress == Progress(grants=(Grant("driver", "2026-11-22"),))
    with office.store.read() as tx:
        assert unbalanced_buckets(tx) == {}
        assert Counter(tx.execute(select(LEDGER.c.contra)).scalars()) == {"opening": 2}


def test_receipts_and_the_kind_of_a_card_are_brought_along(office, tmp_path):
    rows = f"{CARD},1000000,{'b' * 64}\n{CARD2},0,\n{CARD3},,bank\n"
    path = write(tmp_path, "card,receipts,card_kind\n" + rows)
    assert take(office, "members", path) == Imported(rows=3, added=3)
    idents = {row.cards: row for row in bodies(office, "ident", IdentRow)}
    held = {row.account_id: row.receipts for row in bodies(office, "bal", BalanceRow)}
    assert [held[idents[card,].account_id] for card in (CARD, CARD2, CARD3)] == [1_000_000, 0, 0]
    kinds = [idents[card,].card_kinds for card in (CARD, CARD2, CARD3)]
    assert kinds == [{CARD: "b" * 64}, {}, {CARD3: "bank"}]
    take(office, "members", path)
    assert sum(row.receipts for row in bodies(office, "bal", BalanceRow)) == 1_000_000, "imported again, nothing added"


def test_points_brought_along_run_out_where_a_date_is_given(office, tmp_path):
    path = write(tmp_path, f"card,points,expires\n{CARD},150,31.12.2026\n{CARD2},20,\n{CARD3},0,2026-12-31\n")
    assert take(office, "members", path) == Imported(rows=3, added=3)
    purses = [row.purse for row in bodies(office, "bal", BalanceRow)]
    (purse,) = filter(None, purses)
    assert figures(purse, "main", "2026-12-31") == Figures(150, 0, 0, 0)
    assert figures(purse, "main", "2027-01-01") == Figures(0, 0, 150, 0)


def test_a_status_brought_along_holds_to_its_date_or_to_the_end_of_the_next_season(sqlite_office, tmp_path):
    rules = publish_demo(sqlite_office.store, sqlite_office.identity)
    rows = f"{CARD},driver,31.12.2026\n{CARD2},driver,\n{CARD3},novice,\n"
    take(sqlite_office, "members", write(tmp_path, "card,status,status_until\n" + rows))
    idents = {row.cards: row.account_id for row in bodies(sqlite_office, "ident", IdentRow)}
    held = {row.account_id: row.progress for row in bodies(sqlite_office, "bal", BalanceRow)}
    dated, undated, lowest = (held[idents[card,]] for card in (CARD, CARD2, CARD3))
    assert dated == Progress(grants=(Grant("driver", "2026-11-22", "2026-12-31"),))
    assert [status_id_on(rules, dated, day) for day in ("2026-12-31", "2027-01-01")] == ["driver", "novice"]
    assert [status_id_on(rules, undated, day) for day in ("2028-05-31", "2028-06-01")] == ["driver", "novice"]
    assert lowest == Progress(), "the lowest status is everyone's"


def test_importing_again_adds_nothing(office, tmp_path):
    path = write(tmp_path, MEMBERS_CSV)
    take(office, "members", path)
    report = tmp_path / "report.csv"
    assert take(office, "members", path, report=report) == Imported(rows=3, known=3)
    with office.store.read() as tx:
        assert len(tx.execute(select(LEDGER)).all()) == 2
        assert len(tx.execute(select(PERSONAL)).all()) == 3
    assert list(csv.DictReader(report.open(encoding="utf-8-sig"))) == []


def test_an_import_cut_after_its_claims_goes_on(office, tmp_path, monkeypatch):
    path = write(tmp_path, MEMBERS_CSV)

    def cut(*_, **__) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("sync_server.import_members.add_members", cut)
        with pytest.raises(KeyboardInterrupt):
            take(office, "members", path)
    assert take(office, "members", path) == Imported(rows=3, added=3)


def test_a_dry_run_counts_new_members_who_would_be_welcomed_as_if_they_had_never_bought(sqlite_office, tmp_path):
    without, some = f"card\n{CARD}\n{CARD2}\n", f"card,receipts\n{CARD},\n{CARD2},0\n{CARD3},7\n"
    assert take(sqlite_office, "members", write(tmp_path, without), dry_run=True).first_purchases == 0, "no programme"
    publish_demo(sqlite_office.store, sqlite_office.identity)
    assert take(sqlite_office, "members", write(tmp_path, without), dry_run=True).first_purchases == 2
    assert take(sqlite_office, "members", write(tmp_path, some), dry_run=True).first_purchases == 1
    take(sqlite_office, "members", write(tmp_path, some))
    assert take(sqlite_office, "members", write(tmp_path, without), dry_run=True).first_purchases == 0, "known by now"


def test_a_dry_run_says_the_same_and_writes_nothing(office, tmp_path):
    path = write(tmp_path, MEMBERS_CSV)
    assert take(office, "members", path, dry_run=True) == Imported(rows=3, added=3, first_purchases=3)
    with office.store.read() as tx:
        assert tx.execute(select(MEMBER)).all() == []
    assert take(office, "members", path) == Imported(rows=3, added=3)
    assert take(office, "members", path, dry_run=True) == Imported(rows=3, known=3)


BAD_ROWS = [
    ("2990000000018,,A,,,0", "2990000000018", "card"),
    ("4607102430016,,A,,,0", "4607102430016", "card"),
    (",12345,A,,,0", "12345", "phone"),
    (",+7 000 123-45-67,A,,,0", "'+7 000 123-45-67", "phone"),
    (f"{CARD3},,A,30.02.1990,,0", "30.02.1990", "birth"),
    (f"{CARD3},,A,2190-01-01,,0", "2190-01-01", "birth"),
    (f"{CARD3},,A,,king,0", "king", "status"),
    (f"{CARD3},,A,,,1.5", "1.5", "whole number"),
    (f"{CARD3},,A,,,-5", "'-5", "whole number"),
    (f"{CARD3},,A,,,1000000001", "1000000001", "whole number"),
    (",,Nobody,,,5", "", "neither"),
    (f"{CARD},,Twice,,,0", CARD, "line 2"),
    (f"{CARD3},{'9' * 5000},A,,,0", "", "fields"),
    (f"{CARD3},,A,,,0,,,,,,,,extra", "", "fields"),
    (f"{CARD3},,A,,,0,,,,,{'v' * 41},", "v" * 41, "version"),
    (f"{CARD3},,A,,,5,,,,31.02.2027", "31.02.2027", "date"),
    (f"{CARD3},,A,,driver,0,31.02.2027", "31.02.2027", "date"),
    (f"{CARD3},,A,,,0,2027-05-31", "2027-05-31", "status"),
    (f"{CARD3},,{'x' * 201},,,0", "x" * 40, "name"),
    (f"{CARD3},,A,,,0,,1000001", "1000001", "whole number"),
    (f"{CARD3},,A,,,0,,many", "many", "whole number"),
    (f"{CARD3},,A,,,0,,1,Bank", "Bank", "kind of card"),
    (f"{CARD3},,A,,,0,,1,{'b' * 65}", "b" * 65, "kind of card"),
    (",+7 903 123-45-67,A,,,0,,1,bank", "bank", "no card"),
]


@pytest.mark.parametrize(("row", "value", "word"), BAD_ROWS)
def test_a_bad_row_is_left_out_with_line_value_reason_and_what_to_do(sqlite_office, tmp_path, row, value, word):
    publish_demo(sqlite_office.store, sqlite_office.identity)
    report = tmp_path / "report.csv"
    path = write(tmp_path, f"{','.join(COLUMNS)}\n{CARD},,Good,,,5\n\n{row}\n{CARD2},,Good,,,5\n")
    assert take(sqlite_office, "members", path, report=report) == Imported(rows=3, added=2, refused=1)
    (left,) = csv.DictReader(report.open(encoding="utf-8-sig"))
    assert (left["line"], left["value"]) == ("4", value)
    assert word in left["reason"]
    assert left["what_to_do"]


def test_a_card_or_phone_of_another_member_is_left_out(office, tmp_path):
    take(office, "members", write(tmp_path, MEMBERS_CSV))
    report = tmp_path / "report.csv"
    path = write(tmp_path, f"card;phone;points\n{CARD3};+7 903 123 45 67;5\n{CARD2};+7 903 999-99-99;5\n")
    done = take(office, "members", path, report=report)
    assert done == Imported(rows=2, changed=1, refused=1), "a card somebody has, and a phone nobody has, is that member"
    lines = {row["line"]: row["reason"] for row in csv.DictReader(report.open(encoding="utf-8-sig"))}
    assert "another" in lines["2"]
    with office.store.read() as tx:
        assert tx.execute(select(FLAG)).all() == []


def members(office: TestOffice) -> dict[str, tuple[IdentRow, tuple[str, str, str]]]:
    """card -> what tills know, and the personal data that are held."""
    with office.store.read() as tx:
        held = {row.member_id: (row.name, row.phone, row.birthday) for row in tx.execute(select(PERSONAL))}
        owned = {row.member_id: row.personal_hash for row in tx.execute(select(MEMBER))}
        assert {row.hash for row in tx.execute(select(PERSONAL))} == set(owned.values()), "what was replaced is erased"
    return {row.cards[0]: (row, held[row.member_id]) for row in bodies(office, "ident", IdentRow) if row.cards}


def test_a_row_for_a_member_who_is_there_sets_what_it_gives_and_leaves_the_rest(office, tmp_path):
    take(office, "members", write(tmp_path, MEMBERS_CSV))
    rows = (
        f"card,name,birthday,card_kind,points,status\n{CARD},Петрова Мария,,bank,900,legend\n{CARD2},,03.01.1985,,,\n"
    )
    report = tmp_path / "report.csv"
    path = write(tmp_path, rows)
    assert take(office, "members", path, dry_run=True, report=report) == Imported(rows=2, changed=2)
    told = [(row["line"], row["reason"]) for row in csv.DictReader(report.open(encoding="utf-8-sig"))]
    assert told == [("2", "would be changed: name, kind of card"), ("3", "would be changed: birthday")]
    assert members(office)[CARD][1][0] == "Иванова Мария Петровна"
    assert take(office, "members", path) == Imported(rows=2, changed=2)
    maria, ivan = members(office)[CARD], members(office)[CARD2]
    assert maria[1] == ("Петрова Мария", "+79031234567", "1990-05-23")
    assert (maria[0].name_masked, maria[0].birthday_md, maria[0].card_kinds) == ("Мария П.", "05-23", {CARD: "bank"})
    assert maria[0].phone_hash == office.identity.phone_hash("+79031234567")
    assert (ivan[1], ivan[0].birthday_md) == (("Петров Иван", "", "1985-01-03"), "01-03")
    balance = next(row for row in bodies(office, "bal", BalanceRow) if row.account_id == maria[0].account_id)
    assert (balance.wallets, balance.progress.grants[0].status) == ({"main": 150}, "driver"), (
        "neither points nor status"
    )
    assert take(office, "members", path) == Imported(rows=2, known=2)


def test_a_member_without_a_card_is_found_by_the_phone(office, tmp_path):
    take(office, "members", write(tmp_path, MEMBERS_CSV))
    path = write(tmp_path, "phone,birthday\n+7 916 000-11-22,1970-01-01\n8 903 123-45-67,1990-05-23\n")
    assert take(office, "members", path) == Imported(rows=2, changed=1, known=1)
    anna = next(row for row in bodies(office, "ident", IdentRow) if row.name_masked == "Анна С.")
    assert anna.birthday_md == "01-01"


def test_a_phone_nobody_has_becomes_the_member_s_and_nobody_else_s(office, tmp_path):
    take(office, "members", write(tmp_path, MEMBERS_CSV))
    new = "+79990000001"
    assert take(office, "members", write(tmp_path, f"card,phone\n{CARD2},{new}\n")) == Imported(rows=1, changed=1)
    ident, personal = members(office)[CARD2]
    assert (ident.phone_hash, ident.phone_tail, personal[1]) == (office.identity.phone_hash(new), "01", new)
    assert take(office, "members", write(tmp_path, f"card,phone\n{CARD},{new}\n")) == Imported(rows=1, refused=1)


def test_two_rows_about_one_member_are_one_too_many(office, tmp_path):
    take(office, "members", write(tmp_path, MEMBERS_CSV))
    path = write(tmp_path, f"card,phone,name\n{CARD},,Первая\n,8 903 123-45-67,Вторая\n")
    assert take(office, "members", path) == Imported(rows=2, changed=1, refused=1)
    assert members(office)[CARD][1][0] == "Первая"


def test_consents_come_with_the_version_of_their_text_and_go_with_a_no(office, tmp_path):
    def held() -> list[tuple[str, str, int]]:
        with office.store.read() as tx:
            rows = tx.execute(select(CONSENT).order_by(CONSENT.c.at_ms, CONSENT.c.purpose)).all()
        assert {row.cashier for row in rows} == {"import"}
        return [(row.purpose, row.version, row.given) for row in rows]

    head = "card,consent_processing,consent_advertising\n"
    assert take(office, "members", write(tmp_path, head + f"{CARD},2026-1,no\n")) == Imported(rows=1, added=1)
    first = [("processing", "2026-1", 1)]
    assert held() == first, "what was never given is not withdrawn"
    assert take(office, "members", write(tmp_path, head + f"{CARD},2026-1,\n")) == Imported(rows=1, known=1)
    office.now_ms += 1
    path = write(tmp_path, head + f"{CARD},нет,2026-2\n")
    assert import_file(office.store, office.identity, "members", path, T0_MS + 1) == Imported(rows=1, changed=1)
    assert held() == [*first, ("advertising", "2026-2", 1), ("processing", "2026-1", 0)]
    assert import_file(office.store, office.identity, "members", path, T0_MS + 2) == Imported(rows=1, known=1)


def test_a_member_enrolled_at_a_till_changes_once_its_personal_data_have_come(office, tmp_path):
    till, member = office.till(), hex_id("olga")
    event, personal = till.enrolled(member, CARD3, "+79035550000", "Ольгина Ольга")
    till.put(event)
    office.apply()
    path, report = write(tmp_path, f"card,name\n{CARD3},Новикова Ольга\n"), tmp_path / "report.csv"
    assert take(office, "members", path, report=report) == Imported(rows=1, refused=1)
    (left,) = csv.DictReader(report.open(encoding="utf-8-sig"))
    assert "have not come from the till" in left["reason"]
    store_personal(office.store, office.identity, [personal])
    assert take(office, "members", path) == Imported(rows=1, changed=1)
    ident, held = members(office)[CARD3]
    assert (ident.name_masked, held) == ("Ольга Н.", ("Новикова Ольга", "+79035550000", "1990-05-23"))
    assert ident.phone_hash == office.identity.phone_hash("+79035550000")
