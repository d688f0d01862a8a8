"""What a receipt takes of the member's points, and the quote of a basket whose points are held for it."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from loyalty.quote import quote
from loyalty.quoted import Quote, Standing
from terminal.session.state import PointsHold, State, Surroundings

replace = msgspec.structs.replace


def taken_points(answer: Quote | None) -> dict[str, int]:
    """wallet -> points spent and points taken for what campaigns give."""
    if answer is None:
        return {}
    taken = Counter(answer.redemption.wallets)
    taken.update(answer.costs)
    return {wallet: points for wallet, points in sorted(taken.items()) if points}


def quoted(state: State, around: Surroundings) -> Quote:
    """What is held may be spent whatever becomes of the link; without an answer the offline rule holds, link or not."""
    basket, programme, moment = state.basket, around.programme, around.moment
    if is_held(state, around):
        assured = replace(around.standing, online=True, balance_age_s=0)
        answer = quote(basket, programme, moment, assured)
        if state.hold is not None and covers(state.hold, taken_points(answer)):
            return answer
    return quote(basket, programme, moment, standing_of(state, around))


def standing_of(state: State, around: Surroundings) -> Standing:
    """How the till stands with the head office for this member's points."""
    member = state.basket.member
    unheld = member is not None and state.unheld == member.member_id
    return unanswered(around).standing if unheld else around.standing


def unanswered(around: Surroundings) -> Surroundings:
    """As if there were no link: the head office does not answer for the points."""
    return replace(around, standing=replace(around.standing, online=False))


def is_held(state: State, around: Surroundings) -> bool:
    """Whether the head office keeps points of the basket's member for this sale."""
    hold, member = state.hold, state.basket.member
    if hold is None or member is None or hold.stage != "held":
        return False
    return hold.account_id == member.account_id and around.moment.at_ms < hold.until_ms


def covers(hold: PointsHold, points: Mapping[str, int]) -> bool:
    return all(each <= hold.points.get(wallet, 0) for wallet, each in points.items())
