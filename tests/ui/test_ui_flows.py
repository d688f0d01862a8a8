"""Whole sales at an 80x24 screen, by keys alone: what the cashier presses, reads, and what the till was told."""

from __future__ import annotations

import pytest

from loyalty.sentences import Lang
from terminal.session import Link
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, fill, play


def test_the_idle_screen_is_the_sale_screen_and_says_how_to_scan_in_the_demo() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees("ИТОГО", "Отсканируйте товар или карту", "Демо: покажите код")
        await cashier.type(shop.WATER.code, "enter")
        cashier.sees("Вода негазированная", "90,00")
        cashier.sees_not("Демо: покажите код")

    play(story, demo="Демо: покажите код")


def test_quantity_void_and_undo_work_on_the_selected_line() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("up")
        await cashier.type("3", "f4")
        assert [line.qty_milli for line in cashier.state.basket.lines] == [3000, 1000]
        await cashier.press("f9")
        assert [line.product.code for line in cashier.state.basket.lines] == [shop.MUG.code]
        await cashier.press("f10", "ctrl+z")
        assert [line.qty_milli for line in cashier.state.basket.lines] == [1000, 1000]

    play(story)


def test_a_quantity_can_be_asked_for_after_its_key() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f4")
        cashier.sees("Количество в выбранной строке")
        await cashier.type("5", "enter")
        assert cashier.state.basket.lines[-1].qty_milli == 5000
        await cashier.type("много", "f4")
        cashier.sees("Это не количество")
        await cashier.type("0", "f4")
        cashier.sees("Количество должно быть больше нуля")

    play(story)


def test_three_times_before_a_code_makes_three() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("3*", "enter")
        cashier.sees("3 ×")
        await cashier.type(shop.WATER.code, "enter")
        assert cashier.state.basket.lines[0].qty_milli == 3000

    play(story)


def test_an_unknown_barcode_is_one_line_and_three_keys_and_the_basket_goes_on() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.type("4006381333931", "enter")
        cashier.sees("4006381333931", "F3 найти по названию", "Enter набрать заново", "Esc пропустить")
        await cashier.press("enter")
        assert cashier.typed == "4006381333931"
        await cashier.press("escape", "escape")
        cashier.sees_not("набрать заново")
        await cashier.type("4006381333931", "enter")
        await cashier.type(shop.WATER.code, "enter")
        assert len(cashier.state.basket.lines) == 3
        cashier.sees_not("набрать заново")

    play(story)


def test_goods_are_found_by_a_part_of_the_name_and_chosen_by_arrow_or_number() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("кружк", "enter")
        cashier.sees("Найдено", "Кружка «Паровоз» 330 мл", "699,00")
        await cashier.press("enter")
        assert cashier.state.basket.lines[0].product == shop.MUG
        await cashier.press("f3")
        await cashier.type("о", "enter", "down", "down", "enter")
        assert cashier.state.basket.lines[1].product == shop.BADGE
        await cashier.type("о", "f3")
        await cashier.type("4", "enter")
        assert cashier.state.basket.lines[2].product == shop.WATER

    play(story)


@pytest.mark.parametrize("opens", ["f6", "f12", "f1", "f3"])
def test_what_was_refused_goes_when_a_form_or_a_list_opens(opens: str) -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f2")
        cashier.sees("Не сделано")
        await cashier.press(opens)
        cashier.sees_not("Не сделано")
        await cashier.press("escape", "f2")
        cashier.sees("Не сделано")

    play(story)


def test_after_a_receipt_any_scan_begins_the_next_sale() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f7")
        assert cashier.mode == "done"
        await cashier.burst(shop.WATER.code)
        assert [line.product for line in cashier.state.basket.lines] == [shop.WATER]
        cashier.sees("Вода негазированная", "Без карты")

    play(story, gate=True)


def test_the_shift_opens_by_name_and_closes_with_a_report_after_a_question() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees("Смена закрыта", "Имя кассира")
        await cashier.press("enter")
        cashier.sees("Назовите кассира")
        await cashier.type("Борис", "enter")
        cashier.sees("смена 13", "Борис")
        await cashier.press("f12", "2")
        cashier.sees("X-ОТЧЁТ")
        await cashier.press("escape", "f12", "3")
        cashier.sees("Закрыть смену?", "смена 13")
        await cashier.press("enter")
        cashier.sees("Z-ОТЧЁТ", "Имя кассира")

    till = play(story, FakeTill(open_shift=False))
    assert c.CloseShift() in till.posted


def test_a_report_longer_than_the_rows_stands_in_two_columns_and_is_seen_at_once() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.ReportMade(tuple(f"{'ВЫРУЧКА' if n == 0 else 'строка'} {n:>28}" for n in range(24))))
        await cashier.settled()
        rows = cashier.shown()
        assert [number for number in range(24) if f"{number:>28}" not in rows] == []
        await cashier.press("escape")
        cashier.sees_not("ВЫРУЧКА")

    play(story)


@pytest.mark.parametrize("name", ["Анна", "Константинопольская А."])
def test_the_cashier_s_name_stands_whole_before_the_shop_s(name: str) -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type(name, "enter")
        assert f" {name} " in cashier.row_of("strip")
        assert "…" not in cashier.row_of("strip")

    far = Link(online=False, pending=1_234, as_of_ms=shop.NOW_MS - 50 * shop.HOUR_MS)
    play(story, FakeTill(open_shift=False, link=far))


def test_a_report_gives_way_as_soon_as_the_receipt_grows() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12", "2")
        cashier.sees("X-ОТЧЁТ")
        await cashier.type(shop.WATER.code, "enter")
        cashier.sees_not("X-ОТЧЁТ")
        cashier.sees("Вода негазированная")

    play(story)


@pytest.mark.parametrize("on_the_way", [["f2"], ["f6"], ["f12"], ["f1"], ["f4"], ["f5"], ["f3"], ["f2", "f8", "f2"]])
def test_esc_goes_back_and_never_loses_the_basket(on_the_way: list[str]) -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        before = cashier.state.basket.lines
        await cashier.press(*on_the_way[:1])
        await cashier.press(*["escape"] * 4)
        assert cashier.mode == "sale"
        assert cashier.state.basket.lines == before
        cashier.sees("Шарф «Локомотив»", "Код, телефон, 3* или название")

    play(story)


def test_a_locked_key_says_why() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f9")
        cashier.sees("Не сделано: Идёт оплата", "Esc — вернуться к чеку")
        await cashier.press("f6")
        cashier.sees("Идёт оплата")

    play(story)


def test_the_first_download_shows_how_far_it_is() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.link_is(Link(online=True, loading_bp=4230))
        await cashier.settled()
        cashier.sees("Загружаются товары и участники", "42 %", "загрузка 42 %")

    play(story)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("ru", ("ИТОГО", "в сети", "Оплата", "Товар")), ("en", ("TOTAL", "online", "Pay", "Goods"))],
)
def test_the_screen_speaks_both_languages_and_changes_from_the_menu(lang: Lang, words: tuple[str, ...]) -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        cashier.sees(*words)
        await cashier.press("f12", "4", "escape")
        cashier.sees("TOTAL" if lang == "ru" else "ИТОГО")
        await cashier.press("f12", "4", "escape")
        cashier.sees(*words)

    play(story, lang=lang)


def test_leaving_with_goods_on_the_receipt_asks_first() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("ctrl+q")
        cashier.sees("Чек не закрыт")
        await cashier.press("escape")
        assert not cashier.app._exit
        await cashier.press("ctrl+q")
        await cashier.pilot.press("enter")
        assert cashier.app._exit

    play(story)


# -- coupons, what the customer may ask for, kinds of payment
