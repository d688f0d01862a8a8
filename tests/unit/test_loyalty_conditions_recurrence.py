"""Recurrence: rules of RFC 5545 for whole days, their days worked out by hand, and every mistake in them at once."""

from itertools import islice

import pytest

from loyalty.conditions import Recurrence
from loyalty.documents.recurrence_text import MAX_COUNT, MAX_INTERVAL, read_rule
from loyalty.recurrence import MAX_STEPS, Rule, next_after, occurrences, occurs_on
from loyalty.scene import HOLDS, UNRELATED
from tests.support.loyalty_conditions import mistakes, read, stands, told, wrong


def rule(text: str, start: str) -> Rule:
    found, wrong_with_it = read_rule(text, start)
    assert wrong_with_it == []
    return found


def days(text: str, start: str, count: int = 1000) -> list[str]:
    return [*islice(occurrences(rule(text, start)), count)]


@pytest.mark.parametrize(
    ("text", "start", "first"),
    [
        # 22 November 2026 is a Sunday, 1 January 2026 a Thursday, 1 January 2027 a Friday.
        ("FREQ=DAILY", "2026-12-30", ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("FREQ=DAILY;INTERVAL=10", "2026-02-20", ["2026-02-20", "2026-03-02", "2026-03-12"]),
        ("FREQ=DAILY;BYDAY=SA,SU;BYMONTH=11", "2026-11-22", ["2026-11-22", "2026-11-28", "2026-11-29", "2027-11-06"]),
        ("FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", "2026-01-01", ["2026-02-13", "2026-03-13", "2026-11-13", "2027-08-13"]),
        ("FREQ=WEEKLY", "2026-11-22", ["2026-11-22", "2026-11-29", "2026-12-06"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-22", ["2026-11-24", "2026-11-26", "2026-12-01"]),
        # The week of Sunday the 22nd began on Monday the 16th; the next but one begins on the 30th.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "2026-11-22", ["2026-11-22", "2026-11-30", "2026-12-06", "2026-12-14"]),
        ("FREQ=WEEKLY;BYMONTH=1;BYDAY=FR", "2026-11-22", ["2027-01-01", "2027-01-08", "2027-01-15"]),
        ("FREQ=MONTHLY", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10", "2026-09-10", ["2026-09-10", "2028-03-10", "2029-09-10"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        ("FREQ=MONTHLY;BYDAY=1FR", "2026-01-01", ["2026-01-02", "2026-02-06", "2026-03-06"]),
        ("FREQ=MONTHLY;BYDAY=5SU", "2026-01-01", ["2026-03-29", "2026-05-31", "2026-08-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,1", "2026-01-15", ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-31", "2026-01-01", ["2026-01-01", "2026-03-01", "2026-05-01"]),
        # Both an ordinal and a bare weekday: either will do, as the RFC's lists are unions.
        ("FREQ=MONTHLY;BYDAY=MO,1TU", "2026-12-01", ["2026-12-01", "2026-12-07", "2026-12-14"]),
        ("FREQ=YEARLY", "2028-02-29", ["2028-02-29", "2032-02-29", "2036-02-29"]),
        ("FREQ=YEARLY;BYMONTH=6,7", "2026-06-10", ["2026-06-10", "2026-07-10", "2027-06-10"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2027-01-01", ["2027-02-28", "2028-02-29", "2029-02-28"]),
        # The twentieth Monday of 1997, from the RFC: 19 May 1997, 18 May 1998, 17 May 1999.
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", ["1997-05-19", "1998-05-18", "1999-05-17"]),
        ("FREQ=YEARLY;BYDAY=-1SU", "2026-01-01", ["2026-12-27", "2027-12-26", "2028-12-31"]),
        # The RFC's Thursday in March and its election day, the Tuesday after the first Monday of November.
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13", ["1997-03-13", "1997-03-20", "1997-03-27", "1998-03-05"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01", ["2026-11-26", "2027-11-25", "2028-11-23"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05",
         ["1996-11-05", "2000-11-07", "2004-11-02"]),
        ("FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR", "1998-02-13", ["1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13"]),
    ],
)  # fmt: skip
def test_its_days_are_those_of_the_calendar(text, start, first):
    assert days(text, start, len(first)) == first


def test_the_last_day_is_in_and_a_count_counts_days_that_fit():
    assert days("FREQ=WEEKLY;UNTIL=20261206", "2026-11-22") == ["2026-11-22", "2026-11-29", "2026-12-06"]
    assert days("FREQ=WEEKLY;UNTIL=20261205", "2026-11-22") == ["2026-11-22", "2026-11-29"]
    assert days("FREQ=WEEKLY;COUNT=3", "2026-11-22") == ["2026-11-22", "2026-11-29", "2026-12-06"]
    # A start that does not fit is no day of the rule, and is not counted.
    assert days("FREQ=MONTHLY;BYDAY=1FR;COUNT=2", "2026-01-15") == ["2026-02-06", "2026-03-06"]
    assert rule("FREQ=MONTHLY;BYDAY=1FR;COUNT=2", "2026-01-15").last == "2026-03-06"


def test_a_day_asked_for_alone_is_the_same_as_in_their_order():
    last_fridays = rule("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR;UNTIL=20260601", "2026-01-01")
    assert [
        day for day in ("2026-01-30", "2026-02-27", "2026-03-27", "2026-05-29") if occurs_on(last_fridays, day)
    ] == [
        "2026-01-30",
        "2026-03-27",
        "2026-05-29",
    ]
    assert not occurs_on(last_fridays, "2026-07-31")
    assert not occurs_on(rule("FREQ=DAILY", "2026-11-22"), "2026-11-21")


def test_the_next_day_is_looked_for_so_far_and_no_further():
    weekly = rule("FREQ=WEEKLY", "2026-11-22")
    assert next_after(weekly, "2026-11-22", 7) == "2026-11-29"
    assert next_after(weekly, "2026-11-22", 6) == ""
    assert next_after(weekly, "2026-11-01", 21) == "2026-11-22"
    assert next_after(rule("FREQ=DAILY", "2026-01-01"), "9999-12-31", 7) == ""


def test_what_a_calendar_writes_around_a_rule_does_not_matter():
    plain = rule("FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-22")
    assert rule(" RRULE:freq=weekly; byday=sa,su,SA ", "2026-11-22") == plain
    assert rule("BYDAY=SA,SU;FREQ=WEEKLY;INTERVAL=1", "2026-11-22") == plain
    assert rule("FREQ=MONTHLY;BYDAY=+1FR", "2026-01-01") == rule("FREQ=MONTHLY;BYDAY=1FR", "2026-01-01")


class TestCondition:
    LAST_FRIDAY = read('{ type = "recurrence", rule = "FREQ=MONTHLY;BYDAY=-1FR", start = 2026-01-01 }')

    def test_it_holds_on_its_days(self):
        assert self.LAST_FRIDAY.judge(stands(local_date="2026-11-27")) == HOLDS

    def test_a_fortnight_before_it_says_when_it_is_next_and_a_day_earlier_it_does_not(self):
        said = ("Следующий раз 27.11.2026", "Next on 27 Nov 2026")
        assert told(self.LAST_FRIDAY.judge(stands(local_date="2026-11-26"))) == said
        assert told(self.LAST_FRIDAY.judge(stands(local_date="2026-11-13"))) == said
        assert self.LAST_FRIDAY.judge(stands(local_date="2026-11-12")) == UNRELATED

    def test_for_a_week_after_its_last_day_it_says_that_it_is_over(self):
        thrice = read('{ type = "recurrence", rule = "FREQ=WEEKLY;COUNT=3", start = 2026-11-01 }')
        assert thrice.judge(stands(local_date="2026-11-15")) == HOLDS
        said = ("Закончилась 15.11.2026", "Ended on 15 Nov 2026")
        assert told(thrice.judge(stands(local_date="2026-11-22"))) == said
        assert thrice.judge(stands(local_date="2026-11-23")) == UNRELATED

    def test_it_is_read_as_text_with_its_start(self):
        assert isinstance(self.LAST_FRIDAY, Recurrence)
        assert self.LAST_FRIDAY.rule == Rule("MONTHLY", "2026-01-01", weekdays=((-1, 4),))


class TestMistakes:
    def of(self, rule_text):
        return mistakes(f'{{ type = "recurrence", rule = "{rule_text}", start = 2026-01-01 }}')

    def test_all_are_told_at_once_with_what_there_is(self):
        assert self.of("FREQ=HOURLY;INTERVAL=0;BYHOUR=9;BYDAY=XX,MO;BYMONTH=13;UNTIL=20260231;X;COUNT=5;COUNT=6") == [
            "rule: “BYHOUR” is not supported; there are: FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, UNTIL, COUNT",
            "rule: “X” is no part of a rule; parts as in FREQ=WEEKLY;BYDAY=SA",
            "rule: COUNT is there twice; keep one of them",
            "rule: FREQ: “HOURLY” does not fit; needed: DAILY, WEEKLY, MONTHLY, YEARLY",
            "rule: INTERVAL: “0” does not fit; needed: 1…366",
            "rule: BYMONTH: “13” does not fit; needed: 1…12",
            "rule: BYDAY: “XX” does not fit; needed: MO, TU, WE, TH, FR, SA, SU; 1FR…53FR, -1FR…-53FR",
            "rule: UNTIL: “20260231” does not fit; needed: 20261231",
            "rule: COUNT and UNTIL do not go together; remove COUNT",
        ]

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("BYDAY=SA", "how often is not said"),
            ("", "this is empty"),
            ("FREQ=WEEKLY;BYDAY=1SA", "BYDAY: “1SA” does not fit"),
            ("FREQ=DAILY;BYDAY=-1SA", "BYDAY: “-1SA” does not fit"),
            ("FREQ=MONTHLY;BYDAY=6SA", "BYDAY: “6SA” does not fit"),
            ("FREQ=MONTHLY;BYDAY=0SA", "BYDAY: “0SA” does not fit"),
            ("FREQ=YEARLY;BYDAY=54SA", "BYDAY: “54SA” does not fit"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: “0” does not fit"),
            ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY: “-32” does not fit"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: “32” does not fit"),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY and FREQ=WEEKLY do not go together"),
            ("FREQ=DAILY;UNTIL=20251231", "UNTIL: “20251231” does not fit"),
            ("FREQ=DAILY;UNTIL=20261231T235959Z", "UNTIL: “20261231T235959Z” does not fit"),
            ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL: “1.5” does not fit"),
            ("FREQ=WEEKLY;BYDAY=", "“BYDAY=” is no part of a rule"),
            ("FREQ=WEEKLY;BYDAY=SA,", "BYDAY: “” does not fit"),
            ("FREQ=MONTHLY;BYSETPOS=-1", "“BYSETPOS” is not supported"),
            ("FREQ=WEEKLY;WKST=SU", "“WKST” is not supported"),
            ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "no day ever comes by this rule"),
            ("FREQ=DAILY;UNTIL=20260102;BYMONTH=5", "no day ever comes by this rule"),
        ],
    )
    def test_each_has_its_words(self, text, what):
        (only,) = self.of(text)
        assert only.removeprefix("rule: ").startswith(what)

    def test_start_and_rule_are_needed_and_nothing_else(self):
        assert wrong('{ type = "recurrence", days = 1 }') == ["rule", "start", "days"]
        assert mistakes('{ type = "recurrence", rule = "FREQ=NEVER", start = "soon" }') == [
            "start: this is a text; needed: a date as in 2026-11-30",
            "rule: FREQ: “NEVER” does not fit; needed: DAILY, WEEKLY, MONTHLY, YEARLY",
        ]


class TestLimits:
    def test_an_interval_and_a_count_may_be_at_the_limit_and_no_more(self):
        assert days(f"FREQ=DAILY;INTERVAL={MAX_INTERVAL}", "2027-01-01", 2) == ["2027-01-01", "2028-01-02"]
        assert len(days(f"FREQ=DAILY;COUNT={MAX_COUNT}", "2026-01-01", MAX_COUNT + 1)) == MAX_COUNT
        for text in (f"FREQ=DAILY;INTERVAL={MAX_INTERVAL + 1}", f"FREQ=DAILY;COUNT={MAX_COUNT + 1}"):
            assert [what.code for what, _ in read_rule(text, "2026-01-01")[1]] == ["rule.value"]

    def test_as_many_steps_are_made_as_the_limit_allows(self):
        assert len(days("FREQ=DAILY", "2026-01-01", MAX_STEPS + 1)) == MAX_STEPS

    def test_a_count_that_leads_past_the_limit_is_told(self):
        # A thousand leap days are 4,000 years and more: past the end of the calendar, and past the limit of steps.
        (mistake,) = read_rule(f"FREQ=YEARLY;COUNT={MAX_COUNT}", "2028-02-29")[1]
        assert mistake[0].code == "rule.far"

    def test_the_calendar_ends_with_the_year_9999(self):
        assert days("FREQ=WEEKLY;INTERVAL=2", "9999-12-25") == ["9999-12-25"]
        assert days("FREQ=YEARLY", "9999-12-31") == ["9999-12-31"]
