"""Campaigns on a basket: which of them could apply, and what each takes off, one after another on the running price."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.conditions import ON_RUNNING_PRICE, Condition, Products
from loyalty.conditions.who import NO_CARD
from loyalty.programme import Campaign
from loyalty.rewards import Amount, Percent
from loyalty.scene import Blocked, Holds, Missing, Scene, Unrelated, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "goods.no_discount": ("Скидки не действуют", "No discounts on this"),
    "goods.no_earn": ("Баллы не начисляются", "Earns no points"),
}


class Judged(msgspec.Struct, frozen=True):
    """A campaign that has to do with this basket: ready (nothing is missing or blocked), or why not.

    Conditions on the running price are still to be judged when its turn comes.
    """

    campaign: Campaign
    selected: tuple[int, ...]
    missing: tuple[Missing, ...] = ()
    blocked: Blocked | None = None

    @property
    def ready(self) -> bool:
        return not self.missing and self.blocked is None


class Deed(msgspec.Struct, frozen=True):
    """What one campaign did: place -> minor units off (or points, for a reward in points)."""

    campaign: Campaign
    by_place: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.by_place.values())


class Priced(msgspec.Struct, frozen=True):
    """The running price after all campaigns, what each did, and what stopped those that were ready at first."""

    running_minor: tuple[int, ...]
    deeds: tuple[Deed, ...]
    stopped: dict[str, Missing | Blocked]


def judge(campaign: Campaign, scene: Scene) -> Judged | None:
    """A campaign against a basket as it is before any discount; None when it is about other goods or people."""
    goods = [condition for condition in campaign.conditions if isinstance(condition, Products)]
    for condition in goods:
        verdict = condition.judge(scene)
        if not isinstance(verdict, Holds) or verdict.selected is None:
            return None
        scene = replace(scene, selected=verdict.selected)
    others = [c for c in campaign.conditions if not isinstance(c, (Products, *ON_RUNNING_PRICE))]
    return _judged(campaign, scene, [_needs_member(campaign, scene), *(c.judge(scene) for c in others)])


def price(ready: Iterable[Judged], scene: Scene) -> Priced:
    """Apply the ready campaigns with a reward in price, in the order given."""
    running = list(scene.running_minor)
    deeds: list[Deed] = []
    stopped: dict[str, Missing | Blocked] = {}
    for judged in ready:
        reward = judged.campaign.reward
        if not isinstance(reward, Percent | Amount):
            continue
        now = replace(scene, running_minor=tuple(running), selected=judged.selected)
        verdict = judge_running(judged.campaign.conditions, now)
        if isinstance(verdict, Missing | Blocked):
            stopped[judged.campaign.id] = verdict
            continue
        by_place = dict(zip(judged.selected, reward.discounts(now), strict=True))
        for place, off_minor in by_place.items():
            running[place] -= off_minor
        deeds.append(Deed(judged.campaign, by_place))
    return Priced(tuple(running), tuple(deeds), stopped)


def judge_running(conditions: Sequence[Condition], scene: Scene) -> Verdict:
    """The first condition on the running price that does not hold, or that all do."""
    for condition in conditions:
        if isinstance(condition, ON_RUNNING_PRICE):
            verdict = condition.judge(scene)
            if not isinstance(verdict, Holds):
                return verdict
    return Holds()


def _needs_member(campaign: Campaign, scene: Scene) -> Verdict:
    """Points are for members only, whether the campaign says so or not."""
    if isinstance(campaign.reward, Percent | Amount):
        return Holds()
    if scene.member is None:
        return NO_CARD
    return Blocked(sentence("who.blocked")) if scene.member.blocked else Holds()


def _judged(campaign: Campaign, scene: Scene, verdicts: Sequence[Verdict]) -> Judged | None:
    if any(isinstance(verdict, Unrelated) for verdict in verdicts):
        return None
    missing: list[Missing] = []
    for verdict in verdicts:
        if isinstance(verdict, Missing) and verdict not in missing:
            missing.append(verdict)
    blocked = next((verdict for verdict in verdicts if isinstance(verdict, Blocked)), None)
    selected, why = _touchable(campaign, scene)
    return Judged(campaign, selected, tuple(missing), blocked or why)


def _touchable(campaign: Campaign, scene: Scene) -> tuple[tuple[int, ...], Blocked | None]:
    """The selected places the reward may touch, and why none is left."""
    products = {place: scene.lines[place].product for place in scene.selected}
    if isinstance(campaign.reward, Percent | Amount):
        left, code = [p for p, product in products.items() if not product.no_discount], "goods.no_discount"
    else:
        left, code = [p for p, product in products.items() if not product.no_earn], "goods.no_earn"
    return tuple(left), None if left else Blocked(sentence(code))
