"""The demo shop as a new user runs it: the script by its exit code, the screen over a real pseudo-terminal."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KOPILKA = [sys.executable, "-c", "from terminal.cli import main; main()"]
PAINTED_WITHIN_S = 60.0
ENDS_WITHIN_S = 60.0
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Screen:
    """`kopilka demo` on a pseudo-terminal of 100 x 30; `wait_for` reads until a text was painted."""

    def __init__(self, folder: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [*KOPILKA, "demo", "--data", str(folder), "--lang", "en"],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._written = b""
        self._more = threading.Condition()
        threading.Thread(target=self._drain, daemon=True).start()

    def wait_for(self, text: str) -> None:
        with self._more:
            painted = self._more.wait_for(lambda: text in self._painted(), PAINTED_WITHIN_S)
            assert painted, f"{text!r} was not painted; last: {self._painted()[-1500:]!r}"

    def press(self, keys: str) -> None:
        with self._more:
            self._written = b""
        os.write(self.master, keys.encode())

    def leave(self) -> int:
        """Ctrl+Q; the exit status."""
        self.press("\x11")
        try:
            return self.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end; last: {self._painted()[-1500:]!r}") from None

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)

    def _painted(self) -> str:
        return _ESCAPES.sub("", self._written.decode(errors="replace"))

    def _drain(self) -> None:
        """Always read on: a screen whose terminal is full waits for ever."""
        with contextlib.suppress(OSError):
            while chunk := os.read(self.master, 65536):
                with self._more:
                    self._written += chunk
                    self._more.notify_all()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    shown = Screen(tmp_path / "demo")
    yield shown
    shown.kill()


@pytest.mark.camera
@pytest.mark.timeout(300)
def test_the_scripted_day_holds_from_the_camera_to_the_books(tmp_path: Path) -> None:
    command = [*KOPILKA, "demo", "--script", "--data", str(tmp_path / "demo"), "--lang", "ru"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "nothing stored twice" in done.stdout


def test_a_new_user_sells_in_the_demo_and_the_next_start_goes_on_from_there(screen: Screen, tmp_path: Path) -> None:
    screen.wait_for("Ctrl+A")
    screen.press("Olga\r")
    screen.wait_for("Olga")
    screen.press("\x01")
    screen.wait_for("1 line")
    screen.press("\x19")
    screen.wait_for("points")
    screen.press("\x10")
    screen.wait_for("F7")
    screen.press("\x0b")
    screen.wait_for("T1-000001")
    assert screen.leave() == 0
    again = Screen(tmp_path / "demo")
    try:
        again.wait_for("Olga")
    finally:
        again.kill()


def test_leaving_the_screen_stops_the_head_office(screen: Screen, tmp_path: Path) -> None:
    screen.wait_for("Ctrl+A")
    assert _offices(tmp_path)
    assert screen.leave() == 0
    assert not _offices(tmp_path)


def _offices(folder: Path) -> list[str]:
    """Processes whose command line names this demo's folder and the server."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if "sync_server" in line and str(folder) in line:
                found.append(line)
    return found
