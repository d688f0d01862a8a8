"""The store's clock: an instant as the store's wall shows it, through the nights on which clocks are changed."""

from datetime import UTC, datetime

import pytest

from loyalty.basket import Moment
from loyalty.conditions import Dates, Hours
from loyalty.scene import HOLDS
from terminal.clock import local_text, moment_at
from tests.support.loyalty_samples import line, scene


def ms(year: int, month: int, day: int, hour: int, minute: int) -> int:
    """Milliseconds of an instant in UTC."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1000


def holds(windows: str, at: Moment) -> bool:
    return Hours((windows,)).judge(scene(line(), at=at)) == HOLDS


@pytest.mark.parametrize(
    ("instant", "zone", "shown"),
    [
        ((2026, 11, 22, 10, 0), "Europe/Moscow", "2026-11-22T13:00"),  # UTC+3 all year
        ((2026, 7, 1, 10, 0), "Europe/Moscow", "2026-07-01T13:00"),
        ((2026, 11, 22, 21, 0), "Europe/Moscow", "2026-11-23T00:00"),
        ((2026, 12, 31, 21, 30), "Asia/Vladivostok", "2027-01-01T07:30"),  # UTC+10
        # Berlin, UTC+1: on 29 March 2026 at 01:00 UTC the clock goes from 02:00 to 03:00, on 25 October back again.
        ((2026, 3, 29, 0, 59), "Europe/Berlin", "2026-03-29T01:59"),
        ((2026, 3, 29, 1, 0), "Europe/Berlin", "2026-03-29T03:00"),
        ((2026, 10, 25, 0, 30), "Europe/Berlin", "2026-10-25T02:30"),
        ((2026, 10, 25, 1, 30), "Europe/Berlin", "2026-10-25T02:30"),
        ((2026, 10, 25, 2, 0), "Europe/Berlin", "2026-10-25T03:00"),
    ],
)
def test_an_instant_is_shown_by_the_clock_of_its_zone_and_season(instant, zone, shown):
    assert local_text(ms(*instant), zone) == shown
    moment = moment_at(ms(*instant), zone)
    assert (moment.at_ms, moment.local_date) == (ms(*instant), shown[:10])
    assert moment.weekday == datetime.fromisoformat(shown[:10]).weekday()


def test_an_hour_the_clock_leaves_out_is_no_hour_of_a_campaign():
    before, after = (moment_at(ms(2026, 3, 29, hour, minute), "Europe/Berlin") for hour, minute in ((0, 59), (1, 0)))
    assert not holds("02:00-03:00", before)
    assert not holds("02:00-03:00", after)
    assert holds("01:00-02:00", before)
    assert holds("03:00-04:00", after)


def test_an_hour_the_clock_shows_twice_is_twice_an_hour_of_a_campaign():
    times = [moment_at(ms(2026, 10, 25, hour, 30), "Europe/Berlin") for hour in (0, 1, 2)]
    assert [holds("02:00-03:00", at) for at in times] == [True, True, False]


def test_a_day_of_twenty_five_hours_is_one_day_of_a_campaign():
    first, last = ms(2026, 10, 24, 22, 0), ms(2026, 10, 25, 22, 59)  # 00:00 in summer time, 23:59 in winter time
    day = Dates("2026-10-25", "2026-10-25")
    shown = [moment_at(at, "Europe/Berlin") for at in (first - 60_000, first, last, last + 60_000)]
    assert [day.judge(scene(line(), at=at)) == HOLDS for at in shown] == [False, True, True, False]


def test_an_unknown_zone_is_utc_and_stops_nothing():
    assert local_text(ms(2026, 11, 22, 10, 0), "Mars/Olympus") == "2026-11-22T10:00"
