"""One day by the stores' own clocks: takings, members' share, points, the hours, the goods and the campaigns."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from sqlalchemy import func, select

from sync_server.console.day_lines import DayLines, Part, sum_day
from sync_server.reports import HourTotals, day_totals
from sync_server.schema import RECEIPT
from sync_server.store import Store

TOP_GOODS = 10
WEEK = timedelta(days=7)


class DayFigures(msgspec.Struct, frozen=True):
    """Sums of one day's receipts. Takings are what was sold less what was given back."""

    sales: int
    returns: int
    sold_minor: int
    returned_minor: int
    discount_minor: int
    with_card: int
    """Sales with a member."""
    earned_points: int
    redeemed_points: int

    @property
    def takings_minor(self) -> int:
        return self.sold_minor - self.returned_minor

    @property
    def card_share_bp(self) -> int:
        return self.with_card * 10_000 // self.sales if self.sales else 0

    @property
    def average_minor(self) -> int:
        return self.sold_minor // self.sales if self.sales else 0


class PointsBack(msgspec.Struct, frozen=True):
    """Points of the day's returns as printed: taken back from those earned, given back of those spent."""

    earned: int
    redeemed: int


class DayReport(msgspec.Struct, frozen=True):
    """`before` is the same weekday of the week before; `before_so_far_minor` its takings up to the same minute."""

    local_date: str
    figures: DayFigures
    hours: tuple[HourTotals, ...]
    before_date: str
    before: DayFigures
    before_hours: tuple[HourTotals, ...]
    before_so_far_minor: int
    back: PointsBack
    goods: tuple[tuple[str, Part], ...]
    campaigns: tuple[tuple[str, Part], ...]
    lines: DayLines


def read_day(store: Store, local_date: str, until_minute: int) -> DayReport:
    """The report of an ISO date; `until_minute`: how far into the day the comparison goes."""
    before_date = (date.fromisoformat(local_date) - WEEK).isoformat()
    hours, before_hours = day_totals(store, local_date), day_totals(store, before_date)
    lines = sum_day(store, local_date)
    return DayReport(
        local_date=local_date,
        figures=_figures(hours),
        hours=hours,
        before_date=before_date,
        before=_figures(before_hours),
        before_hours=before_hours,
        before_so_far_minor=_takings(store, before_date, until_minute),
        back=_points_back(store, local_date),
        goods=_greatest(_sold(lines.goods))[:TOP_GOODS],
        campaigns=_greatest(lines.campaigns),
        lines=lines,
    )


def _sold(sums: dict[str, Part]) -> dict[str, Part]:
    """Without goods of which as many came back as were sold, or more."""
    return {code: part for code, part in sums.items() if part.qty_milli > 0}


def _greatest(sums: dict[str, Part]) -> tuple[tuple[str, Part], ...]:
    return tuple(sorted(sums.items(), key=lambda found: (-found[1].minor, -found[1].points, found[0])))


def _figures(hours: Sequence[HourTotals]) -> DayFigures:
    sums: Counter[str] = Counter()
    for hour in hours:
        sums.update(msgspec.structs.asdict(hour))
    return DayFigures(
        sales=sums["sales"],
        returns=sums["returns"],
        sold_minor=sums["sold_minor"],
        returned_minor=sums["returned_minor"],
        discount_minor=sums["discount_minor"],
        with_card=sums["members"],
        earned_points=sums["earned_points"],
        redeemed_points=sums["redeemed_points"],
    )


def _takings(store: Store, local_date: str, until_minute: int) -> int:
    query = select(RECEIPT.c.kind, func.sum(RECEIPT.c.total_minor).label("minor")).where(
        RECEIPT.c.local_date == local_date, RECEIPT.c.local_minute <= until_minute
    )
    with store.read() as tx:
        sums = {row.kind: int(row.minor) for row in tx.execute(query.group_by(RECEIPT.c.kind))}
    return sums.get("sale", 0) - sums.get("return", 0)


def _points_back(store: Store, local_date: str) -> PointsBack:
    earned, redeemed = func.sum(RECEIPT.c.earned_points), func.sum(RECEIPT.c.redeemed_points)
    query = select(func.coalesce(earned, 0).label("earned"), func.coalesce(redeemed, 0).label("redeemed")).where(
        RECEIPT.c.local_date == local_date, RECEIPT.c.kind == "return"
    )
    with store.read() as tx:
        row = tx.execute(query).one()
    return PointsBack(int(row.earned), int(row.redeemed))
