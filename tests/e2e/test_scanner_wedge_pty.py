"""Keys over a real pseudo-terminal into a real screen: a scan never leaves a character in the focused field."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

EAN = "4600000000015"
CARD = "KPL:2990000000019"
WAIT_S = 60.0
ROOT = Path(__file__).parents[2]


class Till:
    """A screen in its own process; what is written to `keys` arrives as if typed."""

    def __init__(self) -> None:
        self.keys, slave = pty.openpty()
        self._facts, report = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("wedge_app.py")), str(report)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=[report],
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
        )
        os.close(slave)
        os.close(report)
        self._lines = b""
        threading.Thread(target=self._drain, daemon=True).start()
        assert self.next_fact() == {"ready": True}

    def _drain(self) -> None:
        try:
            while os.read(self.keys, 65536):
                pass
        except OSError:
            # The screen has gone.
            return

    def type(self, text: str, gap_s: float = 0.0) -> None:
        """Write keys, all at once or one by one."""
        if not gap_s:
            os.write(self.keys, text.encode())
            return
        for char in text:
            os.write(self.keys, char.encode())
            time.sleep(gap_s)

    def next_fact(self) -> dict[str, object]:
        while b"\n" not in self._lines:
            assert select.select([self._facts], [], [], WAIT_S)[0], "the screen says nothing"
            self._lines += os.read(self._facts, 65536)
        line, self._lines = self._lines.split(b"\n", 1)
        fact: dict[str, object] = json.loads(line)
        return fact

    def tell(self) -> list[dict[str, object]]:
        """Everything that happened, ending with what the field holds."""
        os.write(self.keys, b"\x07")
        facts = [self.next_fact()]
        while "field" not in facts[-1]:
            facts.append(self.next_fact())
        return facts

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self.keys)
        os.close(self._facts)


@pytest.fixture(scope="module")
def till() -> Iterator[Till]:
    till = Till()
    yield till
    till.stop()


EMPTY = {"field": "", "focus": "field"}


@pytest.mark.parametrize("gap_s", [0.0, 0.001, 0.01])
@pytest.mark.parametrize("suffix", ["\r", "\t", "\r\n", ""])
def test_a_scan_leaves_the_focused_field_empty_and_the_focus_where_it_was(
    till: Till, suffix: str, gap_s: float
) -> None:
    till.type(EAN + suffix, gap_s)
    assert till.tell() == [{"scan": EAN}, EMPTY]


def test_a_scan_through_the_russian_layout_leaves_the_field_empty(till: Till) -> None:
    till.type("ЛЗДЖ2990000000019\r", 0.001)
    assert till.tell() == [{"scan": CARD}, EMPTY]


def test_typing_reaches_the_field_and_enter_submits_it(till: Till) -> None:
    till.type("\x19")
    till.type("12,5", 0.05)
    till.type("\r")
    told = till.tell()
    till.type("\x19")
    assert told == [{"submitted": "12,5"}, {"field": "12,5", "focus": "field"}]


def test_a_burst_that_is_no_code_reaches_the_field_as_typed(till: Till) -> None:
    till.type("4600000000016\r")
    assert till.tell() == [{"submitted": "4600000000016"}, {"field": "4600000000016", "focus": "field"}]


def test_keys_typed_before_a_scan_stay_and_the_scan_does_not(till: Till) -> None:
    till.type(f"3*{EAN}\r")
    assert till.tell() == [{"scan": EAN}, {"field": "3*", "focus": "field"}]


def test_many_scans_in_a_row_are_so_many_scans(till: Till) -> None:
    till.type(f"{EAN}\r{CARD}\r" * 20)
    assert till.tell() == [{"scan": EAN}, {"scan": CARD}] * 20 + [EMPTY]


def test_a_screen_too_busy_to_look_does_not_split_a_scan(till: Till) -> None:
    till.type("\x14")
    till.type(f"{EAN}\r", 0.002)
    assert till.tell() == [{"scan": EAN}, EMPTY]


def test_a_code_pasted_by_the_terminal_is_a_scan_and_other_text_is_not(till: Till) -> None:
    till.type(f"\x1b[200~{EAN}\r\x1b[201~")
    till.type("\x1b[200~Ivan\x1b[201~")
    assert till.tell() == [{"scan": EAN}, {"field": "Ivan", "focus": "field"}]


def test_a_scan_over_a_modal_leaves_its_field_empty(till: Till) -> None:
    till.type("\x0f")
    till.type(f"{EAN}\r", 0.001)
    assert till.tell() == [{"scan": EAN}, {"field": "", "focus": "modal"}]
