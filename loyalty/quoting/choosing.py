"""Which campaigns of a basket work together: of each group that competes for the whole receipt, the one best for the
member; and what a basket comes to under one such choice."""

from collections.abc import Callable, Sequence
from itertools import product, takewhile
from math import prod

import msgspec
from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.programme import Programme
from loyalty.quoted import Standing
from loyalty.quoting.earning import Earned, earn, earning_scene, worth_minor
from loyalty.quoting.judging import Judged
from loyalty.quoting.pricing import Priced, Turn, price, turns_of
from loyalty.quoting.redemption import Spent, redeem
from loyalty.quoting.turns import Course, Deed
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Scene

MAX_CHOICES = 64
"""Ways to choose one campaign of each group that are compared in full; beyond, groups are settled one by one."""


class Outcome(msgspec.Struct, frozen=True):
    """The figures of one way to choose among groups, by place."""

    priced: Priced
    spent: Spent
    earned: Earned
    benefit_minor: int
    """What the member gains: discounts, goods, and points at their value, less the points taken for them."""

    @property
    def deeds(self) -> tuple[Deed, ...]:
        return (*self.priced.deeds, *self.earned.deeds)


def best_of(
    judged: Sequence[Judged], basket: Basket, programme: Programme, scene: Scene, standing: Standing
) -> Outcome:
    """The outcome best for the member; of equal ones, that of the campaigns that come first.

    A group may also give nothing: what it takes off could put a threshold out of reach that is worth more.
    """
    ready = [each for each in judged if each.ready]
    groups: dict[str, list[str]] = {}
    for each in ready:
        if each.campaign.group and programme.group_of(each.campaign).mode == "best":
            groups.setdefault(each.campaign.group, []).append(each.campaign.id)
    rivals = [(*group, "") for group in groups.values()]
    ways = _Ways(ready, {rival for group in rivals for rival in group}, basket, programme, scene, standing)
    if prod(map(len, rivals)) <= MAX_CHOICES:
        return max(map(ways.outcome, product(*rivals)), key=lambda each: each.benefit_minor)
    return ways.outcome(_one_by_one(rivals, ways.outcome))


class _Paid(msgspec.Struct, frozen=True):
    """A basket as far as it is paid: discounted, points spent, and what of it earns points."""

    priced: Priced
    spent: Spent
    discounted: Scene
    earning: Scene
    course: Course


class _Ways:
    """All ways to choose among groups. What two of them have in common is worked out once: the campaigns before the
    first that competes, and all prices where only rewards in points differ."""

    def __init__(
        self,
        ready: Sequence[Judged],
        competing: set[str],
        basket: Basket,
        programme: Programme,
        scene: Scene,
        standing: Standing,
    ) -> None:
        self._basket, self._programme, self._scene, self._standing = basket, programme, scene, standing
        self._competing = competing
        self._in_points = [each for each in ready if isinstance(each.campaign.reward, PointsMechanic)]
        turns = turns_of(ready, programme)
        common = [*takewhile(lambda turn: turn[0].campaign.id not in competing, turns)]
        self._turns = turns[len(common) :]
        self._course = Course(programme, scene, standing)
        self._priced = price(common, scene, self._course)
        self._paid: dict[tuple[str, ...], _Paid] = {}

    def outcome(self, winners: Sequence[str]) -> Outcome:
        """What the basket comes to where of those that compete only these work."""
        paid = self._pay([turn for turn in self._turns if self._works(turn[0], winners)])
        in_points = [each for each in self._in_points if self._works(each, winners)]
        earned = earn(in_points, paid.discounted, paid.earning, paid.course.fork())
        deeds = (*paid.priced.deeds, *earned.deeds)
        return Outcome(paid.priced, paid.spent, earned, worth_minor(self._programme, deeds, sum(earned.base)))

    def _works(self, judged: Judged, winners: Sequence[str]) -> bool:
        return judged.campaign.id not in self._competing or judged.campaign.id in winners

    def _pay(self, turns: Sequence[Turn]) -> _Paid:
        key = tuple(turn[0].campaign.id for turn in turns)
        if key not in self._paid:
            programme, standing, course = self._programme, self._standing, self._course.fork()
            priced = price(turns, self._scene, course, self._priced)
            after = replace(self._scene, running_minor=priced.running_minor)
            asked = self._basket.redeem_points
            spent = redeem(after, programme.redeem, asked, standing, course.purse, course.taken_points)
            course.take(spent.redemption.wallets)
            earning = earning_scene(programme, after, spent.minor)
            self._paid[key] = _Paid(priced, spent, after, earning, course)
        return self._paid[key]


def _one_by_one(rivals: Sequence[Sequence[str]], outcome: Callable[[Sequence[str]], Outcome]) -> list[str]:
    """Settle each group in turn, the others as they stand."""
    winners = [group[0] for group in rivals]
    for place, group in enumerate(rivals):
        tried = ([*winners[:place], campaign_id, *winners[place + 1 :]] for campaign_id in group)
        winners = max(tried, key=lambda each: outcome(each).benefit_minor)
    return winners
