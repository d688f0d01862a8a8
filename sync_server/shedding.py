"""How much tills are let in with at a time: beyond it they are turned away at once, told when to ask again.

Thousands of tills that come back together would otherwise all wait in here until none is answered in time. Nothing is
lost by it: a till keeps what it has, and sends the same bytes again. People's pages and `/healthz` are always let in.
"""

from collections.abc import Callable
from threading import Lock

from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy import func, select

from sync_server.metrics import REQUESTS, TURNED_AWAY
from sync_server.refusals import Refused
from sync_server.schema import TSHARD_APPLIED, TSHARD_HEAD
from sync_server.store import Store

REQUESTS_AGAIN_S = 5
QUEUE_AGAIN_S = 15
"""When to come again: requests are over in a moment, segments are applied by the round."""
COUNTED_FOR_MS = 1000
"""So long a count of what waits is good; what this process stores meanwhile is added to it."""
MAX_PASSED_OVER_BYTES = 1024 * 1024
_FROM_TILLS = "/v1/"


def count_waiting(store: Store) -> int:
    """Segments stored and not applied yet."""
    with store.read() as tx:
        stored = tx.execute(select(func.sum(TSHARD_HEAD.c.next_seq))).scalar() or 0
        applied = tx.execute(select(func.sum(TSHARD_APPLIED.c.tseq))).scalar() or 0
    return int(stored) - int(applied)


class Queue:
    """Lets segments in while fewer than `most` wait to be applied."""

    def __init__(self, store: Store, most: int, clock_ms: Callable[[], int]) -> None:
        self._store, self._most, self._clock_ms = store, most, clock_ms
        self._lock = Lock()
        self._waiting = 0
        self._counted_ms: int | None = None

    def let_in(self) -> None:
        """Ask before a segment is looked at. Raises Refused: busy."""
        with self._lock:
            if self._counted_ms is None or self._clock_ms() - self._counted_ms >= COUNTED_FOR_MS:
                self._waiting, self._counted_ms = count_waiting(self._store), self._clock_ms()
            if self._waiting < self._most:
                return
        TURNED_AWAY.labels("queue").inc()
        said = f"{self._most} segments wait to be applied: send this one again later"
        raise Refused(503, "busy", said, retry_after_s=QUEUE_AGAIN_S)

    def stored(self) -> None:
        """One more waits."""
        with self._lock:
            self._waiting += 1


class Door:
    """Lets in at most `most` requests of tills at a time. All of it runs on the event loop's thread."""

    def __init__(self, most: int) -> None:
        self._most, self._inside = most, 0

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` behind this door. Raises Refused: busy, and nobody looks at the request."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if not scope.get("path", "").startswith(_FROM_TILLS):
                await app(scope, receive, send)
                return
            if self._inside >= self._most:
                await _pass_over(receive)
                TURNED_AWAY.labels("requests").inc()
                said = f"{self._most} requests are being answered: ask again later"
                raise Refused(503, "busy", said, retry_after_s=REQUESTS_AGAIN_S)
            self._inside += 1
            REQUESTS.set(self._inside)
            try:
                await app(scope, receive, send)
            finally:
                self._inside -= 1
                REQUESTS.set(self._inside)

        return serve


async def _pass_over(receive: Receive) -> None:
    """Let the body come in and keep nothing of it: whoever is cut off while sending would not hear the answer."""
    passed = 0
    while passed <= MAX_PASSED_OVER_BYTES:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
        passed += len(message.get("body", b""))
