"""Goods, members and programmes to try the rules of loyalty on."""

import string
from collections.abc import Iterator
from pathlib import Path

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product
from loyalty.conditions import Condition
from loyalty.explain import TEMPLATES
from loyalty.member import Member
from loyalty.programme import Campaign, Label, Programme, Redeem, Status
from loyalty.quoted import Quote
from loyalty.receipt import Payment, Receipt
from loyalty.rewards import Reward
from loyalty.sale import receipt_from
from loyalty.scene import Scene, Terms
from loyalty.sentences import Sentence
from loyalty.statuses.season import Season

CLUB = Path(__file__).parents[2] / "loyalty" / "programmes" / "club.toml"
SUNDAY = Moment(1_795_338_000_000, "2026-11-22", 13 * 60, 6)
SEASONS = (
    Season("2025/26", "2025-06-01", "2026-05-31"),
    Season("2026/27", "2026-06-01", "2027-05-31"),
    Season("2027/28", "2027-06-01", "2028-05-31"),
)
STATUSES = (
    Status("novice", Label("Новичок", "Novice"), 300),
    Status("fan", Label("Фанат", "Fan"), 1000, 500_000, 2),
    Status("legend", Label("Легенда", "Legend"), 3000, 1_000_000, 5),
)


def product(code="4600000000015", price_minor=10_000, name="Шарф", **more) -> Product:
    return Product(code, name, (Price(price_minor),), **more)


def line(line_id=1, price_minor=10_000, qty_milli=1000, **more) -> BasketLine:
    more.setdefault("code", f"46{line_id:011d}")
    return BasketLine(line_id, product(price_minor=price_minor, **more), qty_milli, price_minor)


def member(status="novice", balance_points=1000, **more) -> Member:
    return Member("01" * 16, "02" * 16, "Мария И.", status, balance_points, **more)


def basket(*lines: BasketLine, member=None, **more) -> Basket:
    return Basket(lines, member, **more)


def campaign(reward: Reward, *conditions: Condition, id="one", group="", priority=100) -> Campaign:
    return Campaign(id, Label(f"Акция {id}", f"Campaign {id}"), reward, conditions, group, priority)


def programme(*campaigns: Campaign, **more) -> Programme:
    more.setdefault("statuses", STATUSES)
    more.setdefault("seasons", SEASONS)
    more.setdefault("redeem", Redeem(offline_max_points=300))
    return Programme("test", 1, Label("Клуб", "Club"), campaigns=campaigns, **more)


def moment(local_date="2026-11-22", minute=13 * 60, weekday=6) -> Moment:
    return Moment(1_795_338_000_000, local_date, minute, weekday)


def scene(
    *lines: BasketLine, member=None, at: Moment = SUNDAY, running=None, base_points=(), earn_per="receipt"
) -> Scene:
    """A scene as `quote` makes it, but with the lines as they are given."""
    prices = tuple(each.price_minor * each.qty_milli // 1000 for each in lines)
    return Scene(
        lines=lines,
        running_minor=tuple(running or prices),
        floor_minor=tuple(each.product.min_price_minor * each.qty_milli // 1000 for each in lines),
        selected=tuple(range(len(lines))),
        member=member,
        moment=at,
        terms=Terms("half_up", "floor", earn_per, 100, 1, {"fan": ("Фанат", "Fan")}),
        base_points=base_points,
        basket=Basket(lines, member),
        original_minor=prices,
    )


def receipt(quote: Quote, of: Basket, **more) -> Receipt:
    """The receipt of a quote, paid by card to the kopeck."""
    paid = (Payment("card", quote.total_minor),) if quote.total_minor else ()
    given = {"receipt_id": "aa" * 16, "number": "T1-1", "store": "s1", "terminal": "t1", "cashier": "Анна"}
    return receipt_from(quote, of, SUNDAY, **{**given, "shift_id": "bb" * 16, "payments": paid, **more})


def sentences_of(quote: Quote) -> Iterator[Sentence]:
    """Every sentence a quote holds."""
    for each in quote.lines:
        yield from each.notes
    for explanation in (*quote.explanations, *quote.hints):
        yield explanation.said
    if quote.redemption.limit:
        yield quote.redemption.limit


def places_of(template: str) -> set[str]:
    """The names of the arguments a template uses."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def fits(said: Sentence) -> bool:
    """Whether a sentence has its templates, and every place in them its argument."""
    pair = TEMPLATES.get(said.code)
    return pair is not None and all(places_of(template) <= set(said.args) for template in pair)
