"""A correction receipt at the register's screen: a form, a page to look through, then it is made, once."""

from __future__ import annotations

import pytest

from loyalty.sentences import Lang, sentence
from terminal.session import commands as c
from terminal.session.correction import CorrectionDraft
from terminal.session.state import Doubt, RegisterSeen
from terminal.ui.correction_form import CorrectionForm, draft_of
from terminal.ui.editor import Line
from terminal.words import TEMPLATES
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

SEEN = RegisterSeen("9999078900001234", 20461, "open", "there", "2026-11-22T12:00")
DRAFT = CorrectionDraft(
    "return", 100_00, 50_00, {"22": 120_00, "10": 30_00}, "2026-11-20", "Петрова", "15-2", "3812976540", "Чай"
)


def till() -> FakeTill:
    made = FakeTill()
    made.register = SEEN
    return made


async def filled_in(cashier: Cashier) -> None:
    await cashier.press("5", "space", "enter")
    for text in ("10000", "50,00", "", "30,00", "", "20.11.2026", "15-2", "3812976540", "Чай", "Петрова"):
        await cashier.type(text, "enter")


@pytest.mark.parametrize(
    ("lang", "size", "form", "page"),
    [
        ("ru", (80, 24), ("Возврат", "10000 = 100,00", "НДС 22 %", " 120,00", "НДС 10 %", "30,00 = 30,00", "Проверить"),
         ("Возврат 150,00", "НДС 22 %", "120,00", "20.11.2026, по предписанию 15-2", "3812976540", "Чай", "Петрова",
          "отменить его нельзя", "Enter — пробить")),
        ("en", (160, 48), ("Return", "10000 = 100.00", "VAT 22 %", " 120.00", "VAT 10 %", "30,00 = 30.00", "through"),
         ("Return 150.00", "VAT 22 %", "120.00", "20 Nov 2026, by order 15-2", "3812976540", "Чай", "Петрова",
          "cannot be taken back", "Enter makes it")),
    ],
)  # fmt: skip
def test_a_form_is_filled_in_looked_through_and_made_once(
    lang: Lang, size: tuple[int, int], form: tuple[str, ...], page: tuple[str, ...]
) -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        await filled_in(cashier)
        cashier.sees(*form)
        await cashier.press("enter")
        cashier.sees(*page)
        assert cashier.till.corrections == []
        await cashier.press("enter")
        cashier.sees("20462", "2  ")
        await cashier.press("5")
        cashier.sees_not("3812976540")

    assert play(story, till(), lang=lang, size=size, templates=TEMPLATES).corrections == [c.IssueCorrection(DRAFT, 1)]


def test_what_is_not_right_is_said_beside_the_button_and_its_field_is_in_focus() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x", "5", "up", "enter")
        cashier.sees("! Укажите, сколько уплачено", "▸ Наличными")
        await cashier.type("x", "up", "up", "enter")
        cashier.sees("Это не сумма: x")
        await cashier.press("ctrl+u")
        await cashier.type("100", "down", "down")
        await cashier.type("99", "up", "up", "up", "up", "enter")
        cashier.sees("По ставкам НДС вышло 0,99, а уплачено 1,00", "▸ НДС 22 %")
        await cashier.press("ctrl+u", "down", "down", "down")
        await cashier.type("31.02.2026", "up", "up", "up", "up", "up", "up", "up", "enter")
        cashier.sees("Укажите день расчёта, как 20.11.2026", "▸ День расчёта")
        await cashier.press("f2")
        cashier.sees("Закончите форму или выйдите из неё: Esc")

    assert play(story, till(), templates=TEMPLATES).corrections == []


def test_the_rate_is_changed_by_the_space_bar_and_goes_round() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x", "5", "down", "down", "down", "space")
        cashier.sees("▸ НДС 20 %")
        await cashier.press(*["space"] * 11)
        cashier.sees("▸ НДС 22 %")

    play(story, till(), templates=TEMPLATES)


def test_exactly_like_one_there_is_it_is_asked_about_and_only_then_made() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        for _ in range(2):
            await filled_in(cashier)
            await cashier.press("enter", "enter")
        cashier.sees("Точно такой чек коррекции уже пробит: ФД 20462", "Enter пробьёт ещё один", "Возврат 150,00")
        await cashier.press("enter")
        cashier.sees("Чек коррекции пробит: ФД 20462", "Спросить снова")

    made = play(story, till(), templates=TEMPLATES).corrections
    assert made == [c.IssueCorrection(DRAFT, 1), c.IssueCorrection(DRAFT, 1), c.IssueCorrection(DRAFT, 2)]


def test_refused_the_form_is_there_with_all_that_was_typed() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        await filled_in(cashier)
        await cashier.press("enter")
        cashier.till.fails = c.Failed(sentence("fiscal.no_paper"), sentence("fiscal.correct_again.hint"))
        await cashier.press("enter")
        cashier.sees("В кассе (ККТ) нет бумаги", "сделайте чек коррекции снова", "3812976540", "▸ Проверить")
        cashier.till.fails = None
        await cashier.press("enter", "enter")
        cashier.sees("Чек коррекции пробит")

    play(story, till(), templates=TEMPLATES)


def test_in_doubt_the_resolve_screen_opens_without_a_receipt_to_put_aside() -> None:
    said = c.Failed(sentence("fiscal.doubt", number="K-1a2b3c4d"), sentence("fiscal.doubt.hint"))

    async def story(cashier: Cashier) -> None:
        await cashier.press("ctrl+x")
        await filled_in(cashier)
        await cashier.press("enter")
        cashier.till.fails = said
        cashier.till.doubt = Doubt("K-1a2b3c4d", "correction", 150_00, None, sentence("fiscal.silent"), said.hint)
        await cashier.press("enter")
        cashier.sees("Чек коррекции K-1a2b3c4d   150,00", "1  Спросить кассу (ККТ) снова", "3  Чека на бумаге нет")
        cashier.sees_not("Отложить чек")
        cashier.till.fails, cashier.till.resolved = None, c.CorrectionSettled("K-1a2b3c4d", "20462")
        cashier.till.doubt = None
        await cashier.press("1")
        cashier.sees("Чек коррекции пробит: ФД 20462")
        await cashier.press("ctrl+x", "5")
        cashier.sees("как 20.11.2026")

    play(story, till(), templates=TEMPLATES)


def test_while_the_register_is_asked_the_screen_says_so_and_scans_go_on() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.asked_now = "command"
        cashier.till.post(c.Refresh())
        await cashier.settled()
        cashier.sees("Спрашиваю кассу (ККТ)…")
        await cashier.press("ctrl+x")
        cashier.sees("Касса (ККТ) ещё занята прошлым заданием")
        cashier.till.post(c.Type("Кружка"))
        cashier.till.asked_now = ""
        cashier.till.post(c.Refresh())
        await cashier.settled()
        cashier.sees_not("Спрашиваю кассу")

    play(story, till(), templates=TEMPLATES)


@pytest.mark.parametrize("typed", ["20.11.2026", "20.11.26", "20112026", "201126"])
def test_a_day_is_read_with_and_without_its_points(typed: str) -> None:
    form = CorrectionForm(cash=Line("100"), date=Line(typed), name=Line("Чай"), by=Line("Петрова"))
    draft = draft_of(form)
    assert isinstance(draft, CorrectionDraft)
    assert draft.date == "2026-11-20"
