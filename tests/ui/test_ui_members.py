"""Members on the screen: found by phone, blocked, enrolled, a consent withdrawn."""

from __future__ import annotations

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


def test_advertising_is_withdrawn_from_the_member_panel() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f6")
        cashier.sees("Участник и согласия", "Согласен получать предложения", "текст 1")
        await cashier.press("2")
        cashier.sees("Отзыв согласия записан")
        await cashier.press("f6", "3")
        assert cashier.state.basket.member is None

    till = play(story)
    assert till.consents == [("advertising", False)]


def test_after_a_wrong_phone_the_form_stands_at_the_phone_and_without_a_consent_at_the_consent() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f6")
        await cashier.type("12", "down", "f6")
        cashier.sees("Не сделано")
        assert cashier.app._desk.form.at == 0
        await cashier.press("backspace", "backspace")
        await cashier.type("+79267654321", "f6")
        assert cashier.app._desk.form.at == 2

    play(story)
