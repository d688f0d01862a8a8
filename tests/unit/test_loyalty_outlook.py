"""What becomes of a status, and the way to the next: the dates, and the words in both languages."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from loyalty.explain import TEMPLATES
from loyalty.programme import Label, Programme, Wallet
from loyalty.sentences import Lang, say
from loyalty.statuses.outlook import left_text, next_said, outlook_said, season_outlook, standing_said
from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from loyalty.statuses.season import OPEN, Season
from loyalty.statuses.tiers import Figures, NextStep, next_step
from tests.support.loyalty_samples import SEASONS, STATUSES, programme

CLUB = programme()
TODAY = "2026-11-22"
FAN = (20_667, 7)
LEGEND = (20_667, 7, 7, 7, 7)


def fan(season="2026/27") -> SeasonFigures:
    return SeasonFigures(season, 500_000, receipts=2, days=FAN)


def legend(season="2026/27") -> SeasonFigures:
    return SeasonFigures(season, 1_000_000, receipts=5, days=LEGEND)


def told(progress: Progress, lang: Lang = "ru", rules: Programme = CLUB, on_date: str = TODAY) -> str:
    outlook = season_outlook(rules, progress, on_date)
    said = outlook_said(outlook) if outlook else None
    return say(said, lang, TEMPLATES) if said else ""


def test_a_status_reached_this_season_is_confirmed_to_the_end_of_the_next():
    assert told(Progress((fan(),))) == "Статус подтверждён до 31.05.2028"
    assert told(Progress((fan(),)), "en") == "The status is confirmed until 31 May 2028"
    assert told(Progress((legend("2025/26"), legend()))) == "Статус подтверждён до 31.05.2028"


def test_where_the_next_season_has_no_end_yet_it_is_confirmed_for_that_season():
    for seasons in (SEASONS[:2], (*SEASONS[:2], Season("2027/28", "2027-06-01"))):
        rules = programme(seasons=seasons)
        assert told(Progress((fan(),)), rules=rules) == "Статус подтверждён и на следующий сезон"
    assert told(Progress((fan(),)), "en", rules) == "The status is confirmed for the next season too"


def test_a_status_kept_from_last_season_says_what_is_missing_by_when_and_what_comes_else():
    progress = Progress((legend("2025/26"), SeasonFigures("2026/27", 500_000, receipts=4, days=FAN)))
    ru = "Чтобы сохранить: ещё 5\u00a0000,00 и 3 визита до 31.05.2027; иначе «Фанат»"
    assert told(progress) == ru
    assert told(progress, "en") == "To keep it: 5,000.00 and 3 visits more by 31 May 2027; else “Fan”"


def test_a_criterion_met_is_not_missing():
    progress = Progress((fan("2025/26"), SeasonFigures("2026/27", 600_000, receipts=1, days=(20_667,))))
    assert told(progress) == "Чтобы сохранить: ещё 1 визит до 31.05.2027; иначе «Новичок»"


def test_a_grant_beyond_the_season_holds_and_one_within_it_is_at_risk():
    beyond, within = Grant("fan", TODAY), Grant("fan", TODAY, "2026-12-31")
    assert told(Progress(grants=(beyond,))) == "Статус действует до 31.05.2028"
    assert told(Progress(grants=(beyond,)), "en") == "The status holds until 31 May 2028"
    lost = "Чтобы сохранить: ещё 5\u00a0000,00 и 2 визита до 31.12.2026; иначе «Новичок»"
    assert told(Progress(grants=(within,))) == lost
    assert told(Progress(grants=(within, beyond))) == "Статус действует до 31.05.2028"


def test_a_grant_whose_end_is_not_known_yet_holds_without_a_date():
    rules, progress = programme(seasons=SEASONS[:2]), Progress(grants=(Grant("fan", TODAY),))
    outlook = season_outlook(rules, progress, TODAY)
    assert outlook is not None
    assert (outlook.outcome, outlook.until, outlook_said(outlook)) == ("held", "", None)


def test_a_higher_status_for_a_while_falls_back_to_the_one_that_was_reached():
    progress = Progress((fan(),), (Grant("legend", TODAY, "2026-12-31"),))
    outlook = season_outlook(CLUB, progress, TODAY)
    assert outlook is not None
    assert outlook.then is not None
    assert (outlook.outcome, outlook.until, outlook.then.id) == ("at_risk", "2026-12-31", "fan")
    assert outlook.keep is not None
    assert outlook.keep.missing == Figures(500_000, 3)


@pytest.mark.parametrize(
    ("rules", "progress", "on_date"),
    [
        (CLUB, Progress(), TODAY),
        (programme(statuses=()), Progress((fan(),)), TODAY),
        (programme(seasons=OPEN), Progress((fan(""),)), TODAY),
        (CLUB, Progress((fan("2027/28"),)), "2028-06-01"),
        (CLUB, Progress(grants=(Grant("fan"),)), "2025-05-31"),
    ],
)
def test_there_is_nothing_to_say_where_nothing_can_be_lost(rules, progress, on_date):
    assert season_outlook(rules, progress, on_date) is None


def test_the_way_to_the_next_status_in_words():
    step = next_step(CLUB, Progress((SeasonFigures("2026/27", 376_543, days=(20_667,)),)), TODAY)
    assert step is not None
    assert say(next_said(step), "ru", TEMPLATES) == "До «Фанат»: 1\u00a0234,57 и 1 визит"
    assert say(next_said(step), "en", TEMPLATES) == "To “Fan”: 1,234.57 and 1 visit"


@pytest.mark.parametrize(
    ("missing", "by_any", "ru", "en"),
    [
        (
            Figures(100, 2, 5, 21),
            False,
            "1,00, 2 визита, 5 чеков и 21 балл",
            "1.00, 2 visits, 5 receipts and 21 points",
        ),
        (Figures(100, 2), True, "1,00 или 2 визита", "1.00 or 2 visits"),
        (Figures(0, 0, 1), False, "1 чек", "1 receipt"),
        (Figures(), False, "—", "—"),
    ],
)
def test_what_is_missing_is_joined_by_and_or_or(missing, by_any, ru, en):
    step = NextStep(STATUSES[1], missing, by_any, 0)
    assert (left_text(step, "ru"), left_text(step, "en")) == (ru, en)


def sentences(progress: Progress, lang: Lang, rules: Programme = CLUB) -> Sequence[str]:
    return [say(said, lang, TEMPLATES) for said in standing_said(rules, progress, TODAY)]


def test_how_a_member_stands_is_what_is_done_the_next_step_and_what_becomes_of_the_status():
    progress = Progress((SeasonFigures("2026/27", 650_000, receipts=9, days=FAN),))
    assert sentences(progress, "ru") == [
        "Сезон 2026/27: 6\u00a0500,00, 2 визита",
        "До «Легенда»: 3\u00a0500,00 и 3 визита",
        "Статус подтверждён до 31.05.2028",
    ]
    assert sentences(progress, "en") == [
        "Season 2026/27: 6,500.00, 2 visits",
        "To “Legend”: 3,500.00 and 3 visits",
        "The status is confirmed until 31 May 2028",
    ]


def test_points_of_another_wallet_are_said_in_its_word():
    stars = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"))
    ladder = (STATUSES[0], replace(STATUSES[1], spend_minor=0, visits=0, points=300))
    rules = programme(seasons=OPEN, statuses=ladder, wallets=(stars,), status_wallet="stars")
    progress = Progress((SeasonFigures("", earned_points={"main": 299, "stars": 122}),))
    assert sentences(progress, "ru", rules) == ["За сезон: 122 звезды", "До «Фанат»: 178 звёзд"]
    assert sentences(progress, "en", rules) == ["This season: 122 stars", "To “Fan”: 178 stars"]


def test_only_what_the_programme_counts_is_told():
    by_points = programme(
        seasons=OPEN, statuses=(STATUSES[0], replace(STATUSES[1], spend_minor=0, visits=0, points=300))
    )
    stars = Progress((SeasonFigures("", 650_000, receipts=9, earned_points={"main": 299, "stars": 120}, days=FAN),))
    assert sentences(stars, "ru", by_points) == ["За сезон: 299 баллов", "До «Фанат»: 1 балл"]
    assert sentences(stars, "en", programme(statuses=())) == []
    assert sentences(stars, "en", programme(statuses=STATUSES[:1])) == []


def test_a_status_given_by_hand_says_until_when_it_is_granted():
    progress = Progress(grants=(Grant("fan", TODAY, "2027-09-30", by_hand=True),))
    assert told(progress) == "Статус присвоен вручную до 30.09.2027"
    assert told(progress, "en") == "The status is granted until 30 Sep 2027"


def test_one_given_for_less_than_the_season_says_how_to_keep_it():
    progress = Progress((SeasonFigures("2026/27", 400_000),), (Grant("fan", TODAY, "2026-12-31", by_hand=True),))
    assert told(progress, "en") == ("Granted until 31 Dec 2026; to keep it: 1,000.00 and 2 visits more, else “Novice”")
    assert told(progress).startswith("Присвоен вручную до 31.12.2026; чтобы сохранить: ещё 1\u00a0000,00 и")


def test_what_is_earned_besides_is_not_said_to_be_granted():
    given = Grant("fan", TODAY, "2027-09-30", by_hand=True)
    assert told(Progress((fan(),), (given,)), "en") == "The status is confirmed until 31 May 2028"
    brought = Grant("fan", TODAY, "2027-09-30")
    assert told(Progress((), (given, brought)), "en") == "The status holds until 30 Sep 2027"
