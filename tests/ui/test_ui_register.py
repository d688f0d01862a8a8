"""The register's screen: how it stands, each trouble with its sentence and its way on."""

from __future__ import annotations

import pytest

from loyalty.sentences import Lang, sentence
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.session.state import RegisterSeen, Trouble
from terminal.words import TEMPLATES
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play


def trouble(code: str, way: str = "", **args: str | int) -> Trouble:
    return Trouble(sentence(f"fiscal.{code}", **args), sentence(f"fiscal.{code}.hint"), way)  # type: ignore[arg-type]


OLD_SHIFT = trouble("over_24h", "renew_shift")
OTHER = trouble("swapped", "accept_memory", was="9999078900001234", now="9999078900009999")
CLOCK = trouble("clock", "set_clock", minutes=7, clock_at="2026-11-22T12:07")
UNPRINTED = trouble("unprinted", "print_on")
UNSENT = trouble("unsent", count=12, since_at="2026-11-18T09:00")
SEEN = RegisterSeen("9999078900001234", 20461, "open", "there", "2026-11-22T12:00", 12)


def seen(*troubles: Trouble) -> RegisterSeen:
    return RegisterSeen(SEEN.serial, SEEN.last_document, "open", "there", SEEN.clock, SEEN.unsent, troubles)


def till_with(*troubles: Trouble) -> FakeTill:
    till = FakeTill()
    till.register = seen(*troubles)
    till.devices_are(DeviceHealth("register", "fiscal", "/dev/ttyS1", "working"))
    return till


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("en", ("Fiscal memory 9999078900001234", "document 20461", "shift open", "clock 22 Nov 2026 12:00",
                "not sent: 12", "The register's shift is over 24 hours old",
                "1  Close the shift (Z report) and open a new one", "2  Ask it again")),
        ("ru", ("Фискальный накопитель 9999078900001234", "документ 20461", "смена открыта", "часы 22.11.2026 12:00",
                "не передано: 12", "Смена кассы (ККТ) длится больше 24 часов",
                "1  Закрыть смену (Z-отчёт) и открыть новую", "2  Спросить снова")),
    ],
)  # fmt: skip
def test_the_key_opens_it_with_what_is_wrong_and_what_to_do(lang: Lang, texts: tuple[str, ...]) -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        cashier.sees(*texts)

    play(story, till_with(OLD_SHIFT), lang=lang, templates=TEMPLATES)


def test_an_old_shift_is_renewed_and_the_receipt_stays_where_it_was() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.press("f2", "ctrl+x", "1")
        cashier.sees("Смена 12 закрыта, открыта смена 13", "Чек на месте")
        assert (cashier.mode, len(cashier.state.basket.lines)) == ("pay", 1)
        await cashier.press("f7")
        assert cashier.mode == "done"

    play(story, till_with(OLD_SHIFT), templates=TEMPLATES)


def test_another_memory_is_accepted_by_the_manager_s_name_only() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        cashier.sees("Другой фискальный накопитель: был 9999078900001234, сейчас", "9999078900009999")
        await cashier.press("1", "enter")
        cashier.sees("Наберите фамилию администратора")
        await cashier.type("Петрова", "enter")
        cashier.sees("Спросить снова")

    till = play(story, till_with(OTHER), templates=TEMPLATES)
    assert till.mended == [c.MendRegister("accept_memory", "Петрова")]


def test_a_document_that_waits_is_printed_and_a_clock_is_set_from_here() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12", "8")
        cashier.sees("ждёт бумаги", "расходятся с нашими на 7 минут", "Не переданы в ОФД с 18.11.2026")
        await cashier.press("1", "2", "escape")
        cashier.sees_not("Спросить снова")

    till = play(story, till_with(UNPRINTED, CLOCK, UNSENT), templates=TEMPLATES)
    assert till.mended == [c.MendRegister("print_on"), c.MendRegister("set_clock")]


def test_a_register_that_does_not_answer_says_so_and_is_asked_again() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        cashier.sees("Касса (ККТ) не отвечает", "1  Спросить снова")
        cashier.till.register = SEEN
        await cashier.press("enter")
        cashier.sees("Касса (ККТ) отвечает, всё в порядке", "9999078900001234")

    till = FakeTill()
    till.register = RegisterSeen(troubles=(Trouble(sentence("fiscal.silent"), sentence("fiscal.silent_report.hint")),))
    play(story, till, templates=TEMPLATES)


def test_a_till_without_one_says_so() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        cashier.sees("К сведению: К этой кассе фискальный регистратор (ККТ) не подключён", "Внести наличные")

    play(story, templates=TEMPLATES)


def test_a_till_without_one_moves_cash_and_says_what_the_drawer_holds() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.press("f2", "f7", "f12")
        cashier.sees("7  Внесение и выплата")
        await cashier.press("7")
        cashier.sees("По учёту в ящике 699,00", "1  Внести наличные", "2  Выплатить наличные")
        cashier.sees_not("ККТ", "Спросить снова")
        await cashier.press("1")
        await cashier.type("50000", "enter")
        cashier.sees("Внесено наличными 500,00")

    till = play(story, templates=TEMPLATES)
    assert till.at_register == [c.RecordCash("in", 500_00)]


def test_what_is_wrong_is_said_when_a_shift_is_opened() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type("Анна", "enter")
        cashier.sees("Часы кассы (ККТ) расходятся с нашими на 7 минут")

    till = FakeTill(open_shift=False)
    till.register = seen(CLOCK)
    play(story, till, templates=TEMPLATES)


def test_cash_is_put_in_and_taken_out_from_the_menu_and_a_copy_is_printed() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12", "8")
        cashier.sees("2  Внести наличные", "3  Выплатить наличные", "4  Копия документа")
        await cashier.press("2")
        cashier.sees("Сколько внести")
        await cashier.type("x", "enter")
        cashier.sees("Это не сумма")
        await cashier.press("ctrl+u")
        await cashier.type("50000", "enter")
        cashier.sees("Внесено наличными 500,00")
        await cashier.press("3")
        await cashier.type("120,50", "enter")
        cashier.sees("Выплачено наличными 120,50")
        await cashier.press("4", "enter", "4")
        await cashier.type("20461", "enter")
        cashier.sees("Копия напечатана")
        await cashier.press("2", "escape")
        cashier.sees("Внести наличные")

    till = play(story, till_with(), templates=TEMPLATES)
    assert till.at_register == [
        c.RecordCash("in", 500_00), c.RecordCash("out", 120_50), c.CopyDocument(None), c.CopyDocument(20461)
    ]  # fmt: skip


def test_what_is_wrong_is_said_once_on_the_screen() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.devices_are(DeviceHealth("fiscal", "fiscal", "", "waiting", 0, CLOCK.said, CLOCK.hint))
        await cashier.press("ctrl+x")
        assert cashier.shown().count("расходятся с нашими на 7 минут") == 1
        await cashier.press("escape")
        cashier.sees("расходятся с нашими на 7 минут")

    play(story, till_with(CLOCK), templates=TEMPLATES)


def test_the_customer_s_address_is_typed_from_the_menu_and_stands_in_payment() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.devices_are(DeviceHealth("fiscal", "fiscal", "", "working", 0))
        cashier.till.post(c.Scan(shop.MUG.code))
        await cashier.press("f12")
        cashier.sees("Отправить чек покупателю")
        place = next(row for row in cashier.rows() if "Отправить чек" in row).split()[0]
        await cashier.press(place)
        cashier.sees("Телефон или почта покупателя")
        await cashier.type("anna@example.org", "enter", "f2")
        cashier.sees("Чек придёт на anna@example.org")
        await cashier.press("f7", "escape")
        assert cashier.state.buyer == ""

    play(story, till_with(), templates=TEMPLATES)
