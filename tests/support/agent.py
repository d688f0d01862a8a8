"""The agent for tests: in this process behind a real socket, or as the command a shop would run."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from terminal.agent.desk import Desk
from terminal.agent.scanning import NO_READERS, Readers
from terminal.agent.serve import AgentServer, listen, opened_desk
from terminal.agent.token import FILE, token_of
from terminal.clock import now_ms
from terminal.opened import OpenedTill, opened_till
from tests.support.counter import TEA
from tests.support.small_till import make_till

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 60
KOPILKA = [sys.executable, "-c", "from terminal.cli import main; main()"]


@dataclass(frozen=True)
class Served:
    """An agent at work, the till behind it, and a client that knows the token."""

    url: str
    token: str
    till: OpenedTill
    http: httpx.Client
    desk: Desk

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return (
            self.http.request(method, path, json=body, **options)
            if body is not None
            else self.http.request(method, path, **options)
        )

    def written(self) -> tuple[int, int]:
        """How many events the journal holds, and how many sales are begun in it."""
        journal = self.till.store.journal
        (events,) = journal.read(lambda connection: connection.execute("SELECT count(*) FROM event").fetchone())
        return events, len(journal.prepared())


def client_of(url: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=SOON_S, trust_env=False)


@contextmanager
def served(folder: Path, readers: Readers = NO_READERS) -> Iterator[Served]:
    """The till of `folder` (made where there is none) served by a thread of this process."""
    if not (folder / "identity.json").exists():
        make_till(folder, as_of_ms=now_ms())
    answers = threading.Event()
    with (
        listen("127.0.0.1", 0) as listening,
        opened_till(folder, lang="en", screen=False) as till,
        opened_desk(till, "en", readers) as desk,
    ):
        token, urls = token_of(folder), list[str]()

        def ready(url: str) -> None:
            urls.append(url)
            answers.set()

        server = AgentServer(desk, token, listening, ready)
        thread = threading.Thread(target=server.serve_until_told)
        thread.start()
        try:
            assert answers.wait(SOON_S)
            with client_of(urls[0], token) as http:
                yield Served(urls[0], token, till, http, desk)
        finally:
            server.stop()
            thread.join(SOON_S)


class AgentProcess:
    """`kopilka agent` on any free port, ready when this returns."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        command = [*KOPILKA, "agent", "--data", str(folder), "--port", "0", "--lang", "en", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.ready_line)
        assert found, self.process.communicate(timeout=SOON_S)[1]
        self.url = found.group()
        self.token = (folder / FILE).read_text().strip()

    def client(self) -> httpx.Client:
        return client_of(self.url, self.token)

    def end(self, number: int) -> tuple[int, str, str]:
        """Send the signal and wait: the exit status, and the rest of what was written."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=SOON_S)
        return self.process.returncode, out, err


@contextmanager
def agent_process(folder: Path, *arguments: str) -> Iterator[AgentProcess]:
    agent = AgentProcess(folder, *arguments)
    try:
        yield agent
    finally:
        if agent.process.poll() is None:
            agent.process.kill()
            agent.process.communicate(timeout=SOON_S)


TEA_LINE = {"code": TEA.code}


def sale(total_minor: int = 100_00, **changed: Any) -> dict[str, Any]:
    body = {
        "sale_id": uuid.uuid4().hex, "lines": [TEA_LINE], "expected_total_minor": total_minor,
        "payments": [{"kind": "cash", "amount_minor": total_minor}],
    }  # fmt: skip
    return {**body, **changed}
