"""The payment terminal on the screen: what is waited for, what to press, and the sale that goes on."""

from __future__ import annotations

import pytest

from loyalty.bank_card import BankSlip
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.session.state import ChargeStep
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

REF = "ab" * 16
BANK = BankSlip(REF, "000001", "000000000001", "1234", "MIR")


async def by_card(cashier: Cashier) -> None:
    cashier.till.charge_ref = REF
    cashier.till.post(c.Scan(shop.MUG.code))
    await cashier.press("f2", "f8")


def asks(step: ChargeStep) -> c.ChargeAsks:
    return c.ChargeAsks(REF, "sale", 0, step)


def last(cashier: Cashier) -> c.Bank:
    return cashier.till.bank[-1]


async def answered(cashier: Cashier, *answers: c.Command) -> None:
    for answer in answers:
        cashier.till.post(answer)
    await cashier.settled()


def test_the_cashier_sees_what_the_customer_does_and_then_the_receipt() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        cashier.sees("Оплата банковской картой", "Обращаюсь к терминалу", "отменить; чек не пропадёт")
        for step, said in (("card", "прикладывает"), ("pin", "вводит ПИН-код"), ("bank", "спрашивает банк")):
            await answered(cashier, asks(step))  # type: ignore[arg-type]
            cashier.sees(said)
        await answered(cashier, c.CardCharged(BANK))
        assert cashier.state.mode == "done"

    play(story)


def test_the_same_in_english() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        cashier.sees("Payment by bank card", "Asking the terminal", "cancel; the receipt is never lost")
        await answered(cashier, c.ChargeInDoubt(REF))
        cashier.sees("Nobody knows yet whether the card was charged", "F8", "nothing is charged twice")

    play(story, lang="en")


def test_esc_cancels_at_the_terminal_and_the_payment_stands_again() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        await cashier.press("escape")
        cashier.sees("Отменяю на терминале")
        assert last(cashier) == c.CancelCard(REF)
        await answered(cashier, c.ChargeRefused(REF, sentence("charge.none")))
        cashier.sees("Наличными без сдачи")
        assert len(cashier.state.basket.lines) == 1

    play(story)


def test_the_code_of_a_bank_slip_is_typed_and_is_no_amount_of_cash() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        await answered(cashier, asks("code"))
        cashier.sees("Проведите на банковском терминале", "Код с чека банка ›", "не оплачено: отменить")
        await cashier.type("123456", "enter")
        assert last(cashier) == c.AnswerTerminal("123456")
        assert (cashier.typed, cashier.state.tenders) == ("", ())
        await answered(cashier, asks("code_again"))
        cashier.sees("Это не код")

    play(story)


def test_esc_takes_back_what_was_typed_before_it_cancels() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        await answered(cashier, asks("code"))
        await cashier.type("12", "escape")
        assert (cashier.typed, len(cashier.till.bank)) == ("", 1)
        await cashier.press("escape")
        assert last(cashier) == c.CancelCard(REF)

    play(story)


def test_a_doubt_names_both_ways_on() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        await answered(cashier, c.ChargeInDoubt(REF))
        cashier.sees("Пока неизвестно, списалось ли с карты", "дважды не спишется", "касса вернёт деньги")
        cashier.sees("F8 — спросить, Esc — оставить")
        cashier.sees_not("Esc — отмена")
        await cashier.press("f8")
        assert isinstance(cashier.till.bank[-1], c.ChargeCard)
        assert cashier.till.bank[-1].again

    play(story)


def test_a_receipt_that_was_refused_says_that_the_card_has_paid() -> None:
    async def story(cashier: Cashier) -> None:
        await by_card(cashier)
        cashier.till.fails = c.Failed(sentence("charge.none"))
        await answered(cashier, c.CardCharged(BANK))
        cashier.sees("··1234", "карта оплатила: пробить чек ещё раз", "деньги вернутся на карту")
        cashier.sees_not("Наличными без сдачи")
        await cashier.press("f8")
        assert cashier.state.mode == "done"

    play(story)


@pytest.mark.parametrize(
    ("step", "said"), [("void", "Отмените на банковском терминале (код 654321)"), ("outcome", "Прошла ли оплата?")]
)
def test_the_cashier_is_asked_about_another_sale_and_may_put_it_off(step, said) -> None:
    async def story(cashier: Cashier) -> None:
        await answered(cashier, c.ChargeAsks("old", "undo", 50_00, step, "654321"))
        cashier.sees("Оплата картой без чека", said, "позже: останется в списке")
        await cashier.press("enter")
        assert last(cashier) == c.AnswerTerminal("")
        await cashier.press("escape")
        assert last(cashier) == c.CancelCard("old")
        await answered(cashier, c.ChargeEnded("old"))
        cashier.sees_not("Оплата картой без чека")

    play(story)


def test_a_scan_while_the_cashier_is_asked_about_another_sale_is_goods_all_the_same() -> None:
    async def story(cashier: Cashier) -> None:
        await answered(cashier, c.ChargeAsks("old", "undo", 50_00, "void", "654321"), c.Scan(shop.MUG.code))
        assert [line.product.code for line in cashier.state.basket.lines] == [shop.MUG.code]

    play(story)


def test_a_till_without_a_terminal_takes_cards_as_ever() -> None:
    till = FakeTill()
    till.post(c.Scan(shop.MUG.code))
    till.post(c.Pay())
    till.post(c.Tender("card"))
    assert (till.view().state.mode, till.bank) == ("done", [])


def with_terminal() -> FakeTill:
    till = FakeTill()
    till.charge_ref = REF
    till.devices_are(DeviceHealth("payment", "payment", "/dev/bank", "working"))
    return till


def test_the_menu_reads_a_bank_card_and_the_members_list_registers_one() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12")
        cashier.sees("Участник по банковской карте")
        await cashier.press("9")
        cashier.sees("Обращаюсь к терминалу")
        await answered(cashier, c.BankCardRead(REF, "0f" * 16, "1234"))
        cashier.sees("Банковская карта ··1234 ни за кем не записана")
        await answered(cashier, c.Scan(shop.MARIA.card))
        await answered(cashier, c.Scan(shop.MUG.code))
        await cashier.press("f6")
        cashier.sees("Записать банковскую карту покупателя")
        cashier.sees_not("Забыть банковские карты участника")
        await cashier.press("3")
        await answered(cashier, c.BankCardRead(REF, "0f" * 16, "1234"))
        cashier.sees("Банковская карта ··1234 записана")
        assert cashier.till.bank_cards == {"0f" * 16: shop.MARIA.card}
        await cashier.press("f10", "f6", "4")
        cashier.sees("Забыто банковских карт участника: 1")
        await cashier.press("f6")
        cashier.sees_not("Забыть банковские карты участника")

    play(story, with_terminal())


def test_the_card_that_paid_a_member_s_receipt_is_registered_by_its_own_key() -> None:
    async def story(cashier: Cashier) -> None:
        await answered(cashier, c.Scan(shop.MARIA.card))
        await by_card(cashier)
        await answered(cashier, c.CardCharged(BANK, "0f" * 16))
        cashier.sees("F8 — записать")
        await cashier.press("f8")
        cashier.sees("Банковская карта ··1234 записана: Мария И.")
        assert cashier.till.bank_cards == {"0f" * 16: shop.MARIA.card}
        await cashier.press("f8")
        assert cashier.state.mode == "done"

    play(story)


def test_without_a_terminal_that_reads_cards_nobody_is_asked_for_one() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12")
        cashier.sees_not("банковск")

    play(story)
