"""The reasons of a quote: what became of each campaign, what it might still bring, and the notes beside each line."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from loyalty.ledger import MAIN_WALLET
from loyalty.programme import Campaign
from loyalty.quoted import Explanation
from loyalty.quoting.earning import worth_minor
from loyalty.quoting.findings import Findings
from loyalty.quoting.judging import Judged
from loyalty.quoting.pricing import seen_by
from loyalty.quoting.turns import Deed, Stop
from loyalty.quoting.what_if import at_its_turn, course_without, deed_on, gain_if, in_its_place, off_by_place
from loyalty.receipt import Applied
from loyalty.rewards.mechanic import GrantMechanic, PointsMechanic
from loyalty.scene import Missing, Scene, in_units
from loyalty.sentences import Sentence, sentence

Fate = Literal["applied", "blocked", "missing"]
SENTENCES = {
    "campaign.better": ("Выгоднее «{name_ru}»", "“{name_en}” saves more"),
    "campaign.worse": ("Без неё выгоднее", "More is saved without it"),
    "campaign.outdone": ("На этих товарах другая скидка больше", "Another discount on these goods is larger"),
    "campaign.no_room": ("Цена уже минимальная", "The price is at its minimum"),
    "campaign.too_small": ("Меньше одного балла", "Less than one point"),
    "campaign.group_cap": (
        "Вместе с другими скидками больше уже нельзя",
        "Together with the other discounts no more is allowed",
    ),
    "campaign.too_little": ("Эти цены не снижает", "These prices become no lower by it"),
    "line.discount": ("{name_ru}: −{discount_minor}", "{name_en}: −{discount_minor}"),
    "line.points": ("{name_ru}: +{points:балл|балла|баллов}", "{name_en}: +{points:point|points}"),
    "line.units": ("{name_ru}: +{what_ru}", "{name_en}: +{what_en}"),
    "points.units": ("Начислено: +{what_ru}", "Earned: +{what_en}"),
    "line.redeemed": ("Баллами: −{redeemed_minor}", "Paid with points: −{redeemed_minor}"),
    "line.no_redeem": ("Баллами не оплачивается", "Points cannot pay for this"),
    "line.minimum": ("Минимальная цена", "Minimum price"),
}


class Told(msgspec.Struct, frozen=True):
    """What is said of a campaign: `plain` (None: nothing), or `hint` where trying it shows that it is worth something.

    The gain of `hint` is an estimate, good enough to say which are worth trying (`loyalty.quoting.hints`).
    """

    plain: Explanation | None
    hint: Explanation | None = None
    missing: Missing | None = None


def explain(found: Findings) -> list[Told]:
    """What became of each campaign that has to do with the basket, in the order they are applied."""
    order = {campaign_id: number for number, campaign_id in enumerate(_applied_ids(found), start=1)}
    told: list[Told] = []
    for judged in found.judged:
        place = order.get(judged.campaign.id, 0)
        told += _applied(found, judged, place) if place else [_explained(found, judged)]
    return told


def _applied_ids(found: Findings) -> list[str]:
    return [campaign_id for campaign_id, deed in found.deeds.items() if deed.done]


def applied_to(found: Findings, place: int) -> tuple[Applied, ...]:
    """What each campaign did on one line."""
    done = []
    for deed in found.deeds.values():
        value = deed.by_place.get(place, 0)
        if value:
            discount, points = (value, 0) if deed.in_price else (0, value)
            name = deed.campaign.name
            done.append(Applied(deed.campaign.id, name.ru, name.en, discount, points, deed.wallet or MAIN_WALLET))
    return tuple(done)


def notes_on(found: Findings, place: int, applied: Iterable[Applied], asked_points: int) -> tuple[Sentence, ...]:
    """The reasons to show beside one line: what applied, or why nothing could."""
    product, scene = found.scene.lines[place].product, found.scene
    redeemed_minor = found.spent.minor[place]
    notes = [_line_note(done, scene) for done in applied]
    if product.no_discount and found.programme.campaigns:
        notes.append(sentence("goods.no_discount"))
    if scene.floor_minor[place] and scene.room_minor(place) == redeemed_minor:
        notes.append(sentence("line.minimum"))
    if redeemed_minor:
        notes.append(sentence("line.redeemed", redeemed_minor=redeemed_minor))
    elif asked_points and (product.no_redeem or found.programme.redeem.excluded.touches(product)):
        notes.append(sentence("line.no_redeem"))
    if product.no_earn and scene.member is not None and not scene.member.blocked:
        notes.append(sentence("goods.no_earn"))
    return tuple(notes)


def _line_note(done: Applied, scene: Scene) -> Sentence:
    if done.points and done.wallet != MAIN_WALLET:
        what_ru, what_en = in_units(scene.terms, done.wallet, done.points)
        return sentence("line.units", name_ru=done.name_ru, name_en=done.name_en, what_ru=what_ru, what_en=what_en)
    if done.points:
        return sentence("line.points", name_ru=done.name_ru, name_en=done.name_en, points=done.points)
    return sentence("line.discount", name_ru=done.name_ru, name_en=done.name_en, discount_minor=done.discount_minor)


def _explained(found: Findings, judged: Judged) -> Told:
    campaign = judged.campaign
    deed, stop = found.deeds.get(campaign.id), found.stopped.get(campaign.id)
    if judged.ready and deed is None and stop is None:
        stop, deed = _in_vain(found, judged)
    missing = judged.missing or ((stop,) if isinstance(stop, Missing) else ())
    if not missing and deed is not None:
        short = campaign.reward.short(seen_by(campaign, judged.scene(at_its_turn(found, campaign, []))))
        missing = (short,) if short is not None else ()
    hint, would = None, missing[0] if missing and judged.blocked is None else None
    if would is not None and len(missing) == 1:
        hint = _hint(found, judged, would, in_its_place(found, campaign))
    if would is not None and (deed is None or not deed.done):
        plain = _explanation(campaign, "missing", would.said, _line_ids(found, judged.selected))
        return Told(plain, hint, would)
    blocked = judged.blocked or stop
    said = blocked.said if blocked is not None else _why_nothing(found, judged, deed)
    return Told(_explanation(campaign, "blocked", said), hint, would)


def _in_vain(found: Findings, judged: Judged) -> tuple[Stop | None, Deed | None]:
    """What stops a campaign that was not chosen of its group, or what it would have done in the winner's place."""
    instead_of = in_its_place(found, judged.campaign)
    scene = at_its_turn(found, judged.campaign, instead_of)
    course = course_without(found, judged.campaign, instead_of, scene)
    stop = course.stop(judged, judged.scene(scene))
    return (stop, None) if stop is not None else (None, deed_on(found, judged, scene, course))


def _applied(found: Findings, judged: Judged, order: int) -> list[Told]:
    """What a campaign has given; and where it would give more, the next step of a ladder, one more of three."""
    campaign = judged.campaign
    deed = found.deeds[campaign.id]
    told = Told(_given(found, deed, order))
    short = campaign.reward.short(seen_by(campaign, judged.scene(at_its_turn(found, campaign, []))))
    hint = None if short is None else _hint(found, judged, short, [deed])
    return [told, Told(None, hint, short)] if hint is not None else [told]


def _given(found: Findings, deed: Deed, order: int) -> Explanation:
    reward = deed.campaign.reward
    if isinstance(reward, GrantMechanic):
        said = reward.told(deed.granted)
    elif deed.wallet not in ("", MAIN_WALLET):
        what_ru, what_en = in_units(found.scene.terms, deed.wallet, deed.total)
        said = sentence("points.units", what_ru=what_ru, what_en=what_en)
    else:
        said = reward.given(*((deed.total, 0) if deed.in_price else (0, deed.total)))
    places = [place for place, value in deed.by_place.items() if value]
    told = _explanation(deed.campaign, "applied", said, _line_ids(found, places), worth_minor(found.programme, [deed]))
    return replace(told, order=order)


def _hint(found: Findings, judged: Judged, missing: Missing, instead_of: Sequence[Deed]) -> Explanation | None:
    """What the campaign would bring if just this were not missing, by an estimate; None: nothing worth a try."""
    gain_minor = gain_if(found, judged, missing, instead_of) if missing.within_reach else 0
    if gain_minor <= 0:
        return None
    said = Sentence(missing.said.code + ".gain", {**missing.said.args, "gain_minor": gain_minor})
    return _explanation(
        judged.campaign, "missing", said, _line_ids(found, missing.more_milli or judged.selected), gain_minor
    )


def _why_nothing(found: Findings, judged: Judged, deed: Deed | None) -> Sentence:
    """Why a campaign that nothing stopped has given nothing; `deed` is what it did, or would have done."""
    campaign = judged.campaign
    if deed is not None and deed.done:
        winner = found.winners.get(campaign.group)
        if winner is None:
            return sentence("campaign.worse")
        return sentence("campaign.better", name_ru=winner.campaign.name.ru, name_en=winner.campaign.name.en)
    if isinstance(campaign.reward, PointsMechanic):
        return sentence("campaign.too_small")
    if _outdone(found, judged):
        return sentence("campaign.outdone")
    if all(found.scene.room_minor(place) == 0 for place in judged.selected):
        return sentence("campaign.no_room")
    room = course_without(found, campaign, (), found.scene).room(campaign, found.scene)
    return sentence("campaign.group_cap" if room.minor == 0 else "campaign.too_little")


def _outdone(found: Findings, judged: Judged) -> bool:
    """Whether others of a group settled line by line have taken its lines."""
    campaign = judged.campaign
    if found.programme.group_of(campaign).mode != "best_line":
        return False
    off = off_by_place(in_its_place(found, campaign))
    return any(off.get(place) for place in judged.selected)


def _line_ids(found: Findings, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(found.scene.lines[place].line_id for place in places)


def _explanation(
    campaign: Campaign, outcome: Fate, said: Sentence, lines: tuple[int, ...] = (), gain_minor: int = 0
) -> Explanation:
    return Explanation(campaign.id, campaign.name.ru, campaign.name.en, outcome, said, lines, gain_minor)
