"""A proxy that does to requests and replies what a bad network does, over real sockets.

One request a connection. `decide` names what happens to each, on the proxy's own thread; nothing here waits for a time:
whoever wants to know how far things are waits for a number of requests or for one that hangs.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

What = Literal["pass", "lose_request", "lose_reply", "double", "delay", "cut", "portal", "busy", "limit", "hang"]
MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 8 * 1024 * 1024
MOST_LATE = 4
SOON_S = 60
_END = b"\r\n\r\n"


def _plain(status: str, kind: str, body: bytes, more: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{more}\r\n"
    )
    return head.encode() + body


PORTAL = _plain("200 OK", "text/html", b"<!DOCTYPE html><html><body>Please accept the terms</body></html>")
BUSY = _plain("503 Service Unavailable", "text/html", b"<html>Try later</html>", "retry-after: 1\r\n")
LIMIT = _plain("429 Too Many Requests", "text/plain", b"slow down", "retry-after: 1\r\n")


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one request: `at` is how much of a `cut` reply comes through, `amid` is called once the request
    has gone to the head office and before its reply is read."""

    what: What = "pass"
    at: int = 0
    amid: Callable[[], None] | None = None


PASS = Fate()


class FaultProxy:
    """Stands in front of the head office at `upstream` (a port of this machine; 0: nothing answers there)."""

    def __init__(self) -> None:
        self.upstream = 0
        self.decide: Callable[[str], Fate] = lambda _: PASS
        self.url = ""
        self.replies: dict[str, bytes] = {}
        """The last whole reply to each request line."""
        self.hangs = threading.Event()
        self.requests = 0
        self._counted = threading.Condition()
        self._late: deque[bytes] = deque(maxlen=MOST_LATE)
        self._loop = asyncio.new_event_loop()
        self._released = asyncio.Event()
        self._stop = asyncio.Event()

    def wait_for(self, requests: int) -> bool:
        """Until so many requests have come in all; False when they do not come."""
        with self._counted:
            return self._counted.wait_for(lambda: self.requests >= requests, SOON_S)

    def release(self) -> None:
        """Let go of all that hangs: its connections are closed."""
        self._loop.call_soon_threadsafe(self._released.set)

    async def run(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MAX_HEAD_BYTES)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        async with server:
            await self._stop.wait()

    def stop(self) -> None:
        self.release()
        self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_request(reader)
            line = request.split(b"\r\n", 1)[0].decode("latin-1")
            with self._counted:
                self.requests += 1
                self._counted.notify_all()
            writer.write(await self._reply(line, request, self.decide(line)))
            await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # a side that is gone, or never spoke: the other side sees its connection end
        finally:
            writer.close()

    async def _reply(self, line: str, request: bytes, fate: Fate) -> bytes:
        """What the till gets; nothing is a connection that ends."""
        match fate.what:
            case "lose_request":
                return b""
            case "delay":
                self._late.append(request)
                return b""
            case "hang":
                self._released.clear()
                self.hangs.set()
                await self._released.wait()
                return b""
            case "portal":
                return PORTAL
            case "busy":
                return BUSY
            case "limit":
                return LIMIT
        while self._late and fate.what == "pass":
            await self._forward(self._late.popleft())
        if fate.what == "double":
            await asyncio.gather(self._forward(request), self._forward(request))
        reply = await self._forward(request, fate.amid)
        if reply:
            self.replies[line] = reply
        return {"lose_reply": b"", "cut": reply[: fate.at]}.get(fate.what, reply)

    async def _forward(self, request: bytes, amid: Callable[[], None] | None = None) -> bytes:
        """The head office's whole reply; nothing where it does not answer."""
        if not self.upstream:
            return b""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            return b""
        try:
            writer.write(request)
            await writer.drain()
            if amid is not None:
                amid()
            return await reader.read(-1)
        except OSError:
            return b""
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """The bytes of one request, made to be the only one of its connection. Raises EOFError."""
    head = await reader.readuntil(_END)
    lines = [each for each in head[: -len(_END)].split(b"\r\n") if not each.lower().startswith(b"connection:")]
    sizes = [int(each.split(b":")[1]) for each in lines if each.lower().startswith(b"content-length:")]
    size = sizes[0] if sizes else 0
    if size > MAX_BODY_BYTES:
        raise EOFError
    return b"\r\n".join([*lines, b"connection: close"]) + _END + await reader.readexactly(size)


@contextmanager
def fault_proxy() -> Iterator[FaultProxy]:
    """A proxy that listens; ended, with all it holds, at the end of the block."""
    proxy, ready = FaultProxy(), threading.Event()
    thread = threading.Thread(target=lambda: proxy._loop.run_until_complete(proxy.run(ready)), name="fault-proxy")
    thread.start()
    try:
        assert ready.wait(SOON_S)
        yield proxy
    finally:
        proxy.stop()
        thread.join(SOON_S)
        proxy._loop.run_until_complete(_finish())
        proxy._loop.close()


async def _finish() -> None:
    """End what is still under way."""
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
