"""Coupons, what the customer may ask for, and totals that differ by the kind of payment, on the screen."""

from __future__ import annotations

from msgspec.structs import replace

from loyalty.documents.programme_file import parse_programme
from loyalty.referral import Referral
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, fill, play


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
        await cashier.type("2990000999998", "enter")
        cashier.sees("Пригласивший не найден")
        await cashier.press("ctrl+u")
        await cashier.type(shop.CARD, "enter")
        cashier.sees_not("Пригласивший не найден")
        await cashier.press("space", "f6")

    async def not_asked(cashier: Cashier) -> None:
        await cashier.press("f6")
        cashier.sees("Новый участник")
        cashier.sees_not("Пригласил")

    till = FakeTill()
    till.programme = replace(till.programme, referral=Referral(200))
    till.post(c.Refresh())
    play(asked, till)
    assert c.Enrol("+79267654321", "Сидорова Анна", True, False, shop.CARD) in till.posted
    play(not_asked)
