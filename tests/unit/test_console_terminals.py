"""Terminals in the console: lag and last contact, what was put aside and why, and a code that brings in a new one."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest
import zxingcpp

from loyalty.api import EnrolRequest, SharesAsk, ShareTold
from loyalty.events import Envelope, canonical
from loyalty.shares import Amount
from sync_server.budgets import give_shares
from sync_server.console.terminal_facts import SILENT_MS, read_flagged, read_held, read_warnings, receipts_of_flags
from sync_server.console.terminals import enrol_command, qr_matrix, qr_path, qr_size
from sync_server.enrol import CODE_LIFE_MS, enrol_terminal, make_code
from sync_server.programmes import publish_programme
from sync_server.refusals import Refused
from sync_server.reports import terminal_lines
from sync_server.schema import FLAG
from tests.support.console_office import PHONE, SCARF, TODAY, at, make_shop, tell_history, text_of, visiting
from tests.support.server import hex_id, opened_office

KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
"""The public key of RFC 8032's first example."""


@pytest.fixture
def told(office):
    return tell_history(office)


@pytest.fixture
def opened(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office)
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, history, visitor


def unknown_event() -> bytes:
    return canonical(Envelope(1, hex_id("future"), "lottery_drawn", 1_795_300_000_000, msgspec.Raw(b"{}")))


def test_a_return_waits_for_its_sale_and_says_which(told) -> None:
    shop, history = told
    ghost = history.counter.sell((SCARF, 1000), moment=at(TODAY, 16, 0))
    sale = history.counter.waiting.pop()
    back = history.counter.take_back(ghost, {1: 1000}, at(TODAY, 16, 5))
    history.counter.send()
    held = read_held(shop.office.store)
    assert [(each.state, each.number, each.waits_for) for each in held] == [("waiting", back.number, ghost.number)]
    history.counter.waiting.append(sale)
    history.counter.send()
    assert read_held(shop.office.store) == ()


def test_an_event_of_the_future_is_put_aside_with_the_reason(told) -> None:
    shop, history = told
    history.counter.waiting.append(unknown_event())
    history.counter.send()
    held = read_held(shop.office.store)
    assert [(each.state, each.type) for each in held] == [("parked", "lottery_drawn")]
    assert "lottery_drawn of version 1 is not known" in held[0].why
    flagged = read_flagged(shop.office.store)
    assert [(each.kind, each.terminal) for each in flagged] == [("unreadable", history.counter.till.terminal)]


def test_a_flag_leads_to_its_receipt_or_its_member(told) -> None:
    shop, history = told
    more = history.counter.take_back(history.sale, {1: 2000}, at(TODAY, 16, 0))
    history.counter.send()
    other = history.counter.enrol("Петров Пётр", PHONE, "2990001000022")
    found = {each.kind: each for each in read_flagged(shop.office.store)}
    assert found["return_excess"].receipt_id == more.receipt_id
    assert found["phone_taken"].member_id == other.member_id


def test_a_flag_s_receipt_is_looked_for_in_its_week_alone(opened, monkeypatch) -> None:
    """A bucket holds every receipt of years, and there is no index by event."""
    shop, history, _ = opened
    history.counter.take_back(history.sale, {1: 2000}, at(TODAY, 16, 0))
    history.counter.send()
    with shop.office.store.read() as tx:
        said: list[tuple[str, object]] = []
        run = tx.connection.exec_driver_sql

        def noted(sql: str, values: object):
            said.append((sql, values))
            return run(sql, values)

        monkeypatch.setattr(tx.connection, "exec_driver_sql", noted)
        assert receipts_of_flags(tx, tx.execute(FLAG.select()).all())
        plans = [row[-1] for sql, values in said for row in run(f"EXPLAIN QUERY PLAN {sql}", values)]
    of_receipts = [plan for plan in plans if plan.startswith(("SEARCH t ", "SCAN t")) and "event" not in plan]
    assert of_receipts == ["SEARCH t USING INDEX receipt_account (bucket=? AND part=?)"]


def test_warnings_come_and_go(told) -> None:
    shop, history = told
    store = shop.office.store
    assert read_warnings(store, shop.now_ms) == ()
    history.counter.waiting.append(unknown_event())
    history.counter.send(apply=False)
    warnings = read_warnings(store, shop.now_ms)
    assert [(each.kind, each.count) for each in warnings] == [("behind", 1)]
    shop.office.apply()
    assert [each.kind for each in read_warnings(store, shop.now_ms)] == ["parked"]
    late = shop.now_ms + SILENT_MS
    assert [each.kind for each in read_warnings(store, late)] == ["parked"]
    silent = read_warnings(store, late + 1)[-1]
    assert (silent.kind, silent.tills) == ("silent", (1,))


def test_the_page_shows_lag_contact_and_reasons(opened) -> None:
    shop, history, visitor = opened
    history.counter.waiting.append(unknown_event())
    history.counter.send()
    history.counter.sell((SCARF, 1000), moment=at(TODAY, 16, 0))
    history.counter.send(apply=False)
    shop.now_ms += 3 * 60_000
    words = text_of(visitor.get("/console/terminals").text)
    assert "T1 Касса у входа Shop one S1 3 минуты назад" in words
    assert re.search(r"событий 7 не учтено 1 отложено 1", words)
    assert "Отложено и хранится" in words
    assert "Эта версия не может прочесть событие" in words


BUDGET = """
id = "loko"
version = 900
name = { ru = "Локо", en = "Loko" }
[[campaign]]
id = "tour"
name = { ru = "Экскурсия", en = "A tour" }
reward = { type = "amount", amount_minor = 3_000 }
budget = { times = 20, per_store = { minor = 90_000 } }
"""


def test_the_second_till_of_a_store_is_not_asked_what_the_store_is_called(opened) -> None:
    shop, _, visitor = opened
    office = shop.office
    for named, said in (("Вокзал", "Вокзал"), ("", "Вокзал"), ("Вокзал 2", "Вокзал 2"), ("", "Вокзал 2")):
        words = text_of(visitor.post("/console/terminals/code", store="S2", store_name=named).text)
        shown = re.search(r"\b\d{8}\b", words)
        assert shown is not None
        asked = EnrolRequest(shown[0], KEY, "Новая")
        assert enrol_terminal(office.store, office.identity, asked, shop.now_ms, office.random).store_name == said
        assert said in words
    code = make_code(office.store, office.identity, "S9", "", shop.now_ms, office.random)
    asked = EnrolRequest(code, KEY, "Новая")
    assert enrol_terminal(office.store, office.identity, asked, shop.now_ms, office.random).store_name == "S9"


def test_the_page_shows_budgets_and_the_stores_that_hold_them(opened) -> None:
    shop, history, visitor = opened
    assert "Бюджеты акций" not in text_of(visitor.get("/console/terminals").text)
    office = shop.office
    publish_programme(office.store, office.identity, BUDGET, shop.now_ms)
    code = make_code(office.store, office.identity, "S2", "Вокзал", shop.now_ms, office.random)
    other = enrol_terminal(office.store, office.identity, EnrolRequest(code, KEY, "Новая"), shop.now_ms, office.random)
    for terminal, held in ((history.counter.till.terminal, Amount(3, 9_000)), (other.terminal, Amount(2, 90_000))):
        told = SharesAsk((ShareTold("tour", held, Amount(2, 6_000)),))
        give_shares(office.store, terminal, told, shop.now_ms)
    words = text_of(visitor.get("/console/terminals").text)
    # of 20 in two stores 15 are free, a portion is 3 (15 / 4): S1 has 1 left and gets 2, S2 none left and gets 3
    assert "Экскурсия 20 чеков, 900,00 на магазин" in words.replace("\u00a0", " ")
    assert re.search(r"Экскурсия .* S1: \d+ чек\w*.* S2: \d+ чек\w*.*израсходовано 4 чека, 120,00", words)


def test_a_code_is_shown_once_and_brings_in_one_terminal(opened) -> None:
    shop, _, visitor = opened
    visitor.get("/console/terminals")
    words = text_of(visitor.post("/console/terminals/code", store="S2", store_name="Вокзал").text)
    found = re.search(r"kopilka enrol http://office.test (\d{8})", words)
    assert found
    code = found[1]
    assert f"{code[:4]} {code[4:]}" in words
    assert code not in text_of(visitor.get("/console/terminals").text)
    store, identity, random = shop.office.store, shop.office.identity, shop.office.random
    reply = enrol_terminal(store, identity, EnrolRequest(code, KEY, "Новая"), shop.now_ms, random)
    assert (reply.store, reply.store_name, reply.terminal_no) == ("S2", "Вокзал", 2)
    assert len(terminal_lines(store)) == 2
    with pytest.raises(Refused):
        enrol_terminal(store, identity, EnrolRequest(code, KEY, "Ещё одна"), shop.now_ms, random)


def test_a_code_is_too_old_after_ten_minutes(opened) -> None:
    shop, _, visitor = opened
    visitor.get("/console/terminals")
    words = text_of(visitor.post("/console/terminals/code", store="S2").text)
    code = re.findall(r"enrol http://office.test (\d{8})", words)[0]
    assert "10 минут" in words
    with pytest.raises(Refused):
        enrol_terminal(
            shop.office.store,
            shop.office.identity,
            EnrolRequest(code, KEY, ""),
            shop.now_ms + CODE_LIFE_MS,
            shop.office.random,
        )


@pytest.mark.parametrize("shop_code", ["", "x" * 61])
def test_a_store_without_a_proper_code_gets_a_sentence(opened, shop_code) -> None:
    *_, visitor = opened
    visitor.get("/console/terminals")
    answer = visitor.post("/console/terminals/code", store=shop_code)
    assert (answer.status_code, "Код магазина: от 1 до 60 знаков" in answer.text) == (400, True)


def test_the_qr_code_reads_as_the_code() -> None:
    for code in ("00000000", enrol_command("https://office.example:8710/", "12345678")):
        modules = np.array(qr_matrix(code), dtype=np.uint8)
        picture = np.kron(np.where(modules == 1, 0, 255).astype(np.uint8), np.ones((6, 6), dtype=np.uint8))
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [code]
        assert (qr_size(code), qr_path(code).count("M")) == (len(modules), int(modules.sum()))


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("http://127.0.0.1:8710/", "kopilka enrol http://127.0.0.1:8710 12345678"),
        ("https://office.example/", "kopilka enrol https://office.example 12345678"),
        ("http://[::1]:8710/", "kopilka enrol http://[::1]:8710 12345678"),
        ("http://x;reboot/", ""),
        ("http://x$(reboot)/", ""),
        ("http://x/ y/", ""),
        ("ftp://office/", ""),
    ],
)
def test_a_command_is_given_only_for_an_address_no_shell_takes_otherwise(address, command) -> None:
    assert enrol_command(address, "12345678") == command


def test_a_till_without_events_is_listed(tmp_path) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop = make_shop(office)
        shop.counter("Новая")
        with visiting(shop) as visitor:
            visitor.log_in()
            assert "T1 Новая Shop one S1 только что событий 0" in text_of(visitor.get("/console/terminals").text)


def test_an_owner_revokes_a_terminal_after_saying_so_twice(opened) -> None:
    shop, history, visitor = opened
    till = history.counter.till
    assert "Отозвать…" in text_of(visitor.get("/console/terminals").text)
    words = text_of(visitor.post(f"/console/terminals/{till.terminal}/revoke").text)
    assert "Отозвать T1? пока ничего не изменено" in words
    assert terminal_lines(shop.office.store)[0].state == "active"
    words = text_of(visitor.post(f"/console/terminals/{till.terminal}/revoke/confirmed").text)
    assert "T1 Касса у входа Shop one S1 отключена" in words
    assert "Отозвать…" not in words
    with pytest.raises(Refused) as refused:
        till.put(till.sale())
    assert refused.value.reply.code == "revoked"


def test_revoking_takes_an_owner_a_form_of_this_session_and_a_terminal_that_is_there(opened) -> None:
    shop, history, visitor = opened
    terminal = history.counter.till.terminal
    visitor.get("/console/terminals")
    path = f"/console/terminals/{terminal}/revoke/confirmed"
    assert visitor.client.post(path, data={"form_token": "0" * 64}).status_code == 400
    assert visitor.post("/console/terminals/nobody/revoke/confirmed").status_code == 404
    visitor.get("/console/terminals")
    visitor.post("/console/logout")
    visitor.log_in("oleg")
    assert "Отозвать…" not in text_of(visitor.get("/console/terminals").text)
    visitor.get("/console/members")
    assert visitor.post(path).status_code == 400
    assert terminal_lines(shop.office.store)[0].state == "active"
