"""What a member's status follows from: the figures of the last seasons, and statuses given by hand or brought along.

Everything here adds up: sums are added, days are a set, seasons are kept by their order. So any order of receipts and
returns, and any split of them over tills, comes to the same, and a till may add its own to what the head office said.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

import msgspec

from loyalty.statuses.season import Season, day_number, season_at

KEPT_SEASONS = 3
"""This one and the one before, which a status follows from; and one more, for tills whose date is ahead or behind."""
MAX_VISITS = 1000
"""Days kept of one season, the earliest: no threshold is higher."""
MAX_GRANTS = 8


class SeasonFigures(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One season's sums, points by wallet. What a return takes back is kept apart: a programme says whether it counts.

    `days` are the days with a sale: the first as its number since 1 January 1970, each other as the days since the
    one before it.
    """

    season: str
    sold_minor: int = 0
    returned_minor: int = 0
    receipts: int = 0
    earned_points: dict[str, int] = {}
    returned_points: dict[str, int] = {}
    days: tuple[int, ...] = ()


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A status given: to `last_date`, included; without it, as one earned on `given_on` would hold.

    `by_hand`: someone of the shop gave it, rather than another system it was brought from.
    """

    status: str
    given_on: str = ""
    last_date: str = ""
    by_hand: bool = False


class Progress(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Seasons oldest first. The figures of a season nothing was bought in are not there."""

    seasons: tuple[SeasonFigures, ...] = ()
    grants: tuple[Grant, ...] = ()


class Counted(msgspec.Struct, frozen=True, gc=False):
    """What receipts add to a season, points by wallet: `day` is the day of the sale, for its returns too."""

    day: str
    sold_minor: int = 0
    returned_minor: int = 0
    receipts: int = 0
    earned_points: dict[str, int] = {}
    returned_points: dict[str, int] = {}


def progress_after(progress: Progress, counted: Counted, seasons: Sequence[Season]) -> Progress:
    """With one more receipt; what lies outside all seasons, or on no date, counts nowhere."""
    number, place = day_number(counted.day), season_at(seasons, counted.day)
    if number is None or not 0 <= place < len(seasons):
        return progress
    figures = SeasonFigures(
        seasons[place].id,
        counted.sold_minor,
        counted.returned_minor,
        counted.receipts,
        _sums(counted.earned_points),
        _sums(counted.returned_points),
        (number,) if counted.receipts else (),
    )
    return merge_progress(progress, Progress((figures,)), seasons)


def merge_progress(one: Progress, other: Progress, seasons: Sequence[Season]) -> Progress:
    """Both together, as if one member had done it all."""
    sums = {figures.season: figures for figures in one.seasons}
    for figures in other.seasons:
        sums[figures.season] = _added(sums[figures.season], figures) if figures.season in sums else figures
    order = {season.id: place for place, season in enumerate(seasons)}
    kept = sorted(sums.values(), key=lambda found: (order.get(found.season, -1), found.season))[-KEPT_SEASONS:]
    grants = sorted({*one.grants, *other.grants}, key=_age) if one.grants or other.grants else []
    return Progress(tuple(kept), tuple(grants[-MAX_GRANTS:]))


def figures_of(progress: Progress, season: str) -> SeasonFigures:
    return next((figures for figures in progress.seasons if figures.season == season), SeasonFigures(season))


def visit_days(figures: SeasonFigures) -> tuple[int, ...]:
    """The days with a sale, as numbers since 1 January 1970, ascending."""
    return tuple(accumulate(figures.days))


def _age(grant: Grant) -> tuple[str, str, str, bool]:
    return grant.given_on, grant.last_date, grant.status, grant.by_hand


def _added(one: SeasonFigures, other: SeasonFigures) -> SeasonFigures:
    return SeasonFigures(
        one.season,
        one.sold_minor + other.sold_minor,
        one.returned_minor + other.returned_minor,
        one.receipts + other.receipts,
        _sums(one.earned_points, other.earned_points),
        _sums(one.returned_points, other.returned_points),
        _packed({*visit_days(one), *visit_days(other)}),
    )


def _sums(one: Mapping[str, int], other: Mapping[str, int] = {}) -> dict[str, int]:
    """wallet -> points, without wallets that have none."""
    sums = dict(one)
    for wallet, points in other.items():
        sums[wallet] = sums.get(wallet, 0) + points
    return {wallet: points for wallet, points in sums.items() if points}


def _packed(days: Iterable[int]) -> tuple[int, ...]:
    first = sorted(days)[:MAX_VISITS]
    return (*first[:1], *(later - earlier for earlier, later in pairwise(first)))
