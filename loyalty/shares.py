"""A campaign's budget, and the shares of it that tills hold so that none of them needs a network to give.

The head office hands shares out before they are used. The sum of all shares never passes the budget, and a till never
gives more than its share: so together they never give more than there is, whoever has a link and whoever has none. How
large a share becomes (`grown`) is a matter of skill only, never of safety.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from loyalty.quoting.limits import Room, narrower

Kind = Literal["times", "minor", "points"]
KINDS: tuple[Kind, ...] = ("times", "minor", "points")
MAX_BUDGETS = 200
"""Campaigns of one programme with a budget; a till asks for all its shares at once."""


class Amount(msgspec.Struct, frozen=True, omit_defaults=True):
    """So much of a campaign: receipts it gave something on, money off, points."""

    times: int = 0
    minor: int = 0
    points: int = 0

    def of(self, kind: Kind) -> int:
        return int(getattr(self, kind))

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.times + other.times, self.minor + other.minor, self.points + other.points)

    def at_least(self, other: "Amount") -> "Amount":
        """The greater of each."""
        return Amount(max(self.times, other.times), max(self.minor, other.minor), max(self.points, other.points))

    def covers(self, other: "Amount") -> bool:
        return all(self.of(kind) >= other.of(kind) for kind in KINDS)


class Budget(Amount, frozen=True, omit_defaults=True):
    """What a campaign may give in all, and in each store; 0 is no budget of that kind."""

    per_store: Amount = Amount()

    def limits(self, kind: Kind) -> bool:
        return bool(self.of(kind) or self.per_store.of(kind))


class Share(msgspec.Struct, frozen=True):
    """A till's part of a budget: what it may give, what it has given, and whether the head office has any more.

    `known`: the head office has answered for it; until then nothing may be given.
    """

    granted: Amount = Amount()
    used: Amount = Amount()
    ended: bool = False
    known: bool = True


class Pool(msgspec.Struct, frozen=True):
    """All tills that draw on one budget, of the whole chain or of a store: their shares, their use, how many."""

    granted: Amount
    used: Amount
    tills: int


def room_of(budget: Budget, share: Share) -> Room:
    """What a till may still give."""
    left = (max(0, share.granted.of(k) - share.used.of(k)) if budget.limits(k) else None for k in KINDS)
    return Room(*left)


def left_of(budget: Budget, given: Amount, in_store: Amount) -> Room:
    """What is left of a whole budget once so much of it is given, and so much of that in the store it is asked of."""
    whole = Budget(budget.times, budget.minor, budget.points)
    store = Budget(budget.per_store.times, budget.per_store.minor, budget.per_store.points)
    return narrower(room_of(whole, Share(whole, given)), room_of(store, Share(store, in_store)))


def grown(budget: Budget, mine: Share, whole: Pool, store: Pool, wanted: Amount) -> Amount:
    """A till's share after it has asked: never less than before, and never more by more than is free (both pools hold
    the share as it is now). `wanted`: what a customer at this till could have on one receipt.

    A till that has less than half a portion left is filled up to one portion: an equal part of half of what is free.
    So the first to ask does not take it all, and shares shrink as the budget does. What is too little for every till
    goes only to those that want it, so that the last pieces do not lie where nobody comes; and a till that wants is
    filled up to what it wants, however small its portion is.
    """
    return Amount(*(_grown(budget, mine, whole, store, wanted.of(kind), kind) for kind in KINDS))


def ended(budget: Budget, whole: Pool, store: Pool) -> bool:
    """Whether nothing can be added to a share any more: one kind of the budget is all in the hands of tills."""
    return any(free <= 0 for kind in KINDS for free, _ in _free(budget, whole, store, kind))


def _grown(budget: Budget, mine: Share, whole: Pool, store: Pool, wanted: int, kind: Kind) -> int:
    """`least`: one receipt, or what two of them take on average; less is no use to anybody."""
    granted = mine.granted.of(kind)
    bounds = list(_free(budget, whole, store, kind))
    free = min((free for free, _ in bounds), default=0)
    if free <= 0:
        return granted
    least = 1 if kind == "times" else max(1, 2 * whole.used.of(kind) // max(1, whole.used.times))
    portion = min(free // (2 * max(1, tills)) for free, tills in bounds)
    left = max(0, granted - mine.used.of(kind))
    if wanted:
        portion = max(portion, least, wanted)
    elif portion < least:
        return granted
    return granted if 2 * left >= portion and left >= wanted else granted + min(free, portion - left)


def _free(budget: Budget, whole: Pool, store: Pool, kind: Kind) -> Iterable[tuple[int, int]]:
    """(what is in no share, tills that may ask for it) of each budget of that kind."""
    if budget.of(kind):
        yield budget.of(kind) - whole.granted.of(kind), whole.tills
    if budget.per_store.of(kind):
        yield budget.per_store.of(kind) - store.granted.of(kind), store.tills
