"""The member's status on the screen: the way to the next in words, and what becomes of this one."""

from __future__ import annotations

from msgspec.structs import replace

from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

DRIVER_LAST = SeasonFigures("2025/26", 4_100_000, receipts=12, days=(20_300, *[7] * 11))
SOME = SeasonFigures("2026/27", 600_000, receipts=2, days=(20_667, 3))
WIDE, NARROW = (140, 40), (80, 24)


def till_with(progress: Progress, status: str = "driver") -> FakeTill:
    till = FakeTill()
    till.members[shop.CARD] = replace(shop.MARIA, status=status, progress=progress)
    return till


def test_a_tall_screen_says_what_becomes_of_the_status_below_the_way_to_the_next() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("до «Начальник поезда» 74 000,00 и 13 визитов", "Чтобы сохранить: ещё 34 000,00 и 8 визитов")
        cashier.sees("до 31.05.2027; иначе", "«Пассажир»")

    play(story, till=till_with(Progress((DRIVER_LAST, SOME))), size=WIDE)


def test_a_narrow_screen_says_it_in_the_member_s_list() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("до «Нача", "» 74 000,00 и 13 визитов")
        cashier.sees_not("31.05.2027")
        await cashier.press("f6")
        cashier.sees("Чтобы сохранить: ещё 34 000,00 и 8 визитов до 31.05.2027")

    play(story, till=till_with(Progress((DRIVER_LAST, SOME))), size=NARROW)


def test_a_status_reached_this_season_is_said_to_be_confirmed() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("The status is confirmed until 31 May 2028")
        await cashier.press("f6")
        cashier.sees("The status is confirmed until 31 May 2028")

    play(story, lang="en", size=WIDE)


def test_at_the_top_the_list_still_says_how_long_it_holds() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees_not("to “")
        await cashier.press("f6")
        cashier.sees("The status holds until 31 May 2028")

    given = Progress(grants=(Grant("legend", "2026-08-01"),))
    play(story, till=till_with(given, "legend"), lang="en", size=NARROW)


def test_a_new_member_has_nothing_to_lose_and_the_list_says_nothing() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("to Passenger: 5,000.00 and 2 visits")
        await cashier.press("f6")
        cashier.sees_not("The status", "To keep it")

    play(story, till=till_with(Progress(), "novice"), lang="en", size=NARROW)
