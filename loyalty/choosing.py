"""Which campaigns of a basket work together: of each group that competes for the whole receipt, the one best for the
member; and what a basket comes to under one such choice."""

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

import msgspec
from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.earning import Earned, earn, worth_minor
from loyalty.judging import Judged
from loyalty.pricing import Priced, price
from loyalty.programme import Programme
from loyalty.quoted import Standing
from loyalty.redemption import Spent, redeem
from loyalty.scene import Scene, points_worth
from loyalty.turns import Course, Deed

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
    if not rivals:
        return _outcome(ready, basket, programme, scene, standing)
    competing = {campaign_id for group in rivals for campaign_id in group}

    def outcome(winners: Sequence[str]) -> Outcome:
        out = competing - set(winners)
        left = [each for each in ready if each.campaign.id not in out]
        return _outcome(left, basket, programme, scene, standing)

    if prod(map(len, rivals)) <= MAX_CHOICES:
        return max(map(outcome, product(*rivals)), key=lambda each: each.benefit_minor)
    return outcome(_one_by_one(rivals, outcome))


def _outcome(
    ready: Sequence[Judged], basket: Basket, programme: Programme, scene: Scene, standing: Standing
) -> Outcome:
    course = Course(programme, scene, standing)
    priced = price(ready, scene, course)
    after = replace(scene, running_minor=priced.running_minor)
    spent = redeem(after, programme.redeem, basket.redeem_points, standing, course.purse, course.cost_points)
    earned = earn(ready, programme, after, spent.minor, course)
    benefit = points_worth(scene.terms, sum(earned.base))
    benefit += sum(worth_minor(programme, deed) for deed in (*priced.deeds, *earned.deeds))
    return Outcome(priced, spent, earned, benefit)


def _one_by_one(rivals: Sequence[Sequence[str]], outcome: Callable[[Sequence[str]], Outcome]) -> list[str]:
    """Settle each group in turn, the others as they stand."""
    winners = [group[0] for group in rivals]
    for place, group in enumerate(rivals):
        tried = ([*winners[:place], campaign_id, *winners[place + 1 :]] for campaign_id in group)
        winners = max(tried, key=lambda each: outcome(each).benefit_minor)
    return winners
