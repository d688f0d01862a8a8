"""What a condition judges and a reward works on, and the answers a condition can give."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from loyalty.basket import Basket, BasketLine, Moment, PaidBy
from loyalty.member import Member
from loyalty.money import Rounding, divide, share
from loyalty.sentences import Sentence, counted
from loyalty.statuses.season import Season

Fact = tuple[str, str]
"""A kind and a value that a basket has: ("category", "scarves"). See `loyalty.quoting.matching`."""


class Event(msgspec.Struct, frozen=True):
    """Something with a beginning: a match, a concert. `starts` is local, `2026-11-30T19:00`."""

    id: str
    name_ru: str
    name_en: str
    starts: str


class Terms(msgspec.Struct, frozen=True):
    """What a programme says that conditions and rewards need; names are id -> (Russian, English)."""

    rounding: Rounding
    earn_rounding: Rounding
    earn_per: Literal["line", "receipt"]
    point_value_minor: int
    point_scale: int
    status_names: dict[str, tuple[str, str]]
    unit_forms: dict[str, tuple[str, str]] = {}
    """wallet -> the forms of its unit: `звезда|звезды|звёзд`, `star|stars`."""
    events: dict[str, Event] = {}
    groups_of_store: dict[str, tuple[str, ...]] = {}
    """store -> the groups of stores it is in."""
    seasons: dict[str, Season] = {}


class Scene(msgspec.Struct, frozen=True):
    """The basket at one step of its pricing. A *place* is a line's index here: lines stand in canonical order.

    `selected` holds the places the campaign is about; a product set narrows it, a reward works on it.
    """

    lines: tuple[BasketLine, ...]
    running_minor: tuple[int, ...]
    """Each line's price after the campaigns before this one; for points, the amount that earns."""
    floor_minor: tuple[int, ...]
    """What each line may not go below: its legal minimum, or 0."""
    selected: tuple[int, ...]
    member: Member | None
    moment: Moment
    terms: Terms
    base_points: tuple[int, ...] = ()
    """Points each line earns by status; filled before rewards in points are worked out."""
    basket: Basket = Basket()
    """What the lines came from: store, channel, payment, coupons, what was asked for."""
    original_minor: tuple[int, ...] = ()
    """Each line's price before any campaign."""
    taking_part_milli: dict[int, int] | None = None
    """place -> quantity that takes part, where a combination says so; None: lines take part whole."""
    coupons: tuple[str, ...] = ()
    """The series of the coupons presented."""
    set_price_minor: int = 0
    """What a whole combination is to cost, where the reward is a price for it: those that cost less are left alone."""
    times: int = 1
    """How many times over the combination is there."""

    def room_minor(self, place: int) -> int:
        """How much lower a line may still go."""
        return max(0, self.running_minor[place] - self.floor_minor[place])

    def part_milli(self, place: int) -> int:
        """The quantity of a line that takes part."""
        parts = self.taking_part_milli
        return self.lines[place].qty_milli if parts is None else parts.get(place, 0)

    def part_minor(self, place: int, part_milli: int | None = None) -> int:
        """What a part of a line costs at its running price: the whole line by default takes part."""
        part = self.part_milli(place) if part_milli is None else part_milli
        return self.share_of(self.running_minor[place], place, part)

    def share_of(self, figure: int, place: int, part_milli: int) -> int:
        """What so much of a line has in a figure of the whole line."""
        qty_milli = self.lines[place].qty_milli
        return figure if part_milli == qty_milli else divide(figure * part_milli, qty_milli)


class Holds(msgspec.Struct, frozen=True):
    """The condition is met; one that selects goods also says which places, and how much of each takes part."""

    selected: tuple[int, ...] | None = None
    taking_part_milli: dict[int, int] | None = None
    times: int = 1


class Missing(msgspec.Struct, frozen=True):
    """Not met, but the buyer could still do it now: `said` is what is missing.

    The code `said.code + ".gain"` says the same with the worth to the member (`gain_minor`). The rest is how it can be
    done, so that it can be tried. Out of reach, it is explained but no hint.
    """

    said: Sentence
    more_milli: dict[int, int] = {}
    """place -> quantity in thousandths that the basket would have to gain."""
    more_minor: dict[int, int] = {}
    """place -> what more goods like it come to, whatever goods they are."""
    any_minor: int = 0
    """What more goods come to, whatever they are, or whatever goods like that at the place `like`; at any price."""
    like: int | None = None
    from_minute: int | None = None
    """The minute of the day it begins at."""
    paid: tuple[PaidBy, ...] = ()
    """Any of these ways to pay would do."""
    on_request: bool = False
    within_reach: bool = True


class Blocked(msgspec.Struct, frozen=True):
    """Not met, and nothing can be done about it with this basket: `said` is why."""

    said: Sentence


class Unrelated(msgspec.Struct, frozen=True):
    """The campaign has nothing to do with this basket; it is not worth a word."""


Verdict = Holds | Missing | Blocked | Unrelated
HOLDS = Holds()
UNRELATED = Unrelated()


def earning_minor(scene: Scene, of: Literal["earning", "original"]) -> list[int]:
    """The amounts of the selected lines, as far as they take part, that earn points: as the programme says, or before
    all discounts."""
    prices = scene.original_minor if of == "original" else scene.running_minor
    return [
        0 if scene.lines[place].product.no_earn else scene.share_of(prices[place], place, scene.part_milli(place))
        for place in scene.selected
    ]


def points_for(terms: Terms, amount_minor: int, rate_bp: int) -> int:
    """Points worth `rate_bp` of an amount, rounded as the programme earns."""
    worth = amount_minor * rate_bp * terms.point_scale
    return divide(worth, 10_000 * terms.point_value_minor, terms.earn_rounding)


def in_units(terms: Terms, wallet: str, points: int) -> tuple[str, str]:
    """Points of a wallet in its own word, Russian and English: `2 звезды`, `2 stars`."""
    ru, en = terms.unit_forms.get(wallet, ("балл|балла|баллов", "point|points"))
    return counted(points, ru), counted(points, en)


def points_worth(terms: Terms, points: int) -> int:
    """What points are worth in minor units, rounded down."""
    return points * terms.point_value_minor // terms.point_scale


def share_points(points: int, weights: Sequence[int]) -> list[int]:
    """Share points over lines by what they cost; over lines that cost nothing, evenly."""
    return share(points, weights if any(weights) else [1] * len(weights)) if weights else []
