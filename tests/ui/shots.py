"""Pictures of the till for people to look at: `python -m tests.ui.shots FOLDER [WORD...]` writes one SVG a scene.

Words choose scenes by parts of their names, such as `pay`, `80x24`, `ru` or `light`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path

import rich.console
from rich.terminal_theme import TerminalTheme
from textual.pilot import Pilot

from loyalty.sentences import Lang, sentence
from terminal.session import Link
from terminal.session import commands as c
from terminal.ui.app import TillApp
from tests.ui import shop
from tests.ui.fake_till import FakeTill

# The sixteen colours as the console of a PC shows them; the pictures' own default is another palette altogether.
VGA = TerminalTheme(
    (0, 0, 0),
    (170, 170, 170),
    [(0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)],
    [
        (85, 85, 85),
        (255, 85, 85),
        (85, 255, 85),
        (255, 255, 85),
        (85, 85, 255),
        (255, 85, 255),
        (85, 255, 255),
        (255, 255, 255),
    ],
)
rich.console.SVG_EXPORT_THEME = VGA  # type: ignore[attr-defined]
Play = Callable[[FakeTill, Pilot[None]], Awaitable[None]]
SIZES = ((80, 24), (160, 48))
DEMO = "Демо: наберите 2990000000019 и Enter — карта; 4600000000015 — шарф\nПолная витрина: клавиша F3, слово «шарф»"


def fill(till: FakeTill) -> None:
    for code in (shop.CARD, shop.SCARF.code, shop.MUG.code, shop.BADGE.code, shop.BADGE.code, shop.WATER.code):
        till.post(c.Scan(code))


async def idle(till: FakeTill, pilot: Pilot[None]) -> None: ...


async def sale(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    till.post(c.Scan("2100123004560"))


async def guest(till: FakeTill, pilot: Pilot[None]) -> None:
    for code in (shop.SHIRT.code, shop.HOSTILE.code, shop.SCARF.code):
        till.post(c.Scan(code))
    await pilot.press("3", "*")


async def unknown(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    till.post(c.Scan("4006381333931"))


async def search(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    await pilot.press(*"о", "f3", "down")


async def pay(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    await pilot.press("f2", *"200000")


async def mixed(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    till.post(c.SpendPoints(500))
    await pilot.press("f2", *"100000", "f8")


async def done(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    await pilot.press("f2", *"500000", "enter")


async def giving_back(till: FakeTill, pilot: Pilot[None]) -> None:
    await done(till, pilot)
    await pilot.press("f11", *"T1-1", "enter", "enter", "down")


async def enrol(till: FakeTill, pilot: Pilot[None]) -> None:
    await pilot.press(*"+79267654321", "enter", "f6", *"Сидорова", "space", *"Анна", "enter", "space", "enter")


async def member(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    await pilot.press("f6")


async def offline(till: FakeTill, pilot: Pilot[None]) -> None:
    till.link_is(Link(False, 17, shop.NOW_MS - 5 * shop.HOUR_MS, shop.NOW_MS - 5 * shop.HOUR_MS, sentence("x")))
    fill(till)
    await pilot.press("f5")


async def menu(till: FakeTill, pilot: Pilot[None]) -> None:
    fill(till)
    await pilot.press("f12", "down")


async def keys(till: FakeTill, pilot: Pilot[None]) -> None:
    await pilot.press("f1")


async def report(till: FakeTill, pilot: Pilot[None]) -> None:
    await done(till, pilot)
    till.post(c.XReport())


async def closed(till: FakeTill, pilot: Pilot[None]) -> None:
    till.post(c.CloseShift())


async def loading(till: FakeTill, pilot: Pilot[None]) -> None:
    till.link_is(Link(online=True, loading_bp=4230))


SCENES: dict[str, Play] = {
    "idle": idle, "sale": sale, "guest": guest, "unknown": unknown, "search": search, "pay": pay, "mixed": mixed,
    "done": done, "return": giving_back, "enrol": enrol, "member": member, "offline": offline, "menu": menu,
    "keys": keys, "report": report, "closed": closed, "loading": loading,
}  # fmt: skip


async def shoot(folder: Path, name: str, play: Play, size: tuple[int, int], lang: Lang, theme: str) -> None:
    till = FakeTill()
    app = TillApp(till, lang, theme=theme, notice_demo=DEMO, clock_ms=lambda: shop.NOW_MS)
    async with app.run_test(size=size) as pilot:
        await play(till, pilot)
        await pilot.pause()
        svg = app.export_screenshot(title=f"{name} {size[0]}x{size[1]} {lang} {theme}")
    # The fonts of the machine, so that a picture needs no network.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    (folder / f"{name}-{size[0]}x{size[1]}-{lang}-{theme}.svg").write_text(svg, encoding="utf-8")


async def main(folder: Path, words: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    langs: tuple[Lang, ...] = ("ru", "en")
    for (name, play), size, lang, theme in product(SCENES.items(), SIZES, langs, ("dark", "light", "ansi")):
        tags = {name, f"{size[0]}x{size[1]}", lang, theme}
        if all(word in tags for word in words):
            await shoot(folder, name, play, size, lang, theme)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
