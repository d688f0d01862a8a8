"""Confirming a phone on the screen: a small dialog that never holds the sale up."""

from __future__ import annotations

import pytest

from terminal.session import Link
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

TITLE = "Подтверждение телефона"


async def by_phone(cashier: Cashier) -> None:
    cashier.till.post(c.Scan(shop.MUG.code))
    await cashier.type(shop.PHONE, "enter")


def asked(cashier: Cashier) -> list[c.SendCode | c.CheckCode]:
    return cashier.till.asked


def test_a_refusal_names_the_key_and_the_key_leads_to_points() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        cashier.sees("^V код для списания")
        await cashier.press("f5")
        cashier.sees("Чтобы списать баллы, подтвердите телефон кодом. Нажмите Ctrl+V")
        await cashier.press("ctrl+v")
        cashier.sees(TITLE, "Отправляю код на номер ··67")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.settled()
        cashier.sees("Код отправлен на номер ··67: спросите его у покупателя", "отправить другой код — через 30 с")
        await cashier.type("402913", "enter")
        cashier.sees("Проверяю код")
        assert cashier.typed == ""
        cashier.till.post(c.CodeChecked("code 1", "confirmed"))
        await cashier.settled()
        cashier.sees("Телефон подтверждён: баллы можно списать")
        cashier.sees_not(TITLE, "^V")
        await cashier.press("f5", "enter")
        cashier.sees("Списание: баллов 349")
        await cashier.press("f2", "f7")
        receipt = cashier.state.receipt
        assert receipt is not None
        assert receipt.identified_by == "phone_code"

    play(story)


def test_the_same_in_english() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+b")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.settled()
        cashier.sees("Confirm the phone", "A code was sent to ··67: ask the customer for it")
        cashier.sees("Code the customer was sent ›", "send another code in 30 s", "check the code")

    play(story, lang="en")


def test_a_wrong_code_empties_the_line_and_says_what_is_left() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.type("111111", "enter")
        cashier.till.post(c.CodeChecked("code 1", "wrong", 4))
        await cashier.settled()
        cashier.sees("Код не подошёл. Осталось попыток: 4", TITLE)
        await cashier.type("402913", "enter")
        assert [each.code for each in asked(cashier) if isinstance(each, c.CheckCode)] == ["111111", "402913"]

    play(story)


def test_keys_typed_before_the_code_is_sent_are_kept() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        cashier.keys_ahead("", "ctrl+v")
        cashier.keys_ahead("402913", "enter")
        await cashier.settled()
        cashier.sees("Код ещё отправляется")
        assert cashier.typed == "402913"
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.press("enter")
        assert asked(cashier)[-1] == c.CheckCode("code 1", shop.MARIA.member_id, shop.MARIA.account_id, "402913")

    play(story, FakeTill(threaded=True))


def test_another_code_is_sent_by_the_same_key_when_its_time_has_come() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.press("ctrl+v")
        cashier.sees("Новый код можно отправить через 30 с", TITLE)
        cashier.till.now_ms += 30_000
        await cashier.press("ctrl+v")
        cashier.sees("Отправляю код")
        assert len(asked(cashier)) == 2

    play(story)


def test_esc_leaves_it_and_the_answer_that_comes_then_is_nobody_s() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v", "escape")
        cashier.sees_not(TITLE)
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.settled()
        cashier.sees_not(TITLE, "Код отправлен")
        assert [line.product.code for line in cashier.state.basket.lines] == [shop.MUG.code]

    play(story)


def test_goods_are_scanned_over_the_dialog_and_the_code_is_still_asked_for() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.type("40")
        await cashier.rested()
        await cashier.burst(shop.WATER.code)
        assert len(cashier.state.basket.lines) == 2
        cashier.sees(TITLE)
        assert cashier.typed == "40"

    play(story, gate=True)


@pytest.mark.parametrize("gone", [c.ForgetMember(), c.VoidReceipt(), c.Scan(shop.CARD)])
def test_a_member_who_is_gone_takes_the_dialog_along(gone: c.Command) -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.type("40")
        cashier.till.post(gone)
        await cashier.settled()
        cashier.sees_not(TITLE)
        assert cashier.typed == ""

    play(story)


def test_where_no_code_is_of_use_the_key_says_so_and_opens_nothing() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+v")
        cashier.sees("Участник не выбран")
        cashier.till.post(c.Scan(shop.CARD))
        await cashier.press("ctrl+v")
        cashier.sees("Код не нужен")
        cashier.sees_not(TITLE, "Код из сообщения")
        assert asked(cashier) == []

    play(story)


def test_another_key_leaves_the_dialog_and_the_key_brings_it_back_without_a_message() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v")
        cashier.till.post(c.CodeSent("code 1", 6, 0))
        await cashier.press("f12")
        cashier.sees_not(TITLE)
        await cashier.press("escape", "ctrl+v")
        cashier.sees(TITLE, "Код отправлен")
        assert len(asked(cashier)) == 1

    play(story)


def test_a_phone_is_confirmed_in_payment() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("f2", "ctrl+v")
        cashier.till.post(c.CodeSent("code 1", 6, 30))
        await cashier.type("402913", "enter")
        cashier.till.post(c.CodeChecked("code 1", "confirmed"))
        await cashier.press("f5", "enter")
        assert (cashier.mode, cashier.state.quote and cashier.state.quote.redeemed_points) == ("pay", 349)

    play(story)


def test_out_of_reach_the_screen_says_what_may_be_done() -> None:
    async def story(cashier: Cashier) -> None:
        await by_phone(cashier)
        await cashier.press("ctrl+v")
        cashier.till.post(c.ConfirmFailed("code 1", "offline"))
        await cashier.settled()
        cashier.sees("Нет ответа: код не отправить. Для списания отсканируйте карту")
        cashier.sees_not(TITLE)
        cashier.till.link_is(Link(online=False))
        await cashier.press("f5")
        cashier.sees("Нет связи: телефон не подтвердить, баллы не списываются")

    play(story)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_all_keys_have_their_names_on_one_page_of_a_small_screen(lang: str) -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f1")
        cashier.sees("Tab", "^S", "^V", "^B")

    play(story, lang="ru" if lang == "ru" else "en")
