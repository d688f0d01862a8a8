"""Steps: spend more, save more. The highest step reached says what is taken off the goods the campaign is about."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec

from loyalty.documents.section import Section
from loyalty.money import MAX_MINOR, part_bp, share_capped
from loyalty.quoting.units import count, in_price_order, pieces_of
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.reach import MAX_PIECES
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

MAX_STEPS = 50

SENTENCES = {
    "steps.given": ("Чем больше, тем дешевле: −{discount_minor}", "The more, the cheaper: −{discount_minor}"),
    "steps.minor_rate": ("До скидки {rate_bp} не хватает {more_minor}", "{more_minor} short of {rate_bp} off"),
    "steps.minor_rate.gain": (
        "Ещё {more_minor} — скидка {rate_bp}: выгода около {gain_minor}",
        "{more_minor} more for {rate_bp} off: saves about {gain_minor}",
    ),
    "steps.minor_amount": ("До скидки {off_minor} не хватает {more_minor}", "{more_minor} short of {off_minor} off"),
    "steps.minor_amount.gain": (
        "Ещё {more_minor} — скидка {off_minor}: выгода около {gain_minor}",
        "{more_minor} more for {off_minor} off: saves about {gain_minor}",
    ),
    "steps.pieces_rate": ("До скидки {rate_bp} не хватает {more_milli} шт.", "{more_milli} pc. short of {rate_bp} off"),
    "steps.pieces_rate.gain": (
        "Ещё {more_milli} шт. — скидка {rate_bp}: выгода {gain_minor}",
        "{more_milli} pc. more for {rate_bp} off: saves {gain_minor}",
    ),
    "steps.pieces_amount": (
        "До скидки {off_minor} не хватает {more_milli} шт.",
        "{more_milli} pc. short of {off_minor} off",
    ),
    "steps.pieces_amount.gain": (
        "Ещё {more_milli} шт. — скидка {off_minor}: выгода {gain_minor}",
        "{more_milli} pc. more for {off_minor} off: saves {gain_minor}",
    ),
    "steps.none": ("нет ни одной ступени", "no step is given"),
    "steps.none.mend": (
        "например, steps = [{{ from_minor = 300_000, rate_bp = 500 }}]",
        "as in steps = [{{ from_minor = 300_000, rate_bp = 500 }}]",
    ),
    "steps.one": ("нужен ровно один из ключей {keys}", "exactly one of {keys} is needed"),
    "steps.one.mend": ("оставьте один", "keep one of them"),
    "steps.mixed": ("ступени по сумме и по штукам вместе", "steps by sum and by pieces together"),
    "steps.mixed.mend": ("дайте всем один и тот же ключ", "give all of them the same key"),
    "steps.order": ("не выше, чем на ступени перед ней", "no higher than on the step before"),
    "steps.order.mend": ("расставьте ступени от меньшей к большей", "list steps from the lowest to the highest"),
}
_FROM = ("from_minor", "from_pieces")
_GIVES = ("rate_bp", "amount_minor")


class Step(msgspec.Struct, frozen=True):
    """From a sum or from a number of pieces on, a percentage or a sum off; one of each pair is given."""

    from_minor: int = 0
    from_pieces: int = 0
    rate_bp: int = 0
    amount_minor: int = 0

    def more(self, scene: Scene) -> int:
        """How much money, or how many pieces, are missing to it; 0 or less: it is reached."""
        return self.from_pieces - count(scene) if self.from_pieces else self.from_minor - sum(_parts(scene))


class Steps(PriceMechanic, frozen=True, tag="steps"):
    """Steps from the lowest to the highest, all by sum or all by pieces: of the chosen goods that may be discounted,
    at their running price."""

    steps: tuple[Step, ...]

    @classmethod
    def read(cls, section: Section) -> "Steps":
        parts = section.parts("steps", MAX_STEPS)
        steps = tuple(_step(part) for part in parts)
        if not parts:
            section.note("steps", sentence("steps.none"), sentence("steps.none.mend"))
        _check(parts, steps)
        return cls(steps)

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        parts = _parts(scene)
        rooms = [min(scene.room_minor(place), part) for place, part in zip(scene.selected, parts, strict=True)]
        reached = [step for step in self.steps if step.more(scene) <= 0]
        if not reached:
            return [0] * len(parts)
        if reached[-1].amount_minor:
            return share_capped(reached[-1].amount_minor, parts, rooms)
        off = (part_bp(part, reached[-1].rate_bp, scene.terms.rounding) for part in parts)
        return [min(minor, room) for minor, room in zip(off, rooms, strict=True)]

    def short(self, scene: Scene) -> Missing | None:
        """What is missing to the next step; from half of it on, it is within reach."""
        step = next((step for step in self.steps if step.more(scene) > 0), None)
        if step is None:
            return None
        more = step.more(scene)
        said, near = _short(step, more), 2 * more <= (step.from_pieces or step.from_minor)
        if not step.from_pieces:
            return Missing(said, more_minor={scene.selected[0]: more}, within_reach=near)
        cheapest = in_price_order(scene, pieces_of(scene), dearest=False)[:1]
        return Missing(said, dict.fromkeys(cheapest, more * 1000), within_reach=near)

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("steps.given", discount_minor=discount_minor)


def _parts(scene: Scene) -> list[int]:
    return [scene.part_minor(place) for place in scene.selected]


def _short(step: Step, more: int) -> Sentence:
    """So much money, or so many pieces, are missing to a step."""
    if step.from_pieces and step.rate_bp:
        return sentence("steps.pieces_rate", more_milli=more * 1000, rate_bp=step.rate_bp)
    if step.from_pieces:
        return sentence("steps.pieces_amount", more_milli=more * 1000, off_minor=step.amount_minor)
    if step.rate_bp:
        return sentence("steps.minor_rate", more_minor=more, rate_bp=step.rate_bp)
    return sentence("steps.minor_amount", more_minor=more, off_minor=step.amount_minor)


def _step(part: Section) -> Step:
    for keys in (_FROM, _GIVES):
        if sum(map(part.has, keys)) != 1:
            part.note("", sentence("steps.one", keys=", ".join(keys)), sentence("steps.one.mend"))
    step = Step(
        part.whole("from_minor", 1, MAX_MINOR, 0),
        part.whole("from_pieces", 1, MAX_PIECES, 0),
        part.whole("rate_bp", 1, 10_000, 0),
        part.whole("amount_minor", 1, MAX_MINOR, 0),
    )
    part.finish()
    return step


def _check(parts: Iterable[Section], steps: Iterable[Step]) -> None:
    """Every threshold above that before it, and what is given too where both are of one kind."""
    for (_, lower), (part, step) in pairwise(zip(parts, steps, strict=True)):
        for key in (*_FROM, *_GIVES):
            below, here = getattr(lower, key), getattr(step, key)
            if below and here and here <= below:
                part.note(key, sentence("steps.order"), sentence("steps.order.mend"))
        if (lower.from_minor and step.from_pieces) or (lower.from_pieces and step.from_minor):
            part.note("", sentence("steps.mixed"), sentence("steps.mixed.mend"))
