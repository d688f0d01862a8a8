"""Devices on the screen: quiet while they work, named with a sentence when not, all of them in a list."""

from __future__ import annotations

from loyalty.sentences import sentence
from terminal.session import Link
from terminal.session.health import DeviceHealth
from terminal.words import TEMPLATES
from tests.ui import shop
from tests.ui.fake_till import FakeTill
from tests.ui.screen import Cashier, play

FIVE_MINUTES_AGO = shop.NOW_MS - 300_000
SCANNER = DeviceHealth("scanner", "scanner", "/dev/ttyACM0", "working", FIVE_MINUTES_AGO)
UNPLUGGED = DeviceHealth(
    "scanner", "scanner", "/dev/ttyACM0", "waiting", FIVE_MINUTES_AGO,
    sentence("port.unplugged", port="/dev/ttyACM0"), sentence("port.unplugged.hint"),
)  # fmt: skip
LONG = "/dev/serial/by-id/usb-Honeywell_Imaging___Mobility_1900-if00"
FORBIDDEN = DeviceHealth(
    "bench", "scanner", LONG, "wrong", shop.NOW_MS,
    sentence("port.no_permission", port=LONG), sentence("port.no_permission.hint"),
)  # fmt: skip


def beside(*devices: DeviceHealth) -> FakeTill:
    till = FakeTill(link=Link(online=True, as_of_ms=shop.NOW_MS - 120_000))
    till.devices_are(*devices)
    return till


def test_of_devices_that_work_nothing_is_said() -> None:
    async def story(cashier: Cashier) -> None:
        cashier.sees_not("scanner")

    play(story, till=beside(SCANNER), lang="en", size=(80, 24), templates=TEMPLATES)


def test_a_device_that_went_is_named_with_its_sentence_on_a_narrow_screen_too() -> None:
    async def story(cashier: Cashier) -> None:
        (strip,) = cashier.rows()[:1]
        assert strip == " T1  ! scanner: There is no /dev/ttyACM0" + "● online  queue 0  data 2 min  12:00 ".rjust(40)
        cashier.sees("! scanner: Check the cable; kopilka devices list shows ports")
        till.devices_are(SCANNER)
        await cashier.settled()
        cashier.sees_not("scanner")

    till = beside(UNPLUGGED)
    play(story, till=till, lang="en", size=(80, 24), templates=TEMPLATES)


def test_where_the_sentence_does_not_fit_the_strip_it_stands_in_the_row_of_hints() -> None:
    async def story(cashier: Cashier) -> None:
        (strip,) = cashier.rows()[:1]
        assert "✗ bench +1   ● online" in strip
        cashier.sees("✗ bench: No permission for /dev/serial/by-id/usb-Honeywell_Imaging___Mobility_…")

    play(story, till=beside(UNPLUGGED, FORBIDDEN), lang="en", size=(80, 24), templates=TEMPLATES)


def test_on_a_wide_screen_the_shop_s_name_stays() -> None:
    async def story(cashier: Cashier) -> None:
        (strip,) = cashier.rows()[:1]
        assert strip.startswith(" Локо-магазин · T1 · смена 12 · Анна  ! сканер: Порта /dev/ttyACM0 нет ")
        cashier.sees("! сканер: Порта /dev/ttyACM0 нет. Проверьте кабель; порты показывает kopilka devices list")

    play(story, till=beside(UNPLUGGED), lang="ru", size=(160, 48), templates=TEMPLATES)


def test_a_hint_about_money_comes_before_a_device_whose_name_stays_on_the_strip() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.burst(shop.CARD)
        await cashier.burst(shop.MUG.code)
        assert "! scanner" in cashier.rows()[0]
        assert "kopilka devices list" not in cashier.shown()

    play(story, till=beside(UNPLUGGED), lang="en", size=(80, 24), templates=TEMPLATES)


def test_the_menu_lists_every_device_with_how_it_stands() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12", "7")
        shown = cashier.shown()
        assert "✓ receipt printer  10.0.0.9" in shown
        assert "works" in shown
        assert "! scanner  /dev/ttyACM0" in shown
        assert "is waited for, 5 min" in shown
        assert "There is no /dev/ttyACM0" in shown
        assert "Check the cable; kopilka devices list shows ports" in shown
        assert "does not work, just now" in shown
        assert "sudo usermod -aG dialout $USER, then log in anew" in shown
        await cashier.press("escape")
        cashier.sees_not("is waited for")

    printer = DeviceHealth("printer", "printer", "10.0.0.9", "working", FIVE_MINUTES_AGO)
    play(story, till=beside(printer, UNPLUGGED, FORBIDDEN), lang="en", size=(80, 24), templates=TEMPLATES)


def test_a_list_longer_than_the_screen_follows_the_arrows() -> None:
    many = tuple(DeviceHealth(f"scanner{number}", "scanner", "/dev/x", "working") for number in range(16))

    async def story(cashier: Cashier) -> None:
        await cashier.press("f12", "7")
        cashier.sees("1–11 of 16")
        cashier.sees_not("scanner15")
        await cashier.press("pagedown", "pagedown", "pagedown")
        cashier.sees("scanner15")
        await cashier.press("enter")
        cashier.sees_not("scanner15")

    play(story, till=beside(*many), lang="en", size=(80, 24))


def test_a_till_without_devices_has_no_such_line_in_its_menu() -> None:
    async def story(cashier: Cashier) -> None:
        await cashier.press("f12")
        cashier.sees("Exit")
        cashier.sees_not("Devices")

    play(story, lang="en")
