"""What stands between `kopilka terminal` and its first picture: nothing of the network, nothing that takes long."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.small_till import make_till

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 60
LATER = frozenset({"cryptography.x509", "cv2", "http_message_signatures", "httpx", "phonenumbers", "pydantic", "serial",
                   "sqlalchemy", "sqlite_utils", "structlog", "terminal.words", "typer", "zstandard"})  # fmt: skip

# Where the screen would begin to run, tells what there is by then, and what there is once the screen stands.
START = """
import gc, json, sys, threading
import terminal.syncing
from terminal.ui import app

class Screen:
    return_code = 0
    def __init__(self, *_, standing, **__):
        self.standing = standing
    def bring(self, command):
        pass
    def run(self):
        before, synced = gc.isenabled(), []
        loaded = sorted(sys.modules)
        terminal.syncing.Syncing.start = lambda sync: synced.append(sync)
        self.standing()
        for thread in threading.enumerate():
            if thread.name == "sentences":
                thread.join()
        words = "terminal.words" in sys.modules
        after = gc.isenabled()
        print(json.dumps({"loaded": loaded, "before": before, "after": after, "synced": len(synced), "words": words}))

app.TillApp = Screen
from terminal.cli import main
main()
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("start") / "till"
    make_till(folder)
    command = [sys.executable, "-c", START, "terminal", "--data", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SOON_S)
    assert (done.returncode, done.stderr) == (0, "")
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def test_the_first_picture_waits_for_no_library_that_it_does_not_need(found: dict[str, Any]) -> None:
    assert "textual.app" in found["loaded"]
    assert "cryptography" in found["loaded"]
    assert LATER & set(found["loaded"]) == set()


def test_garbage_is_collected_and_the_head_office_asked_once_the_screen_stands(found: dict[str, Any]) -> None:
    assert (found["before"], found["after"], found["synced"]) == (False, True, 1)


def test_the_sentences_of_every_room_are_at_hand_soon_after_the_screen_stands(found: dict[str, Any]) -> None:
    assert found["words"]
