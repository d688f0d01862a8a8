"""A till whose devices vanish and come back, under another number too: its strip knows, and the sale goes on."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.virtual.display import VirtualDisplay
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.scanner import VirtualScanner
from devices.virtual.served import on_pty, on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.device_file import FILE
from terminal.opened import OpenedTill, opened_till
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.session.health import DeviceHealth
from terminal.showing import configured_display
from tests.support.agent import served
from tests.support.counter import TEA
from tests.support.small_till import make_till

SOON_S = 60.0
SCANNER = '[[device]]\nkind = "scanner"\ndriver = "serial"\nid = "front"\nport = "{port}"\nsuffix = "always"\n'
REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nid = "kkt"\nport = "{port}"\n'
PRINTER = '[[device]]\nkind = "printer"\ndriver = "escpos"\nhost = "{host}"\ntcp_port = {port}\n'


class Strip:
    """What the till's pictures say of its devices."""

    def __init__(self, till: OpenedTill) -> None:
        self.till = till
        self._seen: queue.Queue[tuple[DeviceHealth, ...]] = queue.Queue()
        till.engine.watch(lambda view: self._seen.put(view.devices))
        till.engine.post(c.Refresh())

    def until(self, device: str, standing: str) -> DeviceHealth:
        while True:
            devices = {each.id: each for each in self._seen.get(timeout=SOON_S)}
            if device in devices and devices[device].standing == standing:
                return devices[device]


@contextmanager
def till_in(folder: Path) -> Iterator[OpenedTill]:
    with (
        opened_till(folder, lang="ru", sync_at_once=False) as till,
        configured_scanners(till.devices, till.engine.post, till.supervising),
    ):
        yield till


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path)
    return tmp_path


def test_a_scanner_comes_back_at_another_port_and_scans_on_without_a_restart(folder: Path) -> None:
    with VirtualScanner(gap_s=0, link=folder / "by-id") as scanner:
        (folder / FILE).write_text(SCANNER.format(port=scanner.port))
        with till_in(folder) as till:
            strip = Strip(till)
            strip.until("front", "working")
            before = (folder / "by-id").resolve()
            scanner.unplug()
            gone = strip.until("front", "waiting")
            assert gone.said is not None
            assert gone.said.code == "port.unplugged"
            state = till.engine.dispatch(c.OpenShift("Ольга")).state
            assert (state.mode, state.shift is not None) == ("sale", True)
            state = till.engine.dispatch(c.Scan(TEA.code)).state
            assert len(state.basket.lines) == 1
            with VirtualScanner():
                # Something else has taken the old number meanwhile.
                scanner.plug()
                assert (folder / "by-id").resolve() != before
                strip.until("front", "working")
            scanned = queue.Queue[int]()
            till.engine.watch(lambda view: scanned.put(sum(each.qty_milli for each in view.state.basket.lines)))
            scanner.scan(TEA.code)
            while scanned.get(timeout=SOON_S) != 2000:
                pass


def test_a_printer_switched_off_between_two_sales_is_on_the_strip_before_the_next_and_off_it_once_back(
    folder: Path,
) -> None:
    device = VirtualEscPos()
    with on_tcp(device.receive) as (host, port):
        (folder / FILE).write_text(PRINTER.format(host=host, port=port))
        with till_in(folder) as till:
            strip = Strip(till)
            assert strip.until("printer", "working").place == f"{host}:{port}"
            till.engine.dispatch(c.OpenShift("Ольга"))
            device.paper_lines = 0
            for command in (c.Scan(TEA.code), c.Pay(), c.Tender("cash")):
                state = till.engine.dispatch(command).state
            assert state.mode == "done"
            assert state.receipt is not None
            empty = strip.until("printer", "waiting")
            assert empty.said is not None
            assert empty.said.code == "print.no_paper"
            device.mend()
            strip.until("printer", "working")
    (slip,) = device.slips
    assert state.receipt.number in slip


def test_a_register_without_power_is_on_the_strip_refuses_a_sale_and_comes_back_by_itself_at_another_port(
    folder: Path,
) -> None:
    register, link = VirtualShtrih(), folder / "kkt"
    (folder / FILE).write_text(REGISTER.format(port=link))
    with till_in(folder) as till:
        strip = Strip(till)
        silent = strip.until("kkt", "waiting")
        assert silent.said is not None
        assert silent.said.code == "fiscal.silent"
        for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")):
            state = till.engine.dispatch(command).state
        assert (state.mode, register.memory.documents) == ("pay", [])
        with on_pty(register.receive) as port:
            link.symlink_to(port)
            strip.until("kkt", "working")
            assert till.engine.dispatch(c.Tender("cash")).state.mode == "done"
            register.paper = 0
            for command in (c.Scan(TEA.code), c.Pay(), c.Tender("card")):
                state = till.engine.dispatch(command).state
            assert state.mode == "pay"
            empty = strip.until("kkt", "waiting")
            assert empty.said is not None
            assert empty.said.code == "fiscal.no_paper"
            register.paper = 100
            strip.until("kkt", "working")
    assert [document.kind for document in register.memory.documents] == [2, 3]


def test_a_display_that_goes_is_on_the_strip_and_the_sale_goes_on(folder: Path) -> None:
    display, link = VirtualDisplay(), folder / "display"
    (folder / FILE).write_text(f'[[device]]\nkind = "display"\ndriver = "cd5220"\nport = "{link}"\n')
    with till_in(folder) as till, configured_display(till.devices, till.engine, "ru", till.supervising):
        strip = Strip(till)
        strip.until("display", "waiting")
        state = till.engine.dispatch(c.OpenShift("Ольга")).state
        assert state.mode == "sale"
        with on_pty(display.receive) as port:
            link.symlink_to(port)
            till.engine.dispatch(c.Scan(TEA.code))
            strip.until("display", "working")


def test_the_agent_tells_programs_how_each_device_stands_in_the_language_they_ask_for(folder: Path) -> None:
    device = VirtualEscPos()
    device.paper_lines = 0
    with on_tcp(device.receive) as (host, port):
        (folder / FILE).write_text(PRINTER.format(host=host, port=port))
        with served(folder) as agent:
            Strip(agent.till).until("printer", "waiting")
            (told,) = agent.ask("GET", "/v1/devices", params={"lang": "ru"}).json()["devices"]
            assert {key: told[key] for key in ("id", "kind", "place", "standing")} == {
                "id": "printer", "kind": "printer", "place": f"{host}:{port}", "standing": "waiting",
            }  # fmt: skip
            assert told["said"]["text"] == "В принтере чеков нет бумаги"
            assert told["hint"] == {
                "code": "print.no_paper.hint",
                "args": {"port": f"{host}:{port}"},
                "text": "Вставьте новый рулон",
            }
            assert told["since_ms"] > 0
            device.mend()
            Strip(agent.till).until("printer", "working")
            (told,) = agent.ask("GET", "/v1/devices").json()["devices"]
            assert (told["standing"], told["said"], told["hint"]) == ("working", None, None)


def test_a_till_without_devices_has_none_to_tell_of(folder: Path) -> None:
    with served(folder) as agent:
        assert agent.ask("GET", "/v1/devices").json() == {"devices": []}
