"""A till's log: in its own file, and never onto the screen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 60

LOGGING = """
import logging, sys
from pathlib import Path
early = logging.getLogger("till")
from terminal.cli.logs import log_to
log_to(Path(sys.argv[1]))
early.warning("disk_full", extra={"file": "journal.db", "while": Path("касса")})
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("screen").exception("screen_fault")
"""


def test_the_log_goes_to_its_file_a_line_of_json_each_and_never_onto_the_screen(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        command = [sys.executable, "-c", LOGGING, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SOON_S)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    refused, fault = (json.loads(line) for line in (tmp_path / "till.log").read_text("utf-8").splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", refused.pop("timestamp"))
    assert refused == {
        "event": "disk_full", "file": "journal.db", "while": "PosixPath('касса')", "level": "warning", "logger": "till",
    }  # fmt: skip
    assert set(fault) == {"event", "level", "logger", "timestamp", "exception"}
    assert fault["exception"].splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert not (tmp_path / "missing").exists()
