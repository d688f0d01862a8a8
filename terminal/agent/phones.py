"""Phones that clients have confirmed: a code is asked for, checked, and its confirmation serves one sale.

What was confirmed is remembered here alone, for a quarter of an hour: an agent that starts again has it asked anew.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from loyalty.api import CheckRequest
from loyalty.errors import LinkFault
from loyalty.member import Member
from loyalty.sentences import Sentence, sentence
from terminal.agent.asked import CodeSaid, MemberAsked, PhoneAsked
from terminal.agent.desk import Answer, Asked, Desk
from terminal.agent.faults import Refused, refused
from terminal.agent.finding import NONE, find_member
from terminal.agent.wire import CheckedReply, ConfirmationReply
from terminal.confirming import failure

T = TypeVar("T")


def send_code(desk: Desk, asked: Asked) -> Answer:
    """201 once a code is on its way. Raises Refused: 404 nobody has the phone, 409 no code is of use, 429 too soon,
    503 out of reach."""
    request: PhoneAsked = asked.body
    member = desk.call(lambda: _found_by_phone(desk, request))
    send = desk.till.confirming.send_now
    id, reply = _asked_office(desk, lambda: send(member.member_id, member.account_id, asked.lang))
    desk.phones.begun(id, member)
    shown = ConfirmationReply(id, member.phone_tail, reply.digits, reply.good_for_s, reply.resend_after_s)
    return Answer(shown, HTTPStatus.CREATED)


def check_code(desk: Desk, asked: Asked) -> Answer:
    """What the code is worth. Raises Refused: 404 for an id that this agent has not given, or no longer knows."""
    request: CodeSaid = asked.body
    member = desk.phones.member_of(asked.key)
    if member is None:
        raise refused(NONE, "agent.no_confirmation")
    check = CheckRequest(member.member_id, member.account_id, request.code)
    reply = _asked_office(desk, lambda: desk.till.confirming.check_now(asked.key, check))
    if reply.state == "confirmed":
        desk.phones.confirmed(asked.key, desk.call(lambda: desk.till.engine.around().moment.at_ms))
    return Answer(CheckedReply(reply.state, reply.tries_left))


def _found_by_phone(desk: Desk, asked: PhoneAsked) -> Member:
    around = desk.till.engine.around()
    member = find_member(desk, MemberAsked(asked.phone), around, NONE)
    rule = around.programme.redeem.identified_by
    if member.identified_by != "phone" or "phone" in rule or "phone_code" not in rule:
        raise refused(HTTPStatus.CONFLICT, "confirm.no_need", where="phone")
    return member


def _asked_office(desk: Desk, ask: Callable[[], T]) -> T:
    """Not on the till's thread: nobody's sale waits for the head office. Raises Refused."""
    if not desk.fetching.acquire(blocking=False):
        raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "agent.busy")
    try:
        return ask()
    except LinkFault as fault:
        raise _refusal(fault) from fault
    finally:
        desk.fetching.release()


def _refusal(fault: LinkFault) -> Refused:
    failed = failure("", fault)
    hint: Sentence = sentence("confirm.scan_card")
    match failed.why:
        case "wait":
            seconds = failed.retry_after_s
            said = sentence("confirm.wait", seconds=seconds)
            return Refused(HTTPStatus.TOO_MANY_REQUESTS, said, retry_after_s=seconds)
        case "no_messages":
            return Refused(HTTPStatus.CONFLICT, sentence("confirm.no_messages"), hint)
        case "refused":
            return Refused(HTTPStatus.CONFLICT, sentence("confirm.refused"), hint)
        case "offline":
            return Refused(HTTPStatus.SERVICE_UNAVAILABLE, sentence("confirm.unreachable"), hint)
