"""A real head office behind a real socket of this machine, in this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar

from sync_server.app import make_app
from sync_server.clock import now_ms
from sync_server.enrol import make_code
from sync_server.serve import MAX_HEAD_BYTES
from sync_server.settings import Settings
from terminal.offline_queue.enrol import enrol
from tests.support.server import TestOffice

WAIT_S = 60.0


class Telling(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass(frozen=True)
class ServedOffice:
    app: Litestar
    office: TestOffice
    url: str
    server: Telling
    thread: threading.Thread

    def enrol(self, folder: Path, name: str = "one") -> Path:
        """A till of the shop S1, in the folder."""
        at = self.office
        enrol(self.url, make_code(at.store, at.identity, "S1", "Shop", at.now_ms, at.random), name, folder)
        return folder

    def stop(self) -> None:
        """From then on nobody answers."""
        self.server.should_exit = True
        self.thread.join(WAIT_S)


@contextmanager
def served_office(folder: Path, **limits: Any) -> Iterator[ServedOffice]:
    """One that writes messages down; `limits` are those of the settings."""
    app = make_app(Settings(folder, messages="journal", **limits))
    config = uvicorn.Config(
        app, http="h11", h11_max_incomplete_event_size=MAX_HEAD_BYTES, port=0, log_level="error", lifespan="on"
    )
    server = Telling(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.ready.wait(WAIT_S)
    port = server.servers[0].sockets[0].getsockname()[1]
    running = app.state.office
    office = TestOffice(running.store, running.identity, now_ms())
    served = ServedOffice(app, office, f"http://127.0.0.1:{port}", server, thread)
    try:
        yield served
    finally:
        served.stop()
