"""The agent as a web application: the table of paths behind the door, each request decoded, worked on and answered."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import RawBody
from litestar.types import ASGIApp

from loyalty.sentences import Lang
from terminal.agent.asked import MAX_BODY_BYTES, MAX_CODE_CHARS
from terminal.agent.desk import Asked, Desk, language_of
from terminal.agent.endpoints import ENDPOINTS, Endpoint
from terminal.agent.faults import refused
from terminal.agent.guard import Guard
from terminal.agent.openapi import openapi_json
from terminal.agent.replies import bad_body, error_reply

AnyRequest = Request[Any, Any, Any]
JSON = "application/json"


def make_app(desk: Desk, token: str, port: int) -> ASGIApp:
    """The agent of one till; `port` is where it listens, since requests to other names are refused."""

    def on_error(request: AnyRequest, error: Exception) -> Response[bytes]:
        status, body, headers = error_reply(error, _language(request, desk.lang))
        return Response(body, status_code=int(status), media_type=JSON, headers=headers)

    app = Litestar(
        route_handlers=[*(_handler(desk, each) for each in ENDPOINTS), openapi],
        exception_handlers={Exception: on_error},
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return Guard(app, token, port, desk.lang)


@get("/openapi.json", sync_to_thread=False)
def openapi() -> Response[bytes]:
    return Response(openapi_json(), media_type=JSON)


def _handler(desk: Desk, endpoint: Endpoint) -> HTTPRouteHandler:
    """One route: a plain function in a thread, since the till's own thread is waited for."""
    decoder = msgspec.json.Decoder(endpoint.takes) if endpoint.takes else None

    def with_body(request: AnyRequest, body: RawBody) -> Response[bytes]:
        if decoder is None:
            return _done(desk, endpoint, _asked(request, desk, endpoint, None))
        if request.content_type[0].lower() != JSON:
            raise refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "agent.body_type")
        return _done(desk, endpoint, _asked(request, desk, endpoint, _decode(decoder, body)))

    def without_body(request: AnyRequest) -> Response[bytes]:
        return _done(desk, endpoint, _asked(request, desk, endpoint, None))

    work: Callable[..., Response[bytes]] = with_body if endpoint.method == "POST" else without_body
    path = endpoint.path.replace("{key}", "{key:str}")
    return route(path, http_method=[endpoint.method], name=endpoint.path, sync_to_thread=True)(work)


def _done(desk: Desk, endpoint: Endpoint, asked: Asked) -> Response[bytes]:
    answer = endpoint.work(desk, asked)
    return Response(msgspec.json.encode(answer.value), status_code=int(answer.status), media_type=JSON)


def _asked(request: AnyRequest, desk: Desk, endpoint: Endpoint, body: object) -> Asked:
    key = str(request.path_params.get("key", ""))
    if len(key) > MAX_CODE_CHARS:
        raise bad_body(f"{request.url.path[:40]}…")
    scanned = request.query_params.get("scanned") == "true"
    query = _query(endpoint.asks, request) if endpoint.asks else None
    return Asked(key, body, _language(request, desk.lang), scanned, query)


def _query(asks: type[msgspec.Struct], request: AnyRequest) -> msgspec.Struct:
    """What stands behind the question mark, as its type; names the type has not are passed over. Raises Refused."""
    given = {name: request.query_params[name] for name in asks.__struct_fields__ if name in request.query_params}
    try:
        return msgspec.convert(given, asks, strict=False)
    except msgspec.ValidationError as error:
        raise bad_body(str(error)) from error


def _language(request: AnyRequest, default: Lang) -> Lang:
    return language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""), default)


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> object:
    """A body as its type. Raises Refused naming what will not do, as in `Object missing required field `lines``."""
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise bad_body(str(error)) from error
