"""A purse: all lots of one account, and what they come to on a given day.

A family shares an account, so it shares the lots, and nothing more is needed. Running out is a matter of the day: a
lot past its end stays in the purse, its points shown as expired, until it is written off (`loyalty.points.lots`).
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from loyalty.points.terms import NEVER, Lot
from loyalty.points.workdays import days_after

State = Literal["usable", "pending", "expired"]


class Purse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The lots of an account, what it owes by wallet (no zeros), and when its last purchase was ("" unknown)."""

    lots: tuple[Lot, ...] = ()
    owed_points: dict[str, int] = {}
    active_date: str = ""
    taken_over: tuple[str, ...] = ()
    """Ids of the accounts merged into this one."""


class Figures(msgspec.Struct, frozen=True):
    """One wallet on one day; the balance is usable + pending - owed."""

    usable_points: int
    pending_points: int
    expired_points: int
    owed_points: int


class Dated(msgspec.Struct, frozen=True):
    date: str
    points: int


def figures(purse: Purse, wallet: str, today: str) -> Figures:
    """What the member has in a wallet today."""
    points: dict[State, int] = {"usable": 0, "pending": 0, "expired": 0}
    for lot in purse.lots:
        if lot.wallet == wallet:
            points[state(purse, lot, today)] += lot.points
    return Figures(points["usable"], points["pending"], points["expired"], purse.owed_points.get(wallet, 0))


def ending(purse: Purse, wallet: str, today: str) -> tuple[Dated, ...]:
    """The points that run out if nothing is bought from now on, by their last day, the soonest first."""
    return _by_date((last_date(purse, lot), lot) for lot in living(purse, wallet, today))


def maturing(purse: Purse, wallet: str, today: str) -> tuple[Dated, ...]:
    """The points still to come, by the first day they can be spent."""
    return _by_date(
        (lot.usable_from_date, lot) for lot in living(purse, wallet, today) if state(purse, lot, today) == "pending"
    )


def state(purse: Purse, lot: Lot, today: str) -> State:
    if last_date(purse, lot) < today:
        return "expired"
    return "pending" if lot.usable_from_date > today else "usable"


def last_date(purse: Purse, lot: Lot) -> str:
    """The last day a lot can be spent as things stand; NEVER if it has no end."""
    end = lot.expires_date or NEVER
    if not lot.idle_days:
        return end
    return min(end, days_after(max(purse.active_date, lot.earned_date), lot.idle_days))


def living(purse: Purse, wallet: str, today: str) -> list[Lot]:
    """The lots of a wallet that have not run out, in the order of spending."""
    lots = [lot for lot in purse.lots if lot.wallet == wallet and state(purse, lot, today) != "expired"]
    return sorted(lots, key=lambda lot: (last_date(purse, lot), *age(lot)))


def age(lot: Lot) -> tuple[str, str, str]:
    return (lot.expires_date or NEVER, lot.earned_date, lot.lot_id)


def _by_date(dated: Iterable[tuple[str, Lot]]) -> tuple[Dated, ...]:
    points: dict[str, int] = {}
    for day, lot in dated:
        if day != NEVER:
            points[day] = points.get(day, 0) + lot.points
    return tuple(Dated(day, points[day]) for day in sorted(points))
