"""A serial scanner of `kopilka terminal --scanner`: its bytes become commands of the engine."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
import tty
from pathlib import Path

from terminal.cli.till import _scanning
from terminal.session import commands as c
from terminal.session.port import View
from tests.support.counter import TEA
from tests.support.small_till import opened_rig

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 30


def test_what_a_serial_scanner_sends_is_sold(tmp_path: Path) -> None:
    scanner, port = pty.openpty()
    tty.setraw(port)
    sold = threading.Event()

    def painted(view: View) -> None:
        if [line.product.code for line in view.state.basket.lines] == [TEA.code]:
            sold.set()

    with opened_rig(tmp_path / "till") as rig:
        rig.engine.dispatch(c.OpenShift("Ольга"))
        rig.engine.watch(painted)
        with _scanning(os.ttyname(port), rig.engine):
            # What comes before the port is open is nobody's: a person scans again too.
            assert any(os.write(scanner, TEA.code.encode() + b"\r") and sold.wait(0.5) for _ in range(60))
    os.close(scanner)
    os.close(port)


def test_without_a_scanner_nothing_is_opened(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig, _scanning("", rig.engine):
        assert "serial" not in {thread.name for thread in threading.enumerate()}


LOGGING = """
import logging, sys
from pathlib import Path
import structlog
early = structlog.get_logger("till")
from terminal.cli.logs import log_to
log_to(Path(sys.argv[1]))
early.warning("disk_full", file="journal.db")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("screen").exception("screen_fault")
"""


def test_the_log_goes_to_its_file_and_never_onto_the_screen(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        command = [sys.executable, "-c", LOGGING, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SOON_S)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lines = (tmp_path / "till.log").read_text().splitlines()
    first = json.loads(lines[0])
    assert (first["event"], first["file"], first["level"], first["logger"]) == (
        "disk_full", "journal.db", "warning", "till",
    )  # fmt: skip
    assert "ZeroDivisionError" in lines[-1]
    assert not (tmp_path / "missing").exists()
