"""The driver that docs/DEVICES.md shows, as an installed package: found by its entry point, over a real socket."""

from __future__ import annotations

import re
import socket
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from queue import Queue
from shutil import copyfile
from unittest.mock import patch

import pytest

from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.protocols import Listener
from loyalty.errors import BadDevices
from terminal import device_file
from terminal.cli import devices_doctor, main
from terminal.device_file import FILE, KINDS, read_devices
from terminal.doctoring import scanner_findings
from terminal.scanning import configured_scanners
from terminal.session import commands as c
from terminal.supervising import Supervising

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "docs" / "samples"
SOON_S = 60


PAGE = (ROOT / "docs" / "DEVICES.md").read_text("utf-8").partition("## A driver of one's own")[2].partition("\n## ")[0]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page's package as an installer leaves it: its module and its metadata in a folder of the path."""
    project = tomllib.loads(next(text for text in blocks("toml") if "[project]" in text))
    where = tmp_path / "site-packages"
    about = where / f"{project['project']['name'].replace('-', '_')}-{project['project']['version']}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['project']['name']}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["project"]["entry-points"].items()
    ))  # fmt: skip
    for module in project["tool"]["setuptools"]["py-modules"]:
        copyfile(SAMPLES / f"{module}.py", where / f"{module}.py")
    monkeypatch.syspath_prepend(str(where))
    device_file._brought.cache_clear()
    yield where
    device_file._brought.cache_clear()
    sys.modules.pop("acme_scanner", None)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_driver_as_it_is_in_about_forty_lines() -> None:
    (shown,) = blocks("python")
    assert shown == (SAMPLES / "acme_scanner.py").read_text("utf-8")
    assert len(shown.splitlines()) <= 40


def test_every_kind_of_device_has_its_port_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| `([\w.]+)`", PAGE, re.MULTILINE)
    assert {kind for kind, *_ in rows} == set(KINDS)
    for _, *names in rows:
        for name in names:
            module, _, attribute = name.rpartition(".")
            assert hasattr(import_module(module), attribute), name


def test_a_driver_of_another_package_is_named_where_a_driver_is_wrong(installed: Path, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[[device]]\nkind = "scanner"\ndriver = "acne"\n')
    with pytest.raises(BadDevices) as caught:
        read_devices(tmp_path)
    (problem,) = caught.value.problems
    assert "acme" in problem.mend
    (tmp_path / FILE).write_text('[[device]]\nkind = "scanner"\ndriver = "acme"\nhots = "x"\n')
    with pytest.raises(BadDevices) as caught:
        read_devices(tmp_path)
    assert [(each.path, each.mend) for each in caught.value.problems] == [
        ("device[1].hots", "write host"), ("device[1].host", "write it"),
    ]  # fmt: skip


def test_the_installed_driver_reads_a_scanner_that_goes_and_comes_back(installed: Path, tmp_path: Path) -> None:
    posted: Queue[c.Command] = Queue()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SOON_S)
        text = '[[device]]\nkind = "scanner"\ndriver = "acme"\nhost = "127.0.0.1"\npostfix = "#"\n'
        (tmp_path / FILE).write_text(f"{text}tcp_port = {server.getsockname()[1]}\n")
        with configured_scanners(read_devices(tmp_path), posted.put, Supervising(posted.put)):
            line, _ = server.accept()
            line.sendall(b"]E04600000000015#")
            assert posted.get(timeout=SOON_S) == c.Scan("4600000000015", "acme:scanner", "]E0")
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


def test_the_doctor_tells_that_nobody_answers_an_installed_driver(
    installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        text = f'[[device]]\nkind = "scanner"\ndriver = "acme"\nhost = "127.0.0.1"\ntcp_port = {number}\n'
        (tmp_path / FILE).write_text(text)
        assert doctor(tmp_path) == 0
    assert doctor(tmp_path) == 1
    assert capsys.readouterr().out.splitlines() == [
        "All is well: scanner",
        f"1. scanner: 127.0.0.1:{number} does not answer",
        "   Check its power and cable",
    ]


def doctor(folder: Path) -> int:
    """Whatever keyboard this machine has."""
    with patch.object(devices_doctor, "KEYBOARD", ()), pytest.raises(SystemExit) as ended:
        main(["devices", "doctor", "--data", str(folder), "--lang", "en"])
    return int(ended.value.code or 0)


class Quiet:
    """A driver's scanner that reports nothing by itself."""

    info = DeviceInfo("front", "scanner", "quiet", "10.0.0.9")

    def __init__(self, health: Health) -> None:
        self._health = health

    def open(self, listener: Listener) -> None:
        """Nothing is told."""

    def close(self) -> None:
        """Nothing is held."""

    def check_health(self) -> Health:
        return self._health


def test_of_a_driver_that_reports_nothing_the_doctor_believes_its_health() -> None:
    assert list(scanner_findings("front", "10.0.0.9", Quiet(Health.ENABLED), wait_s=0.01)) == []
    (finding,) = scanner_findings("front", "10.0.0.9", Quiet(Health.OFFLINE), wait_s=0.01)
    assert (finding.what.code, finding.what.args["port"]) == ("device.offline", "10.0.0.9")


@pytest.mark.parametrize(
    ("event", "codes"),
    [
        (DataEvent(b"4600000000015", 0.0), []),
        (StatusUpdate(Health.ENABLED, "ready", "Ready."), []),
        (StatusUpdate(Health.ERROR, "low_battery", "The battery is low.", "Charge it."), ["device.said"]),
    ],
)
def test_the_doctor_tells_what_a_driver_reports_first(event: DeviceEvent, codes: list[str]) -> None:
    class Reporting(Quiet):
        def open(self, listener: Listener) -> None:
            listener(event)

    found = list(scanner_findings("front", "10.0.0.9", Reporting(Health.OFFLINE), wait_s=SOON_S))
    assert [each.what.code for each in found] == codes
