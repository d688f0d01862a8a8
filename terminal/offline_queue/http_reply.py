"""One exchange over HTTP within its limits: never a larger body, a longer wait or another kind of reply than agreed."""

import ssl
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import httpx
import msgspec
import zstandard

from loyalty.api import OLDEST_OFFICE, PROTOCOL, PROTOCOL_HEADER, ErrorReply, Position, protocol_of
from loyalty.errors import LinkFault
from loyalty.sentences import sentence

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
READ_S = 15.0
TIMEOUT = httpx.Timeout(READ_S, connect=5.0)
MAX_REPLY_BYTES = 256 * 1024
MAX_WINDOW_BYTES = 8 * 1024 * 1024
MAX_RETRY_AFTER_S = 300
CHUNK_BYTES = 16 * 1024


class Decoder(Protocol[T_co]):
    """What makes a value of a body; a wrong one is a msgspec.MsgspecError."""

    def decode(self, body: bytes, /) -> T_co: ...


class Refusal(LinkFault):
    """The head office answered with an error: `reply` says which, `retry_after_s` when to ask again (0: not said)."""

    def __init__(self, status: int, reply: ErrorReply, retry_after_s: int) -> None:
        super().__init__(sentence("link.refused", code=reply.code, detail=reply.detail[:200]))
        self.status = status
        self.reply = reply
        self.retry_after_s = retry_after_s


class _ErrorTold(msgspec.Struct, frozen=True):
    """An error as a head office of any version tells it: it may have codes this one has not."""

    code: str
    detail: str
    acked: Position | None = None
    gen: str = ""
    server_time_ms: int = 0


_error = msgspec.json.Decoder(_ErrorTold)


def open_http(
    url: str, transport: httpx.BaseTransport | None = None, trust: ssl.SSLContext | None = None
) -> httpx.Client:
    """A client for one head office: no redirects, no proxies or passwords from the environment's files. `trust` is what
    its certificate is checked by, if not by the public authorities."""
    headers = {
        "user-agent": "kopilka-terminal/1", "accept": "application/json", "accept-encoding": "zstd",
        PROTOCOL_HEADER: str(PROTOCOL),
    }  # fmt: skip
    return httpx.Client(
        base_url=url, headers=headers, timeout=TIMEOUT, transport=transport, trust_env=False, verify=trust or True
    )


def send(http: httpx.Client, request: httpx.Request, take: Callable[[httpx.Response], T]) -> T:
    """What `take` makes of the reply while it streams. Raises LinkFault for whatever the network does."""
    try:
        response = http.send(request, stream=True)
        try:
            return take(response)
        finally:
            response.close()
    except httpx.RemoteProtocolError as error:
        raise not_ours(str(error), str(http.base_url)) from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        raise (_untrusted(error) or offline()) from error


def _untrusted(error: BaseException) -> LinkFault | None:
    """Why it is not believed, where that is what was wrong: found among the causes, since the library wraps it."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    return LinkFault(sentence("link.untrusted", what=cause.verify_message), sentence("link.untrusted.do"))


def offline() -> LinkFault:
    """Nothing answers, or too slowly."""
    return LinkFault(sentence("link.offline"))


def not_ours(what: str, url: str) -> LinkFault:
    """Something answers that is not the head office: a captive portal, a proxy, a cut line."""
    return LinkFault(sentence("link.not_ours", what=what[:200]), sentence("link.not_ours.do", url=url))


def decode(response: httpx.Response, decoder: "Decoder[T]", limit: int, deadline_s: float) -> T:
    """The reply as its type. Raises Refusal for an error of the head office, LinkFault for anything else."""
    url = f"{response.request.url.scheme}://{response.request.url.netloc.decode()}"
    body = read(response, limit, deadline_s)
    if response.status_code != httpx.codes.OK:
        raise _refusal(response, body, url)
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        kind = response.headers.get("content-type", "?")
        raise not_ours(f"{len(body)} B {kind}", url) from error


def check_spoken(response: httpx.Response) -> None:
    """Raises LinkFault where a head office answers that speaks an older version than this till can ask."""
    spoken = protocol_of(response.headers.get(PROTOCOL_HEADER, ""))
    if response.status_code == httpx.codes.OK and spoken < OLDEST_OFFICE:
        raise LinkFault(sentence("link.old_office"))


def read(response: httpx.Response, limit: int, deadline_s: float) -> bytes:
    """The body, decompressed; at most `limit` bytes and until `deadline_s` of time.monotonic()."""
    url = str(response.request.url.copy_with(path="/", query=None))
    encoding = response.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "zstd"):
        raise not_ours(f"content-encoding {encoding}", url)
    raw = bytearray()
    for chunk in response.iter_raw(CHUNK_BYTES):
        raw += chunk
        if len(raw) > limit:
            raise not_ours(f"> {limit} B", url)
        if time.monotonic() > deadline_s:
            raise offline()
    return bytes(raw) if encoding == "identity" else _unzstd(bytes(raw), limit, url)


def _unzstd(data: bytes, limit: int, url: str) -> bytes:
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_reader(data)
    try:
        body = unpacker.read(limit + 1)
    except zstandard.ZstdError as error:
        raise not_ours(f"zstd: {error}", url) from error
    if len(body) > limit:
        raise not_ours(f"> {limit} B", url)
    return body


def _refusal(response: httpx.Response, body: bytes, url: str) -> LinkFault:
    wait_s = _retry_after_s(response.headers.get("retry-after", ""))
    try:
        return Refusal(response.status_code, _known(_error.decode(body)), wait_s)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        if response.status_code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
            return Refusal(response.status_code, ErrorReply("busy", ""), wait_s)
        return not_ours(f"HTTP {response.status_code}", url)


def _known(told: _ErrorTold) -> ErrorReply:
    """A code of a later version is a refusal with no more to it than its words."""
    try:
        return msgspec.convert(msgspec.structs.asdict(told), ErrorReply)
    except msgspec.ValidationError:
        return ErrorReply("bad_request", f"{told.code[:40]}: {told.detail}")


def _retry_after_s(text: str) -> int:
    """Seconds as the header gives them; a date or nonsense is no hint."""
    return min(int(text), MAX_RETRY_AFTER_S) if text.isascii() and text.isdigit() and len(text) < 10 else 0
