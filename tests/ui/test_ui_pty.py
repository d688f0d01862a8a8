"""The screen on a real pseudo-terminal: bytes in as a keyboard and a scanner send them, the painted screen out."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui import shop

ROOT = Path(__file__).parents[2]
WAIT_S = 60.0
TELL = b"\x19"
F2, F6 = b"\x1bOQ", b"\x1b[17~"


class Terminal:
    """The screen in its own process; what is written to it arrives as if typed, `early` before the screen stands."""

    def __init__(self, columns: int = 80, rows: int = 24, early: bytes = b"") -> None:
        self.keys, slave = pty.openpty()
        os.write(self.keys, early)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._facts, report = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.pty_app", str(report)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=[report],
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(slave)
        os.close(report)
        self._lines = b""
        self.written = b""
        threading.Thread(target=self._drain, daemon=True).start()
        self.next_fact()

    def _drain(self) -> None:
        try:
            while data := os.read(self.keys, 65536):
                self.written += data
        except OSError:
            # The screen has gone.
            return

    def send(self, data: bytes | str) -> None:
        os.write(self.keys, data.encode() if isinstance(data, str) else data)

    def next_fact(self) -> dict[str, Any]:
        while b"\n" not in self._lines:
            assert select.select([self._facts], [], [], WAIT_S)[0], "the screen says nothing"
            data = os.read(self._facts, 65536)
            assert data, "the screen has ended: " + self.written[-2000:].decode(errors="replace")
            self._lines += data
        line, self._lines = self._lines.split(b"\n", 1)
        fact: dict[str, Any] = json.loads(line)
        return fact

    def told(self) -> dict[str, Any]:
        """What is on the screen and in the till after everything sent so far."""
        self.send(TELL)
        return self.next_fact()

    def stop(self) -> int:
        """Leave by ctrl+q, as a cashier would; the exit code."""
        self.send(b"\x11")
        self.told()
        self.send(b"\r")
        try:
            return self._process.wait(WAIT_S)
        finally:
            self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self.keys)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.end()


def test_bursts_of_a_scanner_are_scans_and_never_text_on_the_sale_or_in_a_form(terminal: Terminal) -> None:
    terminal.send(shop.WATER.code + "\r")
    terminal.send(f"KPL:{shop.CARD}\r\n")
    told = terminal.told()
    assert told["scans"] == [shop.WATER.code, f"KPL:{shop.CARD}"]
    assert told["line"] == ""
    assert any("Мария И." in row for row in told["rows"])
    terminal.send(b"\x1b")
    terminal.told()
    terminal.send("3*\r" + shop.MUG.code + "\r")
    told = terminal.told()
    assert told["basket"][0] == [shop.WATER.code, 1000]
    assert told["basket"][1][0] == shop.MUG.code
    assert told["line"] == ""


def test_a_burst_over_the_form_of_a_new_member_leaves_no_character_in_its_fields(terminal: Terminal) -> None:
    terminal.send(F6)
    assert any("Новый участник" in row for row in terminal.told()["rows"])
    terminal.send(shop.WATER.code + "\r")
    told = terminal.told()
    assert told["phone"] == ""
    assert told["scans"] == [shop.WATER.code]
    assert any("Новый участник" in row for row in told["rows"])


def test_a_bracketed_paste_of_a_code_is_a_scan_and_of_text_is_typed(terminal: Terminal) -> None:
    terminal.send(f"\x1b[200~{shop.WATER.code}\r\x1b[201~")
    terminal.send("\x1b[200~кружка\x1b[201~")
    told = terminal.told()
    assert told["scans"] == [shop.WATER.code]
    assert told["line"] == "кружка"


def test_a_whole_sale_typed_ahead_in_one_write_is_done_in_its_order(terminal: Terminal) -> None:
    terminal.send(shop.WATER.code + "\r")
    terminal.told()
    terminal.send(F2 + b"1" + b"0000\r")
    told = terminal.told()
    assert told["mode"] == "done"
    assert any("СДАЧА" in row for row in told["rows"])


def test_the_screen_leaves_the_terminal_as_it_found_it_and_prints_nothing_of_itself(terminal: Terminal) -> None:
    terminal.send(shop.WATER.code + "\r")
    terminal.told()
    assert terminal.stop() == 0
    assert b"Traceback" not in terminal.written
    assert b"\x1b[?1049l" in terminal.written


def test_what_is_typed_before_the_screen_stands_is_typed_with_its_enter() -> None:
    early = Terminal(early="кружка\r".encode())
    told = early.told()
    early.end()
    assert told["line"] == ""
    assert any("Найдено: 1" in row for row in told["rows"])


@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n"])
def test_a_burst_that_is_no_scan_is_typed_with_its_one_enter(terminal: Terminal, enter: str) -> None:
    terminal.send("3*" + enter)
    told = terminal.told()
    assert (told["line"], told["scans"]) == ("", [])
    terminal.send("4600000000016" + enter)
    told = terminal.told()
    assert (told["line"], told["scans"]) == ("", [])
    assert any("4600000000016" in row for row in told["rows"])
