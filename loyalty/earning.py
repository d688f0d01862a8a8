"""Points a basket earns: by the member's status, then by the campaigns with a reward in points."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.member import Member
from loyalty.pricing import Deed, Judged, judge_running
from loyalty.programme import Programme
from loyalty.rewards import Amount, Percent
from loyalty.scene import Blocked, Missing, Scene, points_for, share_points


class Earned(msgspec.Struct, frozen=True):
    """Points by place from the status, and what each campaign added."""

    base: tuple[int, ...]
    deeds: tuple[Deed, ...]
    stopped: dict[str, Missing | Blocked]

    @property
    def total(self) -> int:
        return sum(self.base) + sum(deed.total for deed in self.deeds)


def earn(ready: Iterable[Judged], programme: Programme, scene: Scene, redeemed_minor: Sequence[int]) -> Earned:
    """What the basket earns; `scene` is the basket after all discounts, before points are spent."""
    paid = earning_scene(programme, scene, redeemed_minor)
    deeds: list[Deed] = []
    stopped: dict[str, Missing | Blocked] = {}
    for judged in ready:
        reward = judged.campaign.reward
        if isinstance(reward, Percent | Amount):
            continue
        verdict = judge_running(judged.campaign.conditions, scene)
        if isinstance(verdict, Missing | Blocked):
            stopped[judged.campaign.id] = verdict
            continue
        points = reward.points(replace(paid, selected=judged.selected))
        deeds.append(Deed(judged.campaign, dict(zip(judged.selected, points, strict=True))))
    return Earned(paid.base_points, tuple(deeds), stopped)


def earning_scene(programme: Programme, scene: Scene, redeemed_minor: Sequence[int]) -> Scene:
    """The scene rewards in points work on: amounts that earn, and the points they earn by status."""
    amounts = [
        0 if line.product.no_earn else running - (0 if programme.earn_on_redeemed else redeemed)
        for line, running, redeemed in zip(scene.lines, scene.running_minor, redeemed_minor, strict=True)
    ]
    rate_bp = earn_rate_bp(programme, scene.member)
    if programme.earn_per == "line":
        base = [points_for(scene.terms, amount, rate_bp) for amount in amounts]
    else:
        base = share_points(points_for(scene.terms, sum(amounts), rate_bp), amounts)
    return replace(scene, running_minor=tuple(amounts), base_points=tuple(base))


def earn_rate_bp(programme: Programme, member: Member | None) -> int:
    """The rate of the member's status; a status the programme no longer has counts as the lowest."""
    if member is None or member.blocked or not programme.statuses:
        return 0
    known = {status.id: status.earn_bp for status in programme.statuses}
    return known.get(member.status, programme.statuses[0].earn_bp)
