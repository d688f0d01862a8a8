"""Limits of a campaign over more than one receipt: what one member may have in a period, and the campaign's budget.

A till knows what a member has had from the head office and from its own journal (`Member.used`), and what is left of
a store's share of a budget (`Standing.left`); both can be judged without a network. Shares of a budget are given to
stores in advance, so that tills that cannot talk to one another never spend more than there is.
"""

from datetime import date
from typing import Literal

import msgspec

from loyalty.basket import Moment
from loyalty.member import Member, Used

Period = Literal["day", "week", "month", "season", "ever"]
PERIODS: tuple[Period, ...] = ("day", "week", "month", "season", "ever")


class Limit(msgspec.Struct, frozen=True):
    """What one member may have of a campaign in one period; 0 is no limit of that kind."""

    period: Period
    times: int = 0
    minor: int = 0
    points: int = 0


class Room(msgspec.Struct, frozen=True):
    """How much more a campaign may give; None is any amount."""

    times: int | None = None
    minor: int | None = None
    points: int | None = None


def period_key(period: Period, moment: Moment, season: str) -> str:
    """The name of the period a moment is in: `2026-11-22`, `2026-W47`, `2026-11`, the season's, `ever`."""
    return period_on(period, moment.local_date, season)


def period_on(period: Period, day: str, season: str) -> str:
    """The same for a date (ISO)."""
    if period == "day":
        return day
    if period == "week":
        year, week, _ = date.fromisoformat(day).isocalendar()
        return f"{year}-W{week:02d}"
    if period == "month":
        return day[:7]
    return season if period == "season" else "ever"


def room_for(
    campaign_id: str, limits: tuple[Limit, ...], member: Member | None, moment: Moment, season: str
) -> tuple[Room, Limit | None]:
    """What a member may still have of a campaign, and the limit that is used up, if one is."""
    room, spent = Room(), None
    for limit in limits:
        had = _had(campaign_id, period_key(limit.period, moment, season), member)
        left = Room(
            max(0, limit.times - had.times) if limit.times else None,
            max(0, limit.minor - had.minor) if limit.minor else None,
            max(0, limit.points - had.points) if limit.points else None,
        )
        if 0 in (left.times, left.minor, left.points):
            spent = spent or limit
        room = narrower(room, left)
    return room, spent


def narrower(one: Room, other: Room) -> Room:
    """The smaller of each."""
    return Room(_least(one.times, other.times), _least(one.minor, other.minor), _least(one.points, other.points))


def _had(campaign_id: str, period: str, member: Member | None) -> Used:
    used = member.used if member else ()
    found = (each for each in used if each.campaign_id == campaign_id and each.period == period)
    return next(found, Used(campaign_id, period))


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
