"""When points can be spent, as a programme's document says it."""

import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.points.terms import LotTerms
from loyalty.points.workdays import Workdays

HEAD = 'id = "x"\nversion = 1\nname = { ru = "Х", en = "X" }\n'


def problems(text: str) -> list[str]:
    with pytest.raises(BadProgramme) as bad:
        parse_programme(HEAD + text)
    return [problem.path for problem in bad.value.problems]


def test_each_wallet_has_its_terms_and_the_main_one_those_of_points() -> None:
    rules = parse_programme(
        HEAD
        + """
[points]
pending_workdays = 5
expire_months = 12
expire_from = "usable"
[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "звезда|звезды|звёзд", en = "star|stars" }
terms = { expire_month_day = "08-31", idle_days = 90 }
"""
    )
    assert rules.lot_terms("main") == LotTerms(pending_workdays=5, expire_months=12, expire_from="usable")
    assert rules.lot_terms("stars") == LotTerms(expire_month_day="08-31", idle_days=90)
    assert rules.workdays == Workdays()


def test_without_terms_points_can_be_spent_at_once_and_for_ever() -> None:
    assert parse_programme(HEAD).lot_terms("main") == LotTerms()


def test_the_calendar_of_working_days_is_the_document_s() -> None:
    text = '[workdays]\nweekend = ["sun"]\nholidays = ["01-07", "2026-05-01"]\nworking = ["2026-05-03"]'
    assert parse_programme(HEAD + text).workdays == Workdays((7,), ("01-07", "2026-05-01"), ("2026-05-03",))


def test_every_mistake_is_told_at_once() -> None:
    text = """
[points]
pending_days = 3661
expire_month_day = "02-30"
expire_form = "usable"
[workdays]
weekend = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
holidays = ["2026-02-29", "13-01"]
working = ["01-07"]
"""
    assert sorted(problems(text)) == sorted([
        "points.pending_days", "points.expire_month_day", "points.expire_form", "workdays.weekend",
        "workdays.holidays[1]", "workdays.holidays[2]", "workdays.working[1]",
    ])  # fmt: skip


def test_the_29th_of_february_is_a_day_of_some_years() -> None:
    assert parse_programme(HEAD + '[points]\nexpire_month_day = "02-29"').points.expire_month_day == "02-29"
