"""Points that wait and points that run out, under the balance."""

from __future__ import annotations

from msgspec.structs import replace

from loyalty.member import Due
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

PENDING = (Due("main", "2026-12-05", 120), Due("main", "2026-12-09", 7))
ENDING = (Due("main", "2026-12-31", 1_050), Due("main", "2027-02-01", 9))


def till_with(pending: tuple[Due, ...] = (), ending: tuple[Due, ...] = ()) -> FakeTill:
    till = FakeTill()
    till.members[shop.CARD] = replace(shop.MARIA, pending=pending, ending=ending)
    return till


def test_the_next_points_to_come_and_to_run_out_stand_under_the_balance() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("+120 с 05.12 · 1 050 до 31.12")
        cashier.sees_not("+7 с 09.12", "9 до 01.02")

    play(story, till=till_with(PENDING, ENDING), size=(140, 40))


def test_a_narrow_screen_says_what_is_to_come() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("баллов +120 с 05.12")

    play(story, till=till_with(PENDING), size=(80, 24))


def test_in_english_the_day_stands_before_its_month() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees("+120 from 5 Dec · 1,050 to 31 Dec")

    play(story, till=till_with(PENDING, ENDING), lang="en", size=(140, 40))


def test_points_of_other_wallets_are_not_taken_for_them() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        cashier.sees_not("05.12")

    play(story, till=till_with((Due("stars", "2026-12-05", 3),)), size=(140, 40))
