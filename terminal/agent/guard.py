"""The door: only this machine's name, only with the token, only so much at once. Everything else never gets to work.

A page in a browser can make requests to 127.0.0.1, and by DNS rebinding even read the answers: so the Host header must
name this machine, and the token must be there.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from loyalty.errors import KopilkaError
from loyalty.sentences import Lang, sentence
from terminal.agent.asked import MAX_BODY_BYTES
from terminal.agent.desk import language_of
from terminal.agent.faults import Refused, refused
from terminal.agent.replies import error_reply, too_large
from terminal.agent.token import same_token

MAX_AT_ONCE = 64
MAX_DRAINED_BYTES = 2 * 1024 * 1024
DRAIN_S = 2.0
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost"})
OPEN_PATHS = frozenset({"/openapi.json"})
"""What may be read without the token: the description of the API, which holds nothing of the shop."""


class Guard:
    """Wraps `app`, which is told of nothing that was refused. `port` is the one listened on."""

    def __init__(self, app: ASGIApp, token: str, port: int, lang: Lang) -> None:
        self._app = app
        self._token = token
        self._port = port
        self._lang: Lang = lang
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope["path"], headers, [name for name, _ in scope["headers"]])
        if refusal:
            await _drain(receive)
            await _refuse(refusal, language_of("", headers.get("accept-language", ""), self._lang), send)
            return
        self._at_once += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._at_once -= 1

    def _refusal(self, path: str, headers: dict[str, str], names: list[bytes]) -> KopilkaError | None:
        """Why a request goes no further; the token is asked for before anything about the request is said."""
        if not self._is_local(headers.get("host", "")) or names.count(b"host") != 1:
            hint = sentence("agent.host.do", url=f"http://127.0.0.1:{self._port}")
            return Refused(HTTPStatus.FORBIDDEN, sentence("agent.host"), hint)
        if path not in OPEN_PATHS and not same_token(headers.get("authorization", ""), self._token):
            return refused(HTTPStatus.UNAUTHORIZED, "agent.token")
        if self._at_once >= MAX_AT_ONCE:
            return refused(HTTPStatus.SERVICE_UNAVAILABLE, "agent.busy")
        size = headers.get("content-length", "0")
        if not size.isdecimal() or int(size) > MAX_BODY_BYTES:
            return too_large()
        return None

    def _is_local(self, host: str) -> bool:
        name, _, port = host.lower().partition(":")
        return name in LOCAL_NAMES and port in ("", str(self._port))


async def _drain(receive: Receive) -> None:
    """Take in some of a body nobody wants: a client still sending when the connection closes may lose the answer."""
    taken = 0
    try:
        async with asyncio.timeout(DRAIN_S):
            while taken < MAX_DRAINED_BYTES:
                message = await receive()
                if message["type"] != "http.request" or not message["more_body"]:
                    return
                taken += len(message["body"])
    except TimeoutError:
        # Whoever sends this slowly is answered without waiting for the rest.
        return


async def _refuse(refusal: KopilkaError, lang: Lang, send: Send) -> None:
    status, body, extra = error_reply(refusal, lang)
    headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close", **extra}
    await send(
        {"type": "http.response.start", "status": int(status),
         "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    )  # fmt: skip
    await send({"type": "http.response.body", "body": body, "more_body": False})
