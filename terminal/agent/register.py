"""The fiscal register for programs: how it stands, a receipt in doubt, and cash in and out of its drawer, each once.

A client's id and the shift it names make the event's own id, so a request sent again finds what it made in the journal.
"""

from __future__ import annotations

from hashlib import blake2b
from http import HTTPStatus

from loyalty.events import CashMoved
from loyalty.sentences import Lang, sentence
from terminal.agent.asked import CashRequest
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.faults import Refused, refused
from terminal.agent.wire_standing import CashReply, DoubtTold, RegisterReply, TroubleTold
from terminal.offline_queue.journal_made import find_body
from terminal.records import shift_info
from terminal.session import commands as c
from terminal.session.state import Doubt

_TIME_DIGITS = 12
"""Of a UUIDv7 in hex (RFC 9562, 5.7)."""


def answer_register(desk: Desk, asked: Asked) -> Answer:
    """It is asked now, so this takes as long as it takes to answer. Raises Refused 404 without a register."""
    view = desk.till.engine.dispatch(c.LookAtRegister())
    seen = view.state.register
    if seen is None:
        raise Refused(HTTPStatus.NOT_FOUND, sentence("register.none"))
    troubles = tuple(TroubleTold(told(each.said, asked.lang), told(each.hint, asked.lang)) for each in seen.troubles)
    doubt = _doubt(view.doubt, asked.lang) if view.doubt else None
    return Answer(
        RegisterReply(
            bool(seen.serial), seen.serial, seen.last_document, seen.shift, seen.paper, seen.clock, seen.unsent,
            troubles, doubt,
        )
    )  # fmt: skip


def _doubt(doubt: Doubt, lang: Lang) -> DoubtTold:
    hint = told(doubt.hint, lang) if doubt.hint else None
    return DoubtTold(doubt.number, doubt.kind, doubt.total_minor, told(doubt.told, lang), hint)


def move_cash(desk: Desk, asked: Asked) -> Answer:
    """201 once it is counted and recorded, or 200 where this request did it before. Raises Refused."""
    request: CashRequest = asked.body
    event_id = _event_id(desk, request)

    def work() -> Answer:
        before = find_body(desk.till.store.journal, event_id)
        if before is not None:
            return Answer(_reply(desk, request, before))
        shift = desk.till.records.shift_now()
        if shift.shift_id != request.shift_id:
            raise refused(HTTPStatus.CONFLICT, "agent.other_shift", where="shift_id")
        state = desk.till.engine.dispatch(c.MoveCash(request.kind, request.amount_minor, event_id)).state
        made = find_body(desk.till.store.journal, event_id)
        if made is None:
            assert state.notice is not None  # whatever keeps it from being done is said
            raise Refused(HTTPStatus.CONFLICT, state.notice.said, state.notice.hint)
        return Answer(_reply(desk, request, made), HTTPStatus.CREATED)

    return desk.call(work)


def _event_id(desk: Desk, request: CashRequest) -> str:
    """A UUIDv7 of the moment the shift's id has, with the request's id in place of chance."""
    said = f"{desk.till.store.identity.terminal}/cash/{request.cash_id}".encode()
    chance = blake2b(said, digest_size=16).hexdigest()
    return f"{request.shift_id[:_TIME_DIGITS]}7{chance[:3]}8{chance[3:18]}"


def _reply(desk: Desk, request: CashRequest, made: object) -> CashReply:
    """Raises Refused 409 where the id did something else."""
    if not isinstance(made, CashMoved) or (made.shift_id, made.kind, made.amount_minor) != (
        request.shift_id, request.kind, request.amount_minor,
    ):  # fmt: skip
        raise refused(HTTPStatus.CONFLICT, "agent.other_cash", where="cash_id")
    shift = desk.till.store.journal.open_shift()
    return CashReply(made.kind, made.amount_minor, shift_info(shift) if shift else None)
