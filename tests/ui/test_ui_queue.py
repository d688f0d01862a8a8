"""A cashier with a queue: what a hurried key or an early scan must not hide or do."""

from __future__ import annotations

import asyncio

import pytest

from terminal.paying_said import SENTENCES
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.session.link import Link
from terminal.ui import settling
from terminal.ui.lists import digit_of, items_of, place_of
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

BUSY = "Подождите: касса ещё занята"


def everything() -> FakeTill:
    """A till whose menu is as long as it gets."""
    till = FakeTill(link=Link(online=True, fork="waits"))
    till.devices_are(DeviceHealth("payment", "payment", "/dev/bank", "working"))
    return till


def test_a_till_that_is_long_about_a_command_says_so_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "LONG_AFTER_S", 0.0)
    monkeypatch.setattr(settling, "MAKING_SURE_S", 0.0)
    till = FakeTill(threaded=True)

    async def story(cashier: Cashier) -> None:
        till.held.clear()
        cashier.keys_ahead(shop.WATER.code, "enter")
        await cashier.until(lambda: BUSY in cashier.shown())
        till.held.set()
        await cashier.until(lambda: BUSY not in cashier.shown())
        cashier.sees("90,00")

    play(story, till)
    till.stop()


def test_a_command_that_changes_nothing_is_no_reason_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "LONG_AFTER_S", 0.0)
    said: list[bool] = []

    async def run() -> None:
        patience = settling.Patience(FakeTill(), lambda: said.append(True))
        patience.begin()
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "patience"))
        assert not patience.is_over

    asyncio.run(run())
    assert said == []


def test_the_change_stays_in_sight_when_the_next_goods_are_scanned_at_once() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.type(shop.WATER.code, "enter")
        await cashier.press("f2")
        await cashier.type("10000", "enter")
        cashier.sees("СДАЧА")
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        cashier.sees("ИТОГО", "сдача прошлого чека 28,00")
        await cashier.press("f2")
        cashier.sees_not("сдача прошлого чека")
        await cashier.press("f7")
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        cashier.sees_not("сдача прошлого чека")

    play(story)


def test_points_are_not_offered_once_money_is_taken() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        cashier.till.post(c.Scan(shop.MARIA.card))
        await cashier.settled()
        await cashier.press("f2")
        cashier.sees("Баллы: можно списать до")
        await cashier.type("1000", "enter")
        cashier.sees("Баллы — до денег: Esc, затем F5")
        cashier.sees_not("можно списать до")

    play(story)


def test_exit_is_the_last_of_the_longest_menu_and_zero_chooses_it() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12")
        cashier.sees(
            "7  Mend",
            "8  Devices",
            "9  Cash in and out",
            "   Member by bank card",
            "   Receipts of this shift",
            "0  Exit",
        )
        cashier.sees_not("10  ")

    view = play(story, everything(), lang="en").view()
    items = items_of(view, "menu")
    assert items[-1].id == "exit"
    assert [digit_of(items, place) for place in range(len(items))] == [*"123456789", "", "", "0"]
    assert place_of(view, "menu", "0") == len(items) - 1


@pytest.mark.parametrize("opens", ["f6", "f12"])
def test_a_digit_of_no_line_chooses_nothing(opens: str) -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        cashier.till.post(c.Scan(shop.MARIA.card))
        await cashier.settled()
        posted = len(cashier.till.posted)
        await cashier.press(opens, "9" if opens == "f12" else "0")
        assert [each for each in cashier.till.posted[posted:] if not isinstance(each, c.Refresh)] == []
        cashier.sees("90,00")

    play(story)


def test_a_command_to_type_is_not_cut_off_on_the_narrowest_screen() -> None:
    hints = [text for said in SENTENCES.values() for text in said if "kopilka " in text]
    assert hints
    assert [text for text in hints if len(text) > 80 - len("   ")] == []
