"""The reasons of a quote: what became of each campaign, the best hints, and the notes beside each line."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from loyalty.earning import Earned, earning_scene
from loyalty.pricing import Deed, Judged, Priced, judge_running
from loyalty.programme import Campaign, Programme
from loyalty.quoted import Explanation
from loyalty.receipt import Applied
from loyalty.rewards import Amount, Percent
from loyalty.scene import Blocked, Holds, Missing, Scene, points_worth
from loyalty.sentences import Sentence, sentence

MAX_HINTS = 3
Outcome = Literal["applied", "blocked", "missing"]
SENTENCES = {
    "campaign.better": ("Выгоднее «{name_ru}»", "“{name_en}” saves more"),
    "campaign.no_room": ("Цена уже минимальная", "The price is at its minimum"),
    "campaign.too_small": ("Меньше одного балла", "Less than one point"),
    "campaign.too_little": ("Скидка меньше копейки", "The discount is under one kopeck"),
    "line.discount": ("{name_ru}: −{discount_minor}", "{name_en}: −{discount_minor}"),
    "line.points": ("{name_ru}: +{points:балл|балла|баллов}", "{name_en}: +{points:point|points}"),
    "line.redeemed": ("Баллами: −{redeemed_minor}", "Paid with points: −{redeemed_minor}"),
    "line.no_redeem": ("Баллами не оплачивается", "Points cannot pay for this"),
    "line.minimum": ("Минимальная цена", "Minimum price"),
}


class Findings(msgspec.Struct, frozen=True):
    """Everything a quote has found out, as the reasons are told from it."""

    programme: Programme
    judged: tuple[Judged, ...]
    scene: Scene
    """The basket after all discounts."""
    redeemed_minor: tuple[int, ...]
    deeds: dict[str, Deed]
    """What each campaign did, by its id, in the order they were applied."""
    stopped: dict[str, Missing | Blocked]
    winners: dict[str, Deed]
    """What won in each group."""


def findings(
    programme: Programme,
    judged: Sequence[Judged],
    scene: Scene,
    priced: Priced,
    earned: Earned,
    redeemed_minor: tuple[int, ...],
) -> Findings:
    """Put together what pricing and earning say; `scene` is the basket after all discounts."""
    deeds = (*priced.deeds, *earned.deeds)
    return Findings(
        programme,
        tuple(judged),
        scene,
        redeemed_minor,
        {deed.campaign.id: deed for deed in deeds},
        {**priced.stopped, **earned.stopped},
        {deed.campaign.group: deed for deed in deeds if deed.campaign.group and deed.total},
    )


def explain(found: Findings) -> list[Explanation]:
    """What became of each campaign that has to do with the basket, in the order they are applied."""
    return [_explained(found, judged) for judged in found.judged]


def best_hints(explanations: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """The missed ones worth most to the member, at most three."""
    missed = [each for each in explanations if each.outcome == "missing" and each.gain_minor > 0]
    return tuple(sorted(missed, key=lambda each: (-each.gain_minor, each.campaign_id))[:MAX_HINTS])


def applied_to(found: Findings, place: int) -> tuple[Applied, ...]:
    """What each campaign did on one line."""
    done = []
    for deed in found.deeds.values():
        value = deed.by_place.get(place, 0)
        if value:
            in_price = isinstance(deed.campaign.reward, Percent | Amount)
            discount, points = (value, 0) if in_price else (0, value)
            name = deed.campaign.name
            done.append(Applied(deed.campaign.id, name.ru, name.en, discount, points))
    return tuple(done)


def notes_on(found: Findings, place: int, asked_points: int) -> tuple[Sentence, ...]:
    """The reasons to show beside one line: what applied, or why nothing could."""
    product, scene = found.scene.lines[place].product, found.scene
    notes = [_line_note(done) for done in applied_to(found, place)]
    if product.no_discount and found.programme.campaigns:
        notes.append(sentence("goods.no_discount"))
    if scene.floor_minor[place] and scene.room_minor(place) == found.redeemed_minor[place]:
        notes.append(sentence("line.minimum"))
    if found.redeemed_minor[place]:
        notes.append(sentence("line.redeemed", redeemed_minor=found.redeemed_minor[place]))
    elif product.no_redeem and asked_points:
        notes.append(sentence("line.no_redeem"))
    if product.no_earn and scene.member is not None and not scene.member.blocked:
        notes.append(sentence("goods.no_earn"))
    return tuple(notes)


def _line_note(done: Applied) -> Sentence:
    if done.points:
        return sentence("line.points", name_ru=done.name_ru, name_en=done.name_en, points=done.points)
    return sentence("line.discount", name_ru=done.name_ru, name_en=done.name_en, discount_minor=done.discount_minor)


def _explained(found: Findings, judged: Judged) -> Explanation:
    campaign = judged.campaign
    deed = found.deeds.get(campaign.id)
    if deed is not None and deed.total:
        return _applied(found, deed)
    stopped = found.stopped.get(campaign.id)
    missing = judged.missing or ((stopped,) if isinstance(stopped, Missing) else ())
    if missing and judged.blocked is None:
        return _missed(found, judged, missing)
    blocked = judged.blocked or stopped
    said = blocked.said if blocked is not None else _why_nothing(found, campaign, deed)
    return _explanation(campaign, "blocked", said)


def _applied(found: Findings, deed: Deed) -> Explanation:
    in_price = isinstance(deed.campaign.reward, Percent | Amount)
    said = deed.campaign.reward.given(*((deed.total, 0) if in_price else (0, deed.total)))
    places = [place for place, value in deed.by_place.items() if value]
    lines = tuple(found.scene.lines[place].line_id for place in places)
    return _explanation(deed.campaign, "applied", said, lines, _worth(found, deed))


def _missed(found: Findings, judged: Judged, missing: Sequence[Missing]) -> Explanation:
    said, gain_minor = missing[0].said, 0
    if len(missing) == 1 and missing[0].within_reach:
        gain_minor = _gain_if(found, judged, missing[0])
    if gain_minor > 0:
        said = Sentence(said.code + ".gain", {**said.args, "gain_minor": gain_minor})
    lines = tuple(found.scene.lines[place].line_id for place in judged.selected)
    return _explanation(judged.campaign, "missing", said, lines, max(0, gain_minor))


def _gain_if(found: Findings, judged: Judged, missing: Missing) -> int:
    """What the campaign would give if just this were not missing, beyond what its rival gives now."""
    rival = found.winners.get(judged.campaign.group)
    scene = _with_more(_without(found.scene, rival), missing.more_milli)
    stopped = judged.campaign.id in found.stopped
    if not stopped and not isinstance(judge_running(judged.campaign.conditions, scene), Holds):
        return 0
    scene = replace(scene, selected=judged.selected)
    reward = judged.campaign.reward
    if isinstance(reward, Percent | Amount):
        gain_minor = sum(reward.discounts(scene))
    else:
        paid = earning_scene(found.programme, scene, found.redeemed_minor)
        gain_minor = points_worth(scene.terms, sum(reward.points(paid)))
    return gain_minor - (_worth(found, rival) if rival else 0)


def _worth(found: Findings, deed: Deed) -> int:
    """What a campaign gave, in minor units; points at their value."""
    in_price = isinstance(deed.campaign.reward, Percent | Amount)
    return deed.total if in_price else points_worth(found.scene.terms, deed.total)


def _without(scene: Scene, rival: Deed | None) -> Scene:
    """The scene as if a rival had taken nothing off."""
    if rival is None or not isinstance(rival.campaign.reward, Percent | Amount):
        return scene
    running = enumerate(scene.running_minor)
    return replace(scene, running_minor=tuple(minor + rival.by_place.get(place, 0) for place, minor in running))


def _with_more(scene: Scene, more_milli: Mapping[int, int]) -> Scene:
    """The scene with more of some lines, at the price each has now."""
    running, floor, lines = list(scene.running_minor), list(scene.floor_minor), list(scene.lines)
    for place, more in more_milli.items():
        had = lines[place].qty_milli
        lines[place] = replace(lines[place], qty_milli=had + more)
        running[place] = running[place] * (had + more) // had
        floor[place] = -(-floor[place] * (had + more) // had)
    return replace(scene, lines=tuple(lines), running_minor=tuple(running), floor_minor=tuple(floor))


def _why_nothing(found: Findings, campaign: Campaign, deed: Deed | None) -> Sentence:
    winner = found.winners.get(campaign.group)
    if deed is None and winner is not None:
        return sentence("campaign.better", name_ru=winner.campaign.name.ru, name_en=winner.campaign.name.en)
    if not isinstance(campaign.reward, Percent | Amount):
        return sentence("campaign.too_small")
    full = deed is not None and all(found.scene.room_minor(place) == 0 for place in deed.by_place)
    return sentence("campaign.no_room" if full else "campaign.too_little")


def _explanation(
    campaign: Campaign, outcome: Outcome, said: Sentence, lines: tuple[int, ...] = (), gain_minor: int = 0
) -> Explanation:
    return Explanation(campaign.id, campaign.name.ru, campaign.name.en, outcome, said, lines, gain_minor)
