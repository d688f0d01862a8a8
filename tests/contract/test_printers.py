"""What every receipt printer must do, over every way to reach one: text files; ESC/POS in memory, serial, TCP, file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from devices.errors import DeviceError
from devices.escpos import talk
from devices.escpos.printer import EscPosPrinter
from devices.model import DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.printers import EscPosSettings, escpos
from devices.protocols import CashDrawer, Printer
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.printer import VirtualPrinter
from devices.virtual.served import on_pty, on_tcp
from tests.support.escpos import INFO, MemoryWire

SLIP = "КОПИЛКА\nШарф клубный  1 250,00\nИТОГО № 7: 79,90\nЁжик, спасибо!"
WAYS = ("text files", "memory", "serial", "tcp", "file")


class PrinterAndDrawer(Printer, CashDrawer): ...


@dataclass
class Rig:
    printer: PrinterAndDrawer
    slips: Sequence[str]
    kicks: Callable[[], int]
    fault: Callable[[str], None]
    mend: Callable[[], object]


@pytest.fixture(params=WAYS)
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr(talk, "STATUS_WAIT_S", 0.3)
    if request.param == "text files":
        text = VirtualPrinter(DeviceInfo("slips", "printer", "text", "memory"))
        yield Rig(text, text._slips, lambda: text.drawer_kicks, lambda what: _break(text, what), lambda: _mend(text))  # type: ignore[arg-type]
        return
    device = VirtualEscPos(cjk=True)

    def fault(what: str) -> None:
        if what == "off":
            device.power_off()
        elif what == "near_end":
            device.near_end = True
        else:
            device.paper_lines = 0

    def mend() -> None:
        device.power_on()
        device.mend()

    with ExitStack() as served:
        if request.param == "memory":
            printer = EscPosPrinter(INFO, lambda: MemoryWire(device), drawer="pin2")
        else:
            printer = escpos(_settings(request.param, device, served))
        yield Rig(printer, device.slips, lambda: device.drawer_kicks, fault, mend)  # type: ignore[arg-type]
        printer.close()


def _break(text: VirtualPrinter, what: str) -> None:
    if what == "near_end":
        text.near_end = True
    else:
        text.set_fault(what)  # type: ignore[arg-type]


def _mend(text: VirtualPrinter) -> None:
    text.near_end = False
    text.set_fault(None)


def _settings(way: str, device: VirtualEscPos, served: ExitStack) -> EscPosSettings:
    if way == "tcp":
        host, port = served.enter_context(on_tcp(device.receive))
        return EscPosSettings(host=host, tcp_port=port, drawer="pin2")
    path = served.enter_context(on_pty(device.receive))
    return EscPosSettings(port=path, drawer="pin2") if way == "serial" else EscPosSettings(file=path, drawer="pin2")


def printed(printer: Printer, text: str) -> None:
    printer.print_normal(text)
    printer.cut_paper()


def test_a_slip_is_on_the_paper_when_its_cut_returns(rig: Rig) -> None:
    rig.printer.open(lambda event: None)
    printed(rig.printer, SLIP)
    assert list(rig.slips) == [SLIP + "\n"]
    printed(rig.printer, "next\n")
    assert list(rig.slips)[1:] == ["next\n"]


def test_a_code_stands_among_the_lines_and_one_that_is_too_long_gives_the_slip_up(rig: Rig) -> None:
    rig.printer.open(lambda event: None)
    rig.printer.print_normal("Карта")
    rig.printer.print_qr("KPL:2990000000019")
    printed(rig.printer, "спасибо")
    assert [line for line in rig.slips[0].splitlines() if line] == ["Карта", "[QR] KPL:2990000000019", "спасибо"]
    rig.printer.print_qr("ы" * 150)
    rig.printer.cut_paper()
    rig.printer.print_normal("lost")
    with pytest.raises(DeviceError) as caught:
        rig.printer.print_qr("ы" * 150 + "x")
    assert caught.value.code == "code_too_long"
    printed(rig.printer, "next")
    assert rig.slips[2] == "next\n"


def test_a_roll_that_is_nearly_used_up_is_told_and_prints(rig: Rig) -> None:
    rig.printer.open(lambda event: None)
    printed(rig.printer, "one")
    assert not rig.printer.near_end
    rig.fault("near_end")
    printed(rig.printer, "two")
    assert rig.printer.near_end
    assert rig.printer.check_health() is Health.ENABLED
    rig.mend()
    rig.printer.check_health()
    assert not rig.printer.near_end
    assert list(rig.slips) == ["one\n", "two\n"]


@pytest.mark.parametrize(("what", "health"), [("no_paper", Health.ERROR), ("off", Health.OFFLINE)])
def test_a_printer_that_cannot_print_says_why_prints_nothing_and_prints_when_mended(
    rig: Rig, what: str, health: Health
) -> None:
    told: list[DeviceEvent] = []
    rig.printer.open(told.append)
    rig.fault(what)
    with pytest.raises(DeviceError) as caught:
        printed(rig.printer, "lost")
    assert caught.value.code == {"no_paper": "no_paper", "off": "offline"}[what]
    assert caught.value.hint
    assert rig.printer.check_health() is health
    assert [event.code for event in told if isinstance(event, StatusUpdate)][-1] == caught.value.code
    rig.mend()
    assert rig.printer.check_health() is Health.ENABLED
    printed(rig.printer, SLIP)
    assert list(rig.slips) == [SLIP + "\n"]


def test_a_closed_printer_does_not_print_and_has_no_drawer_to_open(rig: Rig) -> None:
    rig.printer.open(lambda event: None)
    rig.printer.close()
    rig.printer.close()
    assert rig.printer.check_health() is Health.CLOSED
    for ask in (lambda: rig.printer.print_normal("x"), rig.printer.cut_paper, rig.printer.open_drawer):
        with pytest.raises(DeviceError) as caught:
            ask()
        assert caught.value.code == "closed"


def test_the_drawer_opens_without_paper_too_and_not_without_power(rig: Rig) -> None:
    rig.printer.open(lambda event: None)
    rig.printer.open_drawer()
    rig.fault("no_paper")
    rig.printer.open_drawer()
    assert rig.kicks() == 2
    rig.mend()
    rig.fault("off")
    with pytest.raises(DeviceError) as caught:
        rig.printer.open_drawer()
    assert caught.value.code == "offline"
    assert rig.kicks() == 2
