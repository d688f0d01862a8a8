"""Campaigns on a basket: what each takes off or grants, one after another on the running price."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.programme import Campaign, Cap, Programme
from loyalty.quoting.judging import Judged
from loyalty.quoting.turns import Course, Deed, Stop, capped
from loyalty.rewards.mechanic import GrantMechanic, PointsMechanic, PriceMechanic
from loyalty.scene import Scene

NO_CAP = Cap()
Turn = tuple[Judged, ...]
"""Campaigns that are applied at the same prices: one by itself, or a whole group that is settled line by line."""


class Priced(msgspec.Struct, frozen=True):
    """The running price after some campaigns, what each did, and what stopped those that were ready at first."""

    running_minor: tuple[int, ...]
    deeds: tuple[Deed, ...] = ()
    stopped: dict[str, Stop] = {}


def turns_of(ready: Iterable[Judged], programme: Programme) -> list[Turn]:
    """The turns of the ready campaigns, all but those with a reward in points, in the order given.

    A group settled line by line has its turn where the first of its campaigns would have it.
    """
    turns: dict[tuple[bool, str], list[Judged]] = {}
    for judged in ready:
        campaign = judged.campaign
        if isinstance(campaign.reward, PointsMechanic):
            continue
        by_line = bool(campaign.group) and programme.group_of(campaign).mode == "best_line"
        turns.setdefault((by_line, campaign.group if by_line else campaign.id), []).append(judged)
    return [tuple(turn) for turn in turns.values()]


def price(turns: Iterable[Turn], scene: Scene, course: Course, before: Priced | None = None) -> Priced:
    """Apply campaigns turn by turn; `before` is what came of the turns before these, on the same scene."""
    before = before or Priced(scene.running_minor)
    scene = replace(scene, running_minor=before.running_minor)
    deeds, stopped = [*before.deeds], {**before.stopped}
    for turn in turns:
        now = scene
        going = []
        for judged in turn:
            stop = course.stop(judged, judged.scene(now))
            if stop is None:
                going.append(judged)
            else:
                stopped[judged.campaign.id] = stop
        won = _by_line(going, now, course) if len(going) > 1 else {}
        for judged in going:
            deed = _won(judged, now, course, won) if won else deed_of(judged, judged.scene(now), course)
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
    running = [*scene.running_minor]
    for place, minor in off.items():
        running[place] -= minor
    return tuple(running)


def _by_line(rivals: Sequence[Judged], scene: Scene, course: Course) -> dict[int, tuple[int, str]]:
    """place -> what is taken off it by the campaign that takes most, and which that is; of equal ones the first."""
    best: dict[int, tuple[int, str]] = {}
    for rival in rivals:
        for place, off in zip(rival.selected, discounts(rival, rival.scene(scene), course), strict=True):
            if off > best.get(place, (0, ""))[0]:
                best[place] = (off, rival.campaign.id)
    return best


def _won(judged: Judged, scene: Scene, course: Course, won: Mapping[int, tuple[int, str]]) -> Deed:
    """What one of several does on the lines it has won, within what its group has left."""
    campaign = judged.campaign
    off = {place: minor for place, (minor, winner) in won.items() if winner == campaign.id}
    now = replace(scene, selected=tuple(off))
    within = capped([*off.values()], NO_CAP, course.room(campaign, now), now)
    return Deed(campaign, dict(zip(off, within, strict=True)))
