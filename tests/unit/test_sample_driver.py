"""The driver that docs/DEVICES.md shows, as a package would bring it: read by its entry point, over a real socket."""

from __future__ import annotations

import re
import socket
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Queue

import pytest

from terminal import device_file
from terminal.device_file import FILE, read_devices
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.supervising import Supervising

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "docs" / "samples"
SOON_S = 20


def test_the_driver_of_the_page_reads_a_scanner_that_goes_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(SAMPLES))
    page = (ROOT / "docs" / "DEVICES.md").read_text("utf-8")
    name, value = re.findall(r'^"(scanner\.acme)" = "([^"]+)"$', page, re.MULTILINE)[0]
    point = EntryPoint(name, value, "kopilka.devices")
    monkeypatch.setattr(device_file, "_brought", lambda: {name: point})
    posted: Queue[c.Command] = Queue()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SOON_S)
        text = '[[device]]\nkind = "scanner"\ndriver = "acme"\nhost = "127.0.0.1"\npostfix = "#"\n'
        (tmp_path / FILE).write_text(f"{text}tcp_port = {server.getsockname()[1]}\n")
        with configured_scanners(read_devices(tmp_path), posted.put, Supervising(posted.put)):
            line, _ = server.accept()
            line.sendall(b"]E04600000000015#")
            assert posted.get(timeout=SOON_S) == c.Scan("4600000000015", "acme:scanner")
            line.close()
            gone = posted.get(timeout=SOON_S)
            assert isinstance(gone, c.Notify)
            assert gone.said.code == "scan.gone"
            line, _ = server.accept()
            back = posted.get(timeout=SOON_S)
            assert isinstance(back, c.Notify)
            assert back.said.code == "scan.back"
            line.sendall(b"2990001000018#\r")
            assert posted.get(timeout=SOON_S) == c.Scan("2990001000018", "acme:scanner")
            line.close()
