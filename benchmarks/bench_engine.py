"""The engine: what campaigns that cannot match cost, how a quote grows with its basket, and where its time goes.

The basket has 20 lines and a member, the programme 50 campaigns that have to do with it: percentages and sums off
goods by category, tag, brand and code, some with a quantity, a receipt total or hours, five in a group of the best,
and points. Ours is the same with 9,950 more, about other goods, other stores and other audiences, as a chain's own
programme has them; the peer is the 50 alone. A programme's index is made once, when it is taken into use, and so it is
here. The shares of a quote are its parts against the whole, taken by turns like everything else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from benchmarks.measure import Finding, Goal, Take, compare
from benchmarks.scratch import Scratch
from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product
from loyalty.conditions import Condition, Hours, Products, Quantity, ReceiptTotal, Who
from loyalty.member import Member
from loyalty.programme import Campaign, Label, Programme, Status
from loyalty.quote import quote, scene_of, told
from loyalty.quoted import Standing
from loyalty.quoting.choosing import best_of
from loyalty.quoting.judging import judge_all
from loyalty.rewards import Amount, Percent, PointsMultiplier, PointsPercent, Reward

PAIRS = 9
TURNS = 5
APPLICABLE, ALL = 50, 10_000
LINES = 20
NOW = Moment(1_795_338_000_000, "2026-11-22", 13 * 60, 6)
MEMBER = Member("01" * 16, "02" * 16, "Мария И.", "fan", 1000, audiences=("a0",))


def run(scratch: Scratch) -> Iterator[Finding]:
    pairs, turns = scratch.times(PAIRS), scratch.times(TURNS)
    basket = basket_of(LINES)
    alone, crowded = programme_of(APPLICABLE), programme_of(scratch.times(ALL))
    assert quote(basket, alone, NOW).total_minor == quote(basket, crowded, NOW).total_minor

    def timed(of: Basket, rules: Programme) -> Take:
        return repeated(lambda: quote(of, rules, NOW))

    name = f"quote: {APPLICABLE} campaigns of {len(crowded.campaigns):,}, against them alone"
    yield compare(name, "µs", pairs, timed(basket, crowded), timed(basket, alone), Goal(1.5), turns=turns)
    few = timed(basket, alone)
    for lines in (1, 200):
        yield compare(f"quote of {lines} lines, against {LINES}", "µs", pairs, timed(basket_of(lines), alone), few)
    for part, work in _parts(basket, alone):
        yield compare(f"of a quote: {part}", "µs", pairs, repeated(work), few, turns=turns)


def basket_of(lines: int) -> Basket:
    """Goods of ten categories, so that each campaign finds some."""
    return Basket(tuple(_line(number) for number in range(1, lines + 1)), MEMBER, store="s1")


def programme_of(campaigns: int) -> Programme:
    """The applicable campaigns first; the index has been made."""
    label = Label("Клуб", "Club")
    own = [_applicable(number) for number in range(min(campaigns, APPLICABLE))]
    others = [_other(number) for number in range(len(own), campaigns)]
    made = Programme("bench", 1, label, statuses=(Status("fan", label, 500),), campaigns=(*own, *others))
    assert made.index is not None
    return made


def _parts(basket: Basket, rules: Programme) -> Iterator[tuple[str, Callable[[], object]]]:
    scene = scene_of(basket, rules, NOW)
    judged = judge_all(tuple(rules.index.candidates(scene)), scene)

    def match() -> object:
        return judge_all(tuple(rules.index.candidates(scene)), scene)

    yield "match", match
    outcome = best_of(judged, basket, rules, scene, Standing())
    yield "apply", lambda: best_of(judged, basket, rules, scene, Standing())
    yield "explain", lambda: told(outcome, judged, basket, rules, scene, Standing())


def _line(number: int) -> BasketLine:
    kind = number % 10
    code, price = f"46{number:011d}", 5_000 + 137 * number
    product = Product(code, "", (Price(price),), category=f"c{kind}", brand=f"b{kind}", tags=(f"t{kind}",))
    return BasketLine(number, product, 1000 * (1 + number % 3), price)


def _applicable(number: int) -> Campaign:
    kind = number % 10
    goods: tuple[Products, ...] = (
        Products(categories=(f"c{kind}",)),
        Products(tags=(f"t{kind}",)),
        Products(brands=(f"b{kind}",)),
        Products(codes=tuple(f"46{each:011d}" for each in range(1, 200) if each % 10 == kind)),
    )
    more: tuple[Condition, ...] = (Quantity(min_pieces=1), ReceiptTotal(10_000), Hours(("12:00-14:00",)), Who())
    rewards: tuple[Reward, ...] = (
        Percent(100 + 10 * kind), Amount(100, "unit"), PointsPercent(100), Percent(50), PointsMultiplier(11_000),
    )  # fmt: skip
    group = "best" if number < 5 else ""
    conditions = (goods[number % 4], more[number // 4 % 4])
    return _campaign(number, rewards[number % 5], conditions, group)


def _other(number: int) -> Campaign:
    """About goods, stores and people that are not here."""
    elsewhere: tuple[Condition, ...] = (
        Products(categories=(f"x{number}",)),
        Products(codes=(f"47{number:011d}",)),
        Who(audiences=(f"y{number % 500}",)),
        Products(brands=(f"z{number % 900}",)),
    )
    return _campaign(number, Percent(1000), (elsewhere[number % 4],), "")


def _campaign(number: int, reward: Reward, conditions: tuple[Condition, ...], group: str) -> Campaign:
    label = Label(f"Акция {number}", f"Campaign {number}")
    return replace(Campaign(f"c{number:05d}", label, reward, conditions), group=group, priority=number % 100)


def repeated(work: Callable[[], object]) -> Take:
    return lambda: [_us(work) for _ in range(10)]


def _us(work: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1000
