"""Seasons and statuses of a programme document, and every mistake in them."""

import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.documents.status_file import MAX_STATUSES
from loyalty.errors import BadProgramme
from loyalty.programme import Programme
from loyalty.statuses.progress import MAX_VISITS
from loyalty.statuses.season import MAX_SEASONS, OPEN, Season

HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
NOVICE = '[[status]]\nid = "novice"\nname = { ru = "Н", en = "N" }\nearn_bp = 0\n'


def season(id="a", first="", last="") -> str:
    dates = [f"{key} = {day}\n" for key, day in (("first", first), ("last", last)) if day]
    return f'[[season]]\nid = "{id}"\n{"".join(dates)}'


def status(id="fan", more="") -> str:
    return f'[[status]]\nid = "{id}"\nname = {{ ru = "С", en = "S" }}\nearn_bp = 0\n{more}\n'


def problems(text: str) -> list[str]:
    with pytest.raises(BadProgramme) as bad:
        parse_programme(HEAD + text)
    return [str(problem) for problem in bad.value.problems]


def paths(text: str) -> list[str]:
    return [line.partition(": ")[0] for line in problems(text)]


def read(text: str) -> Programme:
    return parse_programme(HEAD + text)


def test_without_a_season_there_is_one_without_end():
    assert read("").spans == read("season = []").spans == OPEN
    assert read(season("2026/27")).spans == (Season("2026/27"),)


def test_seasons_follow_one_another_and_the_ends_may_be_open():
    made = read(season("a", last="2026-05-31") + season("b", "2026-06-01", "2027-05-31") + season("c", "2027-06-01"))
    assert made.seasons == (
        Season("a", "", "2026-05-31"), Season("b", "2026-06-01", "2027-05-31"), Season("c", "2027-06-01"),
    )  # fmt: skip


def test_all_mistakes_in_seasons_are_told_at_once():
    text = (
        season("a", "2026-06-01", "2026-05-31") + season("a", "2026-05-31", "2026-12-31") + season("b", "2027-02-01")
        + season("c", last="2028-01-01") + season("d", last='"2028-13-01"') + 'season_first = 1'
    )  # fmt: skip
    assert paths(text) == [
        "season[1].last", "season[5].last", "season[5].season_first", "season[2].id", "season[2].first",
        "season[3].first", "season[3].last", "season[5].first",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("2026-05-30", "season[2].first: the season begins before the last one has ended; its first day is 2026-06-01"),
        ("2026-06-02", "season[2].first: days are left out between seasons; its first day is 2026-06-01"),
        ("", "season[2].first: there is no first day; its first day is 2026-06-01"),
    ],
)
def test_a_season_that_does_not_follow_says_when_it_would_have_to_begin(first, said):
    assert problems(season("a", "2025-06-01", "2026-05-31") + season("b", first)) == [said]


def test_a_season_may_be_the_last_of_the_calendar():
    assert read(season("a", "2026-01-01", "9999-12-31")).seasons[0].last == "9999-12-31"


def test_so_many_seasons_may_be_named_and_no_more():
    many = [season(str(year), f"{year}-01-01", f"{year}-12-31") for year in range(2000, 2000 + MAX_SEASONS + 1)]
    assert len(read("".join(many[:-1])).seasons) == MAX_SEASONS
    assert paths("".join(many)) == ["season"]


def test_so_many_statuses_may_be_named_and_no_more():
    many = [status(f"s{number}", f"visits = {number}" if number else "") for number in range(MAX_STATUSES + 1)]
    assert len(read("".join(many[:-1])).statuses) == MAX_STATUSES
    assert paths("".join(many)) == ["status"]


def test_what_a_status_takes_is_read():
    made = read(
        'status_criteria = "any"\nstatus_on_return = "keep"\n'
        + NOVICE
        + status("fan", "spend_minor = 1\nvisits = 2\nreceipts = 3\npoints = 4")
    )
    fan = made.statuses[1]
    assert (fan.spend_minor, fan.visits, fan.receipts, fan.points) == (1, 2, 3, 4)
    assert (made.status_criteria, made.status_on_return) == ("any", "keep")
    assert (read("").status_criteria, read("").status_on_return) == ("all", "recount")


@pytest.mark.parametrize(
    ("key", "most"), [("spend_minor", 10**12), ("visits", MAX_VISITS), ("receipts", 100_000), ("points", 10_000_000)]
)
def test_each_threshold_has_its_limit(key, most):
    assert read(NOVICE + status(more=f"{key} = {most}"))
    assert paths(NOVICE + status(more=f"{key} = {most + 1}"))[0] == f"status[2].{key}"


@pytest.mark.parametrize(
    ("criteria", "second", "third", "found"),
    [
        ("all", "receipts = 2", "receipts = 1\npoints = 1", ["status[3].receipts"]),
        ("all", "points = 2", "receipts = 1", ["status[3].points"]),
        ("any", "points = 2", "receipts = 1", []),
        ("any", "points = 2", "receipts = 1\npoints = 1", ["status[3].points"]),
        ("any", "points = 2", "points = 2", ["status[3]"]),
        ("any", "points = 2", "", ["status[3]"]),
        ("all", "points = 2", "", ["status[3]"]),
        ("all", "points = 2", "points = 2\nvisits = 1", []),
    ],
)
def test_thresholds_never_fall_and_a_status_may_leave_one_out_only_where_any_is_enough(criteria, second, third, found):
    text = f'status_criteria = "{criteria}"\n' + NOVICE + status("b", second) + status("c", third)
    assert (paths(text) if found else read(text) and []) == found


def test_a_status_asks_for_no_more_visits_than_a_season_has_days():
    dated = (
        season("a", "2026-06-01", "2027-05-31") + season("b", "2027-06-01", "2027-08-31") + season("c", "2027-09-01")
    )
    assert read(dated + NOVICE + status(more="visits = 92"))
    (said,) = problems(dated + NOVICE + status(more="visits = 93"))
    assert said == (
        "status[2].visits: season “b” has 92 days: there cannot be so many visits; a visit is a day with a sale"
    )


def test_words_of_a_few_are_told():
    assert paths('status_criteria = "both"\nstatus_on_return = "no"') == ["status_criteria", "status_on_return"]
