"""Goods that come back, on the screen."""

from __future__ import annotations

from loyalty.documents.programme_file import parse_programme
from terminal.session import Link
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, fill, play


def test_goods_are_returned_by_receipt_number_with_the_figures_shown_first() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f7", "f11")
        cashier.sees("Номер чека")
        await cashier.type("T1-1", "enter")
        cashier.sees("К ВОЗВРАТУ", "[ ] Шарф", "Чек T1-1 от 22.11.2026", "Оплачен наличными")
        cashier.sees_not("за этот чек", "+164")
        await cashier.press("f7")
        cashier.sees("Не выбрано, что возвращают")
        await cashier.press("enter")
        cashier.sees("[✓] Шарф", "баллов снимется 164")
        cashier.sees_not("Не выбрано", "вернётся")
        await cashier.press("f7")
        cashier.sees("ВЫДАТЬ", "Возврат T1-2")

    till = play(story)
    assert till.receipts[1].kind == "return"
    assert till.receipts[1].total_minor == 126_650


def test_a_return_says_how_the_receipt_was_paid_and_asks_before_the_money_goes_another_way() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2")
        await cashier.type("50000", "f8", "f7", "f11")
        await cashier.type("T1-1", "enter")
        cashier.sees("Оплачен: наличными", "картой 500,00")
        await cashier.press("f11")
        cashier.sees("картой 500,00   наличными 1 465,50", "F7 всё наличными", "F8 как платили")
        await cashier.press("f7")
        cashier.sees("500,00 оплачено картой: вернуть их надо на карту", "Всё равно наличными? Enter")
        await cashier.press("escape")
        assert cashier.mode == "return"
        await cashier.press("f7", "f7")
        assert cashier.mode == "return"
        await cashier.press("f8")
        cashier.sees("ВЫДАТЬ", "на карту 500,00, выдайте")

    till = play(story)
    assert [payment.kind for payment in till.receipts[1].payments] == ["card", "cash"]


def test_points_that_paid_for_goods_are_said_to_come_back_with_them() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f5", "enter", "f2", "f7", "f11")
        await cashier.type("T1-1", "enter")
        await cashier.press("f11")
        cashier.sees("вернётся 982")
        cashier.sees_not("списано")
        await cashier.press("f7")
        cashier.sees("возвращено 982")
        cashier.sees_not("списано")

    play(story)


def test_a_return_that_is_left_says_that_none_was_made() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f7", "f11")
        await cashier.type("T1-1", "enter")
        await cashier.press("escape")
        assert cashier.mode == "sale"
        cashier.sees("Возврат не оформлен")
        cashier.sees_not("отметьте, что возвращают")

    till = play(story)
    assert len(till.receipts) == 1


def test_whoever_says_yes_pays_all_of_a_return_out_in_cash() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f8", "f11")
        await cashier.type("T1-1", "enter", "f11", "f7")
        await cashier.press("enter")
        cashier.sees("ВЫДАТЬ", "Возврат T1-2")

    till = play(story)
    assert [payment.kind for payment in till.receipts[1].payments] == ["cash"]


def test_a_return_without_the_head_office_says_that_other_tills_are_not_known_and_one_with_it_does_not() -> None:
    said = "Нет ответа из офиса: возвраты на других кассах сейчас не видны"

    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f7", "f11")
        await cashier.type("T1-1", "enter", "enter")
        cashier.sees("[✓] Шарф")
        cashier.sees_not("других кассах")
        await cashier.press("escape")
        cashier.till.link_is(Link())
        await cashier.press("f11")
        await cashier.type("T1-1", "enter", "enter")
        cashier.sees(said, "[✓] Шарф", "F7 выдать")

    play(story)


def test_a_return_that_brings_less_than_was_paid_says_which_campaign_gives_less() -> None:
    rules = parse_programme(
        'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n[returns]\nrule = "kept"\n[[campaign]]\n'
        'id = "three"\nname = { ru = "3 по цене 2", en = "3 for 2" }\n'
        'reward = { type = "n_for_m", take = 3, pay = 2 }\n'
    )
    till = FakeTill()
    till.programme = rules

    async def story(cashier: Cashier) -> None:
        for _ in range(3):
            cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        await cashier.press("f2", "f7", "f11")
        await cashier.type("T1-1", "enter", "1", "enter")
        # 3 x 90.00 for 180.00: 60.00 were paid for one, and the two kept cost 180.00.
        cashier.sees("К возврату на 60,00 меньше, чем за это уплачено", "[✓] Вода")
        cashier.sees("«3 по цене 2»: на то, что остаётся, скидка меньше на 60,00", "F7 выдать")
        await cashier.press("f11")
        cashier.sees_not("меньше, чем за это уплачено")

    play(story, till)


def test_a_scanned_receipt_number_begins_the_return_where_one_was_asked_for() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f7", "f11")
        await cashier.burst("KR:T1-1")
        assert cashier.mode == "return"
        await cashier.press("f11")
        assert cashier.state.returning is not None
        assert cashier.state.returning.wanted_milli == {1: 1000, 2: 1000}
        await cashier.press("escape")
        assert cashier.mode == "sale"

    play(story, gate=True)
