"""A till's log: in its own file, and never onto the screen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 30

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
