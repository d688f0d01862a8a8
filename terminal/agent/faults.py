"""What the agent answers when something is wrong: one table from errors to statuses, and one shape for all of them."""

from __future__ import annotations

from http import HTTPStatus

from loyalty.errors import BadInput, KopilkaError, LinkFault, NotNow, StoreFault
from loyalty.sentences import Sentence, sentence
from terminal.agent.sentences import SENTENCES
from terminal.agent.wire import QuoteReply


class Refused(KopilkaError):
    """A refusal of the agent's own, with its HTTP status."""

    def __init__(
        self,
        status: HTTPStatus,
        said: Sentence,
        hint: Sentence | None = None,
        where: str = "",
        quote: QuoteReply | None = None,
        retry_after_s: int = 0,
    ) -> None:
        super().__init__(said, hint)
        self.status = status
        self.where = where
        self.quote = quote
        self.retry_after_s = retry_after_s


def refused(status: HTTPStatus, code: str, /, *, where: str = "", **args: int | str) -> Refused:
    """A refusal with its hint, when SENTENCES has one."""
    hint = sentence(code + ".do") if code + ".do" in SENTENCES else None
    return Refused(status, sentence(code, **args), hint, where)


def status_of(error: KopilkaError) -> HTTPStatus:
    """400-499 is for the client to mend, 503 to try again."""
    match error:
        case Refused():
            return error.status
        case NotNow():
            return HTTPStatus.CONFLICT
        case StoreFault() | LinkFault():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case BadInput() | _:
            return HTTPStatus.UNPROCESSABLE_ENTITY
