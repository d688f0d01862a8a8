"""Conditions of time, place and payment: seasons, events, stores, channels, kinds of payment, and days long past."""

import pytest
from msgspec.structs import replace

from loyalty.conditions import BeforeEvent, Channels, Dates, InSeason, Paid, Stores
from loyalty.conditions.nearness import LATELY_DAYS, SOON_DAYS
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.quote import quote
from loyalty.quoting.matching import Index
from loyalty.rewards import Percent
from loyalty.scene import HOLDS, UNRELATED, Blocked, Missing
from loyalty.sentences import say, sentence
from loyalty.statuses.season import Season
from tests.support.loyalty_conditions import mistakes, read, stands, told, wrong
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, programme


class TestDatesFarAway:
    def test_a_fortnight_before_it_begins_it_is_told_and_a_day_earlier_it_is_not(self):
        assert SOON_DAYS == 14
        dates = Dates("2026-12-06", "2026-12-31")
        assert told(dates.judge(stands(local_date="2026-11-22"))) == ("Начнётся 06.12.2026", "Starts on 6 Dec 2026")
        assert dates.judge(stands(local_date="2026-11-21")) == UNRELATED

    def test_a_week_after_it_has_ended_it_is_told_and_a_day_later_it_is_not(self):
        assert LATELY_DAYS == 7
        dates = Dates("2026-11-01", "2026-11-15")
        assert told(dates.judge(stands(local_date="2026-11-22"))) == ("Закончилась 15.11.2026", "Ended on 15 Nov 2026")
        assert dates.judge(stands(local_date="2026-11-23")) == UNRELATED

    def test_it_counts_days_over_the_turn_of_a_year_and_at_the_ends_of_the_calendar(self):
        assert isinstance(Dates("2027-01-10").judge(stands(local_date="2026-12-27")), Blocked)
        assert Dates("9999-12-31").judge(stands(local_date="0001-01-01")) == UNRELATED


class TestBeforeEvent:
    DERBY = BeforeEvent("derby")  # 5 December 2026, 19:00

    @pytest.mark.parametrize(
        ("day", "minute", "holds"),
        [("2026-11-01", 0, True), ("2026-12-05", 1139, True), ("2026-12-05", 1140, False), ("2026-12-06", 0, False)],
    )
    def test_it_holds_until_the_minute_the_event_starts(self, day, minute, holds):
        assert (self.DERBY.judge(stands(local_date=day, minute=minute)) == HOLDS) is holds

    def test_afterwards_it_says_for_a_week_that_it_has_begun(self):
        said = ("«Дерби»: уже началось", "“The derby” has already begun")
        assert told(self.DERBY.judge(stands(local_date="2026-12-12"))) == said
        assert self.DERBY.judge(stands(local_date="2026-12-13")) == UNRELATED

    @pytest.mark.parametrize(
        ("days", "day", "verdict"),
        [
            (3, "2026-12-02", HOLDS),
            (3, "2026-12-01", Blocked(sentence("before_event.not_yet", first_date="2026-12-02"))),
            (3, "2026-11-18", Blocked(sentence("before_event.not_yet", first_date="2026-12-02"))),
            (3, "2026-11-17", UNRELATED),
            (0, "2026-12-05", HOLDS),
            (0, "2026-12-04", Blocked(sentence("before_event.not_yet", first_date="2026-12-05"))),
        ],
    )
    def test_it_may_begin_some_days_before(self, days, day, verdict):
        assert BeforeEvent("derby", days).judge(stands(local_date=day, minute=0)) == verdict

    def test_the_day_it_begins_is_said_in_both_languages(self):
        verdict = BeforeEvent("derby", 3).judge(stands(local_date="2026-12-01"))
        assert told(verdict) == ("Начнётся 02.12.2026", "Starts on 2 Dec 2026")

    def test_an_event_nobody_describes_has_nothing_to_do_with_anything(self):
        assert BeforeEvent("cup").judge(stands()) == UNRELATED

    def test_it_is_read_with_the_event_of_the_programme(self):
        assert read('{ type = "before_event", event = "derby" }') == BeforeEvent("derby")
        assert read('{ type = "before_event", event = "derby", days_before = 0 }') == BeforeEvent("derby", 0)
        assert read('{ type = "before_event", event = "derby", days_before = 366 }') == BeforeEvent("derby", 366)

    def test_every_mistake_is_told_at_once(self):
        assert mistakes('{ type = "before_event", event = "derbi", days_before = 367, day_before = 1 }') == [
            "days_before: 367 is out of range; give 0 to 366",
            "event: there is no event “derbi”; perhaps “derby”",
            "day_before: unknown key; perhaps “days_before” was meant",
        ]
        assert wrong('{ type = "before_event" }') == ["event"]


class TestSeason:
    # The samples have three seasons, each from 1 June to 31 May.
    @pytest.mark.parametrize(
        ("day", "holds"), [("2026-05-31", False), ("2026-06-01", True), ("2027-05-31", True), ("2027-06-01", False)]
    )
    def test_it_holds_from_the_first_day_of_its_season_to_the_last(self, day, holds):
        assert (InSeason(("2026/27",)).judge(stands(local_date=day)) == HOLDS) is holds

    def test_any_of_its_seasons_will_do(self):
        both = InSeason(("2025/26", "2027/28"))
        held = [both.judge(stands(local_date=day)) == HOLDS for day in ("2026-05-31", "2026-12-01", "2027-06-01")]
        assert held == [True, False, True]

    @pytest.mark.parametrize(
        ("seasons", "day", "said"),
        [
            (("2027/28",), "2027-05-18", ("Начнётся 01.06.2027", "Starts on 1 Jun 2027")),
            (("2025/26",), "2026-06-07", ("Закончилась 31.05.2026", "Ended on 31 May 2026")),
            # One is over for a week, the other is a year away: what is over is nearer.
            (("2025/26", "2027/28"), "2026-06-07", ("Закончилась 31.05.2026", "Ended on 31 May 2026")),
            (("2025/26", "2027/28"), "2027-05-31", ("Начнётся 01.06.2027", "Starts on 1 Jun 2027")),
        ],
    )
    def test_near_its_days_it_says_when(self, seasons, day, said):
        assert told(InSeason(seasons).judge(stands(local_date=day))) == said

    @pytest.mark.parametrize(
        ("seasons", "day"),
        [
            (("2027/28",), "2027-05-17"),
            (("2025/26",), "2026-06-08"),
            (("2025/26", "2027/28"), "2026-12-01"),
            (("1999",), "2026-12-01"),
        ],
    )
    def test_far_from_its_days_it_has_nothing_to_do_with_the_basket(self, seasons, day):
        assert InSeason(seasons).judge(stands(local_date=day)) == UNRELATED

    @pytest.mark.parametrize(("first", "last"), [("", ""), ("", "2026-11-22"), ("2026-11-22", "")])
    def test_a_season_without_an_end_or_a_beginning_is_open_there(self, first, last):
        of = stands(local_date="2026-11-22")
        of = replace(of, terms=replace(of.terms, seasons={"s": Season("s", first, last)}))
        assert InSeason(("s",)).judge(of) == HOLDS

    def test_a_quote_knows_the_seasons_of_its_programme(self):
        for season, off in (("2026/27", 1000), ("2027/28", 0)):
            rules = programme(campaign(Percent(1000), InSeason((season,))))
            assert quote(basket(line()), rules, SUNDAY).discount_minor == off

    def test_it_is_read_with_the_seasons_of_the_programme(self):
        assert read('{ type = "season", seasons = ["2026/27"] }') == InSeason(("2026/27",))
        assert mistakes('{ type = "season", seasons = ["2026/28", 5], season = "2026/27" }') == [
            "seasons[2]: this is a whole number; needed: a text",
            "seasons[1]: there is no season “2026/28”; perhaps “2026/27”",
            "season: unknown key; perhaps “seasons” was meant",
        ]
        assert mistakes('{ type = "season" }') == ['seasons: no season is given; as in seasons = ["2026/27"]']


class TestStores:
    def test_it_holds_in_its_stores_and_in_those_of_its_groups(self):
        assert Stores(("S1", "S9")).judge(stands(store="S9")) == HOLDS
        assert Stores(groups=("malls",)).judge(stands(store="S2")) == HOLDS
        assert Stores(("S9",), ("north",)).judge(stands(store="S1")) == HOLDS

    @pytest.mark.parametrize("store", ["", "S1", "north"])
    def test_other_stores_hear_nothing_of_it(self, store):
        assert Stores(("S9",), ("malls",)).judge(stands(store=store)) == UNRELATED

    def test_it_is_looked_up_by_store_and_by_group(self):
        index = Index([("by store", [Stores(("S1",))]), ("by group", [Stores(groups=("malls",))]), ("any", [])])
        assert [*index.candidates(stands(store="S1"))] == ["by store", "any"]
        assert [*index.candidates(stands(store="S2"))] == ["by group", "any"]
        assert [*index.candidates(stands(store=""))] == ["any"]

    def test_it_is_read_with_the_groups_of_the_programme(self):
        assert read('{ type = "stores", stores = ["S9"], groups = ["north"] }') == Stores(("S9",), ("north",))

    def test_every_mistake_is_told_at_once(self):
        assert mistakes('{ type = "stores", stores = [7], groups = ["nord"], store = "S1" }') == [
            "stores[1]: this is a whole number; needed: a text",
            "groups[1]: there is no store group “nord”; perhaps “north”",
            "store: unknown key; perhaps “stores” was meant",
        ]
        assert mistakes('{ type = "stores" }') == [": neither stores nor groups are given; give stores or groups"]


class TestChannels:
    def test_it_holds_in_its_channels(self):
        assert Channels(("app", "till")).judge(stands()) == HOLDS
        assert Channels(("stadium",)).judge(stands(channel="stadium")) == HOLDS

    def test_elsewhere_it_says_where(self):
        assert told(Channels(("stadium", "app")).judge(stands(channel="online"))) == (
            "Только в приложении или на стадионе",
            "Only in the app or at the stadium",
        )

    def test_it_is_read_and_every_mistake_is_told_at_once(self):
        assert read('{ type = "channels", channels = ["till", "online"] }') == Channels(("till", "online"))
        assert wrong('{ type = "channels", channels = ["shop", "app"], channel = 1 }') == ["channels[1]", "channel"]
        assert wrong('{ type = "channels", channels = [] }') == ["channels"]


class TestPayment:
    def test_it_holds_where_it_is_paid_so(self):
        assert Paid(("card",)).judge(stands(payment="card")) == HOLDS
        assert Paid(("card", "cash")).judge(stands(payment="cash")) == HOLDS

    def test_while_nobody_has_said_how_the_buyer_can_still_choose(self):
        verdict = Paid(("card",)).judge(stands())
        assert verdict == Missing(sentence("payment.open", how_ru="картой", how_en="by card"), paid=("card",))
        assert told(verdict) == ("При оплате картой", "When paid by card")
        assert fits(sentence("payment.open.gain", how_ru="", how_en="", gain_minor=1))

    def test_the_hint_says_what_it_would_bring(self):
        made = quote(basket(line()), programme(campaign(Percent(1000), Paid(("card",))), statuses=()), SUNDAY)
        assert say(made.hints[0].said, "ru", TEMPLATES) == "При оплате картой: выгода 10,00"
        assert say(made.hints[0].said, "en", TEMPLATES) == "Paid by card, it saves 10.00"

    @pytest.mark.parametrize("paid", ["cash", "mixed"])
    def test_paid_otherwise_it_says_how(self, paid):
        said = ("Только при оплате картой", "Only when paid by card")
        assert told(Paid(("card",)).judge(stands(payment=paid))) == said

    def test_mixed_kinds_are_none_of_them(self):
        assert told(Paid(("card", "cash")).judge(stands(payment="mixed"))) == (
            "Только при оплате наличными или картой",
            "Only when paid in cash or by card",
        )

    def test_it_is_read_and_every_mistake_is_told_at_once(self):
        assert read('{ type = "payment", kinds = ["card"] }') == Paid(("card",))
        assert wrong('{ type = "payment", kinds = ["mixed", 5], kind = "card" }') == ["kinds[1]", "kinds[2]", "kind"]
        assert wrong('{ type = "payment" }') == ["kinds"]


@pytest.mark.parametrize("starts", ["2026-13-05T19:00", "2026-02-29T19:00", "2026-12-05T24:00", "2026-12-05", "soon"])
def test_an_event_starts_at_a_minute_of_the_calendar(starts):
    text = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n[[event]]\nid = "cup"\n'
    with pytest.raises(BadProgramme) as bad:
        parse_programme(f'{text}name = {{ ru = "К", en = "C" }}\nstarts = "{starts}"')
    assert [problem.path for problem in bad.value.problems] == ["event[1].starts"]
