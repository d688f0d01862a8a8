"""Figures of seasons: which season a day is in, what adds up, what is kept."""

from itertools import permutations

import pytest

from loyalty.statuses.progress import (
    KEPT_SEASONS,
    MAX_GRANTS,
    MAX_VISITS,
    Counted,
    Grant,
    Progress,
    SeasonFigures,
    figures_of,
    merge_progress,
    progress_after,
    visit_days,
)
from loyalty.statuses.season import OPEN, Season, day_after, day_number, season_at, season_end
from tests.support.loyalty_samples import SEASONS

YEARS = tuple(Season(str(year), f"{year}-01-01", f"{year}-12-31") for year in range(2020, 2026))


@pytest.mark.parametrize(
    ("on_date", "place"),
    [("2025-05-31", -1), ("2025-06-01", 0), ("2026-05-31", 0), ("2026-06-01", 1), ("2028-05-31", 2), ("2028-06-01", 3)],
)
def test_a_season_is_from_its_first_day_to_its_last(on_date, place):
    assert season_at(SEASONS, on_date) == place


def test_a_season_without_dates_is_always_on():
    assert [season_at(OPEN, day) for day in ("0001-01-01", "9999-12-31")] == [0, 0]
    assert [season_end(OPEN, place) for place in (-1, 0, 1)] == ["", "", ""]


def test_a_season_s_end_is_its_last_day_and_before_all_the_day_before_the_first():
    ends = [season_end(SEASONS, place) for place in (-1, 0, 2, 3)]
    assert ends == ["2025-05-31", "2026-05-31", "2028-05-31", ""]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1970-01-01", 0), ("1970-02-01", 31), ("1969-12-31", -1), ("2026-08-02", 20_667), ("2026-02-29", None),
     ("20260802", None), ("2026-W01-1", None), ("", None), ("2026-11-22T10:00", None)],
)  # fmt: skip
def test_days_are_numbered_from_1970_and_what_is_no_date_has_no_number(text, number):
    assert day_number(text) == number


def test_the_day_after_goes_over_months_and_stops_at_the_last_of_the_calendar():
    assert (day_after("2028-02-28"), day_after("2026-12-31")) == ("2028-02-29", "2027-01-01")
    assert day_after("9999-12-31") == "9999-12-31"


def test_receipts_of_one_day_are_one_visit_and_days_are_kept_as_gaps():
    progress = Progress()
    for day in ("2026-08-16", "2026-08-02", "2026-08-02", "2026-08-03"):
        progress = progress_after(
            progress, Counted(day, sold_minor=100, receipts=1, earned_points={"main": 3}), SEASONS
        )
    assert progress == Progress((SeasonFigures("2026/27", 400, 0, 4, {"main": 12}, {}, (20_667, 1, 13)),))
    assert visit_days(progress.seasons[0]) == (20_667, 20_668, 20_681)


def test_a_return_adds_to_its_season_and_is_no_visit():
    back = Counted("2026-05-31", returned_minor=50, returned_points={"main": 2, "stars": 0})
    assert progress_after(Progress(), back, SEASONS).seasons == (SeasonFigures("2025/26", 0, 50, 0, {}, {"main": 2}),)


@pytest.mark.parametrize("day", ["2025-05-31", "2028-06-01", "2026-13-01", "nonsense", ""])
def test_what_lies_in_no_season_or_on_no_date_counts_nowhere(day):
    assert progress_after(Progress(), Counted(day, 100, receipts=1), SEASONS) == Progress()


def test_the_last_seasons_are_kept_in_whatever_order_they_come():
    kept = tuple(SeasonFigures(str(year), year, receipts=1) for year in (2023, 2024, 2025))
    assert len(kept) == KEPT_SEASONS
    for order in permutations(range(2021, 2026)):
        progress = Progress()
        for year in order:
            figures = Progress((SeasonFigures(str(year), year, receipts=1),))
            progress = merge_progress(progress, figures, YEARS)
        assert progress.seasons == kept


def test_seasons_the_programme_no_longer_names_go_first():
    old = Progress((SeasonFigures("1999", 1), SeasonFigures("2024", 2), SeasonFigures("2025", 3)))
    assert [each.season for each in merge_progress(old, Progress(), YEARS).seasons] == ["1999", "2024", "2025"]
    more = merge_progress(old, Progress((SeasonFigures("2020", 4),)), YEARS)
    assert [each.season for each in more.seasons] == ["2020", "2024", "2025"]


def test_so_many_visits_are_kept_and_no_more():
    whole = SeasonFigures("", days=(1, *[1] * (MAX_VISITS - 1)))
    later = merge_progress(Progress((whole,)), Progress((SeasonFigures("", days=(5000,)),)), OPEN)
    assert later.seasons == (whole,)
    earlier = merge_progress(Progress((whole,)), Progress((SeasonFigures("", days=(0,)),)), OPEN)
    assert visit_days(earlier.seasons[0]) == tuple(range(MAX_VISITS))


def test_so_many_grants_are_kept_the_last_given_and_each_once():
    given = [Grant("fan", f"2026-01-{day:02}") for day in range(1, MAX_GRANTS + 2)]
    progress = Progress()
    for grant in (*reversed(given), given[3]):
        progress = merge_progress(progress, Progress(grants=(grant,)), SEASONS)
    assert progress.grants == tuple(given[1:])


def test_two_members_together_have_what_either_did():
    one = Progress(
        (SeasonFigures("2026/27", 100, 10, 2, {"main": 5}, {"main": 1}, (20_667, 7)),), (Grant("fan", "2026-01-01"),)
    )
    other = Progress(
        (SeasonFigures("2026/27", 50, 0, 1, {"main": 2, "stars": 9}, {}, (20_674,)), SeasonFigures("2025/26", 1))
    )
    both = (
        SeasonFigures("2025/26", 1),
        SeasonFigures("2026/27", 150, 10, 3, {"main": 7, "stars": 9}, {"main": 1}, (20_667, 7)),
    )
    assert merge_progress(one, other, SEASONS) == Progress(both, one.grants)
    assert merge_progress(other, one, SEASONS) == Progress(both, one.grants)


def test_a_season_nothing_was_bought_in_has_nothing():
    assert figures_of(Progress(), "2026/27") == SeasonFigures("2026/27")
