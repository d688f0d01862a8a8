"""Drivers of other packages that fail: at being made they are told by name, at being opened they are on the strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Queue
from typing import Any, cast

import pytest

from devices.driver import DeviceSettings, Driver, PrinterSettings, ScannerSettings
from devices.errors import DeviceError
from devices.model import DeviceInfo, Health
from devices.protocols import Listener, PaymentTerminal, Scanner
from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.sentences import Sentence, sentence
from terminal.cli.devices_doctor import _findings
from terminal.cli.devices_heard import Source, bursts_from
from terminal.device_file import Configured
from terminal.device_reports import watch_device
from terminal.device_trial import try_device
from terminal.paying import Paying
from terminal.payment_book import PaymentBook
from terminal.scanner.framing import Framing
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.showing import Showing
from terminal.supervising import Supervising

WAIT_S = 60
WHY = RuntimeError("no licence")


class Unruly:
    """A device whose driver opens, and fails at what it is told then."""

    info = DeviceInfo("front", "scanner", "Acme", "10.0.0.9")

    def open(self, listener: Listener) -> None:
        """Nothing is told."""

    def close(self) -> None:
        raise WHY

    def check_health(self) -> Health:
        return Health.ENABLED

    def beep(self) -> None:
        raise WHY


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


def test_a_device_that_is_tried_or_listened_to_and_cannot_be_opened_is_told_by_its_id() -> None:
    said = sentence("trial.failed", id="front", what=repr(WHY))
    with pytest.raises(NotNow) as tried:
        try_device((device(PrinterSettings(id="front"), "printer", lambda *given: Unopened()),), "front")
    source = Source("acme", "front", lambda quiet: cast("Scanner", Unopened()), "text", Framing())
    with pytest.raises(NotNow) as heard, bursts_from(source, "en"):
        raise AssertionError("it was opened")
    assert (tried.value.said, heard.value.said) == (said, said)


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


def test_a_scanner_that_can_neither_beep_nor_be_closed_keeps_nobody_from_going_on() -> None:
    """The till's thread asks it to beep before the screen says what was refused; at the end others are closed too."""
    posted: Queue[c.Command] = Queue()
    found = device(ScannerSettings(id="front"), "scanner", lambda *given: Unruly())
    with configured_scanners([found], posted.put, Supervising(posted.put)) as refuse:
        refuse("acme:front")


def test_beside_a_payment_terminal_that_cannot_be_closed_its_book_is(tmp_path: Path) -> None:
    book = PaymentBook(tmp_path)
    Paying(cast("PaymentTerminal", Unruly()), book, lambda command: None, lambda: "", str).close()
    with pytest.raises(StoreFault):
        book.begin_day("VT000001", "one")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda *given: Unopened(), sentence("device.driver_failed", what=repr(WHY))),
        (failing, sentence("devices.make", name="printer.acme", why=repr(WHY))),
    ],
)
def test_the_doctor_finds_a_driver_that_fails_and_looks_at_the_others(
    tmp_path: Path, make: Callable[..., Any], said: Sentence
) -> None:
    found = [
        device(PrinterSettings(id="slips"), "printer", make),
        device(DeviceSettings(id="pole"), "display", lambda *given: Silent()),
    ]
    told = [(each.device, each.what) for each in _findings(found, tmp_path, "en") if each.device]
    assert told == [("slips", said), ("pole", sentence("display.gone"))]


class Silent(Unopened):
    def open(self, listener: Listener) -> None:
        """It is off."""
