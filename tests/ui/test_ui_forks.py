"""A till that stands in two places: a line over the notice says so, and the manager mends it from the menu."""

from __future__ import annotations

from terminal.session import Link
from terminal.session import commands as c
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play


def parted(fork: str = "waits") -> FakeTill:
    return FakeTill(link=Link(online=True, fork=fork))  # type: ignore[arg-type]


def test_the_screen_says_that_a_copy_is_about_and_goes_on_selling() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees("A copy of this till is about: points are not spent. The manager: F12, then 7")
        await cashier.burst(shop.CARD)
        cashier.sees("A copy of this till is about")

    play(story, till=parted(), lang="en", size=(80, 24))


def test_a_till_alone_has_no_such_line_in_its_menu() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12")
        cashier.sees("Exit")
        cashier.sees_not("Mend the till")

    play(story, lang="en")


def test_the_manager_mends_it_from_the_menu_with_a_name() -> None:
    till = parted()

    async def story(cashier: Cashier) -> None:
        await cashier.press("f12")
        cashier.sees("7  Mend the till's journal (manager)")
        await cashier.press("7")
        cashier.sees("The manager's name; Enter mends the journal, Esc goes back")
        await cashier.type("Olga")
        await cashier.press("enter")
        cashier.sees("Mended. Events that go up anew: 3")

    play(story, till=till, lang="en")
    assert [command for command in till.posted if isinstance(command, c.Mend)] == [c.Mend("Olga")]


def test_nothing_typed_or_escape_mends_nothing() -> None:
    till = parted()

    async def story(cashier: Cashier) -> None:
        for key in ("enter", "escape"):
            await cashier.press("f12", "7", key)
            cashier.sees_not("The manager's name")

    play(story, till=till, lang="en")
    assert not [command for command in till.posted if isinstance(command, c.Mend)]


def test_once_mended_it_waits_for_the_head_office() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees("Журнал починен: баллы спишутся, когда офис его примет")
        await cashier.press("f12")
        cashier.sees_not("Починить")

    play(story, till=parted("mended"), lang="ru", size=(80, 24))
