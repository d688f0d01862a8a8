"""What a hint is worth: what it says is done to the basket, and the whole basket is worked out again.

So a hint counts everything that would come of it: campaigns that end meanwhile or give way, those that apply to more
goods too, points. Only the few that promise most are tried; of the others no figure is told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI, Basket, BasketLine, Moment
from loyalty.catalogue import Product
from loyalty.money import MAX_MINOR, line_amount
from loyalty.programme import Programme
from loyalty.quoted import Explanation
from loyalty.quoting.choosing import Outcome
from loyalty.quoting.earning import worth_minor
from loyalty.quoting.reasons import Told
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence

MAX_HINTS = 3
MAX_TRIED = 5
"""So many hints at most are tried; each costs as much as a quote."""
Again = Callable[[Basket, Moment], Outcome]
"""What another basket comes to, or this one at another time."""


def with_hints(
    told: Sequence[Told], basket: Basket, programme: Programme, scene: Scene, now: Outcome, again: Again
) -> list[Explanation]:
    """What is said in the end; `scene` is the basket after all discounts."""
    tried = {id(each) for each in _most_promising(told)}
    found = (_tried(each, basket, programme, scene, now, again) if id(each) in tried else None for each in told)
    said = (hint or each.plain for hint, each in zip(found, told, strict=True))
    return [each for each in said if each is not None]


def without_hints(told: Iterable[Told]) -> list[Explanation]:
    """What is said where nobody would act on a hint."""
    return [each.plain for each in told if each.plain is not None]


def best_hints(explanations: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """The missed ones worth most to the member, at most three."""
    missed = [each for each in explanations if each.outcome == "missing" and each.gain_minor > 0]
    return tuple(sorted(missed, key=lambda each: (-each.gain_minor, each.campaign_id))[:MAX_HINTS])


def _most_promising(told: Iterable[Told]) -> list[Told]:
    hinted = [(each.hint, each) for each in told if each.hint is not None]
    hinted.sort(key=lambda pair: (-pair[0].gain_minor, pair[0].campaign_id))
    return [each for _, each in hinted[:MAX_TRIED]]


def _tried(
    told: Told, basket: Basket, programme: Programme, scene: Scene, now: Outcome, again: Again
) -> Explanation | None:
    """The hint with what it is worth; None where the campaign would give no more, or the member gain nothing.

    Where there are several ways to do it, it is worth what the least of them brings. Of goods for a sum, which bring
    more or less by themselves, no more than the campaign's own part is told.
    """
    hint, missing = told.hint, told.missing
    if hint is None or missing is None:
        return None
    had, gains = _own_minor(programme, hint.campaign_id, now), []
    for other, moment in _done(missing, hint.campaign_id, basket, scene):
        then = again(other, moment)
        more = _own_minor(programme, hint.campaign_id, then) > had
        gains.append(then.benefit_minor - now.benefit_minor if more else 0)
    gain_minor = min(gains, default=0)
    if missing.more_minor:
        gain_minor = min(gain_minor, hint.gain_minor)
    if gain_minor <= 0:
        return None
    said = Sentence(hint.said.code, {**hint.said.args, "gain_minor": gain_minor})
    return replace(hint, said=said, gain_minor=gain_minor)


def _own_minor(programme: Programme, campaign_id: str, outcome: Outcome) -> int:
    """What a campaign itself gives."""
    return worth_minor(programme, [deed for deed in outcome.deeds if deed.campaign.id == campaign_id])


def _done(missing: Missing, campaign_id: str, basket: Basket, scene: Scene) -> Iterator[tuple[Basket, Moment]]:
    """The basket once it is done, in every way there is; nothing where it cannot be."""
    moment = scene.moment
    if missing.from_minute is not None:
        later_ms = 60_000 * (missing.from_minute - moment.local_minute)
        yield basket, replace(moment, at_ms=moment.at_ms + later_ms, local_minute=missing.from_minute)
    for kind in missing.paid:
        yield replace(basket, payment=kind), moment
    if missing.on_request:
        yield replace(basket, asked=(*basket.asked, campaign_id)), moment
    lines = list(_changed(missing, basket, scene))
    if lines and _possible(lines):
        yield replace(basket, lines=tuple(lines)), moment


def _changed(missing: Missing, basket: Basket, scene: Scene) -> Iterator[BasketLine]:
    """The lines with more of them, or with goods of a sum beside them; none where there is nothing to add."""
    more_milli = {scene.lines[place].line_id: more for place, more in missing.more_milli.items()}
    if more_milli:
        for line in basket.lines:
            yield replace(line, qty_milli=line.qty_milli + more_milli.get(line.line_id, 0))
    elif missing.any_minor:
        yield from basket.lines
        like = Product("", "", ()) if missing.like is None else scene.lines[missing.like].product
        yield _neutral(basket, replace(like, no_discount=True), missing.any_minor)
    elif missing.more_minor:
        yield from basket.lines
        for place, more_minor in missing.more_minor.items():
            yield _neutral(basket, scene.lines[place].product, _before_discounts(more_minor, place, scene))


def _before_discounts(minor: int, place: int, scene: Scene) -> int:
    """What goods like a line's cost on the shelf that come to a sum once their discounts are off."""
    first, running = scene.original_minor[place], scene.running_minor[place]
    return minor if first <= running or not running else minor * first // running + 2


def _neutral(basket: Basket, product: Product, price_minor: int) -> BasketLine:
    """Goods that come to a sum. Nobody knows what they will be, so nothing is counted that they bring themselves."""
    line_id = 1 + max(line.line_id for line in basket.lines)
    return BasketLine(line_id, replace(product, no_earn=True, min_price_minor=0), 1000, price_minor)


def _possible(lines: Sequence[BasketLine]) -> bool:
    """Whether a receipt can hold them."""
    if len(lines) > MAX_LINES or any(line.qty_milli > MAX_QTY_MILLI for line in lines):
        return False
    return sum(line_amount(line.price_minor, line.qty_milli) for line in lines) <= MAX_MINOR
