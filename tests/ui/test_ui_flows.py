"""Whole sales at an 80x24 screen, by keys alone: what the cashier presses, reads, and what the till was told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from loyalty.documents.programme_file import parse_programme
from loyalty.referral import Referral
from loyalty.sentences import Lang, sentence
from terminal.session import Link
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play


async def fill(cashier: Cashier) -> None:
    for code in (shop.CARD, shop.SCARF.code, shop.MUG.code):
        cashier.till.post(c.Scan(code))
    await cashier.settled()


def test_the_idle_screen_is_the_sale_screen_and_says_how_to_scan_in_the_demo() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees("ИТОГО", "Отсканируйте товар или карту", "Демо: покажите код")
        await cashier.type(shop.WATER.code, "enter")
        cashier.sees("Вода негазированная", "90,00")
        cashier.sees_not("Демо: покажите код")

    play(story, demo="Демо: покажите код")


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


def test_what_was_refused_goes_when_payment_begins() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.type("99", "enter")
        cashier.sees("Не сделано")
        await cashier.press("f2")
        assert cashier.mode == "pay"
        cashier.sees_not("Не сделано")

    play(story)


def test_goods_are_returned_by_receipt_number_with_the_figures_shown_first() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2", "f7", "f11")
        cashier.sees("Номер чека")
        await cashier.type("T1-1", "enter")
        cashier.sees("К ВОЗВРАТУ", "[ ] Шарф", "Чек T1-1 от 22.11.2026", "Оплачен наличными")
        cashier.sees_not("за этот чек", "+164")
        await cashier.press("enter")
        cashier.sees("[✓] Шарф", "баллов: снимется 164")
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


def test_esc_empties_what_is_typed_before_it_leaves_payment() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("f2")
        await cashier.type("5000", "escape")
        assert (cashier.mode, cashier.typed) == ("pay", "")
        await cashier.press("escape")
        assert cashier.mode == "sale"

    play(story)


# -- coupons, what the customer may ask for, kinds of payment


def with_offers() -> FakeTill:
    till = FakeTill()
    till.programme = shop.with_offers()
    till.members[shop.CARD] = replace(shop.MARIA, wallets={"stars": 12})
    till.post(c.Refresh())
    return till


def test_a_coupon_is_typed_seen_with_its_reason_and_taken_off_by_the_key_for_lines() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("vesna26", "enter")
        cashier.sees("– Купон «Весна»", "Ждёт товаров")
        await cashier.type(shop.SHIRT.code, "enter")
        cashier.sees("✓ Купон «Весна»", "Скидка на чек: −100,00", "−400,00")
        await cashier.type("svoim", "enter")
        cashier.sees("▸ – Купон «Своим» — только с картой")
        await cashier.press("f9")
        cashier.sees_not("Купон «Своим» — только с картой: отсканируйте")
        assert cashier.state.basket.coupons == ("VESNA26",)
        await cashier.press("down", "f9")
        assert not cashier.state.basket.coupons
        assert len(cashier.state.basket.lines) == 1
        await cashier.press("f10")
        cashier.sees("✓ Купон «Весна»")

    play(story, with_offers())


def test_many_coupons_scroll_by_arrows_and_the_lines_keep_their_room() -> None:
    words = "".join(
        f'[[coupon]]\nid = "p{n}"\nname = {{ ru = "П{n}", en = "P{n}" }}\nkind = "promo"\nwords = ["PROMO{n}"]\n'
        for n in range(10, 20)
    )
    till = FakeTill()
    till.programme = parse_programme(shop.CLUB.read_text("utf-8") + words)

    async def story(cashier: Cashier) -> None:
        for code in (shop.WATER.code, *(f"PROMO{n}" for n in range(10, 20))):
            cashier.till.post(c.Type(code))
        await cashier.settled()
        cashier.sees("▸ – Купон «П19»", "Купон «П16»", "Вода")
        cashier.sees_not("Купон «П15»")
        await cashier.press(*["up"] * 9)
        cashier.sees("▸ – Купон «П10»", "Вода")
        await cashier.press("up")
        cashier.sees("▸ Вода")

    play(story, till)


def test_what_the_customer_may_ask_for_is_one_key_away_with_price_and_what_is_missing() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        cashier.sees("Tab на выбор: 3", "Звёзды 12", "Выберите подарок: Магнит, Брелок")
        await cashier.press("tab")
        cashier.sees("Что покупатель может выбрать", "Скидка за звёзды", "Цена: 10 звёзд", "Цена: 50 звёзд",
                     "– Не хватает: 38 звёзд", "[ ] Магнит")  # fmt: skip
        await cashier.press("2")
        cashier.sees("[✓] Брелок", "Выбрано: Брелок")
        await cashier.press("down", "enter")
        cashier.sees("[✓] Скидка за звёзды", "Звёзды 12 −10", "✓ Скидка на чек: −200,00")
        await cashier.press("down", "enter")
        cashier.sees("Не сделано: Не хватает: 48 звёзд")
        await cashier.press("escape")
        cashier.sees_not("Что покупатель может выбрать")
        assert cashier.state.offers is None
        assert (cashier.state.basket.asked, cashier.state.basket.choices) == (("badge-for-stars",), {"gift": "993"})
        await cashier.press("f10", "f10")
        assert (cashier.state.basket.asked, cashier.state.basket.choices) == ((), {})

    play(story, with_offers())


def test_a_scan_over_the_list_is_a_line_and_the_second_key_opens_and_closes_it() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        await cashier.press("ctrl+s")
        cashier.sees("Что покупатель может выбрать")
        await cashier.press("ctrl+s")
        cashier.sees_not("Что покупатель может выбрать")
        await cashier.press("tab")
        await cashier.burst(shop.WATER.code)
        cashier.sees("Вода негазированная")
        cashier.sees_not("Что покупатель может выбрать")
        assert len(cashier.state.basket.lines) == 3

    play(story, with_offers(), gate=True)


def test_with_nothing_to_ask_for_the_key_says_so() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("tab")
        cashier.sees("Чек пуст")
        await cashier.type(shop.WATER.code, "enter")
        cashier.sees_not("на выбор:")
        await cashier.press("tab")
        cashier.sees("Сейчас выбирать нечего")

    till = FakeTill()
    till.programme = replace(till.programme, campaigns=())
    play(story, till)


def test_another_total_by_card_is_shown_told_and_then_counted() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type(shop.SHIRT.code, "enter")
        await cashier.press("f2")
        # 300.00 off as a large receipt, 50.00 more by card
        cashier.sees("4 690,00", "4 640,00")
        await cashier.press("f8")
        cashier.sees("Внимание: Картой: 4 640,00 вместо 4 690,00. Нажмите ещё раз", "К ОПЛАТЕ")
        assert (cashier.mode, cashier.state.tenders) == ("pay", ())
        await cashier.press("f8")
        cashier.sees("ОПЛАЧЕНО")

    till = play(story, with_offers())
    assert [(p.kind, p.amount_minor) for p in till.receipts[0].payments] == [("card", 464_000)]


def test_the_amount_typed_need_not_be_typed_again_when_the_total_changed() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type(shop.SHIRT.code, "enter")
        await cashier.press("f2", "f8")
        await cashier.type("500000", "enter")
        cashier.sees("Наличными: 4 690,00 вместо 4 640,00", "сдача 310,00")
        assert cashier.typed == "500000"
        await cashier.press("enter")
        cashier.sees("СДАЧА")

    play(story, with_offers())


def test_after_the_receipt_the_screen_says_what_was_given_with_it() -> None:
    async def story(cashier: Cashier) -> None:
        await fill(cashier)
        cashier.till.post(c.Ask("badge-for-stars"))
        await cashier.press("f2")
        cashier.sees("Подарок ещё не выбран")
        await cashier.press("f7")
        cashier.sees("1 купон покупателю", "Ждём вас на дерби", "Звёзды −10")

    play(story, with_offers())


def test_who_invited_is_asked_where_the_programme_rewards_it_and_nowhere_else() -> None:
    async def asked(cashier: Cashier) -> None:
        await cashier.type("+79267654321", "enter", "f6")
        await cashier.type("Сидорова Анна", "enter")
        cashier.sees("Пригласил")
        await cashier.type("2990001000018", "enter")
        await cashier.press("space", "f6")

    async def not_asked(cashier: Cashier) -> None:
        await cashier.press("f6")
        cashier.sees("Новый участник")
        cashier.sees_not("Пригласил")

    till = FakeTill()
    till.programme = replace(till.programme, referral=Referral(200))
    till.post(c.Refresh())
    play(asked, till)
    assert c.Enrol("+79267654321", "Сидорова Анна", True, False, "2990001000018") in till.posted
    play(not_asked)
