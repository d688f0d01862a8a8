"""How much of a debt was overdrawn by spending: worked out by hand."""

import pytest

from loyalty.feed import BalanceRow
from loyalty.points.overdraft import Moved, overdrawn_points, owed_points
from loyalty.points.purse import Purse


def moves(*points: int, back: frozenset[int] = frozenset()) -> list[Moved]:
    return [Moved(at, f"{at}", 1, each, at in back) for at, each in enumerate(points)]


@pytest.mark.parametrize(
    ("points", "back", "owed", "found"),
    [
        ((100, -100), (), 0, 0),
        ((100, -130), (), 30, 30),
        ((-30, 100), (), 0, 0),
        ((-30, 10), (), 20, 20),
        ((100, -100, -100), (2,), 100, 0),  # a return takes back what was spent by then
        ((100, -100, -100, -30), (2,), 130, 30),
        ((100, -130, -100), (2,), 130, 30),
        ((-30, 40, -40, 25), (2,), 5, 0),  # 10 were left; the return owes 30, of which 25 are repaid
    ],
)
def test_spending_beyond_the_points_is_told_from_a_return(points, back, owed, found):
    assert overdrawn_points(owed, moves(*points, back=frozenset(back))) == found


def test_no_order_of_entries_changes_it():
    entries = moves(50, -80, 10, -40)
    assert overdrawn_points(60, entries) == overdrawn_points(60, entries[::-1]) == 60


def test_a_purse_knows_what_is_owed_and_else_the_sums_do():
    assert owed_points(BalanceRow("a", {"main": -5, "stars": 3, "gift:minor": -1})) == {"main": 5}
    assert owed_points(BalanceRow("a", {"main": 40}, purse=Purse(owed_points={"main": 7}))) == {"main": 7}
