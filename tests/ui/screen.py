"""A cashier at the screen: plays a story against a till in memory and reads what is painted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.pilot import Pilot

from loyalty.codes import CodeRanges, is_scan
from loyalty.sentences import Lang, Templates
from terminal.scanner.gate import KeyGate
from terminal.scanner.wedge import WedgeProfile
from terminal.session import State
from terminal.session import commands as c
from terminal.ui.app import TillApp
from terminal.ui.layout import parts
from terminal.ui.sale_screen import SaleScreen
from terminal.ui.sight import Sight
from tests.ui import shop
from tests.ui.fake_till import FakeTill

SOON_S = 60.0


class Cashier:
    def __init__(self, till: FakeTill, app: TillApp, pilot: Pilot[None]) -> None:
        self.till, self.app, self.pilot = till, app, pilot

    async def press(self, *keys: str) -> None:
        """Keys by name, one after another; waits until they are done and painted."""
        for key in keys:
            self.app.post_message(key_named(key))
            await self.settled()

    async def type(self, text: str, *then: str) -> None:
        """A text as a person types it, then keys."""
        self.keys_ahead(text)
        await self.settled()
        await self.press(*then)

    def keys_ahead(self, text: str, *then: str) -> None:
        """Keys faster than anything answers: all in before the first is dealt with, and all read at one moment."""
        keys = [key_named(name) for name in (*text, *then)]
        for key in keys:
            key.time = keys[0].time
            self.app.post_message(key)

    async def burst(self, text: str, end: str = "enter") -> None:
        """A scanner that types like a keyboard: every key within a millisecond, then its suffix."""
        self.keys_ahead(text, end)
        await self.rested()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.settled()

    async def resize(self, columns: int, rows: int) -> None:
        size = Size(columns, rows)
        driver = self.app._driver
        assert isinstance(driver, HeadlessDriver)
        driver._size = size
        self.app.post_message(events.Resize(size, size))
        await self.painted()
        self.app._check_resize()  # sizes are gathered for a moment, and this is the last
        await self.settled()

    async def rested(self) -> None:
        """Wait until no scanner can have typed what came last: the gate has let it in, and it is on the screen."""
        await self.settled()
        gate = self.app._inlet._gate
        await self.until(lambda: gate is None or gate.due_s is None)
        await self.settled()

    async def until(self, fits: Callable[[], bool]) -> None:
        """Wait for what comes about in its own time."""
        async with asyncio.timeout(SOON_S):
            while not fits():
                await asyncio.sleep(0.002)

    async def settled(self) -> None:
        """Wait until every message sent so far is dealt with, by the till too, and on the screen."""
        await self.painted()
        await self.app.settled()
        await self.painted()

    async def painted(self) -> None:
        """Wait until the screen has dealt with every message, and then with what its parts told one another of their
        sizes. (The pilot's own pause guesses it from an idle processor, 20 ms at a time.)"""
        for _ in range(2):
            await self.pilot._wait_for_screen()
            await self.app.animator.wait_until_complete()
            self.app.screen._on_timer_update()

    @property
    def state(self) -> State:
        return self.till.view().state

    @property
    def mode(self) -> str:
        return self.state.mode

    @property
    def typed(self) -> str:
        """What stands in the command line."""
        return self.row_of("command").partition(" › ")[2].partition(" = ")[0].replace("▏", "").rstrip()

    def rows(self) -> list[str]:
        """The whole screen as it is painted."""
        size = Size(*self.app.size)
        return [strip.text for strip in self.app.screen._compositor.render_strips(size)]

    def shown(self) -> str:
        return "\n".join(self.rows())

    def row_of(self, name: str) -> str:
        """The first row of one part of the screen."""
        part = next(part for part in parts(*self.app.size) if part.name == name)
        return self.rows()[part.y][part.x : part.x + part.width]

    def sees(self, *texts: str) -> None:
        page = self.shown().replace("\u00a0", " ")
        for text in texts:
            assert text in page, f"{text!r} is not on the screen:\n{page}"

    def sees_not(self, *texts: str) -> None:
        page = self.shown().replace("\u00a0", " ")
        for text in texts:
            assert text not in page, f"{text!r} is on the screen:\n{page}"


async def fill(cashier: Cashier) -> None:
    for code in (shop.CARD, shop.SCARF.code, shop.MUG.code):
        cashier.till.post(c.Scan(code))
    await cashier.settled()


def key_named(name: str) -> events.Key:
    """The event of a key, by its name or as the character it types."""
    text = {"space": " ", "enter": "\r"}.get(name, name if len(name) == 1 else None)
    return events.Key("space" if name == " " else name, text)


Story = Callable[[Cashier], Awaitable[None]]


def play(
    story: Story,
    till: FakeTill | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    lang: Lang = "ru",
    theme: str = "dark",
    gate: bool | WedgeProfile = False,
    demo: str = "",
    templates: Templates | None = None,
) -> FakeTill:
    """Run one story on a fresh screen; an error of the screen itself fails the test."""
    till = till or FakeTill()
    profile = gate if isinstance(gate, WedgeProfile) else None
    keys = KeyGate[events.Event](lambda text: is_scan(text, CodeRanges()), profile) if gate else None

    async def run() -> None:
        app = TillApp(
            till,
            lang,
            keys,
            theme,
            demo,
            sentences=(lambda: templates) if templates else None,
            clock_ms=lambda: shop.NOW_MS,
        )
        async with app.run_test(size=size) as pilot:
            cashier = Cashier(till, app, pilot)
            await cashier.settled()
            await story(cashier)

    asyncio.run(run())
    return till


def pictures(monkeypatch: pytest.MonkeyPatch) -> list[Sight]:
    """Every picture painted from now on, but for those that only the clock asks for."""
    painted: list[Sight] = []
    paint = SaleScreen.paint

    def keep(screen: SaleScreen, sight: Sight) -> None:
        painted.append(sight)
        paint(screen, sight)

    monkeypatch.setattr(SaleScreen, "paint", keep)
    monkeypatch.setattr(TillApp, "set_interval", lambda *_: None)
    return painted
