"""The demo shop's parts: starts the head office as a process, enrols the till once, stops what it started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from loyalty.errors import LinkFault
from loyalty.sentences import sentence
from terminal.offline_queue.enrol import enrol

READY_WITHIN_S = 120
STOP_WITHIN_S = 10


def data_folder() -> Path:
    """Where the demo shop keeps everything: one folder, safe to delete."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "kopilka" / "demo"


class DemoShop:
    """The shop in one folder. `start_office` and `kill_office` may follow each other; `close` stops what runs."""

    def __init__(self, folder: Path, fresh: bool = False) -> None:
        self.folder = folder
        if fresh and (folder / "demo.json").exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.office_folder = folder / "head-office"
        self.till_folder = folder / "till"
        self.second_folder = folder / "second-till"
        self.slips_folder = folder / "slips"
        self.port = self._port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._office: subprocess.Popen[bytes] | None = None

    def start_office(self) -> None:
        """Start the head office and wait until it answers. Raises LinkFault with the last lines it wrote."""
        log_path = self.folder / "head-office.log"
        command = [
            sys.executable,
            "-m",
            "sync_server",
            "run",
            "--demo",
            "--tied",
            "--data",
            str(self.office_folder),
            "--port",
            str(self.port),
        ]
        with log_path.open("ab") as log:
            self._office = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.PIPE, start_new_session=True
            )
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until:
            if self._office.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise LinkFault(sentence("demo.no_office", log=str(log_path)))

    def enrol_till(self) -> None:
        """Once: a one-time code from the head office, then the ordinary enrolment."""
        if (self.till_folder / "identity.json").exists():
            return
        enrol(self.url, self.one_time_code(), "Demo till", self.till_folder)

    def enrol_second(self) -> None:
        """Another till of the shop."""
        enrol(self.url, self.one_time_code(), "Second till", self.second_folder)

    def one_time_code(self) -> str:
        command = [
            sys.executable,
            "-m",
            "sync_server",
            "enrol",
            "--data",
            str(self.office_folder),
            "--store",
            "demo",
            "--name",
            "Клубный магазин",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        code = next((word for word in done.stdout.split() if word.isdigit() and len(word) == 8), "")
        if not code:
            raise LinkFault(sentence("demo.no_code", said=(done.stderr or done.stdout).strip()[-200:]))
        return code

    def message(self, message_id: str) -> str:
        """What the head office wrote down instead of sending it; empty where there is no such message."""
        command = [sys.executable, "-m", "sync_server", "messages", "--json", "--data", str(self.office_folder)]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        with contextlib.suppress(ValueError):
            return next((str(each["text"]) for each in json.loads(done.stdout) if each["message_id"] == message_id), "")
        return ""

    def console_login(self) -> str:
        """`name / password` of the demo's console, as the head office keeps them for this machine's user."""
        with contextlib.suppress(OSError):
            return " / ".join((self.office_folder / "console-password.txt").read_text().split())
        return ""

    def kill_office(self) -> None:
        """SIGKILL, as a power cut would: nothing is said goodbye to."""
        if self._office:
            self._office.send_signal(signal.SIGKILL)
            self._office.wait()
            self._office = None

    def close(self) -> None:
        if self._office is None:
            return
        self._office.terminate()
        try:
            self._office.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._office.kill()
            self._office.wait()
        self._office = None

    def _port(self) -> int:
        """The same port as last time where it is free, so that links stay good."""
        memory = self.folder / "demo.json"
        with contextlib.suppress(OSError, ValueError, KeyError):
            port = int(json.loads(memory.read_text())["port"])
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            return port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        memory.write_text(json.dumps({"port": port}))
        return port
