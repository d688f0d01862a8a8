"""Members on the screen: found by phone, blocked, enrolled, a consent withdrawn."""

from __future__ import annotations

from msgspec.structs import replace

from terminal.ui.filling import NAME, PHONE, PROCESSING
from tests.ui import shop
from tests.ui.screen import Cashier, fill, play


def test_a_phone_typed_in_the_line_finds_the_member() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("8 903 123-45-67", "enter")
        cashier.sees("Мария И.", "баллов 1 250")
        assert cashier.state.basket.member is not None
        assert cashier.state.basket.member.identified_by == "phone"

    play(story)


def test_a_blocked_card_is_said_in_the_panel_and_in_the_notice() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type(shop.BLOCKED_CARD, "enter")
        cashier.sees("карта заблокирована", "Внимание: Карта заблокирована")

    play(story)


def test_a_new_member_is_enrolled_by_phone_with_two_separate_consents() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("+79267654321", "enter", "f6")
        cashier.sees("Новый участник", "+79267654321", "Обработка персональных данных · текст 1", "Реклама · текст 1")
        await cashier.type("Сидорова Анна", "enter", "f6")
        cashier.sees("Без согласия на обработку данных")
        await cashier.press("space", "enter", "f6")
        assert cashier.state.basket.member is not None
        assert cashier.state.basket.member.name_masked == "Анна С."
        cashier.sees("Карта оформлена", "Отсканируйте товар")

    till = play(story)
    assert till.consents == [("processing", True), ("advertising", False)]


def test_the_members_list_says_what_holds_and_offers_only_what_can_change() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f6")
        cashier.sees(
            "Участник и согласия",
            "Обработка персональных данных: дано 12.11.2026, версия текста 1",
            "Реклама: дано 12.11.2026, версия текста 1",
            "2  Отозвать согласие на рекламу",
        )
        cashier.sees_not("Дать согласие", "Записать согласие")
        await cashier.press("2")
        cashier.sees("Отзыв согласия записан")
        await cashier.press("f6")
        cashier.sees("Реклама: не дано (ответ 22.11.2026)", "2  Дать согласие на рекламу")
        cashier.sees_not("Отозвать")
        await cashier.press("2", "f6")
        cashier.sees("Реклама: дано 22.11.2026", "2  Отозвать согласие на рекламу")
        await cashier.press("1")
        assert cashier.state.basket.member is None

    till = play(story)
    assert till.consents == [("advertising", False), ("advertising", True)]


def test_a_consent_to_an_older_text_can_be_given_to_the_present_one() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.programme = replace(cashier.till.programme, consent_version="2")
        await fill(cashier)
        await cashier.press("f6")
        cashier.sees(
            "дано 12.11.2026, версия текста 1",
            "2  Записать согласие на обработку по новому тексту",
            "3  Дать согласие на рекламу по новому тексту",
            "4  Отозвать согласие на рекламу",
            "Реклама · текст 2: Согласен получать предложения",
            "отозвать согласие можно на любой кассе, карта останется",
        )
        await cashier.press("3", "f6")
        cashier.sees("Реклама: дано 22.11.2026, версия текста 2", "3  Отозвать согласие на рекламу")

    play(story)


def test_a_phone_that_is_none_is_told_before_the_next_field_is_asked_for() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f6")
        await cashier.type("903", "enter")
        cashier.sees("«903» — не номер телефона")
        assert cashier.app._desk.form.at == PHONE
        await cashier.type("1112233", "enter")
        cashier.sees_not("не номер телефона")
        assert cashier.app._desk.form.at == NAME

    play(story)


def test_a_phone_that_has_a_card_is_told_at_once() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f6")
        await cashier.type("9031234567", "tab")
        cashier.sees("Этот телефон уже у участника Мария И.")
        assert cashier.app._desk.form.at == PHONE

    play(story)


def test_a_phone_in_the_place_of_the_name_is_asked_for_again() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("+79267654321", "enter", "f6")
        await cashier.type("5551234", "enter")
        cashier.sees("«5551234» — не имя")
        assert cashier.app._desk.form.at == NAME
        await cashier.press("f6")
        cashier.sees("«5551234» — не имя")
        assert cashier.app._desk.form.at == NAME

    till = play(story)
    assert till.consents == []


def test_after_a_wrong_phone_the_form_stands_at_the_phone_and_without_a_consent_at_the_consent() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f6")
        await cashier.type("12", "f6")
        cashier.sees("Не сделано")
        assert cashier.app._desk.form.at == PHONE
        await cashier.press("backspace", "backspace")
        await cashier.type("+79267654321", "f6")
        assert cashier.app._desk.form.at == PROCESSING
        cashier.sees("Без согласия на обработку")
        await cashier.press("space")
        cashier.sees_not("Без согласия на обработку")

    play(story)
