"""What stands on the customer's display, step by step of a sale; and that nothing of a person ever does."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from devices.escpos.commands import encoded
from loyalty.receipt import Payment
from loyalty.sentences import Lang
from terminal.customer_text import CustomerText
from terminal.session import Link
from terminal.session import commands as c
from terminal.session.port import View
from tests.support.counter import ANNA, CARD, CUP, PHONE, SWEETS, TEA, Counter


class Watched:
    """A till in memory with a display beside it."""

    def __init__(self, lang: Lang = "ru", greeting: str = "") -> None:
        self.counter = Counter()
        self.text = CustomerText(lang, 20, greeting)

    def after(self, *commands: c.Command) -> tuple[str, ...]:
        lines = self._lines()
        for command in commands:
            self.counter.do(command)
            lines = self._lines()
        return lines

    def _lines(self) -> tuple[str, ...]:
        return self.text.lines_of(View(self.counter.state, Link(), self.counter.programme, "Уголок болельщика", "T1"))


def test_the_customer_reads_each_line_as_it_is_scanned_with_the_total_below() -> None:
    till = Watched()
    assert till.after() == ("Касса закрыта", "")
    assert till.after(c.OpenShift("Ольга")) == ("Уголок болельщика", "Добро пожаловать!")
    assert till.after(c.Scan(TEA.code)) == ("Чай           100,00", "ИТОГО         100,00")
    assert till.after(c.Scan(CUP.code)) == ("Кружка        450,50", "ИТОГО         550,50")
    assert till.after(c.Scan(TEA.code)) == ("2 x Чай       200,00", "ИТОГО         650,50")
    assert till.after(c.VoidLine(1)) == ("Кружка        450,50", "ИТОГО         450,50")


def test_change_stands_there_after_a_sale_and_the_next_scan_begins_anew() -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"))
    assert till.after(c.Scan(TEA.code), c.Pay()) == ("ИТОГО         100,00", "К ОПЛАТЕ      100,00")
    assert till.after(c.Tender("cash", 60_00)) == ("ИТОГО         100,00", "К ОПЛАТЕ       40,00")
    assert till.after(c.Tender("cash", 50_00)) == ("Сдача          10,00", "Спасибо за покупку!")
    assert till.after(c.Scan(CUP.code)) == ("Кружка        450,50", "ИТОГО         450,50")
    assert till.after(c.Pay(), c.Tender("card")) == ("Спасибо за покупку!", "")


def test_points_to_spend_and_to_earn_are_told_as_they_are_asked_for() -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"))
    assert till.after(c.Scan(CARD)) == ("Карта принята", "Добро пожаловать!")
    assert till.after(c.Scan(CUP.code)) == ("Кружка        450,50", "ИТОГО         450,50")
    assert till.after(c.SpendPoints(120)) == ("Спишем 120 баллов", "ИТОГО         330,50")
    assert till.after(c.Scan(TEA.code)) == ("Чай           100,00", "ИТОГО         430,50")
    assert till.after(c.Pay()) == ("Спишем 120 баллов", "К ОПЛАТЕ      430,50")
    assert till.after(c.Back(), c.SpendPoints(0)) == ("Чай           100,00", "ИТОГО         550,50")
    # 5 % of 100.00 and 22.525: 5 and 22 points, fractions of a line dropped by the programme's rounding.
    earned = till.counter.state.quote.earned_points if till.counter.state.quote else 0
    assert earned == 27
    assert till.after(c.Pay()) == ("Начислим 27 баллов", "К ОПЛАТЕ      550,50")
    assert till.after(c.Tender("cash", 600_00)) == ("Сдача          49,50", "Начислено 27 баллов")


def test_a_return_says_what_is_paid_out() -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"), c.Scan(CUP.code), c.Pay(), c.Tender("cash"))
    assert till.counter.state.receipt is not None
    number = till.counter.state.receipt.number
    assert till.after(c.BeginReturn(number)) == ("Возврат", "")
    assert till.after(c.ReturnAll()) == ("Возврат", "К ВЫДАЧЕ      450,50")
    assert till.after(c.ConfirmReturn("cash")) == ("Возврат", "К ВЫДАЧЕ      450,50")


def test_english_has_its_words_and_a_greeting_of_one_s_own_its_place() -> None:
    till = Watched("en", "Corner\nCome in!")
    assert till.after() == ("This till is closed", "")
    assert till.after(c.OpenShift("Olga")) == ("Corner", "Come in!")
    assert till.after(c.Type("2*" + TEA.code)) == ("2 x Чай       200.00", "TOTAL         200.00")
    sweets = c.ProductFound(SWEETS, 456, 700_00)
    assert till.after(sweets) == ("0.456 x Конфе 319.20", "TOTAL         519.20")


@pytest.mark.parametrize("key", [CARD, PHONE])
def test_nobody_s_name_phone_card_or_balance_is_ever_shown(key: str) -> None:
    till = Watched()
    shown = [till.after(c.OpenShift("Ольга"))]
    for command in (
        c.Scan(key), c.Scan(CUP.code), c.SpendPoints(50), c.Pay(), c.Back(), c.ForgetMember(), c.Scan(key), c.Pay(),
        c.Tender("cash"),
    ):  # fmt: skip
        shown.append(till.after(command))
    text = "\n".join(line for lines in shown for line in lines)
    for private in ("Анна", "Ольга", CARD, CARD[-4:], PHONE[-4:], str(ANNA.balance_points)):
        assert private not in text


@example(name="", qty=999, price_minor=10**9)
@given(name=st.text(max_size=60), qty=st.integers(1, 999), price_minor=st.integers(0, 10**9))
def test_the_figure_stands_whole_at_the_right_whatever_the_goods_are_called(
    name: str, qty: int, price_minor: int
) -> None:
    till = Watched()
    goods = msgspec.structs.replace(TEA, name=name)
    till.after(c.OpenShift("Ольга"))
    upper, lower = till.after(c.ProductFound(goods, qty * 1000, price_minor))
    word, _, figure = lower.partition(" ")
    figure = figure.strip()
    assert word
    assert "ИТОГО".startswith(word)
    assert int(figure.replace(" ", "").replace(",", "")) == qty * price_minor
    for line in (upper, lower):
        assert len(encoded(line, "cp866")) == 20
        assert line.endswith(f" {figure}")


def test_the_greatest_total_leaves_the_figure_whole() -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"))
    state = till.counter.do(c.Scan(TEA.code)).state
    assert state.quote is not None
    quote = msgspec.structs.replace(state.quote, total_minor=10**12)
    till.counter.state = msgspec.structs.replace(state, quote=quote)
    assert till.after()[1] == "ИТ 10 000 000 000,00"


@pytest.mark.parametrize(
    ("points", "earned"),
    [(999, "Начислено 999 баллов"), (1000, "Баллы         +1 000"), (10**7, "Баллы    +10 000 000")],
)
def test_points_for_which_a_sentence_is_too_long_stand_as_a_figure(points: int, earned: str) -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    state = till.counter.state
    assert state.receipt is not None
    till.counter.state = msgspec.structs.replace(state, receipt=replace(state.receipt, earned_points=points))
    assert till.after() == ("Спасибо за покупку!", earned)


def test_points_spent_stand_as_a_figure_below_nothing() -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"), c.Scan(CARD), c.Scan(CUP.code), c.SpendPoints(120))
    state = till.counter.state
    assert state.quote is not None
    used = replace(state.quote.redemption, used_points=123_456)
    till.counter.state = msgspec.structs.replace(state, quote=replace(state.quote, redemption=used))
    assert till.after()[0] == "Баллы       -123 456"


def test_a_receipt_that_a_gift_card_paid_gives_no_change() -> None:
    till = Watched()
    till.after(c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    state = till.counter.state
    assert state.receipt is not None
    receipt = msgspec.structs.replace(state.receipt, payments=(Payment("gift_card", 100_00),))
    till.counter.state = msgspec.structs.replace(state, receipt=receipt)
    assert till.after() == ("Спасибо за покупку!", "")
