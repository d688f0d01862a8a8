"""Receipts in the console: every one is found, paged by key; one shows what the books know of it, to the byte."""

from __future__ import annotations

import html
import re

import msgspec
import pytest

from loyalty.errors import BadInput
from loyalty.events import SaleCompleted, decode_envelope
from loyalty.receipt import Receipt
from sync_server.console import receipt_search
from sync_server.console.receipt_facts import ReceiptFacts, read_receipt
from sync_server.console.receipt_search import PAGE_ROWS, Found, Row, Sums, Wanted, find_receipts, read_wanted
from sync_server.store import Store
from tests.support.console_office import MUG, SCARF, TODAY, Shop, at, make_shop, tell_history, text_of, visiting
from tests.support.server import opened_office


@pytest.fixture
def told(office):
    return tell_history(office)


@pytest.fixture
def opened(tmp_path):
    """(shop, history, visitor logged in), on SQLite."""
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop, history = tell_history(office)
        with visiting(shop) as visitor:
            visitor.log_in()
            yield shop, history, visitor


def sums_of(store: Store, wanted: Wanted) -> Sums:
    sums = find_receipts(store, wanted, "").sums
    assert sums is not None
    return sums


def facts_of(shop: Shop, receipt: Receipt) -> ReceiptFacts:
    facts = read_receipt(shop.office.store, receipt.receipt_id)
    assert facts is not None
    return facts


def ids(found: Found) -> list[str]:
    return [row.receipt.receipt_id for row in found.rows]


def test_each_filter_finds_its_receipts(told) -> None:
    shop, history = told
    store = shop.office.store
    every = {
        "": [history.guest, history.back, history.sale, history.before],
        "date": [history.guest, history.back, history.sale],
        "number": [history.sale],
        "kind": [history.back],
        "card": [history.back, history.sale],
        "hour": [history.sale],
        "member": [history.back, history.sale],
        "terminal": [history.guest, history.back, history.sale, history.before],
        "goods": [history.sale],
        "campaign": [history.guest, history.sale],
    }
    values = {
        "": Wanted(),
        "date": Wanted(date=TODAY),
        "number": Wanted(number=history.sale.number),
        "kind": Wanted(kind="return"),
        "card": Wanted(card="1"),
        "hour": Wanted(date=TODAY, hour="12"),
        "member": Wanted(member=history.member.member_id),
        "terminal": Wanted(terminal=history.counter.till.terminal),
        "goods": Wanted(date=TODAY, goods=MUG.code),
        "campaign": Wanted(date=TODAY, campaign="scarves"),
    }
    for name, wanted in values.items():
        assert ids(find_receipts(store, wanted, "")) == [receipt.receipt_id for receipt in every[name]], name
    for nothing in (Wanted(number="T9-9"), Wanted(member="ab" * 16), Wanted(date="2020-01-01"), Wanted(terminal="x")):
        assert ids(find_receipts(store, nothing, "")) == []


def test_sums_are_of_all_receipts_found(told) -> None:
    shop, history = told
    sums = sums_of(shop.office.store, Wanted(date=TODAY))
    assert (sums.sales, sums.returns) == (2, 1)
    assert sums.sold_minor == history.sale.total_minor + history.guest.total_minor
    assert sums.returned_minor == history.back.total_minor
    part = sums_of(shop.office.store, Wanted(date=TODAY, goods=SCARF.code)).part
    assert part is not None
    lines = [line for receipt in (history.sale, history.guest) for line in receipt.lines if line.code == SCARF.code]
    assert part.minor == sum(line.total_minor for line in lines) - history.back.total_minor
    assert find_receipts(shop.office.store, Wanted(), "").sums is None


@pytest.mark.parametrize("count", [PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 2 * PAGE_ROWS + 1])
@pytest.mark.parametrize("wanted", [Wanted(), Wanted(date=TODAY, goods=SCARF.code)])
def test_pages_hold_every_receipt_once_though_many_share_a_moment(tmp_path, count, wanted) -> None:
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        counter = make_shop(office).counter()
        made = [counter.sell((SCARF, 1000), moment=at(TODAY, 12, number // 7 % 3)) for number in range(count)]
        counter.send()
        seen: list[Row] = []
        before = ""
        for _ in range(count // PAGE_ROWS + 2):
            found = find_receipts(office.store, wanted, before)
            assert len(found.rows) <= PAGE_ROWS
            seen += found.rows
            before = found.older
            if not before:
                break
        assert sorted(row.receipt.receipt_id for row in seen) == sorted(receipt.receipt_id for receipt in made)
        places = [row.receipt.place for row in seen]
        assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("returns_last", [True, False])
def test_a_list_without_a_date_looks_through_so_many_and_goes_on_from_there(
    tmp_path, monkeypatch, returns_last
) -> None:
    """Four receipts, of which a page looks through two, and the one asked for is the oldest or is not there at all."""
    monkeypatch.setattr(receipt_search, "LOOKED_THROUGH", 2)
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        counter = make_shop(office).counter()
        sales = [counter.sell((SCARF, 1000), moment=at(TODAY, 12, minute)) for minute in range(4)]
        back = counter.take_back(sales[3], {1: 1000}, at(TODAY, 12, 4)) if returns_last else None
        counter.send()
        pages = [find_receipts(office.store, Wanted(kind="sale" if back else "return"), "")]
        while pages[-1].older:
            pages.append(find_receipts(office.store, Wanted(kind="sale" if back else "return"), pages[-1].older))
        minutes = [at(TODAY, 12, minute).at_ms for minute in range(5)]
    found = [row.receipt.at_ms for page in pages for row in page.rows]
    assert found == ([minutes[3], minutes[2], minutes[1], minutes[0]] if back else [])
    looked = [page.looked_to_ms for page in pages]
    assert looked == ([minutes[2], None] if back else [minutes[1], None])


def test_a_list_that_is_not_narrowed_is_not_cut_short(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(receipt_search, "LOOKED_THROUGH", 2)
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        counter = make_shop(office).counter()
        for minute in range(4):
            counter.sell((SCARF, 1000), moment=at(TODAY, 12, minute))
        counter.send()
        for wanted in (Wanted(), Wanted(date=TODAY, kind="sale")):
            found = find_receipts(office.store, wanted, "")
            assert (len(found.rows), found.older, found.looked_to_ms) == (4, "", None)


def test_what_cannot_be_a_filter_is_said() -> None:
    for params, code in (
        ({"date": "22.11.2026"}, "console.date"),
        ({"hour": "24"}, "console.hour"),
        ({"hour": "²"}, "console.hour"),
        ({"goods": SCARF.code}, "console.date_needed"),
    ):
        with pytest.raises(BadInput) as caught:
            read_wanted(params)
        assert caught.value.code == code
    assert read_wanted({"number": " kr:t1-12 ", "hour": "23", "date": TODAY}).number == "T1-12"
    assert len(read_wanted({"number": "9" * 10_000}).number) <= 60


def test_a_receipt_is_shown_as_it_was_received_to_the_byte(told) -> None:
    shop, history = told
    facts = facts_of(shop, history.sale)
    assert facts.came.same
    envelope = decode_envelope(facts.came.raw)
    assert (envelope.id, envelope.type) == (facts.came.event_id, "sale_completed")
    assert msgspec.json.decode(envelope.body, type=SaleCompleted).receipt == history.sale
    assert (facts.came.terminal_no, facts.came.epoch) == (1, 1)


def test_a_receipt_has_its_entries_and_its_returns(told) -> None:
    shop, history = told
    sale = facts_of(shop, history.sale)
    assert [(entry.contra, entry.points) for entry in sale.entries] == [("issued", history.sale.earned_points)]
    assert [listed.number for listed in sale.returns] == [history.back.number]
    assert sale.returned_milli == {1: 1000}
    assert sale.returned_minor == history.back.total_minor
    back = facts_of(shop, history.back)
    assert [(entry.contra, entry.points) for entry in back.entries] == [("issued_back", -history.back.earned_points)]
    assert facts_of(shop, history.guest).entries == ()
    assert read_receipt(shop.office.store, "ab" * 16) is None


def test_the_page_of_a_receipt_names_reasons_programme_and_engine(opened) -> None:
    _, history, visitor = opened
    words = text_of(visitor.get(f"/console/receipts/{history.sale.receipt_id}").text)
    for said in ("Шарф к матчу: −297,00 ₽", "Три сувенира", "club, версия 1", "Мария И.", "Новичок", "Сдача"):
        assert said in words, said
    for link in (f"/console/members/{history.member.member_id}", f"/console/receipts/{history.back.receipt_id}"):
        assert f'href="{link}"' in visitor.page
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", visitor.page, re.DOTALL)
    assert shown
    assert msgspec.json.decode(html.unescape(shown[1]))["body"]["receipt"]["number"] == history.sale.number


def test_the_page_of_a_return_leads_to_its_sale(opened) -> None:
    _, history, visitor = opened
    words = text_of(visitor.get(f"/console/receipts/{history.back.receipt_id}").text)
    assert f"Возврат {history.back.number}" in words
    assert f'href="/console/receipts/{history.sale.receipt_id}"' in visitor.page


def test_a_receipt_whose_figures_do_not_add_up_says_so(opened) -> None:
    _, history, visitor = opened
    odd = history.counter.sell((SCARF, 1000), moment=at(TODAY, 16, 0))
    history.counter.waiting.clear()
    history.counter.record(SaleCompleted(msgspec.structs.replace(odd, total_minor=odd.total_minor + 1)))
    history.counter.send()
    assert "Числа в чеке не сходятся" in text_of(visitor.get(f"/console/receipts/{odd.receipt_id}").text)


def test_a_receipt_of_a_wrong_clock_says_what_was_told_and_what_it_counts_for(opened) -> None:
    shop, history, visitor = opened
    shop.office.now_ms = at(TODAY, 17, 43).at_ms
    wrong = history.counter.sell((SCARF, 1000), moment=at("2026-12-24", 9, 5))
    history.counter.send()
    words = text_of(visitor.get(f"/console/receipts/{wrong.receipt_id}").text)
    assert "Часы кассы врут" in words
    assert "+31 d 15:22" in words
    assert re.search(r"Пробит на кассе 24.12.2026,? 09:05 Учтён за 22.11.2026,? 17:43", words), words
    assert wrong.receipt_id in [
        row.receipt.receipt_id for row in find_receipts(shop.office.store, read_wanted({"date": TODAY}), "").rows
    ]


def test_the_list_leads_on_to_older_receipts_with_the_same_filters(opened) -> None:
    _, history, visitor = opened
    for number in range(PAGE_ROWS):
        history.counter.sell((SCARF, 1000), moment=at(TODAY, 16, number))
    history.counter.send()
    visitor.get(f"/console/receipts?date={TODAY}&kind=sale")
    older = re.search(r'rel="next" href="([^"]*)"', visitor.page)
    assert older
    words = text_of(visitor.get(html.unescape(older[1])).text)
    assert history.sale.number in words
    assert history.before.number not in words
    assert visitor.get("/console/receipts?before=nonsense").status_code == 400


def test_no_receipt_is_a_page_that_says_so(opened) -> None:
    *_, visitor = opened
    for path in ("/console/receipts/" + "ab" * 16, "/console/receipts/%00", "/console/receipts/" + "9" * 3000):
        answer = visitor.get(path)
        assert (answer.status_code, "Такой страницы нет" in answer.text) == (404, True)
    assert "Чеков не нашлось." in text_of(visitor.get("/console/receipts?number=T9-9").text)
