"""The network between one till and the head office: everything it can do to a request or a reply, drawn by the seed."""

from collections import deque
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

import httpx

from tests.simulation.head_office import Died, HeadOffice, Hiccup, Reply

Mood = Literal["good", "bad", "down"]
MOST_LATE = 4
MOST_OLD = 3
PORTAL = b"<!DOCTYPE html><html><body>Please accept the terms of this network</body></html>"
FUSE_STATEMENTS = 12


class _Pieces(httpx.SyncByteStream):
    """A body as it comes; `breaks`: the line goes dead after it."""

    def __init__(self, body: bytes, breaks: bool) -> None:
        self._body, self._breaks = body, breaks

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._body), 700):
            yield self._body[at : at + 700]
        if self._breaks:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class Wire(httpx.BaseTransport):
    """`mood`: good lets everything through, down nothing; bad draws a fault for about every second request."""

    def __init__(self, office: HeadOffice, chance: Random, tell: Callable[[str], None]) -> None:
        self._office, self._chance, self._tell = office, chance, tell
        self.mood: Mood = "good"
        self.requests = 0
        self._late: deque[httpx.Request] = deque(maxlen=MOST_LATE)
        self._old: dict[tuple[str, str], deque[Reply]] = {}
        self._faults: tuple[Callable[[httpx.Request], httpx.Response], ...] = (
            self._lose_request,
            self._lose_reply,
            self._cut,
            self._double,
            self._delay,
            self._replay,
            self._portal,
            self._refuse,
            self._die_amid,
            self._die_after,
            self._stumble,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests += 1
        if self.mood == "good" or (self.mood == "bad" and self._chance.random() < 0.5):
            return _response(self._ask(request))
        fault = self._lose_request if self.mood == "down" else self._chance.choice(self._faults)
        self._tell(f"  wire: {fault.__name__[1:]} {request.method} {request.url.path}")
        return fault(request)

    def forget(self) -> None:
        """Nothing is on its way any more, and nothing remembered: a head office is not set back within minutes."""
        self._late.clear()
        self._old.clear()

    def deliver_late(self) -> bool:
        """Let one delayed request arrive now; nobody waits for its reply any more."""
        if not self._late:
            return False
        self._office.answer(self._late.popleft())
        return True

    def _ask(self, request: httpx.Request) -> Reply:
        reply = self._office.answer(request)
        if reply.status == httpx.codes.OK:
            self._old.setdefault((request.method, request.url.path), deque(maxlen=MOST_OLD)).append(reply)
        return reply

    def _lose_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route to host", request=request)

    def _lose_reply(self, request: httpx.Request) -> httpx.Response:
        self._ask(request)
        raise httpx.ReadTimeout("timed out", request=request)

    def _cut(self, request: httpx.Request) -> httpx.Response:
        reply = self._ask(request)
        return _response(reply, reply.body[: self._chance.randrange(len(reply.body) + 1)], self._chance.random() < 0.5)

    def _double(self, request: httpx.Request) -> httpx.Response:
        replies = [self._ask(request), self._ask(request)]
        return _response(self._chance.choice(replies))

    def _delay(self, request: httpx.Request) -> httpx.Response:
        """The request waits somewhere while the till gives up on it."""
        self._late.append(httpx.Request(request.method, request.url, headers=request.headers, content=request.content))
        raise httpx.ReadTimeout("timed out", request=request)

    def _replay(self, request: httpx.Request) -> httpx.Response:
        """Something on the way answers with what was said to the same question before."""
        old = self._old.get((request.method, request.url.path))
        return _response(self._chance.choice(old) if old else self._ask(request))

    def _portal(self, request: httpx.Request) -> httpx.Response:
        return _response(Reply(200, (("content-type", "text/html"),), PORTAL))

    def _refuse(self, request: httpx.Request) -> httpx.Response:
        status = self._chance.choice((429, 500, 502, 503))
        said = b'{"code":"busy","detail":"later"}' if self._chance.random() < 0.3 else PORTAL
        return _response(Reply(status, (("retry-after", "7"),), said))

    def _die_amid(self, request: httpx.Request) -> httpx.Response:
        """The head office is gone in the midst of a transaction, and started again."""
        self._office.light_fuse(self._chance.randrange(FUSE_STATEMENTS), Died())
        return self._survived(request)

    def _stumble(self, request: httpx.Request) -> httpx.Response:
        self._office.light_fuse(self._chance.randrange(FUSE_STATEMENTS), Hiccup("simulated"))
        return self._survived(request)

    def _survived(self, request: httpx.Request) -> httpx.Response:
        try:
            return _response(self._ask(request))
        except Died:
            self._office.restart()
            raise httpx.RemoteProtocolError("server disconnected without sending a response") from None
        finally:
            self._office.douse_fuse()

    def _die_after(self, request: httpx.Request) -> httpx.Response:
        """Between stage 1 and stage 2: stored, not answered, not applied."""
        self._ask(request)
        self._office.restart()
        raise httpx.RemoteProtocolError("server disconnected without sending a response")


def _response(reply: Reply, body: bytes | None = None, breaks: bool = False) -> httpx.Response:
    return httpx.Response(
        reply.status, headers=reply.headers, stream=_Pieces(reply.body if body is None else body, breaks)
    )
