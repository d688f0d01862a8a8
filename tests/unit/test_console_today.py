"""The first page: its figures are those of the receipts behind it, and each leads to them."""

from __future__ import annotations

import json
import re
from html import unescape

import msgspec
import pytest

from loyalty.catalogue import Price, Product
from loyalty.money import money_text
from sync_server.console import day_lines
from sync_server.console.day_lines import Part, sum_day
from sync_server.console.day_report import _sold, read_day
from tests.support.console_office import MUG, SCARF, TODAY, WEEK_AGO, at, make_shop, tell_history, text_of, visiting
from tests.support.offices import KINDS
from tests.support.server import office_on, opened_office


@pytest.fixture
def told(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        yield tell_history(office)


@pytest.fixture
def visitor(told):
    with visiting(told[0]) as made:
        made.log_in()
        yield made


def money(minor: int) -> str:
    """As `text_of` gives it: blanks are plain."""
    return money_text(minor).replace("\xa0", " ") + " ₽"


def chart_in(page: str) -> dict:
    found = re.search(r'data-chart="([^"]*)"', page)
    assert found
    return json.loads(unescape(found[1]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_day_is_the_sum_of_its_receipts(kind, request, tmp_path) -> None:
    with office_on(kind, request, tmp_path) as office:
        shop, history = tell_history(office)
        report = read_day(shop.office.store, TODAY, 24 * 60)
        sale, back, guest = history.sale, history.back, history.guest
        assert report.figures.takings_minor == sale.total_minor + guest.total_minor - back.total_minor
        assert (report.figures.sales, report.figures.returns, report.figures.with_card) == (2, 1, 1)
        assert report.figures.discount_minor == sale.discount_minor + guest.discount_minor
        assert report.figures.earned_points == sale.earned_points
        assert report.back.earned == back.earned_points
        assert report.before.takings_minor == history.before.total_minor
        assert {hour.hour for hour in report.hours} == {12, 13, 15}


def test_the_week_before_counts_up_to_the_same_minute(told) -> None:
    shop, history = told
    assert read_day(shop.office.store, TODAY, 12 * 60 + 29).before_so_far_minor == 0
    assert read_day(shop.office.store, TODAY, 12 * 60 + 30).before_so_far_minor == history.before.total_minor


def test_goods_that_all_came_back_are_not_among_the_goods_sold() -> None:
    sums = {"none": Part(), "back": Part(qty_milli=-1000, minor=-5), "gift": Part(qty_milli=1), "sold": Part(1000, 9)}
    assert set(_sold(sums)) == {"gift", "sold"}


def test_goods_and_campaigns_are_the_sums_of_their_lines(told) -> None:
    shop, history = told
    found = sum_day(shop.office.store, TODAY)
    lines = [line for receipt in (history.sale, history.guest) for line in receipt.lines]
    sold = sum(line.total_minor for line in lines if line.code == SCARF.code)
    assert found.goods[SCARF.code].minor == sold - history.back.total_minor
    assert found.goods[SCARF.code].qty_milli == 3000 - 1000
    assert found.goods[MUG.code].qty_milli == 3000
    given = sum(each.discount_minor for line in lines for each in line.applied if each.campaign_id == "scarves")
    assert (found.campaigns["scarves"].minor, found.campaigns["scarves"].receipts) == (given, 2)
    assert given > 0


def test_a_day_is_read_up_to_its_limit_and_says_so_past_it(told, monkeypatch) -> None:
    store = told[0].office.store
    monkeypatch.setattr(day_lines, "MAX_DAY_RECEIPTS", 3)
    assert sum_day(store, TODAY).whole
    monkeypatch.setattr(day_lines, "MAX_DAY_RECEIPTS", 2)
    cut = sum_day(store, TODAY)
    assert (cut.whole, SCARF.code in cut.goods, MUG.code in cut.goods) == (False, True, False)


def test_the_page_shows_the_figures_and_the_hours(told, visitor) -> None:
    _, history = told
    words = text_of(visitor.get("/console").text)
    takings = history.sale.total_minor + history.guest.total_minor - history.back.total_minor
    assert f"Выручка {money(takings)}" in words
    assert f"Неделю назад за весь день: {money(history.before.total_minor)}" in words
    assert "Сегодня воскресенье, 22 ноября" in words
    chart = chart_in(visitor.page)
    day = dict(zip(chart["hours"], chart["day"]["values"], strict=True))
    assert day["12"] == history.sale.total_minor / 100
    assert day["13"] == -history.back.total_minor / 100
    assert dict(zip(chart["hours"], chart["before"]["values"], strict=True))["12"] == history.before.total_minor / 100


def test_every_figure_leads_to_receipts_with_the_same_sums(told, visitor) -> None:
    _, history = told
    visitor.get("/console")
    links = {unescape(link) for link in re.findall(r'href="(/console/receipts\?[^"]*)"', visitor.page)}
    assert len(links) > 15
    assert all(visitor.get(link).status_code == 200 for link in links)
    takings = history.sale.total_minor + history.guest.total_minor - history.back.total_minor
    assert f"Выручка {money(takings)}" in text_of(visitor.get(f"/console/receipts?date={TODAY}").text)


def test_another_day_can_be_chosen_and_a_wrong_one_is_said(told, visitor) -> None:
    _, history = told
    assert money(history.before.total_minor) in text_of(visitor.get(f"/console?date={WEEK_AGO}").text)
    for wrong in ("22.11.2026", "2026-13-01", "9999-99-99", "0001-01-01", "nonsense"):
        answer = visitor.get(f"/console?date={wrong}")
        assert (answer.status_code, "не дата" in answer.text) == (400, True), wrong


def test_today_is_by_the_stores_clock_and_not_by_ours(told, visitor) -> None:
    shop, _ = told
    shop.now_ms = at("2026-11-23", 0, 5).at_ms  # 21:05 of the day before in Greenwich
    assert "понедельник, 23 ноября" in text_of(visitor.get("/console").text)


def test_a_day_without_receipts_says_so(visitor) -> None:
    words = text_of(visitor.get("/console?date=2026-11-01").text)
    assert "Чеков за этот день пока нет." in words
    assert f"Выручка {money(0)}" in words


def test_an_empty_head_office_has_a_first_page(tmp_path) -> None:
    with (
        opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office,
        visiting(make_shop(office)) as visitor,
    ):
        visitor.log_in()
        for path in ("/console", "/console/receipts", "/console/members", "/console/terminals"):
            assert visitor.get(path).status_code == 200


def test_what_is_out_of_order_is_said_on_the_first_page(told, visitor) -> None:
    shop, history = told
    assert 'class="warnings"' not in visitor.get("/console").text
    history.counter.sell((SCARF, 1000), moment=at(TODAY, 16, 0))
    history.counter.send(apply=False)
    assert "1 событие пришло и ещё не учтено." in text_of(visitor.get("/console").text)
    shop.office.apply()
    shop.now_ms += 25 * 3600 * 1000
    visitor.log_in()
    assert "1 касса молчит больше суток: T1" in text_of(visitor.get("/console").text)


def test_goods_sold_by_weight_are_summed_in_kilograms(tmp_path) -> None:
    apples = Product("00123", "Яблоки", (Price(12_000),), unit="kg")
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        shop = make_shop(office)
        counter = shop.counter()
        counter.sell((apples, 456), (apples, 544), moment=at(TODAY, 12, 0))
        counter.send()
        with visiting(shop) as visitor:
            visitor.log_in()
            assert "Яблоки 1 кг" in text_of(visitor.get("/console").text)
            assert msgspec.to_builtins(sum_day(office.store, TODAY).goods["00123"])["receipts"] == 1


def test_the_day_says_how_it_was_paid_and_what_was_put_on_gift_cards() -> None:
    """Goods for 100.00 and a card for 1,000.00: 60.00 by gift card, 1,050.00 cash, 10.00 change. It comes back."""
    card, other = {"account_id": "aa" * 16, "tail": "0017"}, {"account_id": "bb" * 16, "tail": "0024"}
    line = {"code": "1", "name": "Мяч", "unit": "piece", "qty_milli": 1000, "total_minor": 100_00}
    loads = {**line, "code": "2", "total_minor": 1000_00, "gift_card": card}
    paid = [{"kind": "gift_card", "amount_minor": 60_00, "gift_card": other}, {"kind": "cash", "amount_minor": 1050_00}]
    sale = {"kind": "sale", "lines": [line, loads], "payments": paid, "change_minor": 10_00}
    back = {"kind": "return", "lines": [loads], "payments": [{"kind": "cash", "amount_minor": 1000_00}]}
    found = [day_lines.decode_lines(msgspec.json.encode(each)).paid() for each in (sale, back)]
    assert [{name: part.minor for name, part in each.items()} for each in found] == [
        {"gift_card": 60_00, "cash": 1040_00, "loaded": 1000_00},
        {"cash": -1000_00, "loaded": -1000_00},
    ]


def test_the_page_shows_the_money_by_its_kind(visitor, told) -> None:
    _, history = told
    taken = history.sale.total_minor + history.guest.total_minor - history.back.total_minor
    assert f"Наличные 3 {money(taken)}" in text_of(visitor.get("/console").text)
