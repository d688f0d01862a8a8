"""A scanner behind a serial server, over a real socket: codes, a server that goes and comes back, a beep."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from devices.virtual.scanner_tcp import TcpScanner
from terminal.device_file import FILE, configured, read_devices
from terminal.doctoring import scanner_findings
from terminal.scanning import configured_scanners, made_scanner
from terminal.session import commands as c
from terminal.supervising import Supervising
from terminal.words import TEMPLATES

WAIT_S = 60
BEL = b"\x07"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(WAIT_S)
        yield made


def test_a_scanner_behind_a_serial_server_is_read_goes_and_comes_back(tmp_path: Path, server: socket.socket) -> None:
    text = '[[device]]\nkind = "scanner"\ndriver = "tcp"\nhost = "127.0.0.1"\nreject = "07"\n'
    (tmp_path / FILE).write_text(f"{text}tcp_port = {server.getsockname()[1]}\n")
    posted: Queue[c.Command] = Queue()
    with configured_scanners(read_devices(tmp_path), posted.put, Supervising(posted.put)) as refuse:
        line, _ = server.accept()
        line.settimeout(WAIT_S)
        for piece in (b"]E046000", b"00000015", b"\r\n"):
            line.sendall(piece)
        assert posted.get(timeout=WAIT_S) == c.Scan("4600000000015", "tcp:scanner", "]E0")
        refuse("tcp:scanner")
        assert line.recv(16) == BEL
        line.sendall(b"46000")
        line.close()
        gone = posted.get(timeout=WAIT_S)
        line, _ = server.accept()
        back = posted.get(timeout=WAIT_S)
        assert [note.said.code for note in (gone, back) if isinstance(note, c.Notify)] == ["scan.gone", "scan.back"]
        assert isinstance(gone, c.Notify)
        assert gone.said.args["port"] == f"127.0.0.1:{server.getsockname()[1]}"
        line.sendall(b"4600000000022\r")
        assert posted.get(timeout=WAIT_S) == c.Scan("4600000000022", "tcp:scanner")
        line.close()


def test_a_server_where_nobody_answers_is_on_the_strip_as_one(tmp_path: Path, server: socket.socket) -> None:
    """Nobody says of an address that there is no such port."""
    number = server.getsockname()[1]
    server.close()
    text = '[[device]]\nkind = "scanner"\ndriver = "tcp"\nhost = "127.0.0.1"\n'
    (tmp_path / FILE).write_text(f"{text}tcp_port = {number}\n")
    changed: Queue[bool] = Queue()
    supervising = Supervising(lambda notice: None, lambda: changed.put(True))
    with configured_scanners(read_devices(tmp_path), lambda command: None, supervising):
        changed.get(timeout=WAIT_S)
        (health,) = supervising.devices()
    assert health.said is not None
    assert (health.place, health.standing, health.said.code) == (f"127.0.0.1:{number}", "waiting", "device.offline")


def test_a_virtual_scanner_on_the_network_scans_beeps_goes_and_comes_back(tmp_path: Path) -> None:
    posted: Queue[c.Command] = Queue()
    with TcpScanner() as scanner:
        host, _, number = scanner.port.partition(":")
        text = f'[[device]]\nkind = "scanner"\ndriver = "tcp"\nhost = "{host}"\ntcp_port = {number}\nreject = "07"\n'
        (tmp_path / FILE).write_text(f'{text}suffix = "always"\n')
        with configured_scanners(read_devices(tmp_path), posted.put, Supervising(posted.put)) as refuse:
            assert scanner.scan("4600000000015", WAIT_S)
            assert posted.get(timeout=WAIT_S) == c.Scan("4600000000015", "tcp:scanner")
            refuse("tcp:scanner")
            assert scanner.heard(WAIT_S) == BEL
            scanner.unplug()
            assert not scanner.scan("4600000000022")
            gone = posted.get(timeout=WAIT_S)
            scanner.plug()
            back = posted.get(timeout=WAIT_S)
            assert [note.said.code for note in (gone, back) if isinstance(note, c.Notify)] == ["scan.gone", "scan.back"]
            assert scanner.scan("4600000000022", WAIT_S)
            assert posted.get(timeout=WAIT_S) == c.Scan("4600000000022", "tcp:scanner")


def test_the_doctor_tells_a_server_where_nobody_answers(server: socket.socket) -> None:
    number = server.getsockname()[1]
    (device,) = configured({"device": [{"kind": "scanner", "driver": "tcp", "host": "127.0.0.1", "tcp_port": number}]})
    assert list(scanner_findings("gate", device.place, made_scanner(device))) == []
    server.close()
    (finding,) = scanner_findings("gate", device.place, made_scanner(device))
    assert (finding.device, finding.what.code) == ("gate", "device.offline")
    assert finding.what.args["port"] == f"127.0.0.1:{number}"
    assert finding.what.code in TEMPLATES
    assert finding.do.code in TEMPLATES
