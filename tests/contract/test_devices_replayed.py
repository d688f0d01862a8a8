"""Traces of real drivers over pseudo-terminals, sockets and device files, replayed to the same drivers."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from devices.payment.model import Approval, Operation
from devices.shtrih import link
from devices.transport.trace import Trace
from devices.transport.trace_read import read_trace
from devices.virtual.atol import Fault, VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.payment import VirtualTerminal
from devices.virtual.replay import Replay
from devices.virtual.replayed import replayed_on_pty, replayed_on_tcp
from devices.virtual.replayed_http import HttpReplay, replayed_on_http
from devices.virtual.scanner import VirtualScanner
from devices.virtual.served import Receive, on_pty, on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.device_file import FILE, read_devices
from terminal.fiscal.atol_link import request_bytes
from terminal.fiscal.port import State
from terminal.registers import port_of
from terminal.scanner.framing import Framing
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.supervising import Supervising
from tests.support.traces import scans_of

WAIT_S = 60.0
CODES = ("4600000000015", "KPL:2990001000018", "2100123004560")
SCANNER = (
    '[[device]]\nkind = "scanner"\ndriver = "serial"\nsuffix = "always"\ntrace = "scanner.jsonl"\nport = "{port}"\n'
)
ENDED = Framing(suffix_known=True)
"""As of that scanner: no pause of a busy machine ends a code."""
PRINTER = '[[device]]\nkind = "printer"\ndriver = "escpos"\ntrace = "printer.jsonl"\n{at}\n'
OPERATION = Operation("cd" * 16, "sale", 123_45)
ATOL = (
    '[[device]]\nkind = "fiscal"\ndriver = "atol"\ntrace = "kkt.jsonl"\nurl = "{url}"\n'
    'login = "till"\npassword = "s3cret"\n'
)
PAYMENT = '[[device]]\nkind = "payment"\ndriver = "virtual"\ntrace = "payment.jsonl"\n{at}\n'
REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\ntrace = "kkt.jsonl"\nport = "{port}"\n'


def scans_at(folder: Path, port: str, send: Callable[[], None]) -> list[c.Command]:
    """What the till's commands are until there are as many as codes; `send` once the port is open."""
    (folder / FILE).write_text(SCANNER.format(port=port))
    posted: queue.Queue[c.Command] = queue.Queue()
    opened: queue.Queue[bool] = queue.Queue()
    supervising = Supervising(posted.put, lambda: opened.put(True))
    with configured_scanners(read_devices(folder), posted.put, supervising):
        opened.get(timeout=WAIT_S)
        send()
        return [posted.get(timeout=WAIT_S) for _ in CODES]


def test_a_scanner_s_trace_of_devices_toml_replayed_gives_the_till_the_same_commands(tmp_path: Path) -> None:
    with VirtualScanner(gap_s=0) as scanner:

        def send() -> None:
            for code in CODES:
                scanner.scan(code)

        was = scans_at(tmp_path, scanner.port, send)
    assert was == [c.Scan(code, "serial:scanner") for code in CODES]
    trace = read_trace(tmp_path / "scanner.jsonl")
    assert [getattr(each, "text", None) for each in scans_of(trace.steps, ENDED)] == list(CODES)
    with replayed_on_pty(Replay(trace.steps, fast=True)) as (port, ended):
        assert scans_at(tmp_path, port, lambda: None) == was
        assert ended.wait(WAIT_S)
    again = read_trace(tmp_path / "scanner.jsonl")
    assert scans_of(again.steps, ENDED) == scans_of(trace.steps, ENDED)


@contextmanager
def tcp_line(receive: Receive) -> Iterator[str]:
    with on_tcp(receive) as (host, port):
        yield f'host = "{host}"\ntcp_port = {port}'


@contextmanager
def serial_line(receive: Receive) -> Iterator[str]:
    with on_pty(receive) as port:
        yield f'port = "{port}"'


@contextmanager
def file_line(receive: Receive) -> Iterator[str]:
    with on_pty(receive) as port:
        yield f'file = "{port}"'


def printed(folder: Path, at: str) -> None:
    """One slip, known to be on the paper. Raises DeviceError."""
    (folder / FILE).write_text(PRINTER.format(at=at))
    (device,) = read_devices(folder)
    printer = device.make(device.settings)
    printer.open(lambda event: None)
    printer.print_normal("Чек T1-000042")
    printer.cut_paper()
    printer.close()


@pytest.mark.parametrize("line", [tcp_line, serial_line, file_line])
def test_a_printer_s_trace_replayed_proves_the_same_slip(
    tmp_path: Path, line: Callable[[Receive], AbstractContextManager[str]]
) -> None:
    device = VirtualEscPos()
    with line(device.receive) as at:
        printed(tmp_path, at)
    assert len(device.slips) == 1
    trace = read_trace(tmp_path / "printer.jsonl")
    assert {"opened", "in", "out", "gone"} == {step.way for step in trace.steps}
    replay = Replay(trace.steps)
    with replayed_on_tcp(replay) as ((host, port), ended):
        printed(tmp_path, f'host = "{host}"\ntcp_port = {port}')
        assert ended.wait(WAIT_S)
    assert (replay.ended, replay.differed) == (True, 0)


def test_a_register_s_trace_replayed_stands_as_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENQ_WAIT_S", "TAKEN_WAIT_S", "BYTE_WAIT_S"):
        monkeypatch.setattr(link, name, WAIT_S)  # where the till asks once more, its bytes are others

    def state_at(port: str) -> State:
        (tmp_path / FILE).write_text(REGISTER.format(port=port))
        (device,) = read_devices(tmp_path)
        register = port_of(device)
        try:
            return register.state()
        finally:
            register.close()

    with on_pty(VirtualShtrih().receive) as port:
        was = state_at(port)
    replay = Replay(read_trace(tmp_path / "kkt.jsonl").steps)
    with replayed_on_pty(replay) as (port, ended):
        assert state_at(port) == was
        assert ended.wait(WAIT_S)
    assert (replay.ended, replay.differed) == (True, 0)


@pytest.mark.parametrize("fault", [None, "cut", "html", "answer"])
def test_a_trace_of_atol_s_web_server_replayed_answers_the_same_whatever_its_uuids(
    tmp_path: Path, fault: Fault | None
) -> None:
    """Every one of these faults is of the second exchange, and heals."""

    def asked_at(url: str) -> list[State]:
        (tmp_path / FILE).write_text(ATOL.format(url=url))
        (device,) = read_devices(tmp_path)
        register = port_of(device)
        found = [register.state() for _ in range(2)]
        register.close()
        return found

    server = VirtualAtol(login="till", password="s3cret")
    if fault:
        server.fail(fault, 1)
    with on_http(server) as url:
        was = asked_at(url)
    trace = read_trace(tmp_path / "kkt.jsonl")
    assert trace.head.wire == "http"
    written = b"".join(step.raw for step in trace.steps)
    assert (b"POST /api/v2/requests" in written, b"s3cret" in written, b"uthorization" in written) == (
        True,
        False,
        False,
    )
    replay = HttpReplay(trace.steps)
    with replayed_on_http(replay) as (url, ended):
        assert asked_at(url) == was
        assert ended.wait(WAIT_S)
    assert (replay.ended, replay.differed) == (True, 0)


def test_a_request_that_is_another_than_in_the_trace_is_counted_and_answered(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "kkt.jsonl", "kkt", "fiscal", wire="http")
    for body in (b"{}", b"[]"):
        trace.note("opened")
        trace.note("out", request_bytes("POST", "/x", body))
        trace.note("in", b"HTTP/1.1 201 -\r\nconnection: close\r\n\r\n" + body)
        trace.note("gone")
    trace.close()
    replay = HttpReplay(read_trace(tmp_path / "kkt.jsonl").steps)
    with replayed_on_http(replay) as (url, ended), httpx.Client(base_url=url, trust_env=False) as http:
        assert [http.post(path, content=b"{}").content for path in ("/x", "/x")] == [b"{}", b"[]"]
        assert ended.wait(WAIT_S)
        with pytest.raises(httpx.RemoteProtocolError):
            http.post("/x")
    assert (replay.ended, replay.differed) == (True, 1)


def test_a_payment_terminal_s_trace_replayed_charges_the_same(tmp_path: Path) -> None:
    def charged_at(at: str) -> Approval:
        (tmp_path / FILE).write_text(PAYMENT.format(at=at))
        (device,) = read_devices(tmp_path)
        terminal = device.make(device.settings)
        terminal.open(lambda event: None)
        try:
            approval: Approval = terminal.authorize_sales(OPERATION, lambda progress: None)
            return approval
        finally:
            terminal.close()

    with tcp_line(VirtualTerminal().receive) as at:
        was = charged_at(at)
    replay = Replay(read_trace(tmp_path / "payment.jsonl").steps)
    with replayed_on_tcp(replay) as ((host, port), ended):
        assert charged_at(f'host = "{host}"\ntcp_port = {port}') == was
        assert ended.wait(WAIT_S)
    assert (replay.ended, replay.differed) == (True, 0)
