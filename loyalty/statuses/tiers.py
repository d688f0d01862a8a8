"""Statuses: which one holds on a date, and the way to the next.

A status is reached within a season, by what the programme counts: money, visits, receipts, points; all of them
together, or any one. It applies from the next receipt, and holds to the end of the next season. So the status on a
date is the highest of those reached in the season of that date, reached in the season before, and given by hand. It
follows from figures and the date alone: nothing has to run when a season ends, and no order of receipts matters.
"""

import msgspec
from msgspec.structs import astuple

from loyalty.ledger import MAIN_WALLET
from loyalty.programme import Label, Programme, Status
from loyalty.receipt import Receipt
from loyalty.statuses.progress import Counted, Grant, Progress, figures_of
from loyalty.statuses.season import season_at

POINTS = Label("балл|балла|баллов", "point|points")
"""The forms of the word for points of the main wallet."""


class Figures(msgspec.Struct, frozen=True):
    """The four things a status may be reached by: as a threshold (0: does not count), as done, or as missing.

    Points are those of the wallet the programme names.
    """

    spend_minor: int = 0
    visits: int = 0
    receipts: int = 0
    points: int = 0


class NextStep(msgspec.Struct, frozen=True):
    """A status to be reached and what is missing to it; `by_any`: any one of the figures is enough.

    `done_bp` is how far along one is: of the slowest criterion where all count, else of the fastest. `unit` holds the
    forms of the word for its points.
    """

    status: Status
    missing: Figures
    by_any: bool
    done_bp: int
    unit: Label = POINTS


def status_on(programme: Programme, progress: Progress, on_date: str) -> Status | None:
    """The status in force on a date (ISO, by the store's clock); None in a programme without statuses."""
    if not programme.statuses:
        return None
    season = season_at(programme.spans, on_date)
    reached = (reached_in(programme, progress, season), reached_in(programme, progress, season - 1))
    given = (granted_on(programme, grant, on_date) for grant in progress.grants)
    return programme.statuses[max(*reached, *given)]


def status_id_on(programme: Programme, progress: Progress, on_date: str) -> str:
    """The id of the status in force; empty in a programme without statuses."""
    status = status_on(programme, progress, on_date)
    return status.id if status else ""


def next_step(programme: Programme, progress: Progress, on_date: str) -> NextStep | None:
    """The way to the status above the one in force; None at the top, outside all seasons, and without statuses."""
    status = status_on(programme, progress, on_date)
    season = season_at(programme.spans, on_date)
    place = place_of(programme, status.id) + 1 if status else 0
    if place >= len(programme.statuses) or not 0 <= season < len(programme.spans):
        return None
    return step_to(programme, progress, season, programme.statuses[place])


def step_to(programme: Programme, progress: Progress, season: int, status: Status) -> NextStep:
    """What is missing to reach a status in a season, by its place."""
    done, needed = done_in(programme, progress, season), needs(status)
    pairs = list(zip(astuple(done), astuple(needed), strict=True))
    missing = (max(0, need - have) if need else 0 for have, need in pairs)
    shares = [min(10_000, max(0, have) * 10_000 // need) for have, need in pairs if need]
    by_any = programme.status_criteria == "any"
    done_bp = (max if by_any else min)(shares, default=10_000)
    return NextStep(status, Figures(*missing), by_any, done_bp, points_unit(programme))


def points_unit(programme: Programme) -> Label:
    """The forms of the word for the points that count."""
    return next((wallet.unit for wallet in programme.wallets if wallet.id == programme.status_wallet), POINTS)


def count_receipt(receipt: Receipt, sale_day: str = "") -> Counted:
    """What one receipt adds; a return counts on the day of its sale, `sale_day`, or where nobody knows it on its own.

    What counts as spent is what was paid for goods, after discounts and points; a gift card is none, what it buys is.
    """
    day, total_minor = receipt.moment.local_date, max(0, receipt.total_minor - receipt.loaded_minor)
    points = {**receipt.wallets, MAIN_WALLET: receipt.earned_points}
    if receipt.kind == "sale":
        return Counted(day, sold_minor=total_minor, receipts=1, earned_points=points)
    return Counted(sale_day or day, returned_minor=total_minor, returned_points=points)


def reached_in(programme: Programme, progress: Progress, season: int) -> int:
    """The place of the highest status reached in a season, by the season's place; the lowest is everyone's."""
    done = done_in(programme, progress, season)
    places = range(len(programme.statuses) - 1, 0, -1)
    return next((place for place in places if _is_reached(programme, needs(programme.statuses[place]), done)), 0)


def granted_on(programme: Programme, grant: Grant, on_date: str) -> int:
    """The place of the status a grant gives on a date: the lowest before it and once it is over."""
    if on_date < grant.given_on:
        return 0
    if grant.last_date:
        holds = on_date <= grant.last_date
    else:
        holds = season_at(programme.spans, on_date) <= season_at(programme.spans, grant.given_on) + 1
    return place_of(programme, grant.status) if holds else 0


def done_in(programme: Programme, progress: Progress, season: int) -> Figures:
    """What counts in a season, by its place; nothing outside all seasons."""
    if not 0 <= season < len(programme.spans):
        return Figures()
    of = figures_of(progress, programme.spans[season].id)
    kept = programme.status_on_return == "keep"
    spend_minor = of.sold_minor if kept else of.sold_minor - of.returned_minor
    points = of.earned_points.get(programme.status_wallet, 0)
    points -= 0 if kept else of.returned_points.get(programme.status_wallet, 0)
    return Figures(spend_minor, len(of.days), of.receipts, points)


def needs(status: Status) -> Figures:
    return Figures(status.spend_minor, status.visits, status.receipts, status.points)


def place_of(programme: Programme, status_id: str) -> int:
    """Where a status stands on the ladder, 0 the lowest; an unknown one counts as the lowest."""
    return next((place for place, status in enumerate(programme.statuses) if status.id == status_id), 0)


def _is_reached(programme: Programme, needed: Figures, done: Figures) -> bool:
    met = [have >= need for have, need in zip(astuple(done), astuple(needed), strict=True) if need]
    return any(met) if programme.status_criteria == "any" else all(met)
