"""The quote: what a basket costs under a programme, what it earns, and the reason for every change.

The order: lines at their base price; campaigns by priority, then id, each on the running price, the best of each
group; points spent; points earned. Lines are worked on in a canonical order, so that the order of scanning changes
no total, and given back in the basket's.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI, Basket, BasketLine, Moment
from loyalty.errors import BadInput
from loyalty.granted import Granted
from loyalty.ledger import MAIN_WALLET
from loyalty.member import Member
from loyalty.money import MAX_MINOR, line_amount
from loyalty.programme import Programme
from loyalty.quoted import Explanation, Quote, QuoteLine, Redemption, Standing
from loyalty.quoting.choosing import MAX_CHOICES, Outcome, best_of
from loyalty.quoting.findings import Findings, findings
from loyalty.quoting.hints import Again, best_hints, with_hints, without_hints
from loyalty.quoting.judging import Judged, judge_all
from loyalty.quoting.presented import presented, used
from loyalty.quoting.reasons import applied_to, explain, notes_on
from loyalty.quoting.sharing import costs_at, costs_of, granted_for, wallets_at
from loyalty.scene import Blocked, Scene
from loyalty.sentences import Sentence, sentence
from loyalty.stops import Stops

__all__ = ["MAX_CHOICES", "SENTENCES", "Explanation", "Quote", "QuoteLine", "Redemption", "Standing", "quote"]

ONLINE = Standing()

SENTENCES = {
    "basket.lines": ("В чеке не больше {limit} позиций", "A receipt holds at most {limit} lines"),
    "basket.line_id": ("Позиция {line_id} указана дважды", "Line {line_id} is there twice"),
    "basket.quantity": (
        "Количество {qty_milli} не годится: от 0,001 до {limit_milli}",
        "Quantity {qty_milli} will not do: 0.001 to {limit_milli}",
    ),
    "basket.price": ("Цена {price_minor} не годится", "Price {price_minor} will not do"),
    "basket.total": ("Сумма чека больше допустимой", "The receipt comes to more than is allowed"),
    "basket.redeem": ("Баллов к списанию не может быть {redeem_points}", "Points to spend cannot be {redeem_points}"),
    "member.blocked": (
        "Карта заблокирована: баллы не начисляются и не списываются",
        "The card is blocked: no points are earned or spent",
    ),
    "gift_card.line": ("на карту {card}", "onto card {card}"),
    "gift_card.line_none": ("отсканируйте карту", "scan the card"),
    "member.card_points": ("С картой: +{points:балл|балла|баллов}", "With a card: +{points:point|points}"),
    "member.card_price": ("С картой: дешевле на {off_minor}", "With a card: {off_minor} less"),
    "member.card_gain": ("С картой: выгода {gain_minor}", "With a card: saves {gain_minor}"),
    "member.card_both": (
        "С картой: дешевле на {off_minor} и +{points:балл|балла|баллов}",
        "With a card: {off_minor} less and +{points:point|points}",
    ),
}


def quote(
    basket: Basket, programme: Programme, moment: Moment, standing: Standing = ONLINE, *, hints: bool = True
) -> Quote:
    """Price a basket. Pure: equal arguments give an equal quote in every process. Raises BadInput.

    `hints`: what is missing is tried, to say what it would bring; without, the figures are the same and sooner there.
    """
    _check(basket)
    scene = scene_of(basket, programme, moment)
    judged = _judged(programme, scene, standing)
    outcome = best_of(judged, basket, programme, scene, standing)
    return told(outcome, judged, basket, programme, scene, standing, hints=hints)


def told(
    outcome: Outcome,
    judged: Sequence[Judged],
    basket: Basket,
    programme: Programme,
    scene: Scene,
    standing: Standing,
    *,
    hints: bool = True,
) -> Quote:
    """The figures of an outcome, with the reason for each."""
    after = replace(scene, running_minor=outcome.priced.running_minor)
    found = findings(programme, judged, after, outcome, standing)

    def again(other: Basket, moment: Moment) -> Outcome:
        return _outcome(other, programme, moment, standing)

    reasons = explain(found)
    said = with_hints(reasons, basket, programme, after, outcome, again) if hints else without_hints(reasons)
    explanations = [_in_order(each, basket) for each in said]
    if basket.member is None:
        explanations += _with_card(basket, outcome, programme, again, scene.moment) if hints else []
    elif basket.member.blocked:
        explanations.append(_about_programme(programme, "blocked", sentence("member.blocked"), 0))
    coupons = presented(basket, programme, scene.moment)
    explanations += [_about_programme(programme, "blocked", why, 0) for why in coupons.refused]
    lines = _quote_lines(basket, scene, outcome, found)
    return Quote(
        programme_id=programme.id,
        programme_version=programme.version,
        lines=lines,
        base_minor=sum(line.base_minor for line in lines),
        discount_minor=sum(line.discount_minor for line in lines),
        redeemed_minor=sum(line.redeemed_minor for line in lines),
        redeemed_points=sum(line.redeemed_points for line in lines),
        total_minor=sum(line.total_minor for line in lines),
        earned_points=sum(line.earned_points for line in lines),
        redemption=outcome.spent.redemption,
        explanations=tuple(explanations),
        hints=best_hints(explanations),
        wallets=outcome.earned.wallets,
        costs=costs_of(outcome.deeds),
        granted=sum((granted_for(deed) for deed in outcome.deeds), Granted()),
        coupons=tuple(coupon.id for coupon in used(coupons.coupons, outcome.deeds)),
        stopped=_named(programme, standing.stops) if standing.stops.campaigns else (),
        redemption_stopped=standing.stops.redemption is not None,
    )


def _check(basket: Basket) -> None:
    """Refuse what no arithmetic should be done on. Raises BadInput."""
    if len(basket.lines) > MAX_LINES:
        raise BadInput(sentence("basket.lines", limit=MAX_LINES))
    if basket.redeem_points < 0:
        raise BadInput(sentence("basket.redeem", redeem_points=basket.redeem_points))
    seen: set[int] = set()
    for line in basket.lines:
        if line.line_id in seen:
            raise BadInput(sentence("basket.line_id", line_id=line.line_id))
        seen.add(line.line_id)
        if not 1 <= line.qty_milli <= MAX_QTY_MILLI:
            raise BadInput(sentence("basket.quantity", qty_milli=line.qty_milli, limit_milli=MAX_QTY_MILLI))
        if not 0 <= line.price_minor <= MAX_MINOR:
            raise BadInput(sentence("basket.price", price_minor=line.price_minor))
    if sum(line_amount(line.price_minor, line.qty_milli) for line in basket.lines) > MAX_MINOR:
        raise BadInput(sentence("basket.total"))


def scene_of(basket: Basket, programme: Programme, moment: Moment) -> Scene:
    """The basket before anything is taken off, its lines in canonical order; gift cards are not of the programme."""
    lines = tuple(sorted((line for line in basket.lines if not line.product.gift_card), key=_canonical))
    prices = tuple(line_amount(line.price_minor, line.qty_milli, programme.rounding) for line in lines)
    return Scene(
        lines=lines,
        running_minor=prices,
        floor_minor=tuple(line_amount(line.product.min_price_minor, line.qty_milli, "ceil") for line in lines),
        selected=tuple(range(len(lines))),
        member=basket.member,
        moment=moment,
        terms=programme.terms,
        basket=basket,
        original_minor=prices,
        coupons=presented(basket, programme, moment).series,
    )


def _canonical(line: BasketLine) -> tuple[str, int, int, int]:
    return line.product.code, line.price_minor, line.qty_milli, line.line_id


def _quote_lines(basket: Basket, scene: Scene, outcome: Outcome, found: Findings) -> tuple[QuoteLine, ...]:
    places = {line.line_id: place for place, line in enumerate(scene.lines)}
    return tuple(
        _plain_line(line)
        if line.product.gift_card
        else _quote_line(places[line.line_id], basket, scene, outcome, found)
        for line in basket.lines
    )


def _plain_line(line: BasketLine) -> QuoteLine:
    amount_minor = line_amount(line.price_minor, line.qty_milli)
    said = sentence("gift_card.line", card=line.gift_card.masked) if line.gift_card else sentence("gift_card.line_none")
    return QuoteLine(line.line_id, amount_minor, 0, 0, 0, amount_minor, 0, notes=(said,))


def _quote_line(place: int, basket: Basket, scene: Scene, outcome: Outcome, found: Findings) -> QuoteLine:
    base, running = scene.running_minor[place], outcome.priced.running_minor[place]
    redeemed = outcome.spent.minor[place]
    applied = applied_to(found, place)
    earned = outcome.earned.base[place] + sum(done.points for done in applied if done.wallet == MAIN_WALLET)
    return QuoteLine(
        line_id=scene.lines[place].line_id,
        base_minor=base,
        discount_minor=base - running,
        redeemed_minor=redeemed,
        redeemed_points=outcome.spent.points[place],
        total_minor=running - redeemed,
        earned_points=earned,
        applied=applied,
        notes=notes_on(found, place, applied, basket.redeem_points),
        wallets=wallets_at(outcome.earned.deeds, place),
        costs=costs_at(outcome.deeds, place),
    )


def _in_order(explanation: Explanation, basket: Basket) -> Explanation:
    touched = set(explanation.lines)
    return replace(explanation, lines=tuple(line.line_id for line in basket.lines if line.line_id in touched))


def _outcome(basket: Basket, programme: Programme, moment: Moment, standing: Standing) -> Outcome:
    scene = scene_of(basket, programme, moment)
    return best_of(_judged(programme, scene, standing), basket, programme, scene, standing)


def _judged(programme: Programme, scene: Scene, standing: Standing) -> list[Judged]:
    """Every campaign that has to do with the basket; one the head office has stopped is out of the question."""
    judged = judge_all(tuple(programme.index.candidates(scene)), scene)
    return [_stopped(each, standing.stops) for each in judged] if standing.stops.campaigns else judged


def _named(programme: Programme, stops: Stops) -> tuple[str, ...]:
    return tuple(each.id for each in programme.campaigns if each.id in stops.campaigns)


def _stopped(judged: Judged, stops: Stops) -> Judged:
    said = stops.of_campaign(judged.campaign.id)
    return judged if said is None else replace(judged, blocked=Blocked(said))


def _with_card(basket: Basket, now: Outcome, programme: Programme, again: Again, moment: Moment) -> list[Explanation]:
    """What a card of the lowest status would bring for this basket, if anything."""
    if not basket.lines:
        return []
    lowest = programme.statuses[0].id if programme.statuses else ""
    newcomer = Member("", "", "", lowest, identified_by="card")
    then = again(replace(basket, member=newcomer, redeem_points=0), moment)
    gain = then.benefit_minor - now.benefit_minor
    if gain <= 0:
        return []
    off = sum(now.priced.running_minor) - sum(then.priced.running_minor)
    return [_about_programme(programme, "missing", _with_card_said(off, then.earned.total, gain), gain)]


def _with_card_said(off_minor: int, points: int, gain_minor: int) -> Sentence:
    """In the figures on the screen where they show it; a gift, or points of another wallet, at their worth."""
    if off_minor > 0 and points:
        return sentence("member.card_both", off_minor=off_minor, points=points)
    if off_minor > 0:
        return sentence("member.card_price", off_minor=off_minor)
    return (
        sentence("member.card_points", points=points) if points else sentence("member.card_gain", gain_minor=gain_minor)
    )


def _about_programme(
    programme: Programme, outcome: Literal["blocked", "missing"], said: Sentence, gain_minor: int
) -> Explanation:
    """A word about the card or a coupon: it names the programme and no campaign."""
    return Explanation("", programme.name.ru, programme.name.en, outcome, said, (), gain_minor)
