"""What a campaign would give, were one thing not missing or another campaign not there: the worth of a hint."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from loyalty.programme import Campaign
from loyalty.quoting.earning import earning_scene, points_deed, worth_minor
from loyalty.quoting.findings import Findings
from loyalty.quoting.judging import Judged, judge
from loyalty.quoting.pricing import deed_of
from loyalty.quoting.turns import Course, Deed, unmet_running
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.scene import Missing, Scene


def in_its_place(found: Findings, campaign: Campaign) -> list[Deed]:
    """What is given now and would give way: the winner of its group, or whatever has won lines."""
    if not campaign.group:
        return []
    if found.programme.group_of(campaign).mode == "best_line":
        return [deed for deed in found.deeds.values() if deed.campaign.group == campaign.group]
    return [found.winners[campaign.group]] if campaign.group in found.winners else []


def gain_if(found: Findings, judged: Judged, missing: Missing, instead_of: Sequence[Deed]) -> int:
    """What the campaign would give if just this were not missing, beyond what now is given in its place."""
    mode = found.programme.group_of(judged.campaign).mode
    if mode == "first" and any(_turn(deed.campaign) < _turn(judged.campaign) for deed in instead_of):
        return 0
    deed = _deed_if(found, judged, missing, instead_of)
    if deed is None:
        return 0
    if mode == "best_line":
        had = off_by_place(instead_of)
        return sum(max(0, off - had.get(place, 0)) for place, off in deed.by_place.items())
    return worth_minor(found.programme, [deed]) - worth_minor(found.programme, instead_of)


def _deed_if(found: Findings, judged: Judged, missing: Missing, instead_of: Sequence[Deed]) -> Deed | None:
    """What the campaign would do if just this were not missing and nothing were given in its place."""
    scene = _with_more(at_its_turn(found, judged.campaign, instead_of), missing)
    then = judge(judged.campaign, scene) if missing.more_milli or missing.more_minor else judged
    if then is None or (then is not judged and not then.ready):
        return None
    unmet = unmet_running(then.campaign.conditions, then.scene_for_conditions(scene))
    if len(unmet) > 1 or any(stop.said.code != missing.said.code for stop in unmet):
        return None
    course = course_without(found, judged.campaign, instead_of, scene)
    return deed_on(found, then, scene, course) if course.refusal(judged.campaign, scene) is None else None


def deed_on(found: Findings, judged: Judged, scene: Scene, course: Course) -> Deed:
    """What a campaign does to a basket that may be another than the one quoted."""
    if isinstance(judged.campaign.reward, PointsMechanic):
        return points_deed(judged, earning_scene(found.programme, scene, found.spent.minor), course)
    return deed_of(judged, judged.scene(scene), course)


def course_without(found: Findings, campaign: Campaign, instead_of: Sequence[Deed], scene: Scene) -> Course:
    """What has been taken on the receipt by all but the campaign itself and those it would stand in for."""
    out = {campaign.id, *(deed.campaign.id for deed in instead_of)}
    course = Course(found.programme, scene, found.standing)
    for deed in found.deeds.values():
        if deed.campaign.id not in out:
            course.note(deed)
    if isinstance(campaign.reward, PointsMechanic):
        course.take(found.spent.redemption.wallets)
    return course


def _turn(campaign: Campaign) -> tuple[bool, int, str]:
    """The order campaigns are applied in: those in points after all others."""
    return isinstance(campaign.reward, PointsMechanic), campaign.priority, campaign.id


def off_by_place(deeds: Iterable[Deed]) -> dict[int, int]:
    """What campaigns took off each line together."""
    found: dict[int, int] = {}
    for deed in deeds:
        for place, off in deed.by_place.items() if deed.in_price else ():
            found[place] = found.get(place, 0) + off
    return found


def at_its_turn(found: Findings, campaign: Campaign, instead_of: Sequence[Deed]) -> Scene:
    """The basket at the prices a campaign finds at its turn, as if these had taken nothing off."""
    turn, out = _turn(campaign), {deed.campaign.id for deed in instead_of}
    later = [deed for deed in found.deeds.values() if deed.campaign.id in out or _turn(deed.campaign) >= turn]
    return _without(found.scene, later)


def _without(scene: Scene, deeds: Sequence[Deed]) -> Scene:
    """The scene as if these campaigns had taken nothing off."""
    off = off_by_place(deeds)
    running = enumerate(scene.running_minor)
    return replace(scene, running_minor=tuple(minor + off.get(place, 0) for place, minor in running)) if off else scene


def _with_more(scene: Scene, missing: Missing) -> Scene:
    """The scene with more of some lines, at the price each has now; or at a higher price, for more goods like them."""
    if not (missing.more_milli or missing.more_minor):
        return scene
    lines = list(scene.lines)
    running, floor, original = list(scene.running_minor), list(scene.floor_minor), list(scene.original_minor)
    for place, more in missing.more_minor.items():
        running[place] += more
        original[place] += more
    for place, more in missing.more_milli.items():
        had = lines[place].qty_milli
        lines[place] = replace(lines[place], qty_milli=had + more)
        running[place] = running[place] * (had + more) // had
        floor[place] = -(-floor[place] * (had + more) // had)
        original[place] = original[place] * (had + more) // had
    return replace(
        scene,
        lines=tuple(lines),
        running_minor=tuple(running),
        floor_minor=tuple(floor),
        original_minor=tuple(original),
    )
