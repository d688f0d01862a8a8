"""The Resolve screen: opens by itself, says what is in doubt and what to do, and is reached again by its key."""

from __future__ import annotations

import pytest

from loyalty.basket import Moment
from loyalty.sentences import Lang, sentence
from terminal.session import commands as c
from terminal.session.state import Doubt
from terminal.words import TEMPLATES
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

MOMENT = Moment(shop.NOW_MS, "2026-11-22", 845, 6)
SILENT = sentence("fiscal.silent")
DOUBT = Doubt("T1-000042", "sale", 749_00, MOMENT, SILENT, sentence("fiscal.doubt.hint"), "9999078900001234")
SAID = c.Failed(sentence("fiscal.doubt", number="T1-000042"), sentence("fiscal.doubt.hint"))
STANDS = c.DoubtStands(SAID.said, SAID.hint)


async def pay_into_doubt(cashier: Cashier) -> None:
    cashier.till.fails, cashier.till.doubt_next = SAID, DOUBT
    cashier.till.post(c.Scan(shop.MUG.code))
    await cashier.press("f2", "f7")


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("en", ("It is not known whether this receipt was issued", "Receipt T1-000042", "749.00", "22 Nov 2026 14:05",
                "9999078900001234", "The fiscal register does not answer", "Check its power, cable and paper",
                "Until it is known nothing is sold", "1  Ask the register again", "2  It is on paper",
                "3  It is not on paper", "4  Put the receipt aside")),
        ("ru", ("Неизвестно, пробит ли этот чек", "Чек T1-000042", "749,00", "22.11.2026 14:05", "9999078900001234",
                "Касса (ККТ) не отвечает", "Проверьте питание, кабель и бумагу", "Пока это неизвестно, продажи",
                "1  Спросить кассу (ККТ) снова", "2  Чек есть на бумаге", "3  Чека на бумаге нет", "4  Отложить чек")),
    ],
)  # fmt: skip
def test_the_screen_opens_by_itself_and_says_all_there_is_to_know(lang: Lang, texts: tuple[str, ...]) -> None:
    async def story(cashier: Cashier) -> None:
        await pay_into_doubt(cashier)
        cashier.sees(*texts)
        assert cashier.shown().count(texts[7]) == 1

    play(story, lang=lang, templates=TEMPLATES)


def test_asking_again_keeps_the_screen_while_the_register_is_silent_and_leaves_it_when_it_is_not() -> None:
    async def story(cashier: Cashier) -> None:
        await pay_into_doubt(cashier)
        cashier.till.resolved = STANDS
        await cashier.press("enter")
        cashier.sees("Спросить кассу", "Касса (ККТ) спрошена: о чеке T1-000042 она молчит")
        cashier.till.resolved = c.DoubtEnded("T1-000042", cashier.state.basket)
        await cashier.press("1")
        cashier.sees_not("Спросить кассу")
        cashier.sees("не пробит")
        assert cashier.mode == "pay"

    till = play(story, templates=TEMPLATES)
    assert till.asked_register == [c.ResolveDoubt(), c.ResolveDoubt()]


def test_the_manager_says_the_number_on_the_tape_and_then_their_name() -> None:
    async def story(cashier: Cashier) -> None:
        await pay_into_doubt(cashier)
        await cashier.press("2")
        await cashier.type("20a", "enter")
        cashier.sees("Это не номер документа")
        await cashier.press("ctrl+u")
        await cashier.type("20461", "enter")
        cashier.sees("Фамилия администратора")
        await cashier.press("enter")
        cashier.sees("Наберите фамилию администратора")
        await cashier.type("Петрова", "enter")

    till = play(story, templates=TEMPLATES)
    assert till.asked_register == [c.ResolveDoubt("Петрова", 20461)]


def test_the_manager_says_that_the_tape_has_no_such_receipt() -> None:
    async def story(cashier: Cashier) -> None:
        await pay_into_doubt(cashier)
        await cashier.press("2", "escape")
        cashier.sees("3  Чека на бумаге нет")
        await cashier.press("3")
        await cashier.type("Петрова", "enter")

    till = play(story, templates=TEMPLATES)
    assert till.asked_register == [c.ResolveDoubt("Петрова", None)]


def test_put_aside_the_sale_screen_is_free_says_the_doubt_and_its_key_opens_it_again() -> None:
    async def story(cashier: Cashier) -> None:
        await pay_into_doubt(cashier)
        await cashier.press("4")
        assert (cashier.mode, cashier.state.basket.lines) == ("sale", ())
        cashier.sees("Неизвестно, пробит ли чек T1-000042: пока это не решено, продаж нет", "^X")
        cashier.till.post(c.Scan(shop.SCARF.code))
        await cashier.settled()
        cashier.sees("Шарф")
        await cashier.press("ctrl+x")
        cashier.sees("Неизвестно, пробит ли этот чек", "3  Чека на бумаге нет")
        cashier.sees_not("Отложить")
        await cashier.press("escape")
        cashier.sees("Шарф")
        cashier.till.fails, cashier.till.doubt_next = SAID, DOUBT
        await cashier.press("f2", "f7")
        cashier.sees("Неизвестно, пробит ли этот чек")

    play(story, templates=TEMPLATES)


def test_a_till_that_begins_with_a_doubt_begins_with_the_screen() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees("Неизвестно, пробит ли этот чек")

    till = FakeTill()
    till.doubt = DOUBT
    till.post(c.Refresh())
    play(story, till, templates=TEMPLATES)
