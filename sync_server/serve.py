"""Running the server: the ready line, and a clean end on SIGTERM and SIGINT."""

import gc
import signal
import socket
import sys
from threading import Event, Thread

import structlog
import typer
import uvicorn

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.app import make_app
from sync_server.clock import now_ms, random_bytes
from sync_server.console.demo_user import make_demo_user
from sync_server.demo_data import fill_demo
from sync_server.office import Office, make_applier, opened
from sync_server.one_process import only_process
from sync_server.settings import Settings
from sync_server.store import IDLE_LIMIT_MS

STOP_TIMEOUT_S = 10
BACKLOG = 1024
MAX_HEAD_BYTES = 64 * 1024
"""Of a request's first line and headers, before they have ended."""


class _Server(uvicorn.Server):
    """Says that it is ready once it listens, and what more there is to say."""

    def __init__(self, config: uvicorn.Config, more: str) -> None:
        super().__init__(config)
        self._more = more

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            typer.echo(f"Kopilka head office is ready at http://{f'[{host}]' if ':' in host else host}:{port}")
            if self._more:
                typer.echo(self._more)


def serve(settings: Settings, demo: bool = False, tied: bool = False) -> None:
    """Serve until told to stop; `tied`: or until standard input ends. Raises NotNow where the port cannot be had."""
    _log_plainly()
    with only_process(settings.url):
        _serve(settings, demo, tied)


def apply_only(settings: Settings) -> None:
    """Apply what other processes take in, until SIGTERM or SIGINT. Raises StoreFault, NotNow."""
    _log_plainly()
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with only_process(settings.url), opened(settings, IDLE_LIMIT_MS) as (store, identity):
        applier = make_applier(store, identity)
        collect_rarely()
        applier.start()
        typer.echo("Kopilka head office applies what comes in")
        told.wait()
        applier.stop()


def _serve(settings: Settings, demo: bool, tied: bool) -> None:
    listening = _listen(settings.host, settings.port)
    try:
        app = make_app(settings)
        if demo:
            fill_demo(app.state.office)
        config = uvicorn.Config(
            app,
            http="h11",
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
            server_header=False,
            lifespan="on",
        )
        collect_rarely()
        server = _Server(config, _make_user(app.state.office) if demo else "")
        if tied:
            Thread(target=_stop_at_end_of_input, args=(server,), name="tied", daemon=True).start()
        server.run([listening])
    finally:
        listening.close()


def collect_rarely() -> None:
    """What stands after the start stands to the end: the garbage collector need not look at it again and again. Of
    receipts nothing refers back to itself, so that hardly anything is left to it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _make_user(office: Office) -> str:
    """Make someone for the demo shop's console; where the password is, never the password."""
    path = make_demo_user(office.store, office.settings.data, now_ms(), random_bytes)
    return f"The console's user and password are in {path}" if path else ""


def _log_plainly() -> None:
    """One line of JSON each, with the trace of an error and never the values in it: some are keys and personal data."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    """Whoever started this holds the other end: when it goes, however it goes, so does this."""
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise NotNow(sentence("serve.port", port=port, host=host)) from error
    # Handed down to every connection: else the end of a reply waits for the other side's delayed ACK, 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
