"""`kopilka agent` as a process of its own, begun by hundreds: forked from a process that has read its modules already.

`python -m tests.simulation.nursery` reads folders from its input, one a line, and forks an agent for each; an empty
line kills it. It says `pid N`, the agent its own ready line, and `ended N` comes once an agent is gone.
"""

from __future__ import annotations

import gc
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from terminal.agent.token import FILE

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 60
READ = (
    "terminal.cli.till", "terminal.agent.serve", "terminal.registers", "terminal.fiscal.shtrih", "terminal.fiscal.atol",
    "terminal.printing", "uvicorn.protocols.http.h11_impl", "uvicorn.loops.asyncio", "uvicorn.lifespan.on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent at work."""

    pid: int
    port: int
    token: str

    def post(self, path: str, body: dict[str, Any]) -> int:
        """The status; 0 where the agent died over it."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SOON_S)
        head = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        try:
            asking.request("POST", path, json.dumps(body), head)
            return asking.getresponse().status
        except (ConnectionError, http.client.HTTPException):
            return 0
        finally:
            asking.close()


class Nursery:
    """Begins agents, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._agent: Agent | None = None

    def agent(self, folder: Path) -> Agent:
        """The next agent, at work on this folder once it answers; the one before is ended."""
        self.end()
        self._tell(str(folder))
        pid = int(self._said("pid (\\d+)"))
        port = int(self._said("http://127\\.0\\.0\\.1:(\\d+)"))
        self._agent = Agent(pid, port, (folder / FILE).read_text().strip())
        return self._agent

    def end(self) -> None:
        """Kill the agent, if it is not gone yet, and wait for its end."""
        if self._agent is not None:
            self._tell("")
            self._said(f"ended ({self._agent.pid})")
            self._agent = None

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def _said(self, pattern: str) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(pattern, line)
        assert found, f"{line!r} in place of {pattern}"
        return found.group(1)


@contextmanager
def nursery() -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.simulation.nursery"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    made = Nursery(process)
    try:
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(SOON_S)


def main() -> None:
    _warm_up()
    gc.collect()
    gc.freeze()
    running = 0
    for line in map(str.strip, sys.stdin):
        if line:
            running = _forked(line)
        elif running:
            running = _ended(running)
    if running:
        _ended(running)


def _ended(pid: int) -> int:
    """Killed, if it is not gone yet: until it is waited for its number is nobody else's."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    print(f"ended {pid}", flush=True)
    return 0


def _forked(folder: str) -> int:
    pid = os.fork()
    if pid == 0:
        print(f"pid {os.getpid()}", flush=True)
        _serve(folder)
    return pid


def _warm_up() -> None:
    """What every agent would read and work out before it answers: its modules, and the shapes of its requests."""
    for name in READ:
        import_module(name)
    from terminal.agent.app import make_app
    from terminal.agent.desk import Desk

    make_app(Desk(cast(Any, None), "en"), "", 0)


def _serve(folder: str) -> None:
    """The command a shop runs; never returns."""
    from terminal.cli import main as kopilka

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["kopilka", "agent", "--data", folder, "--port", "0", "--lang", "en"]
    try:
        kopilka()
    finally:
        print("ended by itself", flush=True)
        os._exit(1)


if __name__ == "__main__":
    main()
