"""Campaigns on a basket: what each takes off or grants, one after another on the running price."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.judging import Judged
from loyalty.programme import Campaign, Cap
from loyalty.rewards.mechanic import GrantMechanic, PointsMechanic, PriceMechanic
from loyalty.scene import Scene
from loyalty.turns import Course, Deed, Stop, capped

NO_CAP = Cap()


class Priced(msgspec.Struct, frozen=True):
    """The running price after all campaigns, what each did, and what stopped those that were ready at first."""

    running_minor: tuple[int, ...]
    deeds: tuple[Deed, ...]
    stopped: dict[str, Stop]


def price(ready: Sequence[Judged], scene: Scene, course: Course) -> Priced:
    """Apply the ready campaigns, all but those with a reward in points, in the order given."""
    deeds: list[Deed] = []
    stopped: dict[str, Stop] = {}
    best_lines = _BestLines(ready, course)
    for judged in ready:
        if isinstance(judged.campaign.reward, PointsMechanic):
            continue
        now = judged.scene(scene)
        stop = course.stop(judged, now)
        if stop is not None:
            stopped[judged.campaign.id] = stop
            continue
        deed = best_lines.deed(judged, scene) or deed_of(judged, now, course)
        if deed.in_price:
            scene = replace(scene, running_minor=_lowered(scene, deed.by_place))
        course.note(deed)
        deeds.append(deed)
    return Priced(scene.running_minor, tuple(deeds), stopped)


def deed_of(judged: Judged, now: Scene, course: Course) -> Deed:
    """What one campaign does to a scene as it sees it."""
    campaign = judged.campaign
    if isinstance(campaign.reward, GrantMechanic):
        return Deed(campaign, {}, campaign.reward.grant(now, campaign.id))
    off = discounts(judged, now, course)
    return Deed(campaign, dict(zip(judged.selected, off, strict=True)))


def discounts(judged: Judged, now: Scene, course: Course) -> list[int]:
    """Minor units off each of its lines, within every cap."""
    campaign = judged.campaign
    assert isinstance(campaign.reward, PriceMechanic)
    return capped(campaign.reward.discounts(seen_by(campaign, now)), campaign.cap, course.room(campaign, now), now)


def seen_by(campaign: Campaign, now: Scene) -> Scene:
    """The scene at the prices a campaign works on."""
    return _on_original(now) if campaign.base == "original" else now


def _on_original(now: Scene) -> Scene:
    """The scene at its first prices, with no more room than is left now."""
    taken = [first - running for first, running in zip(now.original_minor, now.running_minor, strict=True)]
    floor = tuple(floor + off for floor, off in zip(now.floor_minor, taken, strict=True))
    return replace(now, running_minor=now.original_minor, floor_minor=floor)


def _lowered(scene: Scene, off: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(minor - off.get(place, 0) for place, minor in enumerate(scene.running_minor))


class _BestLines:
    """Groups in which each line goes to the campaign that takes most off it: settled together, at the first's turn."""

    def __init__(self, ready: Sequence[Judged], course: Course) -> None:
        self._course = course
        self._rivals: dict[str, list[Judged]] = {}
        self._won: dict[str, dict[int, int]] = {}
        for judged in ready:
            reward = judged.campaign.reward
            if isinstance(reward, PriceMechanic) and course.mode_of(judged.campaign) == "best_line":
                self._rivals.setdefault(judged.campaign.group, []).append(judged)

    def deed(self, judged: Judged, scene: Scene) -> Deed | None:
        """What one campaign of such a group does; None for a campaign of no such group."""
        rivals = self._rivals.pop(judged.campaign.group, [])
        if rivals:
            self._settle(rivals, scene)
        won = self._won.get(judged.campaign.id)
        if won is None:
            return None
        now = replace(scene, selected=tuple(won))
        off = capped([*won.values()], NO_CAP, self._course.room(judged.campaign, now), now)
        return Deed(judged.campaign, dict(zip(won, off, strict=True)))

    def _settle(self, rivals: Sequence[Judged], scene: Scene) -> None:
        best: dict[int, tuple[int, str]] = {}
        for rival in rivals:
            now = rival.scene(scene)
            self._won[rival.campaign.id] = {}
            if self._course.stop(rival, now) is not None:
                continue
            for place, off in zip(rival.selected, discounts(rival, now, self._course), strict=True):
                if off > best.get(place, (0, ""))[0]:
                    best[place] = (off, rival.campaign.id)
        for place, (off, winner) in best.items():
            self._won[winner][place] = off
