"""A programme that says one thing and another: campaigns that can never work, and points that make themselves.

Looked for while a document is read, in what is right value by value; each is a problem like any other. What is
allowed and only hardly meant is `loyalty.documents.programme_warnings`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import msgspec

from loyalty.basket import Moment
from loyalty.conditions import BeforeEvent, Condition, Dates, Hours, Products, Stores, Trial
from loyalty.documents.programme_aspects import ASPECT_OF
from loyalty.documents.section import Section
from loyalty.programme import Campaign, Programme
from loyalty.rewards import IssueCoupon, PointsFixed
from loyalty.scene import Holds, Scene
from loyalty.sentences import Sentence, sentence
from loyalty.shares import Budget

MAX_DAYS = 92
"""Days that are tried one by one; over a longer time days of the week, hours and dates always meet."""
MAX_WALLETS = 40
"""Wallets that points go round in; more of them are not followed."""

SENTENCES = {
    "lint.disjoint": (
        "с условием {other} нет общих значений: вместе они не выполняются никогда",
        "it has no value in common with condition {other}: together they never hold",
    ),
    "lint.disjoint.mend": (
        "оставьте одно или добавьте общее значение",
        "keep one of them, or give them a common value",
    ),
    "lint.bounds": (
        "меньше, чем требует условие {other}: вместе они не выполняются никогда",
        "less than condition {other} asks for: together they never hold",
    ),
    "lint.bounds.mend": ("верхняя граница не ниже нижней", "let the upper bound be no lower than the lower one"),
    "lint.calendar": ("такого дня и часа не бывает", "there is no such day and hour"),
    "lint.calendar.mend": (
        "сверьте даты, дни недели, часы и начало события",
        "compare dates, days of the week, hours and the start of the event",
    ),
    "lint.hours": ("часы условий не пересекаются", "the hours of the conditions never meet"),
    "lint.excluded": ("исключено всё, что выбрано", "all that is chosen is excluded"),
    "lint.excluded.mend": ("выберите больше или исключите меньше", "choose more, or exclude less"),
    "lint.trial": (
        "никто не входит и в эту группу, и в группу условия {other}",
        "nobody is in this group and in that of condition {other}",
    ),
    "lint.trial.mend": ("дайте им разные salt или оставьте одно", "give them different salts, or keep one of them"),
    "lint.issued": (
        "купоны серии «{series}» печатать нельзя: её вид {kind}",
        "coupons of “{series}” cannot be printed: it is of kind {kind}",
    ),
    "lint.issued.mend": ('назовите серию с kind = "series"', 'name one with kind = "series"'),
    "lint.refund": (
        "стоит {cost_points} и даёт {reward_points} того же кошелька: баллы даром",
        "it costs {cost_points} and gives {reward_points} of the same wallet: points for nothing",
    ),
    "lint.refund.mend": ("уберите cost или дайте меньше", "remove the cost, or give less"),
    "lint.round": (
        "баллы ходят по кругу и не убывают: {round}",
        "points go round and do not get fewer: {round}",
    ),
    "lint.round.mend": (
        "поднимите cost одной из акций или ограничьте её (limits)",
        "raise the cost of one of the campaigns, or limit it (limits)",
    ),
}  # fmt: skip
_ONE_VALUED = {
    "weekdays": ("days",),
    "channels": ("channels",),
    "payment": ("kinds",),
    "who": ("statuses", "card_kinds"),
    "products": ("categories", "brands", "codes"),
}
"""Conditions by a list of which a basket (or a line) has one value only, never two at once."""
_PLACE = re.compile(r"campaign\[(\d+)\](.*)")
_CLOCK = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)")


Found = tuple[str, Sentence, Sentence]
"""The path in the document, what is wrong there, and a way to mend it."""


def note_contradictions(top: Section, programme: Programme) -> None:
    """Note every contradiction, except in campaigns whose own values are wrong already."""
    told = [match for problem in top.notes.problems if (match := _PLACE.match(problem.path))]
    if any(not match[2] for match in told):
        return  # what is no table has been left out, and places no longer count
    wrong = {int(match[1]) for match in told}
    for number, campaign in enumerate(programme.campaigns, start=1):
        if number not in wrong:
            for found in _of_campaign(campaign, programme):
                top.note(f"campaign[{number}].{found[0]}", *found[1:])
    for found in _rounds(programme, wrong):
        top.note(*found)


def _issued(campaign: Campaign, programme: Programme) -> Iterator[Found]:
    """Only codes with a check character can be made at the till."""
    if isinstance(campaign.reward, IssueCoupon):
        for series in programme.coupons:
            if series.id == campaign.reward.series and series.kind != "series":
                what = sentence("lint.issued", series=series.id, kind=series.kind)
                yield ("reward.series", what, sentence("lint.issued.mend"))


def _of_campaign(campaign: Campaign, programme: Programme) -> Iterator[Found]:
    """Paths are within the campaign."""
    yield from _issued(campaign, programme)
    if len(campaign.conditions) > 1:
        disjoint = list(_disjoint(campaign.conditions, programme))
        yield from disjoint or _calendar(campaign.conditions, programme)
        yield from _bounds(campaign.conditions)
        yield from _trials(campaign.conditions)
    for number, condition in enumerate(campaign.conditions, start=1):
        if isinstance(condition, Products) and _excludes_itself(condition):
            path = f"conditions[{number}].excluded"
            yield (path, sentence("lint.excluded"), sentence("lint.excluded.mend"))
    points = _given_points(campaign)
    if campaign.cost is not None and points >= campaign.cost.points and _wallet(campaign) == campaign.cost.wallet:
        what = sentence("lint.refund", cost_points=campaign.cost.points, reward_points=points)
        yield ("cost", what, sentence("lint.refund.mend"))


def _disjoint(conditions: Sequence[Condition], programme: Programme) -> Iterator[Found]:
    """Lists of which nothing is left where all must hold."""
    left: dict[str, tuple[int, set[str]]] = {}
    for number, condition in enumerate(conditions, start=1):
        for key, values in _one_valued(condition, programme):
            name = f"{type(condition).__name__}.{key}"
            before, common = left.get(name, (number, values))
            left[name] = number, common & values
            if common and not common & values:
                mend = sentence("lint.disjoint.mend")
                yield (f"conditions[{number}].{key}", sentence("lint.disjoint", other=before), mend)


def _one_valued(condition: Condition, programme: Programme) -> Iterator[tuple[str, set[str]]]:
    """(key, values) of which a basket has one; a key that is not given is left out."""
    if isinstance(condition, Stores):
        groups = programme.terms.groups_of_store
        named = {store for store, of in groups.items() if set(of) & set(condition.groups)}
        if values := named | set(condition.stores):
            yield "stores", values
    for key in _ONE_VALUED.get(_type(condition), ()):
        if values := getattr(condition, key):
            yield key, set(values)


def _bounds(conditions: Sequence[Condition]) -> Iterator[Found]:
    """`min_…` of one condition above `max_…` of another of the same kind, about the same thing."""
    least: dict[tuple[str, ...], tuple[int, int]] = {}
    most: dict[tuple[str, ...], tuple[int, int]] = {}
    for number, condition in enumerate(conditions, start=1):
        bounds, others = _fields(type(condition))
        about = [repr(getattr(condition, name)) for name in others] if bounds else []
        for name in bounds:
            value, key = getattr(condition, name), (_type(condition), name[4:], *about)
            if name[:4] == "min_" and value and value > least.get(key, (0, 0))[0]:
                least[key] = value, number
            if name[:4] == "max_" and value and value < most.get(key, (value + 1, 0))[0]:
                most[key] = value, number
    for key, (value, number) in most.items():
        low, other = least.get(key, (0, number))
        if low > value and other != number:
            what = sentence("lint.bounds", other=other)
            yield (f"conditions[{number}].max_{key[1]}", what, sentence("lint.bounds.mend"))


@cache
def _fields(kind: type[Condition]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a condition that bound something, and the others."""
    bounds = tuple(name for name in kind.__struct_fields__ if name[:4] in ("min_", "max_"))
    return bounds, tuple(name for name in kind.__struct_fields__ if name not in bounds)


def _calendar(conditions: Sequence[Condition], programme: Programme) -> Iterator[Found]:
    """Days and hours of which none is in all conditions of time."""
    hours = [each for each in conditions if isinstance(each, Hours)]
    if len(hours) > 1 and not _meet(hours, [date.min], programme):
        yield ("conditions", sentence("lint.hours"), sentence("lint.calendar.mend"))
        return
    timed = [each for each in conditions if ASPECT_OF.get(_type(each)) == "when"]
    days = _days(timed, programme) if len(timed) > 1 else None
    if days is not None and not _meet(timed, days, programme):
        yield ("conditions", sentence("lint.calendar"), sentence("lint.calendar.mend"))


def _days(timed: Sequence[Condition], programme: Programme) -> list[date] | None:
    """The days between the dates of the conditions; None where they are open or too many to try."""
    starts = [date.fromisoformat(each.first) for each in timed if isinstance(each, Dates) and each.first]
    ends = [date.fromisoformat(each.last) for each in timed if isinstance(each, Dates) and each.last]
    for each in timed:
        event = programme.terms.events.get(each.event) if isinstance(each, BeforeEvent) else None
        if event is not None and isinstance(each, BeforeEvent):
            ends.append(date.fromisoformat(event.starts[:10]))
            starts += [ends[-1] - timedelta(each.days_before)] if each.days_before is not None else []
    if not starts or not ends:
        return None
    first, count = max(starts), (min(ends) - max(starts)).days + 1
    return [first + timedelta(day) for day in range(count)] if count <= MAX_DAYS else None


def _meet(timed: Sequence[Condition], days: Sequence[date], programme: Programme) -> bool:
    """Whether all hold at one minute of these days: tried where one of them may begin or end."""
    events = [programme.terms.events.get(each.event) for each in timed if isinstance(each, BeforeEvent)]
    told = f"{timed} {events}"
    clocks = {int(hour) * 60 + int(minute) for hour, minute in _CLOCK.findall(told)}
    minutes = sorted({0, 24 * 60 - 1} | clocks | {max(0, clock - 1) for clock in clocks})
    for day in days:
        for minute in minutes:
            scene = _moment(day, minute, programme)
            if all(isinstance(each.judge(scene), Holds) for each in timed):
                return True
    return False


def _moment(day: date, minute: int, programme: Programme) -> Scene:
    now = Moment(0, day.isoformat(), minute, day.weekday())
    return Scene((), (), (), (), None, now, programme.terms)


def _trials(conditions: Sequence[Condition]) -> Iterator[Found]:
    """The test group of a share and the control group of the same salt and no smaller share."""
    seen: dict[str, list[tuple[int, Trial]]] = defaultdict(list)
    for number, trial in enumerate(conditions, start=1):
        if not isinstance(trial, Trial):
            continue
        for other, before in seen[trial.salt]:
            test, control = (trial, before) if trial.group == "test" else (before, trial)
            if trial.group != before.group and test.share_bp <= control.share_bp:
                what = sentence("lint.trial", other=other)
                yield (f"conditions[{number}]", what, sentence("lint.trial.mend"))
        seen[trial.salt].append((number, trial))


def _excludes_itself(goods: Products) -> bool:
    keys = ("categories", "brands", "tags", "codes")
    given = [(set(getattr(goods, key)), set(getattr(goods.excluded, key))) for key in keys]
    return any(chosen and chosen <= out for chosen, out in given)


def _given_points(campaign: Campaign) -> int:
    """Points it gives whatever the basket; 0 for those that depend on it."""
    points = campaign.reward.reward_points if isinstance(campaign.reward, PointsFixed) else 0
    return min(points, campaign.cap.points) if campaign.cap.points else points


def _wallet(campaign: Campaign) -> str:
    return campaign.reward.wallet if isinstance(campaign.reward, PointsFixed) else ""


def _rounds(programme: Programme, wrong: set[int]) -> Iterator[Found]:
    """Points of one wallet for points of another, and back for as many or more; limits and budgets are bounds."""
    best: dict[tuple[str, str], tuple[Fraction, tuple[int, ...]]] = {}
    for number, campaign in enumerate(programme.campaigns, start=1):
        points, to = _given_points(campaign), _wallet(campaign)
        bounded = bool(campaign.limits) or campaign.budget != Budget()
        if number in wrong or campaign.cost is None or bounded or not points or to == campaign.cost.wallet:
            continue
        way, rate = (campaign.cost.wallet, to), Fraction(points, campaign.cost.points)
        if rate > best.get(way, (Fraction(0), ()))[0]:
            best[way] = rate, (number,)
    wallets = sorted({wallet for way in best for wallet in way})
    for via in wallets if len(wallets) <= MAX_WALLETS else ():
        for one in wallets:
            for two in wallets:
                if (one, via) in best and (via, two) in best:
                    rate = best[one, via][0] * best[via, two][0]
                    if rate > best.get((one, two), (Fraction(0), ()))[0]:
                        best[one, two] = rate, best[one, via][1] + best[via, two][1]
        for wallet in wallets:
            rate, numbers = best.get((wallet, wallet), (Fraction(0), ()))
            if rate >= 1:
                first = numbers.index(min(numbers))
                ids = " → ".join(programme.campaigns[each - 1].id for each in numbers[first:] + numbers[:first])
                path = f"campaign[{max(numbers)}].cost"
                yield (path, sentence("lint.round", round=ids), sentence("lint.round.mend"))
                return


def _type(mechanic: msgspec.Struct) -> str:
    return str(mechanic.__struct_config__.tag)
