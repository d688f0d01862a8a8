"""The hold of a client's sale: asked for before the sale takes its turn at the till, and given back if that fails."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from loyalty.ledger import MAIN_WALLET
from terminal.agent.desk import Desk
from terminal.agent.faults import refused
from terminal.agent.quoting import Quoted
from terminal.session import commands as c
from terminal.session.held import taken_points


class SaleHold(msgspec.Struct, frozen=True):
    """Points (wallet -> points) that are held for a sale; without an id nothing is. `unheld`: the head office was asked
    and did not answer."""

    hold_id: str = ""
    account_id: str = ""
    points: dict[str, int] = {}
    unheld: bool = False


def held_for(desk: Desk, done: Quoted) -> SaleHold:
    """Not on the till's thread: nobody's sale waits for the head office. Raises Refused 409 where points are gone."""
    taken, member = taken_points(done.quote), done.basket.member
    if not taken or member is None or not done.around.hold_id:
        return SaleHold()
    if not desk.fetching.acquire(blocking=False):
        raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "agent.busy")
    try:
        answer = desk.till.holding.take_now(member.member_id, member.account_id, taken)
    finally:
        desk.fetching.release()
    match answer:
        case c.HoldTaken():
            return SaleHold(answer.hold_id, answer.account_id, taken)
        case c.HoldShort():
            points = answer.available.get(MAIN_WALLET, 0)
            raise refused(HTTPStatus.CONFLICT, "agent.points_short", where="redeem_points", points=points)
        case None:
            return SaleHold(unheld=True)


def given_back(desk: Desk, hold: SaleHold) -> None:
    """The sale it was for was not recorded, or had been before."""
    if hold.hold_id:
        desk.till.holding.give_back(c.GiveHoldBack(hold.hold_id, hold.account_id))
