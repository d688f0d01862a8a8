"""The head office as its operator has it: `kopilka-server` with its words, and a process of it that runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest import mock

from sync_server.cli import main


@dataclass
class Said:
    returncode: int
    stdout: str
    stderr: str


def command(*words: str, data: Path, given: str = "", lang: str = "en") -> Said:
    """A command in this very process, which saves the start of another; `run` alone is a process here."""
    out, err, code = StringIO(), StringIO(), 0
    with (
        redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", StringIO(given)),
        mock.patch.dict("os.environ", {"KOPILKA_LANG": lang}),
        mock.patch("sys.argv", ["kopilka-server", *words, "--data", str(data)]),
    ):  # fmt: skip
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Said(code, out.getvalue(), err.getvalue())


@contextmanager
def running(data: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server's address, once it says so; ended by SIGTERM unless it has ended."""
    started = [sys.executable, "-m", "sync_server", "run", "--port", "0", "--data", str(data), *words]
    server = subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        line = server.stdout.readline()
        assert "ready at http://127.0.0.1:" in line, server.stderr.read() if server.stderr else line
        yield server, line.split()[-1]
    finally:
        if server.poll() is None:
            server.terminate()
        server.communicate(timeout=60)
