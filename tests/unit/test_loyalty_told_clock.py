"""When an event was recorded that a till with a wrong clock tells of."""

import pytest
from msgspec.structs import replace

from loyalty.basket import Moment
from loyalty.points.terms import Lot
from loyalty.told_clock import ToldClock, moved_day, moved_moment, moved_receipt, put_right
from tests.support.queue_samples import receipt

HOUR = 3_600_000
DAY = 24 * HOUR
CAME = 1_795_300_000_000
"""21 November 2026, 22:26:40 UTC."""


@pytest.mark.parametrize(
    ("told", "clock", "counts"),
    [
        (CAME - 3 * HOUR, ToldClock(CAME - 9 * HOUR), CAME - 3 * HOUR),
        (CAME + 300_000, ToldClock(), CAME + 300_000),
        (CAME + 300_001, ToldClock(), CAME),
        (CAME + 5 * 365 * DAY, ToldClock(CAME - HOUR), CAME),
        (CAME - HOUR - 300_000, ToldClock(CAME - HOUR), CAME - HOUR - 300_000),
        (CAME - HOUR - 300_001, ToldClock(CAME - HOUR), CAME - HOUR),
        (CAME - 30 * DAY, ToldClock(), CAME - 30 * DAY),
        (CAME - 2 * HOUR - DAY, ToldClock(CAME - 9 * HOUR, DAY), CAME - 2 * HOUR),
        (CAME - 2 * HOUR + DAY, ToldClock(CAME - 9 * HOUR, -DAY), CAME - 2 * HOUR),
        (CAME - 2 * HOUR, ToldClock(CAME - 9 * HOUR, 300_000), CAME - 2 * HOUR),
        (CAME - 12 * HOUR, ToldClock(CAME - 9 * HOUR, HOUR), CAME - 9 * HOUR),
        (CAME + DAY, ToldClock(CAME + 2 * DAY), CAME + DAY),
        (CAME + 3 * DAY, ToldClock(CAME + 2 * DAY), CAME + 2 * DAY),
        (CAME - DAY, ToldClock(CAME + 2 * DAY), CAME - DAY),
    ],
    ids=[
        "a sale made offline", "five minutes ahead", "more than that", "years ahead", "five minutes behind",
        "more than that behind", "nothing known", "a clock a day behind", "a clock a day ahead", "off by little",
        "off, and still too early", "the head office's clock went back", "and the till's is ahead",
        "and the till's is right",
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_is_put_right_and_any_other_is_believed(told, clock, counts):
    assert put_right(told, CAME, clock) == counts


def test_a_moment_is_moved_on_the_wall_of_the_same_store():
    # 22:26:40 UTC on the 21st is 01:26 of the 22nd, a Sunday, in Moscow; a day and an hour earlier it is Saturday there
    wrong = Moment(CAME, "2026-11-22", 86, 6)
    assert moved_moment(wrong, -25 * HOUR) == Moment(CAME - 25 * HOUR, "2026-11-21", 26, 5)


@pytest.mark.parametrize("date", ["2026-13-45", "", "2031-01-01"])
def test_a_wall_that_has_nothing_to_do_with_the_instant_is_taken_for_utc(date):
    assert moved_moment(Moment(CAME, date, 86, 6), -HOUR) == Moment(CAME - HOUR, "2026-11-21", 21 * 60 + 26, 5)


def test_a_moment_is_moved_no_further_than_a_calendar_goes():
    assert moved_moment(Moment(CAME, "2026-11-21", 1346, 5), -(2**52)).local_date == "1970-01-01"
    assert moved_moment(Moment(CAME, "2026-11-21", 1346, 5), 2**52).local_date[:4] == "9999"


def test_lots_move_by_as_many_days_as_their_receipt():
    lot = Lot("r#1", "main", 5, "2026-11-22", "2026-11-29", "2027-02-28", 7)
    endless = Lot("r#2", "stars", 5, "2026-11-22")
    told = replace(receipt(1), moment=Moment(CAME, "2026-11-22", 86, 6), lots=(lot, endless))
    assert moved_receipt(told, -DAY).lots == (
        Lot("r#1", "main", 5, "2026-11-21", "2026-11-28", "2027-02-27", 7),
        Lot("r#2", "stars", 5, "2026-11-21"),
    )


@pytest.mark.parametrize(
    ("day", "by_ms", "moved"),
    [("2026-11-22", -DAY, "2026-11-21"), ("2026-11-22", 11 * HOUR, "2026-11-22"), ("no day", DAY, "no day"),
     ("9999-12-31", DAY, "9999-12-31")],
)  # fmt: skip
def test_a_day_is_moved_to_the_nearest(day, by_ms, moved):
    assert moved_day(day, by_ms) == moved
