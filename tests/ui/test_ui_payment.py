"""Payment on the screen: cash and change, mixed, gift cards, points."""

from __future__ import annotations

import pytest

from loyalty.sentences import sentence
from terminal.session import Link
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.screen import Cashier, fill, play


def test_a_sale_for_cash_shows_reasons_total_points_and_change() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        cashier.sees("Мария И.", "Проводник", "Шарф к матчу", "−223,50", "Три сувенира", "до «Машинист»")
        await cashier.press("f2")
        cashier.sees("К ОПЛАТЕ", "Наличными без сдачи")
        await cashier.type("200000")
        await cashier.settled()
        cashier.sees("= 2 000,00", "сдача 34,50")
        await cashier.press("enter")
        cashier.sees("СДАЧА", "Чек T1-1 закрыт", "Локо-магазин", "баллов стало")
        assert cashier.mode == "done"

    till = play(story)
    assert [(p.kind, p.amount_minor) for p in till.receipts[0].payments] == [("cash", 200_000)]
    assert till.receipts[0].change_minor == 200_000 - till.receipts[0].total_minor


def test_while_no_money_is_taken_the_band_says_that_a_card_can_still_be_scanned() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.press("f2")
        cashier.sees("Карту ещё можно отсканировать", "Esc — телефон или новая карта")
        cashier.sees_not("наберите телефон")
        await cashier.type("100", "enter")
        cashier.sees_not("ещё можно отсканировать")
        await cashier.press("escape", "enter", "f2")
        cashier.till.post(c.Scan(shop.CARD))
        await cashier.settled()
        cashier.sees("К ОПЛАТЕ", "Мария И.", "Проводник")

    play(story)


def test_payment_can_be_mixed_from_points_card_and_cash() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f5")
        cashier.sees("Сколько баллов списать, до 982")
        await cashier.type("200", "enter", "f2")
        cashier.sees("Списано баллов: 200", "−200,00")
        await cashier.type("100000", "f8")
        cashier.sees("Снято с карты", "1 000,00", "Осталось оплатить 765,50")
        await cashier.press("f7")
        assert cashier.mode == "done"

    till = play(story)
    receipt = till.receipts[0]
    assert receipt.redeemed_points == 200
    assert [(p.kind, p.amount_minor) for p in receipt.payments] == [("card", 100_000), ("cash", 76_550)]


def test_a_gift_card_is_shown_before_it_pays_and_the_rest_is_paid_in_money() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2")
        await cashier.type(shop.GIFT_CARD, "enter")
        cashier.sees("Подарочная карта •••• 0010", "из 500,00", "Сумма с подарочной карты")
        assert cashier.state.tenders == ()
        await cashier.press("escape")
        cashier.sees("Подарочная карта отложена")
        assert cashier.mode == "pay"
        cashier.till.post(c.Scan(shop.GIFT_CARD))
        await cashier.settled()
        await cashier.type("20000", "enter")
        cashier.sees("Подарочная карта •••• 0010", "200,00", "Осталось оплатить 1 765,50")
        await cashier.press("f7")
        cashier.sees("подарочной картой 200,00", "наличными 1 765,50")

    till = play(story)
    paid = [(p.kind, p.amount_minor) for p in till.receipts[0].payments]
    assert paid == [("gift_card", 200_00), ("cash", 1765_50)]


def test_enter_alone_takes_from_a_gift_card_in_hand_all_it_can_pay() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2")
        await cashier.type(shop.GIFT_CARD, "enter", "enter")
        assert [tender.amount_minor for tender in cashier.state.tenders] == [500_00]

    play(story)


def test_points_can_be_spent_from_the_payment_too() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f5")
        await cashier.press("enter")
        assert cashier.mode == "pay"
        assert cashier.state.basket.redeem_points == 982
        cashier.sees("Списано баллов: 982")

    play(story)


@pytest.mark.parametrize("keys", [["f5"], ["f2", "f5"]])
@pytest.mark.parametrize("wrong", ["999999", "ab"])
def test_after_a_wrong_number_of_points_the_next_figure_is_points_again(keys: list[str], wrong: str) -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press(*keys)
        for _ in range(2):
            await cashier.type(wrong, "enter")
            cashier.sees("Сколько баллов списать, до 982")
        await cashier.type("200", "enter")
        assert cashier.state.basket.redeem_points == 200
        assert not cashier.state.tenders

    play(story)


def test_offline_the_cap_on_points_is_shown_with_its_reason_before_anyone_asks() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.link_is(Link(False, 3, shop.NOW_MS - 2 * shop.HOUR_MS, shop.NOW_MS - 2 * shop.HOUR_MS))
        await fill(cashier)
        await cashier.settled()
        cashier.sees("нет связи", "очередь 3", "данные 2 ч")
        await cashier.press("f2")
        cashier.sees("можно списать до 300", "Нет связи: до 300 баллов за чек")

    play(story)


def test_what_was_refused_goes_when_payment_begins() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.type("99", "enter")
        cashier.sees("Не сделано")
        await cashier.press("f2")
        assert cashier.mode == "pay"
        cashier.sees_not("Не сделано")

    play(story)


def test_cash_pressed_on_the_sale_goes_to_payment_first_and_keeps_the_amount() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.type("200000", "f7")
        cashier.sees("К ОПЛАТЕ")
        assert cashier.typed == "200000"
        await cashier.press("f7")
        assert cashier.mode == "done"

    play(story)


def test_a_sale_that_could_not_be_recorded_is_still_there_with_the_reason() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        cashier.till.fails = c.Failed(sentence("shift.cashier"))
        await cashier.press("f2", "f7")
        cashier.sees("К ОПЛАТЕ", "Не сделано")
        await cashier.press("f7")
        assert cashier.mode == "done"

    play(story)


def test_esc_empties_what_is_typed_before_it_leaves_payment() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2")
        await cashier.type("5000", "escape")
        assert (cashier.mode, cashier.typed) == ("pay", "")
        await cashier.press("escape")
        assert cashier.mode == "sale"

    play(story)
