"""Once its first picture stands the screen says so: what can wait until then begins."""

from __future__ import annotations

import asyncio

from textual.geometry import Size

from terminal.ui.app import TillApp
from tests.ui import shop
from tests.ui.fake_till import FakeTill


def test_the_screen_says_once_that_it_stands_and_its_first_words_are_painted_by_then() -> None:
    painted: list[str] = []

    def standing() -> None:
        strips = app.screen._compositor.render_strips(Size(*app.size))
        painted.append("\n".join(strip.text for strip in strips))

    app = TillApp(FakeTill(), "en", clock_ms=lambda: shop.NOW_MS, standing=standing)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("a", "escape")
            await pilot.pause()

    asyncio.run(run())
    (picture,) = painted
    assert "Scan goods or a card" in picture
