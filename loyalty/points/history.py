"""An account's lots out of its facts: the same facts make the same purse, in whatever order they came.

A balance is a sum, but which lots points leave depends on what was there at the time. So replicas exchange facts, never
lots: to merge two of them is to join their facts and replay. Facts are taken in the order of their time, then of their
ids; a return never before what it returns, whatever its clock said, and not at all until that is known.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from loyalty.points.lots import Shortfall, earn, give_back, owe, part_of, spend_wallets, take_back, take_over, visit
from loyalty.points.purse import Purse
from loyalty.points.terms import Lot


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an account: `fact_id` is unique to it, `date` the day in the store's calendar.

    Points are over 0.
    """

    fact_id: str
    at_ms: int
    date: str


class Bought(Fact, frozen=True, tag="bought"):
    """A purchase, for idleness; its id sorts before those of what it spent and earned."""


class Issued(Fact, frozen=True, tag="issued"):
    lot: Lot


class Redeemed(Fact, frozen=True, tag="redeemed"):
    """Points spent, out of wallets in this order; what was not there is owed in the first."""

    wallets: tuple[str, ...]
    points: int


class IssuedBack(Fact, frozen=True, tag="issued_back"):
    """Points of the `issued_id` fact's lot taken back by a return."""

    issued_id: str
    points: int
    shortfall: Shortfall = "debt"


class RedeemedBack(Fact, frozen=True, tag="redeemed_back"):
    """Points of the `redeemed_id` fact given back by a return."""

    redeemed_id: str
    points: int
    grace_days: int = 0


class Merged(Fact, frozen=True, tag="merged"):
    """Another account taken over, with the books it had."""

    account_id: str
    books: "Books"


AnyFact = Bought | Issued | Redeemed | IssuedBack | RedeemedBack | Merged


class Books(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the facts came to: the purse, and what later returns need of them."""

    purse: Purse = Purse()
    issued: dict[str, Lot] = {}
    """The lot of each `Issued`, as it was made."""
    taken: dict[str, tuple[Lot, ...]] = {}
    """The pieces each `Redeemed` took, less those given back."""
    refund_points: dict[str, int] = {}
    """By `IssuedBack`: points whose worth its refund is lowered by."""
    waiting: tuple[AnyFact, ...] = ()
    """Returns of what is not known here yet."""


NO_BOOKS = Books()


def replay(facts: Iterable[AnyFact], books: Books = NO_BOOKS) -> Books:
    """The books after facts that are not in them yet; one given twice counts once, and what waited is tried again."""
    known = {fact.fact_id: fact for fact in (*books.waiting, *facts)}
    books = replace(books, waiting=())
    for fact in sorted(known.values(), key=lambda fact: _place(fact, known)):
        books = apply(books, fact)
    return books


def apply(books: Books, fact: AnyFact) -> Books:
    """The books after one fact, later than all in them."""
    purse, today = books.purse, fact.date
    match fact:
        case Bought():
            return replace(books, purse=visit(purse, today))
        case Issued():
            return replace(books, purse=earn(purse, fact.lot, today), issued=books.issued | {fact.fact_id: fact.lot})
        case Redeemed():
            return _redeemed(books, fact)
        case RedeemedBack() if fact.redeemed_id in books.taken:
            return _redeemed_back(books, fact)
        case IssuedBack() if fact.issued_id in books.issued:
            return _issued_back(books, fact)
        case Merged():
            return _merged(books, fact)
        case _:
            return replace(books, waiting=(*books.waiting, fact))


def _place(fact: AnyFact, known: Mapping[str, AnyFact]) -> tuple[int, bool, str]:
    """Where a fact stands in time: a return after what it returns."""
    match fact:
        case IssuedBack(issued_id=cause_id) | RedeemedBack(redeemed_id=cause_id):
            cause = known.get(cause_id, fact)
            return (max(fact.at_ms, cause.at_ms), True, fact.fact_id)
        case _:
            return (fact.at_ms, False, fact.fact_id)


def _redeemed(books: Books, fact: Redeemed) -> Books:
    """Points that were not there are a piece too: given back, it settles debt first and has no end."""
    spent = spend_wallets(books.purse, fact.wallets, fact.points, fact.date)
    purse, taken = spent.purse, spent.taken
    if spent.short_points:
        purse = owe(purse, fact.wallets[0], spent.short_points, fact.date)
        taken += (Lot(f"{fact.fact_id}#owed", fact.wallets[0], spent.short_points, fact.date),)
    return replace(books, purse=purse, taken=books.taken | {fact.fact_id: taken})


def _redeemed_back(books: Books, fact: RedeemedBack) -> Books:
    """Piece by piece from the last, so that points which were owed settle the debt before any other does."""
    held = books.taken[fact.redeemed_id]
    left = part_of(held, fact.points, sum(piece.points for piece in held))[::-1]
    purse = books.purse
    for piece in part_of(held, 0, fact.points):
        purse = give_back(purse, (piece,), fact.date, fact.grace_days)
    return replace(books, purse=purse, taken=books.taken | {fact.redeemed_id: left})


def _issued_back(books: Books, fact: IssuedBack) -> Books:
    piece = replace(books.issued[fact.issued_id], points=fact.points)
    done = take_back(books.purse, piece, fact.date, fact.shortfall)
    refund = {fact.fact_id: done.refund_points} if done.refund_points else {}
    return replace(books, purse=done.purse, refund_points=books.refund_points | refund)


def _merged(books: Books, fact: Merged) -> Books:
    """Purchases of the other account can be returned to this one; what waited for one is tried again."""
    other = fact.books
    merged = replace(
        books,
        purse=take_over(books.purse, other.purse, fact.account_id, fact.date),
        issued=other.issued | books.issued,
        taken=other.taken | books.taken,
        waiting=(),
    )
    for waited in (*books.waiting, *other.waiting):
        merged = apply(merged, waited)
    return merged
