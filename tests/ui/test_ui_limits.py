"""Limits of the screen: keys waiting, a till that does not answer, pictures that come faster than they are painted."""

from __future__ import annotations

import asyncio

import pytest
from textual import events

from terminal.session import commands as c
from terminal.ui import app as ui_app
from terminal.ui.app import TillApp
from terminal.ui.inlet import MOST_WAITING, Inlet
from terminal.ui.sale_screen import FRAME_S
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, pictures, play


def test_keys_wait_up_to_a_limit_and_one_more_is_dropped_with_a_bell() -> None:
    async def run() -> list[int]:
        bells: list[int] = []
        inlet = Inlet(TillApp(FakeTill()), None, lambda: bells.append(1))
        for _ in range(MOST_WAITING):
            inlet.key(events.Key("a", "a"))
        assert not bells
        inlet.key(events.Key("b", "b"))
        for _ in range(MOST_WAITING):
            item = await inlet.take()
            assert isinstance(item, events.Key)
            assert item.key == "a"
        return bells

    assert asyncio.run(run()) == [1]


def test_a_key_waits_for_a_slow_till_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_app, "SETTLE_S", 0.05)
    till = FakeTill(threaded=True)

    async def story(cashier: Cashier) -> None:
        till.held.clear()
        cashier.keys_ahead(shop.WATER.code, "enter")
        cashier.keys_ahead("", "f2")
        await cashier.until(lambda: len(till.posted) == 2)
        assert till.posted == [c.Type(shop.WATER.code), c.Pay()]
        till.held.set()
        await cashier.settled()
        cashier.sees("К ОПЛАТЕ", "90,00")

    play(story, till)
    till.stop()


def test_pictures_faster_than_paint_are_painted_once_and_the_last_one_stands() -> None:
    async def story(cashier: Cashier) -> None:
        for _ in range(300):
            cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        cashier.sees("27 000,00")

    play(story)


def test_an_error_rings_twice_and_success_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cashier: Cashier) -> None:
        bells: list[str] = []
        monkeypatch.setattr(cashier.app, "bell", lambda: bells.append("ding"))
        monkeypatch.setattr(ui_app, "SECOND_BELL_S", 0.01)
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        assert bells == ["ding"]
        cashier.till.post(c.Scan("4006381333931"))
        await cashier.settled()
        await cashier.until(lambda: len(bells) >= 3)
        assert bells == ["ding"] * 3
        cashier.sees("Не сделано")

    play(story)


def test_a_picture_that_is_on_the_screen_already_is_not_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    painted = pictures(monkeypatch)

    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        painted.clear()
        cashier.till.post(c.Refresh())
        await cashier.press("left")
        assert painted == []
        await cashier.press("7")
        assert [sight.desk.line.text for sight in painted] == ["7"]

    play(story)


def test_textual_paints_the_sale_in_the_frames_of_the_sale() -> None:
    async def story(cashier: Cashier) -> None:
        timers = [timer for timer in cashier.app.screen._timers if timer.name in ("frames", "screen_update")]
        assert [(timer.name, timer._interval) for timer in timers] == [("frames", FRAME_S)]

    play(story)
