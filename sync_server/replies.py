"""Replies as bytes: JSON, zstd where it is taken, and ErrorReply for everything that goes wrong."""

import re
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
import zstandard
from litestar import Request, Response
from litestar.exceptions import HTTPException

from loyalty.api import PROTOCOL, PROTOCOL_HEADER, ErrorReply
from loyalty.errors import BadInput, KopilkaError, NotNow, StoreFault
from loyalty.events import canonical
from loyalty.sentences import Templates, say
from sync_server.refusals import ErrorCode, Refused
from sync_server.words import SENTENCES

ZSTD_LEVEL = 3
MIN_COMPRESSED_BYTES = 512
RETRY_AFTER_S = 5
_templates: Templates = SENTENCES
log = structlog.get_logger("server")


def reply(value: object, accepts: str = "", status: int = HTTPStatus.OK) -> Response[bytes]:
    """A value as JSON; compressed where the client's Accept-Encoding names zstd."""
    body = msgspec.json.encode(value)
    headers = {"vary": "accept-encoding", PROTOCOL_HEADER: str(PROTOCOL)}
    if len(body) >= MIN_COMPRESSED_BYTES and re.search(r"\bzstd\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", accepts):
        body = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)
        headers["content-encoding"] = "zstd"
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def decode(body: bytes, kind: type[Any]) -> Any:
    """A request's body as a type of ours. Raises Refused bad_request."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Refused(400, "bad_request", f"the body is not a {kind.__name__}: {str(error)[:160]}") from error


def on_error(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The edge of every request: any fault becomes an ErrorReply, and what is ours goes to the log."""
    match error:
        case Refused():
            return _error(error.status, error.reply, error.retry_after_s)
        case BadInput() | NotNow():
            return _error(400, ErrorReply("bad_request", say(error.said, "en", _templates)))
        case StoreFault():
            log.error("store_fault", code=error.code, args=error.said.args)
            return _error(503, ErrorReply("busy", "the head office cannot reach its database; try again"))
        case KopilkaError():
            return _error(400, ErrorReply("bad_request", say(error.said, "en", _templates)))
        case HTTPException():
            return _error(error.status_code, ErrorReply(_code(error.status_code), str(error.detail)[:200]))
        case _:
            log.error("request_failed", kind=type(error).__name__, exc_info=error)
            return _error(500, ErrorReply("internal", "the head office failed at this request; its log says how"))


def _error(status: int, body: ErrorReply, retry_after_s: int = 0) -> Response[bytes]:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        retry_after_s = retry_after_s or RETRY_AFTER_S
    headers = {PROTOCOL_HEADER: str(PROTOCOL)}
    if retry_after_s:
        headers["retry-after"] = str(retry_after_s)
    return Response(canonical(body), status_code=status, media_type="application/json", headers=headers)


def _code(status: int) -> ErrorCode:
    match status:
        case 404 | 405:
            return "unknown"
        case 413:
            return "too_large"
        case 429 | 503:
            return "busy"
        case _:
            return "internal" if status >= 500 else "bad_request"
