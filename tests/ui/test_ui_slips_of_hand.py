"""Slips of the hand at the till: a key too many, a scan too early, goods nobody has weighed."""

from __future__ import annotations

import pytest

from loyalty.sentences import sentence
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

REF = "cd" * 16


async def declined(cashier: Cashier) -> None:
    """A water, and the bank has said no to the card."""
    cashier.till.charge_ref = REF
    cashier.till.post(c.Scan(shop.WATER.code))
    await cashier.press("f2", "f8")
    cashier.till.post(c.ChargeRefused(REF, sentence("sale.empty"), sentence("points.short.hint", points=7)))
    await cashier.settled()


async def sweets(cashier: Cashier) -> None:
    """Sold by weight, and found by name."""
    await cashier.type("Конфеты", "enter")
    await cashier.press("enter")


def test_why_a_payment_failed_stays_over_a_scan_and_a_notice_until_the_next_payment() -> None:
    async def story(cashier: Cashier) -> None:
        await declined(cashier)
        cashier.sees("Не сделано: Чек пуст: отсканируйте товар")
        assert cashier.shown().count("Чек пуст") == 1
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.settled()
        cashier.sees("Не сделано: Идёт оплата", "Чек пуст: отсканируйте товар", "F5 — списать 7")
        cashier.till.post(c.Notify("warn", sentence("sale.void_all")))
        await cashier.settled()
        cashier.sees("Чек очищен", "Чек пуст: отсканируйте товар")
        await cashier.press("f8")
        cashier.sees_not("Чек пуст")

    play(story)


def test_a_notice_longer_than_a_row_is_read_to_its_end() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Notify("error", sentence("code.phone", text="903 5551")))
        await cashier.settled()
        cashier.sees("Не сделано: «903 5551» — не номер телефона", "например 903 ", "   123-45-67 ")
        cashier.sees_not("…")

    play(story, size=(80, 24))


def test_a_menu_in_payment_leaves_the_reason_in_sight() -> None:
    async def story(cashier: Cashier) -> None:
        await declined(cashier)
        await cashier.press("f12", "escape")
        cashier.sees("Чек пуст: отсканируйте товар")
        await cashier.press("escape")
        assert cashier.mode == "sale"
        assert cashier.state.failure is None

    play(story)


def test_why_a_return_failed_stays_over_a_scan() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.press("f2", "f7", "escape", "f11")
        await cashier.type("T1-1", "enter")
        await cashier.press("f11")
        cashier.till.fails = c.Failed(sentence("sale.empty"))
        await cashier.press("f7")
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.settled()
        cashier.sees("Идёт возврат", "Чек пуст: отсканируйте товар")

    play(story)


def test_leaving_payment_with_money_taken_is_asked_once() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.press("f2")
        await cashier.type("5000", "enter")
        await cashier.press("escape")
        cashier.sees("Выйти из оплаты? Enter — вернуть 50,00, Esc — остаться")
        await cashier.press("escape")
        assert (cashier.mode, cashier.state.due_minor) == ("pay", 2_200)
        await cashier.press("escape", "enter")
        assert (cashier.mode, cashier.state.tenders) == ("sale", ())
        cashier.sees("верните наличными 50,00")

    play(story)


def test_an_amount_typed_after_a_slip_of_the_finger_goes_on_with_the_payment() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.press("f2")
        await cashier.type("5000", "enter")
        await cashier.press("escape")
        await cashier.type("10000", "enter")
        receipt = cashier.state.receipt
        assert receipt is not None
        assert [each.amount_minor for each in receipt.payments] == [5_000, 10_000]

    play(story)


def test_what_fails_beside_a_payment_leaves_the_money_that_was_counted() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.press("f2")
        await cashier.type("5000", "enter")
        cashier.till.post(c.Failed(sentence("register.none")))
        await cashier.settled()
        assert cashier.state.due_minor == 2_200

    play(story)


def test_the_weight_of_goods_sold_by_kg_is_asked_for_at_once_and_before_they_are_paid_for() -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        cashier.sees("Вес в кг", "? кг", "не взвешено: сумма за 1 кг")
        await cashier.press("enter")
        cashier.sees("Наберите вес в кг")
        await cashier.press("escape", "f2")
        assert cashier.mode == "sale"
        cashier.sees("вес не указан", "Вес в кг")
        await cashier.type("0,5")
        cashier.sees("= 0,500 кг")
        await cashier.press("enter")
        cashier.sees("390,00")
        cashier.sees_not("не взвешено", "Вес в кг")
        await cashier.press("f2")
        assert cashier.mode == "pay"

    play(story)


def test_a_weight_the_till_refuses_is_asked_for_again() -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        await cashier.type("0", "enter")
        cashier.sees("больше нуля", "Вес в кг")
        await cashier.type("1", "enter")
        cashier.sees_not("не взвешено", "Вес в кг")

    play(story)


def test_a_scan_before_the_weight_leaves_the_line_marked_and_it_is_asked_for_again() -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        cashier.sees("не взвешено")
        cashier.sees_not("Вес в кг")
        await cashier.press("f2")
        await cashier.type("2", "enter")
        assert [line.qty_milli for line in cashier.state.basket.lines] == [2_000, 1_000]
        await cashier.press("f10")
        cashier.sees("не взвешено")

    play(story)


def test_the_key_for_payment_takes_the_weight_that_is_typed() -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        await cashier.type("x", "f2")
        cashier.sees("Это не количество", "Вес в кг")
        await cashier.type("0,5", "f2")
        assert (cashier.mode, cashier.state.total_minor) == (
            "pay",
            312_00,
        )  # 780.00 a kilogram, 20 % off by a campaign

    play(story)


def test_a_weight_said_beforehand_is_not_asked_for() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("0,3*", "enter")
        await sweets(cashier)
        cashier.sees("234,00")
        cashier.sees_not("не взвешено", "Вес в кг")

    play(story, FakeTill())


@pytest.mark.parametrize(
    ("typed", "grams", "shown"),
    [("456", 456, "0,456"), ("0.456", 456, "0,456"), ("456.0", 456_000, "456"), ("2", 2_000, "2")],
)
def test_grams_are_typed_as_the_scale_shows_them_and_what_was_understood_is_said(
    typed: str, grams: int, shown: str
) -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        await cashier.type(typed)
        cashier.sees(f"= {shown} кг")
        await cashier.press("enter")
        assert cashier.state.basket.lines[0].qty_milli == grams
        cashier.sees(f"Готово: Конфеты «Стадион» весовые: {shown} кг × 780,00")

    play(story)


def test_a_figure_that_may_be_grams_or_kilograms_is_asked_for_again_until_it_has_a_point() -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        await cashier.type("60", "enter")
        cashier.sees("Граммы или килограммы?", "Вес в кг", "? кг")
        await cashier.type("0.06", "enter")
        assert cashier.state.basket.lines[0].qty_milli == 60
        await cashier.type("60", "f4")
        cashier.sees("Граммы или килограммы?", "Количество в выбранной")
        await cashier.type("61", "enter")
        cashier.sees("Граммы или килограммы?", "Количество в выбранной")
        await cashier.type("60,0", "enter")
        assert cashier.state.basket.lines[0].qty_milli == 60_000

    play(story)


def test_goods_by_weight_come_back_by_grams_too() -> None:
    async def story(cashier: Cashier) -> None:
        await sweets(cashier)
        await cashier.type("456", "f2")
        await cashier.press("f7", "f11")
        await cashier.type("T1-1", "enter")
        await cashier.type("200", "enter")
        assert cashier.state.returning is not None
        assert cashier.state.returning.wanted_milli == {1: 200}

    play(story)


def test_a_code_nobody_knows_is_told_from_its_keys_and_neither_is_cut() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("KC7Q2M9PLXK3T", "enter")
        cashier.sees("Не сделано: Код KC7Q2M9PLXK3T: не сходится контрольная цифра ", "Esc пропустить")
        await cashier.type("KCAAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH", "enter")
        cashier.sees("Код «KCAAAABBBBCCCCDDDDEEEEF…» не похож ни на товар, ни на карту", "Esc пропустить")
        await cashier.type("хлебушек", "enter")
        cashier.sees("По запросу «хлебушек» ничего нет")
        cashier.sees_not("KC7Q", "KCAAA", "F3 найти")
        assert "…" not in cashier.row_of("notice")

    play(story)


def test_a_notice_and_its_hint_too_long_for_two_rows_of_their_own_flow_on() -> None:
    async def story(cashier: Cashier) -> None:
        hint = sentence("not_now.pay.hint")
        cashier.till.post(c.Notify("warn", sentence("coupon.no_key", code="KS7Q2M9PLXK3T"), hint))
        await cashier.settled()
        said = " ".join((cashier.row_of("hint") + cashier.row_of("notice")).split())
        assert said == (
            "! Внимание: Купон KS7Q2M9PLXK3T проверить нечем: касса не подключена к центральному офису."
            " Esc — вернуться к чеку"
        )

    play(story)


def test_a_receipt_scanned_before_the_key_for_returns_need_not_be_scanned_again() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.press("f2", "f7")
        cashier.till.post(c.Scan("T1-000001"))
        await cashier.settled()
        cashier.sees("Это чек T1-000001, не товар. F11 — вернуть по нему")
        cashier.till.posted.clear()
        await cashier.press("f11")
        assert c.BeginReturn("T1-000001") in cashier.till.posted

    play(story)
