"""Devices under supervision: reports and looks, from threads; what the cashier is told of it."""

from __future__ import annotations

import queue
import threading

import pytest

from devices.backoff import Backoff
from devices.errors import DeviceError
from devices.model import Health
from devices.protocols import Listener
from devices.virtual.escpos import VirtualEscPos
from loyalty.sentences import sentence
from terminal.device_reports import watch_device
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.supervised import BUSY, WORKS, Seen
from terminal.supervising import Supervising
from tests.support.escpos import INFO, printer_on

WAIT_S = 60
SOON = Backoff(0.001, 0.01)
GONE = Seen("waiting", sentence("port.unplugged", port="/dev/x"), sentence("port.unplugged.hint"))


class Eye:
    """A supervision whose changes are awaited."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.stood: list[str] = []
        """How the device that came last stood, each time something changed."""
        self.pictures: queue.Queue[tuple[DeviceHealth, ...]] = queue.Queue()
        self.supervising = Supervising(
            lambda notice: self.told.append(notice.said.code), self._changed, clock_ms=lambda: 5000, backoff=SOON
        )
        self.supervising.start()

    def _changed(self) -> None:
        devices = self.supervising.devices()
        self.stood.append(devices[-1].standing)
        self.pictures.put(devices)

    def until(self, *standing: str) -> tuple[DeviceHealth, ...]:
        while True:
            devices = self.pictures.get(timeout=WAIT_S)
            if tuple(each.standing for each in devices) == standing:
                return devices


@pytest.fixture
def eye() -> Eye:
    return Eye()


def test_a_scanner_that_goes_is_told_once_and_its_coming_back_once(eye: Eye) -> None:
    watch = eye.supervising.add("front", "scanner", "/dev/x")
    for seen in (WORKS, GONE, GONE, WORKS, WORKS):
        watch.report(seen)
    assert eye.told == ["scan.gone", "scan.back"]
    (device,) = eye.until("waiting")
    assert (device.id, device.kind, device.place, device.since_ms) == ("front", "scanner", "/dev/x", 5000)


def test_a_scanner_that_was_there_from_the_start_is_no_news(eye: Eye) -> None:
    eye.supervising.add("front", "scanner", "/dev/x").report(WORKS)
    assert eye.told == []
    eye.until("working")


def test_a_printer_s_going_is_on_the_strip_alone(eye: Eye) -> None:
    watch = eye.supervising.add("printer", "printer", "/dev/x")
    watch.report(WORKS)
    watch.report(GONE)
    eye.until("waiting")
    assert eye.told == []


def test_a_device_is_looked_at_until_it_is_back(eye: Eye) -> None:
    answers = iter([WORKS, GONE, GONE, GONE, WORKS])
    watch = eye.supervising.add("kkt", "fiscal", "/dev/x")
    watch.look_by(lambda: next(answers, None), every_s=0.001)
    eye.until("waiting")
    eye.until("working")
    eye.supervising.close()


def test_a_device_that_is_busy_is_looked_at_soon_and_stands_as_it_did(eye: Eye) -> None:
    answers = iter([WORKS, BUSY, BUSY, GONE, GONE])
    watch = eye.supervising.add("kkt", "fiscal", "/dev/x")
    watch.look_by(lambda: next(answers, None), every_s=3600)
    eye.until("working")
    watch.look_now()
    eye.until("waiting")
    eye.supervising.close()
    assert eye.stood == ["working", "waiting"]


def test_a_look_can_be_asked_for_at_once(eye: Eye) -> None:
    looks: queue.Queue[int] = queue.Queue()
    watch = eye.supervising.add("kkt", "fiscal", "/dev/x")
    watch.look_by(lambda: looks.put(1), every_s=3600)
    looks.get(timeout=WAIT_S)
    watch.look_now()
    looks.get(timeout=WAIT_S)
    eye.supervising.close()


def test_nothing_is_looked_at_before_the_till_is_at_work() -> None:
    supervising = Supervising(lambda notice: None)
    looked = threading.Event()
    supervising.add("kkt", "fiscal", "/dev/x").look_by(looked.set)
    supervising.close()
    assert not looked.is_set()


def test_a_driver_that_raises_is_a_device_that_is_wrong_and_is_looked_at_on(eye: Eye) -> None:
    answers: queue.Queue[Seen | Exception] = queue.Queue()
    answers.put(RuntimeError("driver"))
    answers.put(WORKS)

    def look() -> Seen:
        found = answers.get(timeout=WAIT_S)
        if isinstance(found, Exception):
            raise found
        return found

    eye.supervising.add("kkt", "fiscal", "/dev/x").look_by(look, every_s=0.001)
    (device,) = eye.until("wrong")
    assert device.said == sentence("device.driver_failed", what="RuntimeError('driver')")
    eye.until("working")
    answers.put(WORKS)
    eye.supervising.close()


def test_a_printer_out_of_paper_is_waited_for_until_it_has_some(eye: Eye) -> None:
    device = VirtualEscPos()
    printer = printer_on(device)
    watch_device(eye.supervising, printer, "10.0.0.9")
    eye.until("working")
    device.paper_lines = 0
    for _ in range(2):
        printer.print_normal("slip")
        with pytest.raises(DeviceError):
            printer.cut_paper()
    (health,) = eye.until("waiting")
    assert (health.id, health.said) == (
        INFO.id,
        sentence("print.no_paper", port="10.0.0.9", what="The printer is out of paper."),
    )
    device.mend()
    eye.until("working")
    eye.supervising.close()


def test_a_device_that_reports_nothing_is_known_by_its_health(eye: Eye) -> None:
    class Mute:
        info = INFO

        def __init__(self) -> None:
            self.health = Health.OFFLINE

        def open(self, listener: Listener) -> None: ...

        def close(self) -> None: ...

        def check_health(self) -> Health:
            return self.health

    device = Mute()
    watch_device(eye.supervising, device, "10.0.0.9")
    eye.until("waiting")
    device.health = Health.ERROR
    eye.until("waiting")
    device.health = Health.ENABLED
    eye.until("working")
    eye.supervising.close()


def test_notices_of_a_scanner_name_its_port() -> None:
    told: list[c.Notify] = []
    watch = Supervising(told.append).add("front", "scanner", "/dev/x")
    watch.report(GONE)
    assert told == [c.Notify("warn", sentence("scan.gone", port="/dev/x"), sentence("scan.gone.hint"))]
