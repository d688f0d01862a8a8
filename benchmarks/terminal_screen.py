"""A program under a pseudo-terminal: what is typed here it reads as keys, what it paints is read here."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
COLUMNS, ROWS = 120, 40
WAIT_S = 60.0
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>]|[()].)")
"""Escape sequences: between them stands the text that is painted (ECMA-48, 5.4)."""


class TerminalScreen:
    """A Python program, from the start of its process on. Used as a context: it ends with it."""

    def __init__(self, command: Sequence[str], compiled: Path | None = None) -> None:
        """`command` is what follows `python` on the command line; `compiled` is where it keeps and finds compiled
        modules, whatever this process was told to do with its own."""
        self._end, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        if compiled:
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            environment["PYTHONPYCACHEPREFIX"] = str(compiled)
        self.began_s = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self._painted = b""

    def __enter__(self) -> TerminalScreen:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._end)

    @property
    def process_id(self) -> int:
        return self._process.pid

    def type(self, keys: str) -> float:
        """Press keys, and forget what was painted before them; the moment they were pressed."""
        self._painted = b""
        pressed_s = time.perf_counter()
        os.write(self._end, keys.encode())
        return pressed_s

    def painted(self, text: str) -> float:
        """Wait until `text` stands in what was painted since the last key; the moment it was read."""
        until_s = time.perf_counter() + WAIT_S
        while text not in self.text():
            if not self._read(until_s - time.perf_counter()):
                raise AssertionError(f"not painted: {text!r}; painted was {self.text()[-500:]!r}")
        return time.perf_counter()

    def text(self) -> str:
        return _CONTROL.sub("", self._painted.decode("utf-8", "ignore"))

    def rest(self, rest_s: float) -> None:
        """Let so much time pass, taking in what is painted meanwhile."""
        until_s = time.perf_counter() + rest_s
        while (left_s := until_s - time.perf_counter()) > 0:
            self._read(left_s)

    def _read(self, wait_s: float) -> bool:
        """Take in what is there, or comes in time; whether anything did."""
        if wait_s <= 0 or not select.select([self._end], [], [], wait_s)[0]:
            return False
        try:
            self._painted += os.read(self._end, 65536)
        except OSError:
            return False  # the program has closed its side
        return True


def kopilka(*arguments: str) -> list[str]:
    """What the console script `kopilka` runs."""
    return ["-c", "from terminal.cli import main; main()", *arguments]
