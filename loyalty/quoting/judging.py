"""Whether a campaign could apply to a basket: judged once, on the prices before any campaign.

What depends on what earlier campaigns took off is judged when its turn comes (`loyalty.quoting.turns`).
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from loyalty.conditions.who import NO_CARD
from loyalty.programme import Campaign
from loyalty.rewards.mechanic import Mechanic, PointsMechanic, PriceMechanic
from loyalty.scene import HOLDS, Blocked, Holds, Missing, Scene, Unrelated, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "goods.no_discount": ("Скидки не действуют", "No discounts on this"),
    "goods.no_earn": ("Баллы не начисляются", "Earns no points"),
    "campaign.ask": ("По желанию покупателя", "When the buyer asks for it"),
    "campaign.ask.gain": ("По желанию: выгода {gain_minor}", "On request: saves {gain_minor}"),
}


class Judged(msgspec.Struct, frozen=True):
    """A campaign that has to do with this basket: ready (nothing is missing or blocked), or why not."""

    campaign: Campaign
    selected: tuple[int, ...]
    """The places the reward may touch."""
    taking_part_milli: dict[int, int] | None = None
    times: int = 1
    missing: tuple[Missing, ...] = ()
    blocked: Blocked | None = None
    chosen: tuple[int, ...] = ()
    """The places it is about, those too whose goods keep their price."""

    @property
    def ready(self) -> bool:
        return not self.missing and self.blocked is None

    def scene(self, scene: Scene) -> Scene:
        """A scene as this campaign sees it."""
        return replace(
            scene, selected=self.selected, taking_part_milli=self.taking_part_milli, times=self.times
        )  # fmt: skip

    def scene_for_conditions(self, scene: Scene) -> Scene:
        """A scene as this campaign's conditions see it."""
        return replace(self.scene(scene), selected=self.chosen)


def judge_all(candidates: Sequence[Campaign], scene: Scene) -> list[Judged]:
    """Those of the campaigns that have to do with the basket, in the order given."""
    if not scene.lines:
        return []
    return [judged for judged in (judge(campaign, scene) for campaign in candidates) if judged is not None]


def judge(campaign: Campaign, scene: Scene) -> Judged | None:
    """A campaign against a basket as it is before any discount; None when it is about other goods or people."""
    verdicts: list[Verdict] = []
    if campaign.reward.set_price_minor:
        scene = replace(scene, set_price_minor=campaign.reward.set_price_minor)
    for condition in campaign.conditions:
        if not condition.selects:
            continue
        verdict = condition.judge(scene)
        if isinstance(verdict, Unrelated):
            return None
        if isinstance(verdict, Holds):
            scene = _narrowed(scene, verdict)
        verdicts.append(verdict)
    verdicts += [_on_request(campaign, scene), _needs_member(campaign, scene)]
    verdicts += [c.judge(scene) for c in campaign.conditions if not (c.selects or c.on_running_price())]
    return _judged(campaign, scene, verdicts)


def _narrowed(scene: Scene, held: Holds) -> Scene:
    """What is left of the goods; of a combination chosen before, the same parts of them take part."""
    if held.selected is None:
        return scene
    if held.taking_part_milli is None:
        return replace(scene, selected=held.selected)
    return replace(scene, selected=held.selected, taking_part_milli=held.taking_part_milli, times=held.times)


def _on_request(campaign: Campaign, scene: Scene) -> Verdict:
    if campaign.asked and campaign.id not in scene.basket.asked:
        return Missing(sentence("campaign.ask"), on_request=True)
    return HOLDS


def _needs_member(campaign: Campaign, scene: Scene) -> Verdict:
    """Points are given to members and taken from members, whether the campaign says so or not."""
    if campaign.cost is None and not campaign.limits and not isinstance(campaign.reward, PointsMechanic):
        return HOLDS
    if scene.member is None:
        return NO_CARD
    return Blocked(sentence("who.blocked")) if scene.member.blocked else HOLDS


def _judged(campaign: Campaign, scene: Scene, verdicts: Sequence[Verdict]) -> Judged | None:
    if any(isinstance(verdict, Unrelated) for verdict in verdicts):
        return None
    missing: list[Missing] = []
    for verdict in verdicts:
        if isinstance(verdict, Missing) and verdict not in missing:
            missing.append(verdict)
    blocked = next((verdict for verdict in verdicts if isinstance(verdict, Blocked)), None)
    selected, why = _touchable(campaign, scene)
    parts, times = scene.taking_part_milli, scene.times
    return Judged(campaign, selected, parts, times, tuple(missing), blocked or why, scene.selected)


def _touchable(campaign: Campaign, scene: Scene) -> tuple[tuple[int, ...], Blocked | None]:
    """The selected places the reward may touch, and why none is left."""
    reward: Mechanic = campaign.reward
    if isinstance(reward, PriceMechanic):
        places, code = reward.places(scene), "goods.no_discount"
        left = [place for place in places if not scene.lines[place].product.no_discount]
    elif isinstance(reward, PointsMechanic):
        places, code = scene.selected, "goods.no_earn"
        left = [place for place in places if not scene.lines[place].product.no_earn]
    else:
        return scene.selected, None
    return tuple(left), None if left or not places else Blocked(sentence(code))
