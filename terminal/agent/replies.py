"""Values and errors as HTTP: JSON bytes, the right status, and never a traceback."""

from __future__ import annotations

import logging
from http import HTTPStatus

import msgspec
from litestar.exceptions import HTTPException

from loyalty.errors import KopilkaError
from loyalty.sentences import Lang, sentence
from terminal.agent.asked import MAX_BODY_BYTES
from terminal.agent.desk import text_of
from terminal.agent.faults import Refused, refused, status_of
from terminal.agent.wire import ErrorReply

RETRY_AFTER_S = 1
log = logging.getLogger("agent")


def error_reply(error: Exception, lang: Lang) -> tuple[HTTPStatus, bytes, dict[str, str]]:
    """The status, the body and the headers of an error; what is our own fault goes to the log in full."""
    if isinstance(error, HTTPException):
        error = _of_litestar(error)
    if not isinstance(error, KopilkaError):
        log.error("request_failed", extra={"kind": type(error).__name__}, exc_info=error)
        said, hint = text_of(sentence("till.unexpected"), lang), text_of(sentence("till.unexpected.hint"), lang)
        return HTTPStatus.INTERNAL_SERVER_ERROR, msgspec.json.encode(ErrorReply("till.unexpected", said, hint)), {}
    status = status_of(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("request_refused", extra={"code": error.code})
    body = ErrorReply(error.code, text_of(error.said, lang), text_of(error.hint, lang) if error.hint else "")
    if isinstance(error, Refused):
        body = msgspec.structs.replace(body, where=error.where, quote=error.quote)
        if error.retry_after_s:
            return status, msgspec.json.encode(body), {"retry-after": str(error.retry_after_s)}
    return status, msgspec.json.encode(body), headers_of(status)


def headers_of(status: HTTPStatus) -> dict[str, str]:
    match status:
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return {"retry-after": str(RETRY_AFTER_S)}
        case HTTPStatus.UNAUTHORIZED:
            return {"www-authenticate": "Bearer"}
        case _:
            return {}


def bad_body(what: str) -> Refused:
    return refused(HTTPStatus.BAD_REQUEST, "agent.body", what=what[:200])


def too_large() -> Refused:
    return refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "agent.too_large", limit_kib=MAX_BODY_BYTES // 1024)


def _of_litestar(error: HTTPException) -> Refused:
    """What the framework refuses, in our words."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return refused(HTTPStatus.NOT_FOUND, "agent.path")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return refused(HTTPStatus.METHOD_NOT_ALLOWED, "agent.method")
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return too_large()
        case _:
            return bad_body(str(error.detail))
