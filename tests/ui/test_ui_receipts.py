"""The list of the shift's receipts at the screen: looked through, one on show, printed again once asked, returned."""

from __future__ import annotations

from loyalty.sentences import sentence
from terminal.session import Link
from terminal.session import commands as c
from terminal.session.receipts import ReceiptRow
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play


async def two_sold(cashier: Cashier) -> None:
    """A mug for cash, and a scarf of Maria's by card."""
    cashier.till.post(c.Scan(shop.MUG.code))
    await cashier.press("f2", "f7")
    cashier.till.post(c.Scan(shop.CARD))
    cashier.till.post(c.Scan(shop.SCARF.code))
    await cashier.press("f2", "f8")


def test_the_list_says_of_each_receipt_when_how_much_how_paid_and_whose_and_esc_leaves_it() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+w")
        cashier.sees("В этой смене чеков ещё нет", "Отсканируйте товар")
        await two_sold(cashier)
        await cashier.press("ctrl+w")
        cashier.sees("Чеки смены 12  1–2 из 2", "▸ T1-2", "картой", "Мария И.", "T1-1", "наличными", "12:00")
        await cashier.press("escape")
        assert cashier.mode == "done"
        cashier.sees_not("Чеки смены")
        await cashier.press("f12", "8")
        cashier.sees("Чеки смены 12")
        await cashier.press("ctrl+w")
        cashier.sees_not("Чеки смены")

    play(story)


def test_the_list_says_what_waits_to_be_sent_and_since_when() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        await cashier.press("ctrl+w")
        cashier.sees("всё отправлено")
        cashier.till.link_is(Link(False, 1_204, oldest_pending_ms=shop.NOW_MS - 2 * shop.HOUR_MS))
        await cashier.settled()
        cashier.sees("ждут отправки: 1 204, с 10:00")
        cashier.sees_not("22.11 10:00")
        cashier.till.link_is(Link(False, 3, oldest_pending_ms=shop.NOW_MS - 26 * shop.HOUR_MS))
        await cashier.settled()
        cashier.sees("ждут отправки: 3, с 21.11 10:00")

    play(story)


def test_a_copy_is_printed_after_a_question_only_and_once() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        await cashier.press("ctrl+w", "down", "enter")
        cashier.sees("Чек T1-1", "Кружка", "Enter напечатать копию", "Esc   назад к списку")
        await cashier.press("enter")
        cashier.sees("Напечатать копию?")
        await cashier.press("escape")
        cashier.sees_not("Напечатать копию?")
        assert cashier.till.reprinted == []
        await cashier.press("enter", "enter")
        cashier.sees("Копия чека T1-1 — на принтере", "Enter — напечатать копию")
        assert cashier.till.reprinted == ["T1-1"]
        await cashier.press("escape")
        cashier.sees("▸ T1-1", "Чеки смены 12")

    play(story)


def test_the_return_key_begins_a_return_of_the_receipt_chosen_and_goods_on_the_receipt_come_first() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        await cashier.press("ctrl+w", "down", "f11")
        assert (cashier.mode, cashier.state.returning.receipt.number) == ("return", "T1-1")  # type: ignore[union-attr]
        await cashier.press("ctrl+w")
        cashier.sees("Идёт возврат")
        cashier.sees_not("Чеки смены")
        await cashier.press("escape")
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.press("ctrl+w", "enter", "f11")
        cashier.sees("Сначала закройте или очистите текущий чек", "Кружка")
        assert cashier.mode == "sale"

    play(story)


def test_a_scan_over_the_list_goes_on_with_the_sale() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.press("ctrl+w")
        cashier.sees("Чеки смены")
        await cashier.burst(shop.WATER.code)
        cashier.sees("Вода", "Кружка")
        cashier.sees_not("Чеки смены")

    play(story, gate=True)


def test_a_long_list_is_paged_by_the_arrows_and_says_where_one_is_and_what_paper_waits() -> None:
    till = FakeTill()
    till.more_rows = tuple(
        ReceiptRow(f"T1-{number:06}", "return" if number % 2 else "sale", 600, 1_234_567_00, "М" * 40, ("card", "cash"),
                   "20461" if number == 480 else "", "waits" if number == 479 else "failed" if number == 478 else "")
        for number in range(480, 0, -1)
    )  # fmt: skip

    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+w")
        cashier.sees("1–10 из 480", "частями", "ФД 20461", "ждёт принтера", "не напечатан", "−1 234 567,00")
        await cashier.press("pagedown", "pagedown", "down")
        cashier.sees("▸ T1-000469", "из 480")
        cashier.keys_ahead("", *["pagedown"] * 100)
        await cashier.settled()
        cashier.sees("▸ T1-000001", "471–480 из 480")
        await cashier.press("down", "up")
        cashier.sees("▸ T1-000002")

    play(story, till)


def test_a_report_over_a_receipt_that_is_done_is_a_report_in_two_columns() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        cashier.till.post(c.ReportMade(tuple(f"строка {number:>29}" for number in range(24))))
        await cashier.settled()
        assert [number for number in range(24) if f"{number:>29}" not in cashier.shown()] == []
        await cashier.resize(160, 48)
        cashier.sees("Отчёт", "Esc — назад")
        cashier.sees_not("Сканируйте: следующий чек")

    play(story)


def test_the_language_of_slips_follows_the_screen_s() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        await cashier.press("f12", "4", "escape")
        cashier.sees("in en")
        await cashier.press("f12", "4", "escape")
        cashier.sees("in ru")

    till = play(story)
    assert [each for each in till.posted if isinstance(each, c.Speak)] == [c.Speak("en"), c.Speak("ru")]


def test_what_could_not_be_looked_up_leaves_the_list_as_it_was() -> None:
    async def story(cashier: Cashier) -> None:
        await two_sold(cashier)
        await cashier.press("ctrl+w")
        cashier.till.post(c.Failed(sentence("receipt.none", number="T1-1"), sentence("receipt.none.hint")))
        await cashier.settled()
        cashier.sees("Чеки смены 12")

    play(story)
