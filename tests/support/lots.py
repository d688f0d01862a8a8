"""Lots and purses of points in a few words, as they stand on a tenth of March."""

from loyalty.points.lots import earn
from loyalty.points.purse import Purse
from loyalty.points.terms import Lot

TODAY = "2026-03-10"


def lot(name: str, points: int, expires: str = "", usable_from: str = "", **more) -> Lot:
    return Lot(name, more.pop("wallet", "main"), points, more.pop("earned", "2026-01-01"), usable_from, expires, **more)


def purse(*lots: Lot, today: str = TODAY, **more) -> Purse:
    made = Purse(**more)
    for each in lots:
        made = earn(made, each, today)
    return made


def points(of) -> dict[str, int]:
    """Lot id -> points, of a purse or of pieces."""
    return {each.lot_id: each.points for each in (of.lots if isinstance(of, Purse) else of)}


IDLE = purse(lot("a", 10, idle_days=30), lot("b", 5, "2026-03-20", idle_days=30), active_date="2026-03-01")
"""Points that run out thirty days after the last purchase."""
