"""A request that is answered with an error: the status, and the ErrorReply that says what to do."""

from http import HTTPStatus
from typing import Literal

from loyalty.api import ErrorReply, Position
from loyalty.errors import LinkFault
from loyalty.sentences import sentence

ErrorCode = Literal[
    "gap",
    "fork",
    "fence",
    "gen",
    "revoked",
    "bad_request",
    "bad_code",
    "unsigned",
    "clock",
    "unknown",
    "too_large",
    "busy",
    "internal",
    "wait",
    "no_messages",
    "other_body",
    "version",
    "replaced",
]


class Refused(LinkFault):
    """`status` is the HTTP status, `reply` its body; `retry_after_s` says when to ask again (0: not said)."""

    def __init__(
        self,
        status: int,
        code: ErrorCode,
        detail: str,
        acked: Position | None = None,
        gen: str = "",
        now_ms: int = 0,
        retry_after_s: int = 0,
    ) -> None:
        super().__init__(sentence("refused", code=code, detail=detail))
        self.status = HTTPStatus(status)
        self.reply = ErrorReply(code, detail, acked, gen, now_ms)
        self.retry_after_s = retry_after_s
