"""Drivers of other packages that fail: at being made they are told by name, at being opened they are on the strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Queue
from typing import Any

import pytest

from devices.driver import DeviceSettings, Driver, PrinterSettings, ScannerSettings
from devices.errors import DeviceError
from devices.model import DeviceInfo, Health
from devices.protocols import Listener
from loyalty.errors import BadInput
from loyalty.sentences import sentence
from terminal.device_file import Configured
from terminal.device_reports import watch_device
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.showing import Showing
from terminal.supervising import Supervising

WAIT_S = 60
WHY = RuntimeError("no licence")


class Unopened:
    """A device of any kind whose driver fails when it is opened."""

    info = DeviceInfo("front", "printer", "Acme", "10.0.0.9")
    columns, rows, near_end = 20, 2, False

    def open(self, listener: Listener) -> None:
        raise WHY

    def close(self) -> None:
        """Nothing is held."""

    def check_health(self) -> Health:
        return Health.CLOSED

    def display_text(self, lines: Sequence[str]) -> None:
        raise DeviceError("closed", "It is not open.")


def failing(*_: object) -> Any:
    raise WHY


def device(settings: DeviceSettings, kind: str, make: Callable[..., Any]) -> Configured:
    return Configured(kind, "acme", settings, Driver(type(settings), make), "device[1]")


@pytest.mark.parametrize(
    ("kind", "settings", "given"),
    [("scanner", ScannerSettings(id="front"), 3), ("printer", PrinterSettings(id="r"), 1)],
)
def test_a_driver_that_cannot_make_its_device_is_told_by_name(kind: str, settings: DeviceSettings, given: int) -> None:
    with pytest.raises(BadInput) as caught:
        device(settings, kind, failing).make(*[None] * given)
    assert caught.value.said == sentence("devices.make", name=f"{kind}.acme", why=repr(WHY))


def told(supervising: Supervising) -> list[tuple[str, str, object]]:
    return [(each.standing, each.said.code, each.said.args["what"]) for each in supervising.devices() if each.said]


def test_a_scanner_that_cannot_be_opened_is_on_the_strip_and_the_sale_goes_on() -> None:
    posted: Queue[c.Command] = Queue()
    supervising = Supervising(posted.put)
    found = device(ScannerSettings(id="front"), "scanner", lambda *given: Unopened())
    with configured_scanners([found], posted.put, supervising):
        assert told(supervising) == [("wrong", "device.driver_failed", repr(WHY))]


def test_a_printer_that_cannot_be_opened_is_on_the_strip() -> None:
    supervising = Supervising(lambda notice: None)
    watch_device(supervising, Unopened(), "10.0.0.9")
    assert told(supervising) == [("wrong", "device.driver_failed", repr(WHY))]
    supervising.close()


def test_a_display_that_cannot_be_opened_is_told_once_it_has_something_to_show() -> None:
    heard: Queue[c.Notify] = Queue()
    showing = Showing(Unopened(), heard.put)
    showing.put(("ИТОГО", "79,90"))
    showing.start()
    assert heard.get(timeout=WAIT_S).said.code == "display.gone"
    showing.close()
