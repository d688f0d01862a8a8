"""The pictures of the till in docs/: `python -m tests.support.pictures` paints them anew from the screen itself.

Each is one SVG without fonts, scripts or addresses of its own: whoever shows it has a monospace font, and every text
carries its length, so that columns stand whatever that font is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree

from loyalty.basket import Moment
from loyalty.sentences import Lang, sentence
from terminal.session import commands as c
from terminal.session.port import View
from terminal.session.state import Doubt, RegisterSeen, Trouble
from terminal.ui.app import TillApp
from terminal.words import TEMPLATES
from tests.ui import shop
from tests.ui.fake_till import FakeTill, replace
from tests.ui.screen import Cashier

DOCS = Path(__file__).resolve().parents[2] / "docs"
SIZE = (100, 30)
MONOSPACE = "ui-monospace,'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace"
ENGLISH = {
    shop.SCARF.code: "Scarf “Lokomotiv” home, red and green",
    shop.MUG.code: "Mug “Engine” 330 ml",
    shop.BADGE.code: "Club badge",
    shop.WATER.code: "Still water 0.5 l",
    shop.CANDY.code: "Sweets “Stadium” by weight",
}
PEOPLE = {"Мария И.": "Maria I.", "Анна": "Anna"}


class ShopTill(FakeTill):
    """The shop of the tests under the demo's name, and in English for those who write English."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        super().__init__()

    def _product(self, code: str, qty_milli: int, qty_said: bool) -> c.Command:
        found = super()._product(code, qty_milli, qty_said)
        if self.lang == "ru" or not isinstance(found, c.ProductFound):
            return found
        return replace(found, product=replace(found.product, name=ENGLISH.get(code, found.product.name)))

    def _carry_out(self, effect: c.Effect) -> c.Command | None:
        found = super()._carry_out(effect)
        if not isinstance(found, c.MemberFound):
            return found
        return replace(found, member=replace(found.member, name_masked=self._person(found.member.name_masked)))

    def _picture(self, sound: str) -> View:
        view = super()._picture(sound)
        shift = view.state.shift
        state = replace(view.state, shift=replace(shift, cashier=self._person(shift.cashier)) if shift else None)
        return replace(view, store_name="Клубный магазин" if self.lang == "ru" else "Club shop", state=state)

    def _person(self, name: str) -> str:
        return name if self.lang == "ru" else PEOPLE.get(name, name)


Play = Callable[[ShopTill, Cashier], Awaitable[None]]


async def sale(till: ShopTill, cashier: Cashier) -> None:
    badge = shop.BADGE.code
    for code in (shop.CARD, shop.SCARF.code, shop.MUG.code, badge, badge, shop.WATER.code, "2100123004560"):
        till.post(c.Scan(code))


async def pay(till: ShopTill, cashier: Cashier) -> None:
    await sale(till, cashier)
    till.post(c.SpendPoints(500))
    await cashier.press("f2", *"300000")


async def enrol(till: ShopTill, cashier: Cashier) -> None:
    name = "Анна" if till.lang == "ru" else "Anna"
    await cashier.press(*"+79267654321", "enter", "f6", *name, "enter", "space", "enter")


async def giving_back(till: ShopTill, cashier: Cashier) -> None:
    await sale(till, cashier)
    await cashier.press("f2", *"300000", "enter", "f11", *"T1-1", "enter", "enter", "down")


async def receipts(till: ShopTill, cashier: Cashier) -> None:
    await giving_back(till, cashier)
    await cashier.press("f7")
    for codes, key in (((shop.MUG.code, shop.WATER.code), "f8"), ((shop.SCARF.code,), "f7")):
        for code in codes:
            till.post(c.Scan(code))
        await cashier.press("f2", key)
    await cashier.press("ctrl+w", "down")


async def offers(till: ShopTill, cashier: Cashier) -> None:
    till.programme = shop.with_offers()
    till.members[shop.CARD] = replace(shop.MARIA, wallets={"stars": 12})
    await sale(till, cashier)
    await cashier.press("tab", "2", "down", "enter")


async def confirm(till: ShopTill, cashier: Cashier) -> None:
    badge = shop.BADGE.code
    for code in (shop.SCARF.code, shop.MUG.code, badge):
        till.post(c.Scan(code))
    till.post(c.Type(shop.PHONE))
    await cashier.press("ctrl+v")
    till.post(c.CodeSent("code 1", 6, 30))
    await cashier.press(*"4029")


async def in_doubt(till: ShopTill, cashier: Cashier) -> None:
    await sale(till, cashier)
    moment = Moment(shop.NOW_MS, "2026-11-22", 719, 6)
    silent, hint = sentence("fiscal.silent"), sentence("fiscal.doubt.hint")
    till.doubt_next = Doubt("T1-000042", "sale", 2_500_64, moment, silent, hint, "9999078900001234")
    till.fails = c.Failed(sentence("fiscal.doubt", number="T1-000042"), hint)
    await cashier.press("f2", *"300000", "enter")


async def at_register(till: ShopTill, cashier: Cashier) -> None:
    await sale(till, cashier)
    old = Trouble(sentence("fiscal.over_24h"), sentence("fiscal.over_24h.hint"), "renew_shift")
    said = sentence("fiscal.unsent", count=12, since_at="2026-11-18T09:00")
    unsent = Trouble(said, sentence("fiscal.unsent.hint"))
    at = "2026-11-22T12:01"
    till.register = RegisterSeen("9999078900001234", 20_461, "over_24h", "there", at, 12, (old, unsent))
    await cashier.press("ctrl+x")


SCENES: dict[str, Play] = {
    "till": sale,
    "till-pay": pay,
    "till-enrol": enrol,
    "till-return": giving_back,
    "till-receipts": receipts,
    "till-offers": offers,
    "till-confirm": confirm,
    "till-resolve": in_doubt,
    "till-register": at_register,
}


async def picture(play: Play, lang: Lang) -> str:
    """One scene in one language, as SVG."""
    till = ShopTill(lang)
    app = TillApp(till, lang, theme="dark", sentences=lambda: TEMPLATES, clock_ms=lambda: shop.NOW_MS)
    async with app.run_test(size=SIZE) as pilot:
        cashier = Cashier(till, app, pilot)
        await cashier.settled()
        await play(till, cashier)
        await cashier.settled()
        return compact(app.export_screenshot(title="Kopilka"))


def compact(svg: str) -> str:
    """Rich's SVG without fonts from elsewhere, clip paths and blank texts, under short names."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*|<defs>.*?</defs>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="[^"]*"', "", svg)
    svg = re.sub(r"terminal-\d+-", "", svg)
    svg = re.sub(r"<text[^>]*>(?:&#160;|\s)*</text>", "", svg)
    svg = svg.replace("Fira Code, monospace", MONOSPACE).replace("font-family: arial", f"font-family: {MONOSPACE}")
    svg = re.sub(r"\s*\n\s*", "\n", svg).replace(' shape-rendering="crispEdges"', "")
    return svg.strip() + "\n"


def texts_of(svg: str) -> list[str]:
    """What a picture says, text by text, as it is read."""
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [(each.text or "").replace("\u00a0", " ").strip() for each in found]


def path_of(name: str, lang: Lang) -> Path:
    return DOCS / (f"{name}.svg" if lang == "en" else f"{name}.{lang}.svg")


def main() -> None:
    for name, play in SCENES.items():
        for lang in ("en", "ru"):
            path_of(name, lang).write_text(asyncio.run(picture(play, lang)), encoding="utf-8")


if __name__ == "__main__":
    main()
