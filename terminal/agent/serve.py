"""Running the agent: loopback alone, one ready line, and a clean end on SIGTERM and SIGINT."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from litestar.concurrency import set_asyncio_executor

from loyalty.errors import BadInput, NotNow
from loyalty.sentences import Lang, sentence
from terminal.agent.app import make_app
from terminal.agent.desk import Desk, text_of
from terminal.agent.facing import facing_customer
from terminal.agent.guard import MAX_AT_ONCE
from terminal.agent.scanning import NO_READERS, Readers, opened_scanners
from terminal.agent.scans import Scans
from terminal.agent.token import FILE, token_of
from terminal.opened import OpenedTill, opened_till

LOOPBACK = "127.0.0.1"
BACKLOG = 128
MAX_HEAD_BYTES = 64 * 1024
"""Of a request's first line and headers, before they have ended."""
STOP_WITHIN_S = 10
KEEP_ALIVE_S = 60


class AgentServer(uvicorn.Server):
    """Serves one till on `listening`; `ready` is called once with the address when it answers."""

    def __init__(self, desk: Desk, token: str, listening: socket.socket, ready: Callable[[str], None]) -> None:
        port = listening.getsockname()[1]
        super().__init__(
            uvicorn.Config(
                make_app(desk, token, port), http="h11", ws="none", lifespan="on", log_config=None,
                log_level="warning", access_log=False, server_header=False, timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=STOP_WITHIN_S, h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            )
        )  # fmt: skip
        self._desk = desk
        self._listening = listening
        self._ready = ready
        self._url = f"http://{LOOPBACK}:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready(self._url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._desk.scans.close()
        await super().shutdown(sockets)

    def serve_until_told(self) -> None:
        """Until `should_exit`; requests under way are answered first."""
        with ThreadPoolExecutor(MAX_AT_ONCE, "agent") as threads:
            set_asyncio_executor(threads)
            try:
                self.run([self._listening])
            finally:
                set_asyncio_executor(None)

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.should_exit = True


def serve(
    folder: Path,
    lang: Lang,
    ready: Callable[[str], None],
    *,
    host: str = LOOPBACK,
    port: int = 8787,
    readers: Readers = NO_READERS,
) -> None:
    """Serve the till kept in `folder` until told to stop; `ready` gets the line to show. Raises KopilkaError."""
    with (
        listen(host, port) as listening,
        opened_till(folder, lang=lang, screen=False) as till,
        opened_desk(till, lang, readers) as desk,
    ):
        token = token_of(folder)
        terminal = till.engine.view().terminal

        def answers(url: str) -> None:
            said = sentence("agent.ready", terminal=terminal, url=url, file=str(folder / FILE))
            ready(text_of(said, lang))

        server = AgentServer(desk, token, listening, answers)
        # uvicorn raises the signals it caught once more when it is done: by then nothing but closing is left to do.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.stop)
        server.serve_until_told()


@contextmanager
def opened_desk(till: OpenedTill, lang: Lang, readers: Readers = NO_READERS) -> Iterator[Desk]:
    """What is served of a till: itself, its scanners, which are read until the block ends, and its display."""
    scans = Scans()
    with opened_scanners(till, scans, readers) as beep, facing_customer(till, lang) as show:
        yield Desk(till, lang, scans=scans, beep=beep, show=show)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on loopback. Raises BadInput for any other address, NotNow where the port cannot be had."""
    if host not in (LOOPBACK, "localhost"):
        raise BadInput(sentence("agent.address", host=host))
    try:
        listening = socket.create_server((LOOPBACK, port), backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise NotNow(sentence("agent.port", port=port), sentence("agent.port.do")) from error
    # Handed down to every connection: else the end of an answer waits for the other side's delayed ACK, 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
