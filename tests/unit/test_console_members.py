"""Members in the console: found in any spelling, masked until an owner asks, the balance explained line by line."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import structlog
from msgspec.structs import replace

from loyalty.codes import card_number
from loyalty.events import Consent, ConsentChanged, bucket_of
from sync_server.accounts import balance_change
from sync_server.audiences import set_audience
from sync_server.console import member_facts
from sync_server.console.member_facts import LedgerLine, MemberFacts, read_member, read_personal
from sync_server.csv_rows import Row
from sync_server.demo_data import import_demo_members
from sync_server.heads import put_rows
from sync_server.imports import import_rows
from sync_server.member_reports import find_members, newest_members
from sync_server.rows import select_by
from sync_server.schema import FEED
from tests.support.console_office import CARD, PHONE, SCARF, TODAY, Shop, at, tell_history, text_of, visiting
from tests.support.server import opened_office

NAME, PERSONAL = "Иванова Мария", ("Иванова Мария", "+79031234567", "23.05.1990")


@pytest.fixture
def told(office):
    return tell_history(office, NAME)


def facts_of(shop: Shop, member_id: str, before: str = "") -> MemberFacts:
    facts = read_member(shop.office.store, member_id, before)
    assert facts is not None
    return facts


@pytest.fixture
def opened(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office, NAME)
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, history, visitor


def test_a_member_is_found_however_one_writes(opened) -> None:
    *_, visitor = opened
    visitor.get("/console/members")
    for text in (PHONE, "8 903 123-45-67", "7(903)1234567", "9031234567", "34567", CARD, CARD[-5:], "иванова", "Ив"):
        answer = visitor.post("/console/members", text=text)
        assert f"Мария И. {CARD} •• 67" in text_of(answer.text), text
        assert str(answer.url) == "http://office.test/console/members"


def test_what_is_looked_for_stays_out_of_addresses_and_logs(opened) -> None:
    *_, visitor = opened
    visitor.get("/console/members")
    with structlog.testing.capture_logs() as logged:
        answer = visitor.post("/console/members", text="8 903 123-45-67")
    assert [str(each.url) for each in answer.history] == ["http://office.test/console/members"]
    assert "903" not in str(logged)
    assert 'name="text" value="8 903 123-45-67"' in visitor.page
    visitor.post("/console/members", text="")
    assert 'name="text" value=""' in visitor.page
    assert "903" not in text_of(visitor.page)


def test_the_newest_members_are_read_from_the_end_of_an_index(opened) -> None:
    shop, *_ = opened
    query = newest_members().compile(compile_kwargs={"literal_binds": True})
    with shop.office.store.read() as tx:
        plan = [row[-1] for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert plan == ["SCAN member USING INDEX member_at"]


def test_last_digits_that_many_have_are_found_in_cards_as_well_as_in_phones(told) -> None:
    """Of four phones and one card that end alike, the first two listed are one of each."""
    shop, history = told
    same = card_number("299", 4).removeprefix("299")[-4:]
    for number in range(4):
        history.counter.enrol("Петров Пётр", f"+790300{number}{same}", card_number("299", 90_000 + number))
    history.counter.enrol("Сидоров Пётр", "+79035550000", card_number("299", 4))
    found = find_members(shop.office.store, shop.office.identity, same, 2)
    assert sorted(line.cards[0] == card_number("299", 4) for line in found) == [False, True]


def test_nobody_found_says_what_to_try(opened) -> None:
    *_, visitor = opened
    visitor.get("/console/members")
    for text in ("+79990000000", "Нетникого", "0000", "\x00", "%", "'; DROP TABLE member; --", "я" * 200):
        answer = visitor.post("/console/members", text=text)
        assert answer.status_code == 200
    visitor.post("/console/members", text="Нетникого")
    assert "Никто не найден." in text_of(visitor.page)


def test_a_broken_search_cookie_is_no_search(opened) -> None:
    *_, visitor = opened
    for cookie in ("не base64", "%%%", "////", "A" * 5000):
        answer = visitor.client.get("/console/members", headers={"cookie": f"kopilka_search={cookie.encode().hex()}%"})
        assert answer.status_code == 200


def test_personal_data_are_masked_until_an_owner_clicks_and_the_click_is_logged(opened) -> None:
    _, history, visitor = opened
    page = f"/console/members/{history.member.member_id}"
    words = text_of(visitor.get(page).text)
    assert all(each not in words for each in PERSONAL)
    assert "Мария И." in words
    with structlog.testing.capture_logs() as logged:
        answer = visitor.post(f"{page}/personal")
    assert all(each in text_of(answer.text) for each in PERSONAL)
    assert answer.headers["cache-control"] == "no-store"
    shown = [entry for entry in logged if entry["event"] == "personal_shown"]
    assert [(entry["user"], entry["member"]) for entry in shown] == [("anna", history.member.member_id)]
    assert all(each not in str(logged) for each in PERSONAL)
    assert all(each not in text_of(visitor.get(page).text) for each in PERSONAL)


def test_personal_data_are_not_shown_by_an_address_or_a_forged_form(opened) -> None:
    _, history, visitor = opened
    page = f"/console/members/{history.member.member_id}/personal"
    assert visitor.client.get(page).status_code in (404, 405)
    with structlog.testing.capture_logs() as logged:
        answer = visitor.post(page, token="0" * 64)
    assert (answer.status_code, logged) == (400, [])
    assert PERSONAL[1] not in answer.text


def test_a_viewer_sees_no_personal_data_and_makes_no_codes(tmp_path) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office, NAME)
        with visiting(shop) as visitor:
            visitor.log_in("oleg")
            page = f"/console/members/{history.member.member_id}"
            assert "Личные данные видит только владелец." in text_of(visitor.get(page).text)
            assert "Статусы присваивают владельцы." in text_of(visitor.page)
            for path in (f"{page}/personal", f"{page}/status", "/console/terminals/code"):
                visitor.get(page)
                answer = visitor.post(path, store="S1")
                assert (answer.status_code, "Это может только владелец" in answer.text) == (400, True)


def test_an_owner_grants_a_status_and_withdraws_it_and_both_are_on_record(opened) -> None:
    _, history, visitor = opened
    page = f"/console/members/{history.member.member_id}"
    visitor.get(page)
    with structlog.testing.capture_logs() as logged:
        visitor.post(f"{page}/status", status="master", until="2027-01-31", reason="Победа в конкурсе")
    assert [each["act"] for each in logged if each["event"] == "status_changed"] == ["granted"]
    shown = text_of(visitor.get(page).text)
    assert "Начальник поезда присвоен до 31.01.2027" in shown
    assert "Присвоен вручную до 31.01.2027; чтобы сохранить" in shown
    visitor.post(f"{page}/status", status="master", until="2027-01-31", reason="<b>ошибка</b>", withdraw="1")
    shown = text_of(visitor.get(page).text)
    assert "Начальник поезда присвоен до" not in shown
    assert "Снят: Начальник поезда, до 31.01.2027 <b>ошибка</b> anna" in shown
    assert "Присвоен: Начальник поезда, до 31.01.2027 Победа в конкурсе anna" in shown


def test_a_status_that_cannot_be_granted_says_why(opened) -> None:
    _, history, visitor = opened
    page = f"/console/members/{history.member.member_id}"
    visitor.get(page)
    answer = visitor.post(f"{page}/status", status="master", until="2026-11-21", reason="Победа")
    assert (answer.status_code, "21.11.2026 уже прошло" in answer.text) == (400, True)
    visitor.get(page)
    answer = visitor.post(f"{page}/status", status="master", reason=" ")
    assert (answer.status_code, "Напишите, почему" in answer.text) == (400, True)


def test_the_balance_is_the_sum_of_the_entries_shown(told) -> None:
    shop, history = told
    facts = facts_of(shop, history.member.member_id)
    assert facts.points == facts.ledger.sums["main"] == sum(line.points for line in facts.ledger.lines)
    assert [line.after_points for line in facts.ledger.lines] == [
        history.sale.earned_points - history.back.earned_points,
        history.sale.earned_points,
    ]
    assert [line.number for line in facts.ledger.lines] == [history.back.number, history.sale.number]


def test_a_long_ledger_is_paged_and_the_balances_go_on(told, monkeypatch) -> None:
    shop, history = told
    monkeypatch.setattr(member_facts, "LEDGER_ROWS", 3)
    for number in range(5):
        history.counter.sell((SCARF, 1000), moment=at(TODAY, 16, number // 2), member=history.member)
    history.counter.send()
    lines: list[LedgerLine] = []
    before, pages = "", 0
    while before or not pages:
        ledger = facts_of(shop, history.member.member_id, before).ledger
        lines += ledger.lines
        before, pages = ledger.older, pages + 1
    assert (pages, len(lines)) == (3, ledger.count)
    assert lines[0].after_points == ledger.sums["main"]
    assert all(line.after_points - line.points == older.after_points for line, older in pairwise(lines))
    assert lines[-1].after_points == lines[-1].points


def test_status_progress_and_consents_are_on_the_page(opened) -> None:
    _, history, visitor = opened
    member = history.member.member_id
    history.counter.waiting += [
        history.counter.till.event(ConsentChanged(member, member, Consent("advertising", "7", given), "Анна"), at_ms=ms)
        for given, ms in ((True, 1_795_300_000_000), (False, 1_795_300_060_000))
    ]
    history.counter.send()
    words = text_of(visitor.get(f"/console/members/{member}").text)
    assert "Реклама версия 7 отозвано" in words
    assert words.index("отозвано") < words.index("Реклама версия 7 дано")
    assert "Статус Новичок Сезон 2026/27: " in words
    assert "До следующего статуса Пассажир" in words
    assert "ещё 3 078,50 и 1 визит" in words, "5,000.00 less 2,763.00, and 841.50 brought back"
    assert re.search(r'<progress max="10000" value="[1-9]\d*"', visitor.page)


def test_the_kind_of_a_card_and_the_audiences_are_on_the_page(opened, tmp_path) -> None:
    shop, history, visitor = opened
    row = {"card": card_number("2990000", 78), "name": "Петров Пётр", "card_kind": "bank"}
    import_rows(shop.office.store, shop.office.identity, "members", [Row(2, row)], shop.office.now_ms)
    (line,) = find_members(shop.office.store, shop.office.identity, row["card"])
    file = tmp_path / "fans.csv"
    for name in ("season-tickets", "fans"):
        file.write_text(f"card\n{row['card']}\n", "utf-8")
        set_audience(shop.office.store, shop.office.identity, name, file)
    words = text_of(visitor.get(f"/console/members/{line.member_id}").text)
    assert f"Карты {row['card']} · bank Аудитории fans, season-tickets Участник" in words
    assert "Аудитории" not in text_of(visitor.get(f"/console/members/{history.member.member_id}").text)


def test_a_status_brought_along_is_on_the_page_and_in_the_list_with_how_long_it_holds(opened) -> None:
    shop, _, visitor = opened
    row = {"card": card_number("2990000", 77), "name": "Петров Пётр", "status": "driver", "status_until": "31.12.2026"}
    import_rows(shop.office.store, shop.office.identity, "members", [Row(2, row)], shop.office.now_ms)
    (line,) = find_members(shop.office.store, shop.office.identity, row["card"])
    assert re.search(r"Пётр П\. \d{13} — Машинист", text_of(visitor.get("/console/members").text))
    words = text_of(visitor.get(f"/console/members/{line.member_id}").text)
    assert "Статус Машинист" in words
    assert "Чтобы сохранить: ещё 40 000,00 и 10 визитов до 31.12.2026; иначе «Новичок»" in words


def test_an_imported_member_says_where_the_balance_began(told) -> None:
    shop, _ = told
    import_demo_members(shop.office.store, shop.office.identity, 3)
    newest = find_members(shop.office.store, shop.office.identity, "")
    imported = [facts for line in newest if (facts := read_member(shop.office.store, line.member_id))]
    assert len(imported) == 4
    assert sum(facts.is_imported for facts in imported) == 3
    for facts in imported:
        assert facts.adds_up
        assert facts.points == facts.ledger.sums.get("main", 0)
        if facts.is_imported and facts.points:
            assert [line.contra for line in facts.ledger.lines] == ["opening"]
            assert read_personal(shop.office.store, facts.member_id).phone.startswith("+7")


def test_nobody_has_an_unknown_id(told) -> None:
    shop, _ = told
    assert read_member(shop.office.store, "ab" * 16) is None
    assert read_personal(shop.office.store, "ab" * 16).name == ""


def test_what_was_spent_beyond_the_balance_and_what_is_set_aside_stand_beside_it(opened) -> None:
    shop, history, visitor = opened
    facts = facts_of(shop, history.member.member_id)
    account, bucket = facts.account_id, bucket_of(facts.account_id)
    row = replace(facts.balance, overdrawn={"main": 32}, escrow={"t1": {"main": 5}, "t2": {"main": 16}})
    with shop.office.store.begin(bucket) as tx:
        (old,) = select_by(tx, FEED["bal"], ("h", "purse_ms"), ("bucket", "key"), [(bucket, account)])
        put_rows(tx, {"bal": [balance_change(bucket, row, old.h, old.purse_ms)]})
    visitor.get(f"/console/members/{history.member.member_id}")
    page = text_of(visitor.page)
    assert "32 балла потрачено без связи сверх остатка; их возместят следующие начисления" in page
    assert "21 балл отложен для касс, которые могут списать его без связи" in page
