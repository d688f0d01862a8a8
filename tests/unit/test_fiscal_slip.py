"""Slips: what stands on the paper, in two languages, never wider than the paper."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.coupons.issuing import IssuedCoupon
from loyalty.events import ShiftTotals
from loyalty.gift_card import GiftCard
from loyalty.granted import Message
from loyalty.points.terms import Lot
from loyalty.receipt import Applied, Payment, ReceiptLine
from loyalty.rights import SpentRight
from loyalty.sentences import Lang
from terminal.fiscal.columns import pair
from terminal.fiscal.register import NoRegister, Registered
from terminal.fiscal.slip import SCREEN_REPORT_WIDTH, WIDTHS, receipt_slip, report_slip
from terminal.fiscal.slip_words import WORDS
from tests.support.fiscal_receipts import CHEESE, MOMENT, RETURN, SALE, SCARF


def plain(slip: tuple[str, ...]) -> list[str]:
    """Lines with single ordinary spaces, for reading in a test."""
    return [" ".join(line.replace("\u00a0", " ").split()) for line in slip]


def test_a_russian_sale_slip_says_everything_once() -> None:
    assert plain(receipt_slip(SALE, "ru", store_name="Лавка на Большой")) == [
        "Лавка на Большой",
        "Чек T1-17 22.11.2026 14:05",
        "Кассир Анна",
        "-" * 42,
        "Шарф клубный",
        "2 шт × 1 500,00 3 000,00",
        "Шарфы −10 % −300,00",
        "Оплачено баллами −200,00",
        "2 500,00",
        "Сыр",
        "0,456 кг × 800,00 364,80",
        "-" * 42,
        "Без скидок 3 364,80",
        "Скидки −300,00",
        "Оплачено баллами −200,00",
        "ИТОГО 2 864,80",
        "Картой 2 000,00",
        "Наличными 900,00",
        "Сдача 35,20",
        "-" * 42,
        "Участник Мария И.",
        "Списано баллов 200",
        "Начислено баллов 85",
        "Баллов на счёте 885",
        "-" * 42,
        "Программа club, версия 3",
        "НЕФИСКАЛЬНЫЙ ДОКУМЕНТ",
    ]


def test_an_english_slip_has_the_english_reason_and_figures() -> None:
    slip = plain(receipt_slip(SALE, "en"))
    assert "Scarves −10% −300.00" in slip
    assert "TOTAL 2,864.80" in slip
    assert slip[-1] == "NOT A FISCAL RECEIPT"


def test_points_spent_without_the_head_office_are_said_to_be() -> None:
    offline = msgspec.structs.replace(SALE, rights=(SpentRight("credit", 200),))
    assert "Points spent offline 200" in plain(receipt_slip(offline, "en"))
    assert "Списано баллов без связи 200" in plain(receipt_slip(offline, "ru"))


def test_a_return_names_its_receipt_and_turns_the_points_round() -> None:
    slip = plain(receipt_slip(RETURN, "ru"))
    assert slip[0].startswith("Возврат T1-18")
    assert "по чеку T1-17" in slip
    assert "К ВЫДАЧЕ 2 864,80" in slip
    assert "Возвращено баллов 200" in slip
    assert "Снято баллов 85" in slip
    assert "Баллов на счёте 1 115" in slip


def test_a_line_that_comes_back_adds_up_though_its_campaigns_are_not_named() -> None:
    back = msgspec.structs.replace(RETURN, lines=(msgspec.structs.replace(SCARF, applied=()), CHEESE))
    slip = plain(receipt_slip(back, "ru"))
    start = slip.index("Шарф клубный")
    assert slip[start + 1 : start + 5] == [
        "2 шт × 1 500,00 3 000,00",
        "Скидки −300,00",
        "Оплачено баллами −200,00",
        "2 500,00",
    ]


def test_a_sale_without_a_member_says_nothing_of_points() -> None:
    slip = receipt_slip(msgspec.structs.replace(SALE, member_id=None, redeemed_points=0), "ru")
    assert not any("балл" in line and "Оплачено" not in line for line in slip)


@pytest.mark.parametrize("kind", ["X", "Z"])
def test_a_report_counts_what_came_and_what_is_left(kind: str) -> None:
    totals = ShiftTotals(3, 1, 100_000, 50_000, 20_000, 5_000, 30_000, 200, 85, 2)
    slip = plain(
        report_slip(
            "X" if kind == "X" else "Z", totals, "ru", shift_no=4, cashier="Анна", moment=MOMENT, terminal=1, width=48
        )
    )
    assert slip[0] == f"{kind}-ОТЧЁТ"
    for line in ("Касса 1 Смена 4", "Продаж 3", "Возвратов 1", "Чеков с участником 2", "Наличными итого 800,00"):
        assert line in slip
    assert "Картой итого 450,00" in slip
    assert "ВЫРУЧКА 1 250,00" in slip


def test_a_report_begins_with_the_money_and_a_screen_of_two_columns_holds_all_of_it() -> None:
    totals = ShiftTotals(3, 1, 100_000, 50_000, 20_000, 5_000, 30_000, 200, 85, 2, cash_in_minor=1, cash_out_minor=1)
    lines = report_slip(
        "X", totals, "ru", shift_no=4, cashier="Анна", moment=MOMENT, store_name="Лавка", terminal=1,
        width=SCREEN_REPORT_WIDTH,
    )  # fmt: skip
    assert plain(lines)[5:9] == ["ВЫРУЧКА 1 250,00", "Наличными итого 800,00", "Картой итого 450,00", "Внесение 0,01"]
    assert plain(lines).index("Продаж 3") > plain(lines).index("Скидки 300,00")
    assert len(lines) == 24  # two columns of the twelve rows that 80x24 leaves


NAMES = st.text(max_size=120)
MONEY = st.integers(0, 10**12)


@given(NAMES, NAMES, MONEY, st.integers(0, 10**9), st.sampled_from(WIDTHS), st.sampled_from(["ru", "en"]))
def test_no_line_is_wider_than_the_paper_and_no_control_reaches_the_printer(
    name: str, reason: str, minor: int, points: int, width: int, lang: Lang
) -> None:
    line = msgspec.structs.replace(
        SCARF, name=name, base_minor=minor, discount_minor=minor, applied=(Applied("x", reason, reason, minor),)
    )
    receipt = msgspec.structs.replace(
        SALE, lines=(line,), member_name=name, cashier=reason, total_minor=minor, earned_points=points,
        wallets={reason: points}, issued=(msgspec.structs.replace(COUPON, name_ru=name, name_en=name),),
    )  # fmt: skip
    for text in receipt_slip(receipt, lang, store_name=name, width=width):
        assert len(text) <= width
        assert text.splitlines() in ([text], [])
        assert not any(unicodedata.category(char)[0] == "C" for char in text)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_figure_is_never_cut_by_a_long_name(width: int) -> None:
    lines = pair("Очень длинное название скидки для постоянных покупателей", "−1 234 567,89", width)
    assert lines[-1].endswith(" −1 234 567,89")
    assert "".join("".join(lines).split()).startswith("Оченьдлинноеназваниескидкидляпостоянныхпокупателей")


def test_no_register_confirms_at_once_and_without_a_number() -> None:
    assert NoRegister().register(SALE, "aa" * 16) == Registered("")


GIFT = ReceiptLine(
    3, "991", "Значок", "piece", "20", 1000, 0, 0, 0, 0, 0, 0, 0,
    (Applied("badge", "Значок болельщику", "Fan's badge"),), name_en="A badge",
)  # fmt: skip


def test_a_gift_stands_at_zero_with_its_campaign() -> None:
    slip = plain(receipt_slip(msgspec.structs.replace(SALE, lines=(CHEESE, GIFT)), "ru"))
    place = slip.index("Значок")
    assert slip[place : place + 3] == ["Значок", "1 шт × 0,00 0,00", "Значок болельщику"]
    english = plain(receipt_slip(msgspec.structs.replace(SALE, lines=(CHEESE, GIFT)), "en"))
    assert {"A badge", "1 pc × 0.00 0.00", "Fan's badge", "Сыр"} <= set(english)


def test_messages_stand_below_the_points_in_the_language_of_the_slip() -> None:
    told = msgspec.structs.replace(SALE, messages=(Message("m", "Ждём вас на дерби", "See you at the derby"),))
    russian = plain(receipt_slip(told, "ru"))
    assert (
        russian.index("Баллов на счёте 885")
        < russian.index("Ждём вас на дерби")
        < russian.index("Программа club, версия 3")
    )
    assert "See you at the derby" in plain(receipt_slip(told, "en"))


LAST = "2026-12-31"
COUPON = IssuedCoupon(
    "back", "next", "На следующую покупку", "Off the next purchase", "KCNEXT0123456789A", "2026-12-31"
)


def test_a_coupon_to_cut_off_has_its_name_its_code_and_its_last_day() -> None:
    told = msgspec.structs.replace(SALE, issued=(COUPON, msgspec.structs.replace(COUPON, code="KCX", last="")))
    slip = plain(receipt_slip(told, "ru", width=32))
    place = slip.index("Купон: На следующую покупку")
    assert slip[place + 1 : place + 3] == ["KCNEXT0123456789A", "действует до 31.12.2026"]
    assert slip[slip.index("KCX") + 1].startswith("-")
    assert "Coupon: Off the next purchase" in plain(receipt_slip(told, "en"))


def test_wallets_stand_by_their_names_and_offers_are_taken_off_the_balance() -> None:
    told = msgspec.structs.replace(
        SALE, wallets={"stars": 2}, costs={"main": 70, "stars": 10}, balance_before_points=1000, earned_points=30,
        redeemed_points=0,
    )  # fmt: skip
    slip = plain(receipt_slip(told, "ru", wallets={"stars": "Звёзды"}))
    # 1000 + 30 - 70
    assert {"Баллов за предложения 70", "Баллов на счёте 960", "Звёзды: начислено 2", "Звёзды: списано 10"} <= set(slip)
    back = plain(receipt_slip(msgspec.structs.replace(told, kind="return"), "en", wallets={"stars": "Stars"}))
    # 1000 - 30 + 70
    assert {"Points for offers, back 70", "Points on account 1,040", "Stars: taken back 2"} <= set(back)
    assert "stars: earned 2" in plain(receipt_slip(told, "en"))


def test_points_with_dates_say_from_when_and_until_when_and_those_that_wait_are_no_balance() -> None:
    lots = (
        Lot("r#1", "main", 85, "2026-11-22", "2026-12-05", "2027-08-31"),
        Lot("r#2", "stars", 2, "2026-11-22", expires_date="2026-12-31"),
    )
    told = msgspec.structs.replace(SALE, lots=lots, wallets={"stars": 2})
    slip = plain(receipt_slip(told, "ru", wallets={"stars": "Звёзды"}))
    at = slip.index("Начислено баллов 85")
    assert slip[at + 1 : at + 5] == [
        "можно потратить с 05.12.2026", "действует до 31.08.2027", "Звёзды: действует до 31.12.2026",
        "Баллов на счёте 800",  # 1000 - 200: the 85 are still to come
    ]  # fmt: skip
    back = plain(receipt_slip(msgspec.structs.replace(told, kind="return"), "en"))
    assert not any("can be spent from" in line or "good until" in line for line in back)
    assert "Points on account 1,200" in back


def test_a_gift_card_is_masked_on_paper_with_what_it_paid_and_what_is_left() -> None:
    lines = (msgspec.structs.replace(SCARF, gift_card=GiftCard("aa" * 16, "0017")), CHEESE)
    payments = (Payment("gift_card", 60_00, GiftCard("bb" * 16, "0024"), 440_00), Payment("cash", 2804_80))
    slip = plain(receipt_slip(msgspec.structs.replace(SALE, lines=lines, payments=payments), "en"))
    assert "card *0017" in slip
    place = slip.index("Gift card *0024 60.00")
    assert slip[place + 1 : place + 3] == ["Left on the card 440.00", "Cash 2,804.80"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_gift_cards_have_lines_of_their_own_in_a_report_and_only_where_there_are_any(lang: Lang, width: int) -> None:
    totals = ShiftTotals(
        gift_card_minor=60_00, returned_gift_card_minor=10_00, loaded_minor=700_00, loaded_back_minor=5_00
    )
    with_cards, without = (
        report_slip("X", each, lang, shift_no=1, cashier="A", moment=MOMENT, width=width)
        for each in (totals, ShiftTotals())
    )
    words, point = WORDS[lang], "," if lang == "ru" else "."
    figures = {words.gift_in: "60", words.gift_out: "\u221210", words.loaded: "700", words.loaded_back: "\u22125"}
    assert {f"{name} {figure}{point}00" for name, figure in figures.items()} <= set(plain(with_cards))
    assert not any(name in line for line in plain(without) for name in figures)
    assert all(len(line) <= width for line in with_cards)
