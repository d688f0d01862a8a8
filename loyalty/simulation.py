"""Past receipts under two programmes: what each would have come to, and what the change costs in all.

Every receipt stands by itself, with the member as the receipt says: status, balance, what was had of limited
campaigns. Only budgets are carried on, in the order the receipts come: one count for the whole chain. So a million
receipts need no more memory than one.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from loyalty.documents.basket_file import BasketDoc, basket_of, local_moment, standing_of
from loyalty.ledger import MAIN_WALLET
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Quote, Standing, given_by
from loyalty.quoting.earning import points_minor
from loyalty.quoting.limits import Room, narrower
from loyalty.shares import Amount, left_of


class ReceiptDoc(BasketDoc, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A past receipt: its basket as it was rung up, at its own time, and its id."""

    receipt: Annotated[str, Meta(min_length=1, max_length=64)]


class Figures(msgspec.Struct, frozen=True):
    """What one receipt comes to. `redeemed_minor` is what its redeemed points paid; wallets beside the main one."""

    total_minor: int
    discount_minor: int
    redeemed_points: int
    redeemed_minor: int
    earned_points: int
    wallets: dict[str, int]
    costs: dict[str, int]
    gifts: dict[str, int]
    """code -> quantity in thousandths, of goods given beside the basket."""
    coupons: dict[str, int]
    """series -> how many are issued."""
    benefit_minor: int
    """What the member gains: discounts, goods given, points at their value, less the points campaigns took."""
    liability_minor: int
    """How much more is owed in points: issued less spent and taken, at their value."""


class Effect(msgspec.Struct):
    """What one campaign did over many receipts; points are of its own wallet."""

    receipts: int = 0
    discount_minor: int = 0
    points: int = 0


class Replayed(msgspec.Struct, frozen=True):
    """One receipt under both programmes."""

    receipt: str
    old: Figures
    new: Figures

    @property
    def changed(self) -> bool:
        return self.old != self.new

    @property
    def gain_minor(self) -> int:
        """How much better the new programme is for the member."""
        return self.new.benefit_minor - self.old.benefit_minor


class Sums(msgspec.Struct):
    """Many receipts under one programme."""

    total_minor: int = 0
    discount_minor: int = 0
    redeemed_points: int = 0
    redeemed_minor: int = 0
    earned_points: int = 0
    benefit_minor: int = 0
    liability_minor: int = 0
    wallets: dict[str, int] = {}
    costs: dict[str, int] = {}
    gifts: dict[str, int] = {}
    coupons: dict[str, int] = {}
    campaigns: dict[str, Effect] = {}


class Given:
    """What receipts have given so far of the campaigns with a budget, in all and by store."""

    def __init__(self, programme: Programme) -> None:
        self._budgets = programme.budgets
        self._whole: dict[str, Amount] = {}
        self._by_store: dict[tuple[str, str], Amount] = {}

    def standing(self, standing: Standing, store: str) -> Standing:
        """What the next receipt finds left of every budget, or as little as it says itself."""
        if not self._budgets:
            return standing
        left = {name: narrower(room, self._room(name, store)) for name, room in standing.left.items()}
        return replace(standing, left=left)

    def add(self, done: Quote, store: str) -> None:
        for name, amount in given_by(done).items() if self._budgets else ():
            if name in self._budgets:
                self._whole[name] = self._whole.get(name, Amount()) + amount
                self._by_store[name, store] = self._by_store.get((name, store), Amount()) + amount

    def _room(self, name: str, store: str) -> Room:
        here = self._by_store.get((name, store), Amount())
        return left_of(self._budgets[name], self._whole.get(name, Amount()), here)


class Simulation:
    """Receipts replayed one by one, summed up as they come."""

    def __init__(self, old: Programme, new: Programme) -> None:
        self.old, self.new = Sums(), Sums()
        self.receipts = self.changed = self.better = self.worse = 0
        self._programmes = old, new
        self._given = Given(old), Given(new)

    @property
    def equal(self) -> int:
        """Receipts neither better nor worse for the member; they may have changed all the same."""
        return self.receipts - self.better - self.worse

    def replay(self, doc: ReceiptDoc) -> Replayed:
        """One receipt under both. Raises BadInput where no till could have priced it, and then counts nothing."""
        basket, moment = basket_of(doc), local_moment(doc.at)
        before, after = (
            quote(basket, programme, moment, given.standing(standing_of(doc, programme), basket.store), hints=False)
            for programme, given in zip(self._programmes, self._given, strict=True)
        )
        for answer, given in zip((before, after), self._given, strict=True):
            given.add(answer, basket.store)
        old, new = figures_of(before, self._programmes[0]), figures_of(after, self._programmes[1])
        done = Replayed(doc.receipt, old, new)
        self.receipts += 1
        self.changed += done.changed
        self.better += done.gain_minor > 0
        self.worse += done.gain_minor < 0
        _add(self.old, old, before)
        _add(self.new, new, after)
        return done


def figures_of(done: Quote, programme: Programme) -> Figures:
    """A quote as far as two of them are compared."""
    issued = points_minor(programme, MAIN_WALLET, done.earned_points) + _worth(programme, done.wallets)
    taken = _worth(programme, done.costs)
    return Figures(
        total_minor=done.total_minor,
        discount_minor=done.discount_minor,
        redeemed_points=done.redeemed_points,
        redeemed_minor=done.redeemed_minor,
        earned_points=done.earned_points,
        wallets=done.wallets,
        costs=done.costs,
        gifts=_counted((extra.code, extra.qty_milli) for extra in done.granted.extras),
        coupons=_counted((issue.series, issue.count) for issue in done.granted.issues),
        benefit_minor=done.discount_minor + issued + done.granted.worth_minor - taken,
        liability_minor=issued - done.redeemed_minor - taken,
    )


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in pairs:
        found[name] = found.get(name, 0) + count
    return found


def _worth(programme: Programme, points: Mapping[str, int]) -> int:
    return sum(points_minor(programme, wallet, count) for wallet, count in points.items())


def _add(sums: Sums, one: Figures, done: Quote) -> None:
    sums.total_minor += one.total_minor
    sums.discount_minor += one.discount_minor
    sums.redeemed_points += one.redeemed_points
    sums.redeemed_minor += one.redeemed_minor
    sums.earned_points += one.earned_points
    sums.benefit_minor += one.benefit_minor
    sums.liability_minor += one.liability_minor
    for name in ("wallets", "costs", "gifts", "coupons"):
        of_all, of_one = getattr(sums, name), getattr(one, name)
        for each, count in of_one.items():
            of_all[each] = of_all.get(each, 0) + count
    _count(sums.campaigns, done)


def _count(effects: dict[str, Effect], done: Quote) -> None:
    """Add what each campaign did on one receipt."""
    for each in done.explanations:
        if each.outcome == "applied":
            effects.setdefault(each.campaign_id, Effect()).receipts += 1
    for line in done.lines:
        for applied in line.applied:
            effect = effects.setdefault(applied.campaign_id, Effect())
            effect.discount_minor += applied.discount_minor
            effect.points += applied.points


def campaigns_of(simulation: Simulation) -> Iterable[tuple[str, Effect, Effect]]:
    """(campaign, under the old programme, under the new), those with the largest change of discount first."""
    old, new = simulation.old.campaigns, simulation.new.campaigns
    both = [(name, old.get(name, Effect()), new.get(name, Effect())) for name in {**old, **new}]
    return sorted(both, key=lambda each: (-abs(each[2].discount_minor - each[1].discount_minor), each[0]))
