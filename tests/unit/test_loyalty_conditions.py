"""Conditions, one mechanic after another: when each holds, what is missing, what blocks it."""

import pytest

from loyalty.conditions import Birthday, Dates, Hours, Products, ProductSet, Quantity, ReceiptTotal, Weekdays, Who
from loyalty.scene import HOLDS, UNRELATED, Blocked, Holds, Missing
from loyalty.sentences import sentence
from tests.support.loyalty_samples import fits, line, member, moment, scene


def on(local_date="2026-11-22", minute=780, weekday=6, **more):
    return scene(line(), at=moment(local_date, minute, weekday), **more)


def told(verdict):
    """The kind of verdict and the code of its sentence, which must have both languages."""
    assert fits(verdict.said)
    return type(verdict), verdict.said.code


class TestDates:
    @pytest.mark.parametrize("day", ["2026-11-01", "2026-11-15", "2026-11-30"])
    def test_both_ends_are_in(self, day):
        assert Dates("2026-11-01", "2026-11-30").judge(on(day)) == HOLDS

    def test_the_day_before_says_when_it_starts(self):
        verdict = Dates("2026-11-01", "2026-11-30").judge(on("2026-10-31"))
        assert verdict == Blocked(sentence("dates.not_yet", first_date="2026-11-01"))

    def test_the_day_after_says_it_is_over(self):
        assert told(Dates("2026-11-01", "2026-11-30").judge(on("2026-12-01"))) == (Blocked, "dates.over")

    def test_a_side_not_given_is_open(self):
        assert Dates(first="2026-11-01").judge(on("2099-01-01")) == HOLDS
        assert Dates(last="2026-11-30").judge(on("2000-01-01")) == HOLDS


class TestHours:
    @pytest.mark.parametrize(("minute", "holds"), [(719, False), (720, True), (839, True), (840, False)])
    def test_the_first_minute_is_in_and_the_last_is_out(self, minute, holds):
        assert (Hours(("12:00-14:00",)).judge(on(minute=minute)) == HOLDS) is holds

    @pytest.mark.parametrize(
        ("minute", "holds"), [(1319, False), (1320, True), (1439, True), (0, True), (119, True), (120, False)]
    )
    def test_a_window_goes_over_midnight(self, minute, holds):
        assert (Hours(("22:00-02:00",)).judge(on(minute=minute)) == HOLDS) is holds

    def test_a_window_may_end_at_midnight(self):
        assert Hours(("22:00-24:00",)).judge(on(minute=1439)) == HOLDS

    def test_before_the_window_it_says_when_the_next_one_starts(self):
        verdict = Hours(("18:00-19:00", "12:00-14:00")).judge(on(minute=600))
        assert verdict == Missing(sentence("hours.later", start="12:00"), from_minute=720)

    def test_after_the_last_window_of_the_day_it_names_the_hours(self):
        verdict = Hours(("12:00-14:00", "16:00-17:00")).judge(on(minute=1200))
        assert verdict == Blocked(sentence("hours.over", windows="12:00–14:00, 16:00–17:00"))


class TestWeekdays:
    def test_it_holds_on_its_days(self):
        assert Weekdays(("sat", "sun")).judge(on(weekday=5)) == HOLDS
        assert Weekdays(("sat", "sun")).judge(on(weekday=6)) == HOLDS

    def test_on_another_day_it_names_its_days_in_their_order(self):
        verdict = Weekdays(("sun", "sat")).judge(on(weekday=0))
        assert verdict == Blocked(sentence("weekdays.other", days_ru="сб, вс", days_en="Sat, Sun"))


class TestWho:
    def test_any_member_will_do_where_nothing_more_is_said(self):
        assert Who().judge(on(member=member())) == HOLDS

    def test_without_a_card_the_card_is_missing(self):
        assert told(Who().judge(on())) == (Missing, "who.card")

    def test_a_blocked_card_is_told_apart(self):
        assert told(Who().judge(on(member=member(blocked=True)))) == (Blocked, "who.blocked")

    def test_the_status_must_be_one_of_those_named(self):
        assert Who(statuses=("fan", "legend")).judge(on(member=member("legend"))) == HOLDS
        verdict = Who(statuses=("fan", "gone")).judge(on(member=member("novice")))
        assert verdict == Blocked(sentence("who.status", names_ru="Фанат, gone", names_en="Fan, gone"))

    def test_without_a_card_a_status_is_out_of_reach(self):
        assert told(Who(statuses=("fan",)).judge(on())) == (Blocked, "who.status")

    def test_other_audiences_hear_nothing_of_it(self):
        assert Who(audiences=("vip",)).judge(on(member=member())) == UNRELATED
        assert Who(audiences=("vip",)).judge(on()) == UNRELATED
        assert Who(audiences=("vip", "kids")).judge(on(member=member(audiences=("kids",)))) == HOLDS


class TestBirthday:
    @pytest.mark.parametrize(
        ("day", "holds"),
        [
            ("2026-11-18", False),
            ("2026-11-19", True),
            ("2026-11-22", True),
            ("2026-11-23", True),
            ("2026-11-24", False),
        ],
    )
    def test_it_holds_some_days_before_and_after(self, day, holds):
        verdict = Birthday(3, 1).judge(on(day, member=member(birthday_md="11-22")))
        assert (verdict == HOLDS) is holds

    @pytest.mark.parametrize(("day", "born"), [("2026-12-30", "01-02"), ("2027-01-02", "12-30")])
    def test_it_looks_over_the_turn_of_the_year(self, day, born):
        assert Birthday(3, 3).judge(on(day, member=member(birthday_md=born))) == HOLDS

    @pytest.mark.parametrize(
        ("day", "holds"), [("2028-02-29", True), ("2028-02-28", False), ("2026-02-28", True), ("2100-02-28", True)]
    )
    def test_the_29th_of_february_is_kept_on_the_28th_in_other_years(self, day, holds):
        assert (Birthday().judge(on(day, member=member(birthday_md="02-29"))) == HOLDS) is holds

    def test_it_does_not_matter_to_those_whose_day_is_unknown(self):
        assert Birthday().judge(on(member=member())) == UNRELATED
        assert Birthday().judge(on()) == UNRELATED

    def test_on_another_day_it_says_what_it_is_for(self):
        assert told(Birthday().judge(on(member=member(birthday_md="05-05")))) == (Blocked, "birthday.other")


class TestProducts:
    SHOP = scene(
        line(1, category="scarves", brand="Loko", tags=("new", "red")),
        line(2, category="scarves", brand="Stadion"),
        line(3, category="books", brand="Loko", code="4006381333931"),
    )

    @pytest.mark.parametrize(
        ("goods", "places"),
        [
            (Products(categories=("scarves",)), (0, 1)),
            (Products(categories=("scarves", "books")), (0, 1, 2)),
            (Products(categories=("scarves",), brands=("Loko",)), (0,)),
            (Products(tags=("red", "blue")), (0,)),
            (Products(codes=("4006381333931",)), (2,)),
            (Products(excluded=ProductSet(brands=("Loko",))), (1,)),
            (Products(categories=("scarves",), excluded=ProductSet(tags=("new",))), (1,)),
            (Products(excluded=ProductSet(codes=("4006381333931",))), (0, 1)),
        ],
    )
    def test_it_selects_goods_that_fit_every_key_and_no_excluded_one(self, goods, places):
        assert goods.judge(self.SHOP) == Holds(places)

    def test_a_basket_without_such_goods_has_nothing_to_do_with_it(self):
        assert Products(categories=("shirts",)).judge(self.SHOP) == UNRELATED


class TestQuantity:
    def test_pieces_of_all_lines_count_together(self):
        assert Quantity(min_pieces=3).judge(scene(line(1, qty_milli=1000), line(2, qty_milli=2000))) == HOLDS

    def test_what_is_missing_would_be_more_of_the_cheapest(self):
        verdict = Quantity(min_pieces=3).judge(scene(line(1, 20_000), line(2, 10_000)))
        assert verdict == Missing(sentence("quantity.pieces", more_milli=1000), {1: 1000})

    def test_weighed_goods_count_by_weight_and_not_as_pieces(self):
        sweets = scene(line(1, qty_milli=456, unit="kg"), line(2))
        assert Quantity(min_weight_g=456).judge(sweets) == HOLDS
        verdict = Quantity(min_weight_g=500).judge(sweets)
        assert verdict == Missing(sentence("quantity.weight", more_milli=44), {0: 44})

    def test_goods_of_the_other_kind_have_nothing_to_do_with_it(self):
        assert Quantity(min_pieces=3).judge(scene(line(1, qty_milli=456, unit="kg"))) == UNRELATED


class TestReceiptTotal:
    def test_the_sum_itself_is_enough(self):
        assert ReceiptTotal(20_000).judge(scene(line(1), line(2))) == HOLDS

    def test_a_kopeck_less_is_missing_a_kopeck(self):
        verdict = ReceiptTotal(20_001).judge(scene(line(1), line(2)))
        assert verdict == Missing(sentence("receipt_total.more", more_minor=1), any_minor=1)

    def test_it_looks_at_the_running_price(self):
        verdict = ReceiptTotal(20_000).judge(scene(line(1), line(2), running=(10_000, 7_000)))
        assert verdict == Missing(sentence("receipt_total.more", more_minor=3000), any_minor=3000)

    def test_from_half_of_the_sum_it_is_within_reach(self):
        at_half, below = (ReceiptTotal(sum_minor).judge(scene(line(1))) for sum_minor in (20_000, 20_001))
        assert isinstance(at_half, Missing)
        assert isinstance(below, Missing)
        assert (at_half.within_reach, below.within_reach) == (True, False)


@pytest.mark.parametrize(
    "code",
    ["hours.later", "quantity.pieces", "quantity.weight", "receipt_total.more"],
)
def test_what_is_missing_can_also_be_said_with_its_gain(code):
    assert fits(sentence(f"{code}.gain", start="12:00", more_milli=1, more_minor=1, gain_minor=1))
