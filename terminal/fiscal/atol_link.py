"""The web server of ATOL's driver: a task goes in under a uuid, and is asked about until it has ended.

POST /api/v2/requests takes a task (201), refuses a bad one (400) or one whose uuid it has (409); GET
/api/v2/requests/UUID says how it stands, or that it is not known (404). A task that waits or is in progress has not
ended, whatever else is said of it, and a status this page does not name is none that has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from devices.transport.trace import Trace
from loyalty.sentences import sentence
from terminal.fiscal.port import InDoubt, NoAnswer

Put = Literal["taken", "stopped", "known", "bad"]
"""`stopped`: taken into a queue that stands still, because of a task whose end nobody knows."""
PATH = "/api/v2/requests"
ENDED = frozenset({"ready", "error", "interrupted", "blocked", "canceled"})
ANSWER_S = 3.0
CONNECT_S = 2.0
LOOK_EVERY_S = 0.1
MOST_SILENT_LOOKS = 3
"""One after the other; then it is taken for gone."""
MOST_REPLY_BYTES = 1024 * 1024
CHUNK_BYTES = 16 * 1024
MOST_TEXT = 200


class Fault(msgspec.Struct, frozen=True):
    code: int = 0
    description: str = ""


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """How one task stands. Errors come in `error`, or flat from older servers."""

    status: str
    error: Fault | None = None
    error_code: int = 0
    error_description: str = ""
    result: dict[str, Any] | None = None

    def fault(self) -> Fault:
        found = self.error or Fault(self.error_code, self.error_description)
        return Fault(found.code, found.description[:MOST_TEXT])


class _Looked(msgspec.Struct, frozen=True):
    results: tuple[Outcome, ...]


class _Taken(msgspec.Struct, frozen=True, rename="camel"):
    is_blocked: bool = False


class _TooLong(Exception):
    """A reply larger than any that is agreed."""


_task = msgspec.json.Encoder(decimal_format="number")
_looked = msgspec.json.Decoder(_Looked)
_taken = msgspec.json.Decoder(_Taken)


class AtolLink:
    """One web server at `url`. Each request has a connection of its own: an old one may be gone without a word."""

    def __init__(
        self,
        url: str,
        login: str = "",
        password: str = "",
        *,
        answer_s: float = ANSWER_S,
        trace: Trace | None = None,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises ValueError where `url` is no address of HTTP."""
        try:
            if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
                raise ValueError(url)
            self._client = httpx.Client(
                base_url=url,
                auth=(login, password) if login else None,
                headers={"accept": "application/json", "accept-encoding": "identity"},
                timeout=httpx.Timeout(answer_s, connect=min(CONNECT_S, answer_s)),
                limits=httpx.Limits(max_keepalive_connections=0),
                transport=transport,
                verify=url.startswith("https:"),
                trust_env=False,
            )
        except httpx.InvalidURL as error:
            raise ValueError(url) from error
        self._trace = trace
        self._answer_s = answer_s
        self._now = now
        self._pause = pause

    def put(self, uuid: str, tasks: list[dict[str, Any]]) -> Put:
        """Hand tasks in. Raises NoAnswer where they certainly did not arrive, InDoubt where they may have."""
        try:
            status, raw = self._exchange("POST", PATH, _task.encode({"uuid": uuid, "request": tasks}))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise NoAnswer from None
        except (httpx.HTTPError, _TooLong):
            raise InDoubt from None
        _raise_wrong(status)
        if status in (400, 409):
            return "bad" if status == 400 else "known"
        try:
            taken = _taken.decode(raw)
        except msgspec.MsgspecError:
            raise InDoubt from None
        if status not in (200, 201):
            raise InDoubt
        return "stopped" if taken.is_blocked else "taken"

    def wait(self, uuid: str, most_s: float) -> tuple[Outcome, ...] | None:
        """What became of the tasks, when all have ended; None: the uuid is not known. Raises NoAnswer."""
        end = self._now() + most_s
        silent = 0
        while True:
            try:
                found = self._look(uuid)
                silent = 0
            except NoAnswer:
                found = ()
                silent += 1
                if silent >= MOST_SILENT_LOOKS:
                    raise
            if found is None or (found and all(each.status in ENDED for each in found)):
                return found
            if self._now() >= end:
                raise NoAnswer(sentence("atol.slow"), sentence("atol.stopped.hint"))
            self._pause(LOOK_EVERY_S)

    def close(self) -> None:
        self._client.close()
        if self._trace:
            self._trace.close()

    def _look(self, uuid: str) -> tuple[Outcome, ...] | None:
        try:
            status, raw = self._exchange("GET", f"{PATH}/{uuid}")
        except (httpx.HTTPError, _TooLong):
            raise NoAnswer from None
        if status == 404:
            return None
        _raise_wrong(status)
        try:
            return _looked.decode(raw).results
        except msgspec.MsgspecError:
            raise NoAnswer(sentence("atol.other_server"), sentence("atol.other_server.hint")) from None

    def _exchange(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {"content-type": "application/json"} if body is not None else {}
        end = self._now() + self._answer_s * 2
        raw = bytearray()
        with (
            self._noted(request_bytes(method, path, body or b"")) as note,
            self._client.stream(method, path, content=body, headers=headers) as reply,
        ):
            try:
                for chunk in reply.iter_raw(CHUNK_BYTES):
                    raw += chunk
                    if len(raw) > MOST_REPLY_BYTES or self._now() > end:
                        raise _TooLong
            finally:
                note(reply_bytes(reply, bytes(raw)))
            return reply.status_code, bytes(raw)

    @contextmanager
    def _noted(self, request: bytes) -> Iterator[Callable[[bytes], None]]:
        """One exchange in the trace, where there is one; what this gives takes the reply, as far as it came."""
        if self._trace is None:
            yield lambda reply: None
            return
        trace = self._trace
        trace.note("opened")
        trace.note("out", request)
        try:
            yield lambda reply: trace.note("in", reply)
        finally:
            trace.note("gone")


def request_bytes(method: str, path: str, body: bytes) -> bytes:
    """A request as a trace has it: without the host, and without login and password."""
    return f"{method} {path} HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def reply_bytes(reply: httpx.Response, body: bytes) -> bytes:
    """A reply as a trace has it, so much of its body as came; one that came in chunks ends with its connection."""
    kept = [f"{name}: {reply.headers[name]}" for name in ("content-type", "content-length") if name in reply.headers]
    return "\r\n".join([f"HTTP/1.1 {reply.status_code} -", *kept, "connection: close", "", ""]).encode() + body


def _raise_wrong(status: int) -> None:
    """It was refused at the door, before anybody looked at a task."""
    if status in (401, 403):
        raise NoAnswer(sentence("atol.denied"), sentence("atol.denied.hint"))
    if status in (404, 405) or 300 <= status < 400:
        raise NoAnswer(sentence("atol.other_server"), sentence("atol.other_server.hint"))
