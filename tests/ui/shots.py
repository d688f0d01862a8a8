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
from msgspec.structs import replace
from rich.terminal_theme import TerminalTheme

from loyalty.sentences import Lang, sentence
from terminal.session import Link
from terminal.session import commands as c
from terminal.ui.app import TillApp
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier

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
Play = Callable[[Cashier], Awaitable[None]]
NAMED = {"enter", "down", "space", "tab", "escape", *(f"f{number}" for number in range(1, 13))}
SIZES = ((80, 24), (160, 48))
DEMO = "Демо: наберите 2990000000019 и Enter — карта; 4600000000015 — шарф\nПолная витрина: клавиша F3, слово «шарф»"


def fill(till: FakeTill) -> None:
    for code in (shop.CARD, shop.SCARF.code, shop.MUG.code, shop.BADGE.code, shop.BADGE.code, shop.WATER.code):
        till.post(c.Scan(code))


async def keys(cashier: Cashier, *texts: str) -> None:
    """Texts typed and keys by name, one after another."""
    for text in texts:
        cashier.keys_ahead(*(("", text) if text in NAMED else (text,)))
        await cashier.settled()


async def idle(cashier: Cashier) -> None: ...


async def sale(cashier: Cashier) -> None:
    fill(cashier.till)
    cashier.till.post(c.Scan("2100123004560"))


async def guest(cashier: Cashier) -> None:
    for code in (shop.SHIRT.code, shop.HOSTILE.code, shop.SCARF.code):
        cashier.till.post(c.Scan(code))
    await keys(cashier, "3*")


async def unknown(cashier: Cashier) -> None:
    fill(cashier.till)
    cashier.till.post(c.Scan("4006381333931"))


async def search(cashier: Cashier) -> None:
    fill(cashier.till)
    await keys(cashier, "о", "f3", "down")


async def pay(cashier: Cashier) -> None:
    fill(cashier.till)
    await keys(cashier, "f2", "200000")


async def mixed(cashier: Cashier) -> None:
    fill(cashier.till)
    cashier.till.post(c.SpendPoints(500))
    await keys(cashier, "f2", "100000", "f8")


async def done(cashier: Cashier) -> None:
    fill(cashier.till)
    await keys(cashier, "f2", "500000", "enter")


async def giving_back(cashier: Cashier) -> None:
    await done(cashier)
    await keys(cashier, "f11", "T1-1", "enter", "enter", "down")


async def enrol(cashier: Cashier) -> None:
    await keys(cashier, "+79267654321", "enter", "f6", "Сидорова Анна", "enter", "space", "enter")


async def member(cashier: Cashier) -> None:
    fill(cashier.till)
    await keys(cashier, "f6")


async def offline(cashier: Cashier) -> None:
    cashier.till.link_is(Link(False, 17, shop.NOW_MS - 5 * shop.HOUR_MS, shop.NOW_MS - 5 * shop.HOUR_MS, sentence("x")))
    fill(cashier.till)
    await keys(cashier, "f5")


async def menu(cashier: Cashier) -> None:
    fill(cashier.till)
    await keys(cashier, "f12", "down")


async def help_page(cashier: Cashier) -> None:
    await keys(cashier, "f1")


async def report(cashier: Cashier) -> None:
    await done(cashier)
    cashier.till.post(c.XReport())


async def coupons(cashier: Cashier) -> None:
    till = cashier.till
    till.programme = shop.with_offers()
    till.members[shop.CARD] = replace(shop.MARIA, wallets={"stars": 12})
    fill(till)
    for code in ("VESNA26", "SVOIM"):
        till.post(c.Type(code))


async def offers(cashier: Cashier) -> None:
    await coupons(cashier)
    await keys(cashier, "tab", "down", "enter", "down", "enter")


async def by_card(cashier: Cashier) -> None:
    await offers(cashier)
    await keys(cashier, "tab", "f2", "f8")


async def given(cashier: Cashier) -> None:
    await by_card(cashier)
    await keys(cashier, "f8")


async def confirm(cashier: Cashier) -> None:
    for code in (shop.SCARF.code, shop.MUG.code):
        cashier.till.post(c.Scan(code))
    cashier.till.post(c.Type(shop.PHONE))
    await cashier.press("ctrl+v")


async def code_sent(cashier: Cashier) -> None:
    await confirm(cashier)
    cashier.till.post(c.CodeSent("code 1", 6, 30))
    await keys(cashier, "4029")


async def code_wrong(cashier: Cashier) -> None:
    await code_sent(cashier)
    await keys(cashier, "13", "enter")
    cashier.till.now_ms += 31_000
    cashier.till.post(c.CodeChecked("code 1", "wrong", 3))


async def code_right(cashier: Cashier) -> None:
    await code_sent(cashier)
    await keys(cashier, "13", "enter")
    cashier.till.post(c.CodeChecked("code 1", "confirmed"))
    await keys(cashier, "f5")


async def by_phone(cashier: Cashier) -> None:
    await confirm(cashier)
    await keys(cashier, "escape", "f5")


async def closed(cashier: Cashier) -> None:
    cashier.till.post(c.CloseShift())


async def loading(cashier: Cashier) -> None:
    cashier.till.link_is(Link(online=True, loading_bp=4230))


SCENES: dict[str, Play] = {
    "idle": idle, "sale": sale, "guest": guest, "unknown": unknown, "search": search, "pay": pay, "mixed": mixed,
    "done": done, "return": giving_back, "enrol": enrol, "member": member, "offline": offline, "menu": menu,
    "confirm": confirm, "code-sent": code_sent, "code-wrong": code_wrong, "code-right": code_right,
    "by-phone": by_phone,
    "coupons": coupons, "offers": offers, "by-card": by_card, "given": given,
    "keys": help_page, "report": report, "closed": closed, "loading": loading,
}  # fmt: skip


async def shoot(folder: Path, name: str, play: Play, size: tuple[int, int], lang: Lang, theme: str) -> None:
    till = FakeTill()
    app = TillApp(till, lang, theme=theme, notice_demo=DEMO, clock_ms=lambda: shop.NOW_MS)
    async with app.run_test(size=size) as pilot:
        cashier = Cashier(till, app, pilot)
        await play(cashier)
        await cashier.settled()
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
