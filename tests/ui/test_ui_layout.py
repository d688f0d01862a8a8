"""Nothing is clipped: every pane of every scene, in both languages, from 80x24 to 160x48, keeps its figures whole."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product

import pytest
from msgspec.structs import replace
from textual.geometry import Region

from loyalty.documents.programme_file import parse_programme
from loyalty.sentences import Lang, sentence
from terminal.session import Link
from terminal.session import commands as c
from terminal.ui.layout import LEAST_CELLS, LEAST_ROWS, parts
from terminal.ui.widgets.lines import MOST_REASONS, MOST_REASONS_HERE, Table, _block, _height
from tests.ui import shop, shots
from tests.ui.screen import Cashier, play

SIZES = [(80, 24), (132, 40), (160, 48)]


def fits(cashier: Cashier) -> None:
    width, height = cashier.app.size
    rows = cashier.rows()
    assert len(rows) == height
    assert all(len(row) == width for row in rows), "a row is not as wide as the screen"
    page = "\n".join(rows)
    assert "#" not in page, page
    assert not re.search(r"\d[,.]\d?…", page), page


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("scene", [name for name in shots.SCENES if name != "idle"])
def test_every_scene_keeps_its_figures_whole(scene: str, lang: Lang) -> None:
    async def story(cashier: Cashier) -> None:
        await shots.SCENES[scene](cashier)
        for size in SIZES:
            await cashier.resize(*size)
            fits(cashier)

    play(story, lang=lang, size=SIZES[0])


GIFTS = """
[[campaign]]
id = "badge"
name = { ru = "Значок", en = "A badge" }
reward = { type = "gift", options = [
    { code = "991", name = { ru = "Значок болельщика", en = "A fan's badge" }, qty = 2 },
] }
[[campaign]]
id = "pick"
name = { ru = "На выбор", en = "To choose" }
reward = { type = "gift", options = [
    { code = "992", name = { ru = "Магнит", en = "A magnet" } },
    { code = "993", name = { ru = "Брелок", en = "A ring" } },
] }
"""


@pytest.mark.parametrize(
    ("lang", "figures", "asked"),
    [
        ("ru", "Значок болельщика 2 0,00 0,00", "Магнит, Брелок"),
        ("en", "A fan's badge 2 0.00 0.00", "A magnet, A ring"),
    ],
)
def test_gifts_stand_below_the_goods_at_zero_and_one_to_choose_says_so(lang: Lang, figures: str, asked: str) -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.programme = parse_programme(shop.CLUB.read_text("utf-8") + GIFTS)
        for _ in range(30):
            cashier.till.post(c.Scan(shop.HOSTILE.code))
            cashier.till.post(c.Scan(shop.SCARF.code))
        await cashier.settled()
        fits(cashier)
        rows = [" ".join(row.replace("\u00a0", " ").split()) for row in cashier.rows()]
        place = next(place for place, row in enumerate(rows) if figures in row)
        assert asked in rows[place + 1]
        assert "−" in " ".join(rows[place - 2 : place])

    play(story, lang=lang)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_large_balances_long_queues_and_long_names_keep_their_places(lang: Lang) -> None:
    async def story(cashier: Cashier) -> None:
        till = cashier.till
        till.link_is(Link(False, 98_765, shop.NOW_MS - 40 * 24 * shop.HOUR_MS))
        for code in (shop.LEGEND_CARD, shop.SHIRT.code, shop.SHIRT.code, shop.HOSTILE.code):
            till.post(c.Scan(code))
        till.post(c.SetQuantity(1, 999_000))
        await cashier.settled()
        fits(cashier)
        cashier.sees("4 985 700,00" if lang == "ru" else "4,985,700.00")
        assert ("98 765" if lang == "ru" else "98,765") in cashier.row_of("strip").replace("\u00a0", " ")

    play(story, lang=lang)


def test_a_line_takes_as_many_rows_as_room_was_kept_for_it() -> None:
    async def story(cashier: Cashier) -> None:
        shots.fill(cashier.till)
        cashier.till.post(c.SpendPoints(500))
        await cashier.settled()
        sight, quote = cashier.app._sight(), cashier.state.quote
        assert quote is not None
        assert any(line.notes and line.redeemed_points for line in quote.lines)
        for line, quoted in zip(cashier.state.basket.lines, quote.lines, strict=True):
            for told, here in product((None, quoted, replace(quoted, notes=quoted.notes * 20)), (False, True)):
                for each in (line, replace(line, unweighed=True)):
                    assert len(_block(sight, each, told, here, Table(80))) == _height(each, told, here)

    play(story)


@pytest.mark.parametrize(
    ("size", "above", "below"),
    [
        ((80, 24), "✗ Не сделано: Возврат по чеку T9-000001: отметьте, что возвращают", "   Нажмите ещё раз"),
        ((160, 48), "", "отметьте, что возвращают. Нажмите ещё раз"),
    ],
)
def test_what_to_do_is_never_cut_off_by_what_is_said(size: tuple[int, int], above: str, below: str) -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Notify("error", sentence("return.choose", number="T9-000001"), sentence("pay.total.hint")))
        await cashier.settled()
        fits(cashier)
        assert cashier.row_of("hint").strip() == above
        assert below in cashier.row_of("notice")
        assert "…" not in cashier.row_of("notice")

    play(story, size=size)


def test_points_spent_on_a_line_are_told_once() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.CARD))
        cashier.till.post(c.Scan(shop.MUG.code))
        cashier.till.post(c.SpendPoints(100))
        await cashier.settled()
        cashier.sees("└ баллами: 100, −100,00")
        cashier.sees_not("Баллами: −100,00")

    play(story)


def test_every_point_of_the_selected_line_has_its_reason_that_of_the_status_too() -> None:
    async def story(cashier: Cashier) -> None:
        for code in (shop.CARD, shop.SCARF.code, shop.MUG.code):
            cashier.till.post(c.Scan(code))
        await cashier.settled()
        # A conductor has 8 %: 1 490.00 less 15 % is 1 266.50, 699.00 is whole; and a campaign gives 5 % more.
        cashier.sees("└ Баллы по статусу, 8 %: +56", "└ Баллы за «Паровоз»: +35 баллов")
        cashier.sees_not("+101")
        await cashier.press("up")
        cashier.sees("└ Баллы по статусу, 8 %: +101", "└ Баллы за «Паровоз»: +63 балла")
        cashier.sees_not("+56")

    play(story)


def test_beside_the_lines_the_points_of_the_status_stand_with_what_campaigns_gave() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.till.post(c.Scan(shop.CARD))
        cashier.till.post(c.Scan(shop.WATER.code))
        await cashier.settled()
        # 90.00 less a lunch's 20 % is 72.00, and 8 % of it 5.76: whole points only.
        cashier.sees("  Баллы по статусу, 8 %: +5")

    play(story, size=(160, 48))


def test_reasons_beyond_the_room_of_a_line_are_counted_and_the_selected_line_shows_them() -> None:
    async def story(cashier: Cashier) -> None:
        shots.fill(cashier.till)
        await cashier.settled()
        sight, quote = cashier.app._sight(), cashier.state.quote
        assert quote is not None
        line, quoted = cashier.state.basket.lines[0], quote.lines[0]
        for count, here, rows, last in [
            (MOST_REASONS, False, MOST_REASONS, ""),
            (MOST_REASONS + 1, False, MOST_REASONS, "и ещё 2"),
            (MOST_REASONS + 1, True, MOST_REASONS + 1, ""),
            (MOST_REASONS_HERE + 1, True, MOST_REASONS_HERE, "и ещё 2"),
        ]:
            told = replace(quoted, notes=quoted.notes[:1] * count, redeemed_points=0, earned_points=0, applied=())
            block = _block(sight, line, told, here, Table(80))
            assert len(block) == 1 + rows
            assert ("и ещё" in block[-1].text, last in block[-1].text) == (bool(last), True)

    play(story)


def test_a_long_receipt_shows_the_line_that_was_scanned_last_and_scrolls_by_arrows() -> None:
    async def story(cashier: Cashier) -> None:
        for number in range(60):
            goods = shop._goods(500 + number, f"Товар номер {number}", 10_000 + number, "misc")
            cashier.till.post(c.ProductFound(goods, 1000, 10_000 + number))
        await cashier.settled()
        cashier.sees("Товар номер 59", "из 60")
        await cashier.press(*["pageup"] * 12)
        cashier.sees("▸ Товар номер 0 ")
        cashier.sees_not("Товар номер 6")

    play(story)


def test_a_wide_screen_explains_beside_the_lines_and_a_narrow_one_has_one_hint() -> None:
    async def story(cashier: Cashier) -> None:
        shots.fill(cashier.till)
        await cashier.settled()
        cashier.sees("★ 300 ₽ с крупного чека: Ещё на 783,90")
        cashier.sees_not("Можно получить")
        await cashier.resize(160, 48)
        cashier.sees("★ 300 ₽ с крупного чека", "Сработало", "Можно получить", "Не в этот раз")

    play(story)


def test_only_rows_that_changed_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cashier: Cashier) -> None:
        shots.fill(cashier.till)
        await cashier.settled()
        places = {part.name: part for part in parts(80, 24)}
        asked: set[int] = set()

        def note(*regions: Region) -> None:
            asked.update(region.y for region in regions)

        monkeypatch.setattr(cashier.app._sale_screen.pane, "refresh", note)
        await cashier.type("ш")
        assert asked == {places["command"].y}
        asked.clear()
        cashier.till.post(c.Scan(shop.BADGE.code))
        await cashier.settled()
        assert {places["total"].y + 1, places["notice"].y} <= asked
        assert asked & set(range(places["body"].y + 1, places["hint"].y))
        assert not {places["strip"].y, places["body"].y, places["footer"].y} & asked

    play(story)


@pytest.mark.parametrize("size", [(1, 1), (40, 14), (79, 23), (80, 24), (131, 40), (132, 31), (132, 32), (300, 100)])
def test_the_parts_cover_every_cell_of_a_screen_once(size: tuple[int, int]) -> None:
    width, height = max(size[0], LEAST_CELLS), max(size[1], LEAST_ROWS)
    cells = Counter(
        (x, y)
        for part in parts(*size)
        for x in range(part.x, part.x + part.width)
        for y in range(part.y, part.y + part.height)
    )
    assert set(cells) == {(x, y) for x in range(width) for y in range(height)}
    assert max(cells.values()) == 1


def test_a_terminal_too_small_for_a_till_breaks_nothing() -> None:
    async def story(cashier: Cashier) -> None:
        shots.fill(cashier.till)
        for size in [(20, 5), (1, 1), (80, 24)]:
            await cashier.resize(*size)
        cashier.sees("Шарф «Локомотив»", "ИТОГО")

    play(story)


def test_a_pointer_presses_the_keys_of_the_footer() -> None:
    async def story(cashier: Cashier) -> None:
        shots.fill(cashier.till)
        await cashier.settled()
        await cashier.pilot.click(offset=(2, 22))
        await cashier.settled()
        assert cashier.mode == "pay"
        await cashier.pilot.click(offset=(2, 5))
        await cashier.settled()
        assert cashier.mode == "pay"

    play(story)
