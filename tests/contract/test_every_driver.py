"""Every driver that comes with the till gives its kind's whole port, and takes hold of nothing before it is told to."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from devices.driver import Driver
from devices.model import DeviceInfo, Health
from devices.protocols import CashDrawer, LineDisplay, PaymentTerminal, Printer, Scanner
from terminal.device_file import BUILT_IN, KINDS
from terminal.fiscal.port import FiscalPort

PORTS: dict[str, tuple[type, ...]] = {
    "scanner": (Scanner,), "printer": (Printer, CashDrawer), "display": (LineDisplay,), "fiscal": (FiscalPort,),
    "payment": (PaymentTerminal,),
}  # fmt: skip
NOT_THERE = "/dev/no-such-device"


def made(name: str) -> Any:
    module, _, attribute = BUILT_IN[name].partition(":")
    driver: Driver = getattr(import_module(module), attribute)
    fields = driver.settings.__struct_fields__
    keys = {"port": NOT_THERE} if "port" in fields else {"host": "127.0.0.1"} if name == "scanner.tcp" else {}
    settings = driver.settings(id="one", **keys)
    if name.startswith("scanner."):
        return driver.make(DeviceInfo("one", "scanner", name, NOT_THERE), settings, lambda now_s: None)
    return driver.make(settings)


def words_of(port: type) -> set[str]:
    return {word for each in port.__mro__ for word in vars(each) if not word.startswith("_")}


def test_every_kind_has_its_port() -> None:
    assert set(PORTS) == set(KINDS)
    assert {name.partition(".")[0] for name in BUILT_IN} == set(KINDS)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_driver_gives_the_whole_port_of_its_kind(name: str) -> None:
    device = made(name)
    wanted = set[str]().union(*map(words_of, PORTS[name.partition(".")[0]]))
    assert wanted
    assert {word for word in wanted if not hasattr(device, word)} == set()


@pytest.mark.parametrize("name", sorted(name for name in BUILT_IN if not name.startswith("fiscal.")))
def test_a_device_may_be_closed_twice_and_is_not_at_work_then(name: str) -> None:
    device = made(name)
    assert device.info.id == "one"
    device.open(lambda event: None)
    device.close()
    device.close()
    assert device.check_health() is not Health.ENABLED


@pytest.mark.parametrize(
    "name", sorted(name for name in BUILT_IN if name.startswith(("scanner.", "printer.", "display.")))
)
def test_a_device_that_is_not_open_says_so(name: str) -> None:
    device = made(name)
    assert device.check_health() is Health.CLOSED
    device.open(lambda event: None)
    device.close()
    assert device.check_health() is Health.CLOSED


def test_a_made_device_has_opened_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a port was opened")

    monkeypatch.setattr("serial.Serial", opened)
    monkeypatch.setattr("socket.create_connection", opened)
    monkeypatch.setattr("os.open", opened)
    for name in BUILT_IN:
        made(name)
