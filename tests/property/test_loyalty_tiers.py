"""The laws of statuses, over any purchases and returns in three seasons: a walk day by day comes to the same."""

from datetime import date, timedelta
from itertools import accumulate

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from loyalty.events import canonical
from loyalty.programme import Label, Programme, Status
from loyalty.sentences import Lang, say
from loyalty.statuses.outlook import season_outlook, standing_said
from loyalty.statuses.progress import (
    MAX_VISITS,
    Counted,
    Grant,
    Progress,
    SeasonFigures,
    merge_progress,
    progress_after,
)
from loyalty.statuses.tiers import next_step, place_of, status_on
from tests.support.loyalty_samples import SEASONS, fits, programme

FIRST = date(2025, 6, 1)
DAYS = 1096
"""Of all three seasons."""
LADDER = (
    Status("novice", Label("Н", "N"), 0),
    Status("guest", Label("Г", "G"), 0, 500, 2),
    Status("friend", Label("Д", "F"), 0, 1000, 3, 4, 40),
    Status("star", Label("З", "S"), 0, 3000, 5, 7, 90),
)


class Bought(msgspec.Struct, frozen=True):
    """A purchase, and what of it was brought back how many days later."""

    day: int
    minor: int
    points: int
    back_minor: int = 0
    back_points: int = 0
    after: int = 0


def iso(day: int) -> str:
    return (FIRST + timedelta(days=day)).isoformat()


@st.composite
def purchases(draw) -> Bought:
    minor, points = draw(st.integers(0, 900)), draw(st.integers(0, 40))
    day = draw(st.one_of(st.integers(0, DAYS - 1), st.sampled_from([0, 364, 365, 366, 729, 730, DAYS - 1])))
    if draw(st.booleans()):
        return Bought(day, minor, points)
    back = draw(st.integers(0, minor)), draw(st.integers(0, points))
    return Bought(day, minor, points, *back, draw(st.integers(0, 500)))


bought = st.lists(purchases(), max_size=30)
days = st.integers(0, DAYS - 1)
grants = st.lists(
    st.builds(
        Grant,
        st.sampled_from(["novice", "guest", "star", "gone"]),
        days.map(iso),
        st.one_of(st.just(""), days.map(iso)),
    ),
    max_size=2,
)
ladders = st.builds(
    lambda by, on_return: programme(statuses=LADDER, status_criteria=by, status_on_return=on_return),
    st.sampled_from(["all", "any"]),
    st.sampled_from(["recount", "keep"]),
)


def counted(each: Bought) -> list[Counted]:
    sale = Counted(iso(each.day), each.minor, 0, 1, {"main": each.points, "stars": 5})
    return (
        [sale, Counted(iso(each.day), 0, each.back_minor, 0, {}, {"main": each.back_points})] if each.after else [sale]
    )


def progress_of(steps: list[Counted], given: list[Grant] = []) -> Progress:  # noqa: B006 - never changed
    progress = merge_progress(Progress(), Progress(grants=tuple(given)), SEASONS)
    for step in steps:
        progress = progress_after(progress, step, SEASONS)
    return progress


def by_walking(rules: Programme, history: list[Bought], last: int) -> list[int]:
    """Day by day: the place of the status in force, of what had happened by that day."""
    season_of = [0 if day < 365 else 1 if day < 730 else 2 for day in range(DAYS)]
    places = []
    for today in range(last + 1):
        reached = []
        for season in (season_of[today], season_of[today] - 1):
            spend = points = receipts = 0
            visited = set()
            for each in history:
                if each.day > today or season_of[each.day] != season:
                    continue
                came_back = each.after and each.day + each.after <= today and rules.status_on_return == "recount"
                spend += each.minor - (each.back_minor if came_back else 0)
                points += each.points - (each.back_points if came_back else 0)
                receipts += 1
                visited.add(each.day)
            done = (spend, len(visited), receipts, points)
            place = 0
            for number, status in enumerate(LADDER[1:], start=1):
                needed = (status.spend_minor, status.visits, status.receipts, status.points)
                met = [d >= n for d, n in zip(done, needed, strict=True) if n > 0]
                if all(met) if rules.status_criteria == "all" else any(met):
                    place = number
            reached.append(place)
        places.append(max(reached))
    return places


def happened(history: list[Bought], today: int) -> list[Counted]:
    """What has been counted by a day."""
    steps = []
    for each in history:
        if each.day <= today:
            sale, *back = counted(each)
            steps += [sale, *back] if each.day + each.after <= today else [sale]
    return steps


def place_on(rules: Programme, progress: Progress, day: int) -> int:
    found = status_on(rules, progress, iso(day))
    return place_of(rules, found.id) if found else 0


@given(ladders, st.lists(purchases(), max_size=8), days)
def test_a_walk_day_by_day_comes_to_the_same_status(rules, history, last):
    walked = by_walking(rules, history, last)
    turns = {each.day for each in history} | {each.day + each.after for each in history} | {364, 365, 729, 730}
    for today in sorted({day for day in turns if day <= last} | {last}):
        assert place_on(rules, progress_of(happened(history, today)), today) == walked[today]


@given(st.lists(purchases(), max_size=12), grants, st.data())
def test_no_order_of_receipts_and_no_split_over_tills_matters(history, given_, data):
    steps = [step for each in history for step in counted(each)]
    whole = progress_of(steps, given_)
    assert progress_of(data.draw(st.permutations(steps)), given_) == whole
    cut = data.draw(st.integers(0, len(steps)))
    office, till = progress_of(steps[:cut], given_), progress_of(steps[cut:])
    assert merge_progress(office, till, SEASONS) == merge_progress(till, office, SEASONS) == whole


@given(ladders, bought, purchases(), grants, days)
def test_a_purchase_never_lowers_a_status_and_a_return_never_raises_one(rules, history, more, given_, day):
    steps = [step for each in history for step in counted(each)]
    sale, *back = counted(more)
    before = place_on(rules, progress_of(steps, given_), day)
    sold = place_on(rules, progress_of([*steps, sale], given_), day)
    returned = place_on(rules, progress_of([*steps, sale, *back], given_), day)
    assert before <= sold
    assert returned <= sold
    assert returned == sold or rules.status_on_return == "recount"


@given(ladders, bought, grants, days)
def test_doing_what_is_missing_reaches_the_next_status(rules, history, given_, day):
    progress = progress_of([step for each in history for step in counted(each)], given_)
    step = next_step(rules, progress, iso(day))
    if step is None:
        assert place_on(rules, progress, day) == len(LADDER) - 1
        return
    assert 0 <= step.done_bp < 10_000
    season = 0 if day < 365 else 1 if day < 730 else 2
    missing = step.missing
    number = next(number for number in range(4) if astuple(missing)[number]) if step.by_any else -1
    if number != -1:
        missing = replace(missing, **{name: 0 for at, name in enumerate(missing.__struct_fields__) if at != number})
    first = (0, 365, 730)[season]
    free = [d for d in range(first, first + 365) if all(each.day != d for each in history)]
    for at in range(missing.visits):
        progress = progress_after(progress, Counted(iso(free[at]), receipts=1), SEASONS)
    rest = replace(missing, receipts=max(0, missing.receipts - missing.visits))
    spent = Counted(iso(first), rest.spend_minor, 0, rest.receipts, {"main": rest.points})
    progress = progress_after(progress, spent, SEASONS)
    assert place_on(rules, progress, day) >= place_of(rules, step.status.id)


@given(ladders, bought, grants, days)
def test_a_status_lasts_as_long_as_the_outlook_says_and_then_is_what_it_says(rules, history, given_, day):
    progress = progress_of([step for each in history for step in counted(each)], given_)
    outlook, held = season_outlook(rules, progress, iso(day)), place_on(rules, progress, day)
    if outlook is None:
        assert held == 0
        return
    ahead = [place_on(rules, progress, later) for later in range(day, DAYS)]
    if not outlook.until:
        assert min(ahead) >= held
        return
    last = (date.fromisoformat(outlook.until) - FIRST).days
    assert min(ahead[: last - day + 1]) >= held
    if outlook.then is not None:
        assert outlook.outcome == "at_risk"
        assert place_of(rules, outlook.then.id) == place_on(rules, progress, last + 1) < held


@given(ladders, bought, grants, days)
def test_everything_said_can_be_said_in_both_languages(rules, history, given_, day):
    progress = progress_of([step for each in history for step in counted(each)], given_)
    languages: tuple[Lang, ...] = ("ru", "en")
    for said in standing_said(rules, progress, iso(day)):
        assert fits(said)
        assert all("{" not in say(said, lang, {}) for lang in languages)


@given(st.lists(st.integers(0, 20_000), max_size=60))
def test_days_are_a_set_and_come_back_as_they_were(numbers):
    progress = Progress()
    for number in numbers:
        progress = merge_progress(progress, Progress((SeasonFigures("", days=(number,)),)), SEASONS)
    packed = progress.seasons[0].days if progress.seasons else ()
    assert list(accumulate(packed)) == sorted(set(numbers))[:MAX_VISITS]
    assert msgspec.json.decode(canonical(progress), type=Progress) == progress


def test_a_year_of_purchases_every_day_is_small_on_the_wire():
    progress = progress_of([Counted(iso(day), 10_000, receipts=1, earned_points={"main": 3}) for day in range(365)])
    assert len(canonical(progress)) < 850
