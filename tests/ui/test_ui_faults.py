"""Errors nobody foresaw, and data that would command a terminal: a sentence on the screen, never a traceback."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from loyalty.catalogue import Price, Product
from terminal.session import commands as c
from terminal.ui import acting
from terminal.ui.app import MOST_FAULTS, TillApp
from terminal.ui.widgets import body, pay
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play


def broken(*args: Any) -> Any:
    raise RuntimeError("a fault nobody foresaw")


def test_a_pane_that_fails_says_a_sentence_logs_the_error_and_keeps_the_basket(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        monkeypatch.setattr(pay, "pay_rows", broken)
        body.pane_of.cache_clear()
        await cashier.press("f2")
        assert cashier.mode == "pay"
        cashier.sees_not("Traceback", "RuntimeError")
        await cashier.resize(100, 30)
        monkeypatch.undo()
        body.pane_of.cache_clear()
        await cashier.press("escape")
        cashier.sees("Вода негазированная")

    with caplog.at_level(logging.ERROR):
        play(story)
    assert "a fault nobody foresaw" in caplog.text


def test_a_key_that_fails_costs_that_key_and_the_next_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        monkeypatch.setitem(acting._FUNCTIONS, "undo", broken)
        await cashier.press("f10")
        cashier.sees("Сбой экрана: ничего не потеряно, повторите", "Вода негазированная")
        await cashier.press("f2")
        cashier.sees("К ОПЛАТЕ")

    play(story)


def test_a_screen_that_fails_without_end_ends_with_a_sentence_and_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(cashier: Cashier) -> None:
        monkeypatch.setitem(acting._FUNCTIONS, "undo", broken)
        for _ in range(MOST_FAULTS):
            await cashier.press("f10")
        assert not cashier.app._exit
        await cashier.pilot.press("f10")
        await cashier.app._inlet.emptied()
        assert cashier.app.return_code == 1

    play(story)
    assert "Traceback" not in capsys.readouterr().out


def test_what_textual_cannot_handle_is_logged_and_never_printed(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> None:
        app = TillApp(FakeTill())
        async with app.run_test() as pilot:
            app.call_later(broken)
            await pilot.pause()

    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError):
        asyncio.run(run())
    assert "a fault nobody foresaw" in caplog.text
    written = capsys.readouterr()
    assert "Traceback" not in written.out + written.err


def test_text_from_data_is_never_markup_and_cannot_command_the_terminal() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.HOSTILE.code))
        await cashier.settled()
        cashier.sees("Шапка [bold red]ВНИЗ[/]")
        assert not set("\x1b\u202e\n\r") & set("".join(cashier.rows()))
        await cashier.type("[red]*[/]", "enter")
        cashier.sees("[red]*[/]")

    play(story)


def test_figures_too_long_for_large_digits_are_written_whole() -> None:
    dear = Product("4600000999995", "Стадион", (Price(999_999_999_99),))

    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.ProductFound(dear, 9000, 999_999_999_99))
        await cashier.settled()
        cashier.sees("8 999 999 999,91")
        cashier.sees_not("###")

    play(story)
