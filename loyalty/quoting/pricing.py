"""Campaigns on a basket: what each takes off or grants, one after another on the running price."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.programme import Campaign, Programme
from loyalty.quoting.by_line import shared_out
from loyalty.quoting.judging import Judged
from loyalty.quoting.turns import Course, Deed, Stop, capped_by_line, limit_minor, within
from loyalty.rewards.mechanic import GrantMechanic, PointsMechanic, PriceMechanic
from loyalty.scene import Scene

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
            deed = deed_of(judged, judged.scene(now), course, won.get(judged.campaign.id))
            if deed.in_price:
                scene = replace(scene, running_minor=_lowered(scene, deed.by_place))
            course.note(deed)
            deeds.append(deed)
    return Priced(scene.running_minor, tuple(deeds), stopped)


def deed_of(judged: Judged, now: Scene, course: Course, won: frozenset[int] | None = None) -> Deed:
    """What one campaign does to a scene as it sees it; `won`: the lines it has of those it shares with others."""
    campaign = judged.campaign
    if isinstance(campaign.reward, GrantMechanic):
        return Deed(campaign, {}, campaign.reward.grant(now, campaign.id))
    off = _wanted(judged, now)
    if won is not None:
        off = {place: minor for place, minor in off.items() if place in won}
    limit = limit_minor(campaign.cap, course.room(campaign, now), now)
    return Deed(campaign, dict(zip(off, within(limit, [*off.values()]), strict=True)))


def _wanted(judged: Judged, now: Scene) -> dict[int, int]:
    """place -> minor units off each of its lines, within its caps on a line."""
    campaign = judged.campaign
    assert isinstance(campaign.reward, PriceMechanic)
    off = campaign.reward.discounts(seen_by(campaign, now))
    return dict(zip(judged.selected, capped_by_line(off, campaign.cap, now), strict=True))


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


def _by_line(rivals: Sequence[Judged], scene: Scene, course: Course) -> dict[str, frozenset[int]]:
    """campaign id -> the lines it has, of several that share them out."""
    offers, limits = [], []
    for rival in rivals:
        now = rival.scene(scene)
        offers.append(_wanted(rival, now))
        limits.append(limit_minor(rival.campaign.cap, course.room(rival.campaign, now), now))
    way = shared_out(offers, limits)
    return {
        rival.campaign.id: frozenset(place for place, winner in way.items() if winner == number)
        for number, rival in enumerate(rivals)
    }
