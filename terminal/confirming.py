"""Codes to members' phones, asked of the head office: each request on a short thread of its own, never the till's.

What came of it goes back as a command; whether it still matters is the session's to say. A link that fails here is
looked at at once, so that the strip and the offline limits follow.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from loyalty.api import CheckReply, CheckRequest, ConfirmReply, ConfirmRequest
from loyalty.errors import LinkFault, NotNow
from loyalty.sentences import Lang
from terminal.session import commands as c

MAX_ASKING = 4
"""Requests under way at once; one more is answered as if nobody were there."""
LOOK_S = 1.0
log = logging.getLogger("till")
Later = Callable[[c.Command], None]


class Office(Protocol):
    """The head office over the link. Both may take seconds; both raise LinkFault, and Refusal for what it refuses."""

    def send_code(self, asked: ConfirmRequest) -> ConfirmReply: ...

    def check_code(self, confirmation_id: str, asked: CheckRequest) -> CheckReply: ...

    def run_until_idle(self, timeout_s: float) -> bool: ...


class Confirming:
    """`later` takes what came of a request, from its thread; `lang` is the language of the message."""

    def __init__(self, office: Office, later: Later, new_id: Callable[[], str], lang: Lang) -> None:
        self._office = office
        self._later = later
        self._new_id = new_id
        self._lang: Lang = lang
        self._room = threading.BoundedSemaphore(MAX_ASKING)

    def send(self, effect: c.SendCode) -> c.CodeAsked:
        """Returns at once with the id of the attempt."""
        id = self._new_id()
        asked = ConfirmRequest(id, effect.member_id, effect.account_id, self._lang)
        self._begin(id, lambda: _sent(id, self._office.send_code(asked)))
        return c.CodeAsked(id)

    def check(self, effect: c.CheckCode) -> None:
        """Returns at once."""
        id = effect.confirmation_id
        asked = CheckRequest(effect.member_id, effect.account_id, effect.code)
        self._begin(id, lambda: _checked(id, self._office.check_code(id, asked)))

    def send_now(self, member_id: str, account_id: str, lang: Lang) -> tuple[str, ConfirmReply]:
        """For those who can wait: never on the till's thread. Raises LinkFault."""
        id = self._new_id()
        return id, self._office.send_code(ConfirmRequest(id, member_id, account_id, lang))

    def check_now(self, confirmation_id: str, asked: CheckRequest) -> CheckReply:
        """The same. Raises LinkFault."""
        return self._office.check_code(confirmation_id, asked)

    def _begin(self, id: str, ask: Callable[[], c.Command]) -> None:
        if not self._room.acquire(blocking=False):
            self._later(c.ConfirmFailed(id, "offline"))
            return
        threading.Thread(target=self._ask, args=(id, ask), name="confirm", daemon=True).start()

    def _ask(self, id: str, ask: Callable[[], c.Command]) -> None:
        try:
            answer = ask()
        except NotNow:
            return  # the till is stopping
        except LinkFault as fault:
            answer = failure(id, fault)
            if answer.why == "offline":
                self._look()
        except Exception:
            # The edge of a thread. The request holds a code and is not logged; the trace holds names alone.
            log.exception("confirm_broke")
            answer = c.ConfirmFailed(id, "refused")
        finally:
            self._room.release()
        self._later(answer)

    def _look(self) -> None:
        try:
            self._office.run_until_idle(LOOK_S)
        except (LinkFault, NotNow):
            pass


def failure(id: str, fault: LinkFault) -> c.ConfirmFailed:
    """Why there was no answer, or what the head office refused."""
    from terminal.offline_queue.http_reply import Refusal

    if not isinstance(fault, Refusal):
        return c.ConfirmFailed(id, "offline")
    match fault.reply.code:
        case "wait":
            return c.ConfirmFailed(id, "wait", fault.retry_after_s)
        case "no_messages":
            return c.ConfirmFailed(id, "no_messages")
        case "busy" | "internal":
            return c.ConfirmFailed(id, "offline")
        case _:
            return c.ConfirmFailed(id, "refused")


def _sent(id: str, reply: ConfirmReply) -> c.CodeSent:
    return c.CodeSent(id, reply.digits, reply.resend_after_s)


def _checked(id: str, reply: CheckReply) -> c.CodeChecked:
    return c.CodeChecked(id, reply.state, reply.tries_left)
