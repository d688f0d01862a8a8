"""What becomes of an account's points: earned, spent, returned, merged, written off.

Every function takes a purse (`loyalty.points.purse`) and gives the purse after it. Three ideas carry them:

- A piece of a lot is a lot with the same id and fewer points. Spending cuts pieces off and a return puts them back, so
  whoever books a sale keeps its pieces.
- Running out is no operation: a lot past its end stays until it is written off, and a return finds what it needs.
- A debt is settled out of the first points that come, so no account has both a debt and points to spend.

Whether a cause (a receipt, an event) was booked before is for the books to know: each is given here once.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from loyalty.points.folding import MAX_LOTS, fold
from loyalty.points.purse import Purse, age, last_date, living, state
from loyalty.points.terms import Lot
from loyalty.points.workdays import days_after

MAX_TAKEN_OVER = 64
"""Accounts one account may take over."""
Shortfall = Literal["debt", "refund", "balance"]
"""A return takes back points that are gone: the account owes them, the refund is lowered by their worth, or no more is
taken back than there is."""


class Spent(msgspec.Struct, frozen=True):
    """The purse after, the pieces taken in the order they were, and how many points there were too few."""

    purse: Purse
    taken: tuple[Lot, ...]
    short_points: int


class TakenBack(msgspec.Struct, frozen=True):
    """The purse after, the pieces taken, and what was not there: at most one of the three figures is over 0."""

    purse: Purse
    taken: tuple[Lot, ...]
    owed_points: int = 0
    refund_points: int = 0
    forgiven_points: int = 0


class WrittenOff(msgspec.Struct, frozen=True):
    purse: Purse
    lots: tuple[Lot, ...]


def visit(purse: Purse, today: str) -> Purse:
    """A purchase was made: idleness counts anew from today, but brings nothing back that has run out by it.

    Give it before what the purchase spends and earns.
    """
    lots = tuple(_lapsed(purse, lot, today) for lot in purse.lots)
    return replace(purse, lots=_joined(lots), active_date=max(purse.active_date, today))


def earn(purse: Purse, lot: Lot, today: str) -> Purse:
    """Points come in; a debt of their wallet is settled out of them first."""
    return _kept(purse, (*purse.lots, lot), today)


def spend(purse: Purse, wallet: str, points: int, today: str) -> Spent:
    """Take points, those that run out first before others; of equal ends the earliest earned.

    No other order loses fewer points. Only what can be spent today is taken; what is short is the caller's to refuse
    or, where the sale is done already, to `owe`. ValueError for points below 0.
    """
    if points < 0:
        raise ValueError(f"{points} points to spend")
    usable = [lot for lot in living(purse, wallet, today) if state(purse, lot, today) == "usable"]
    taken = _first(usable, points)
    return Spent(_without(purse, taken), taken, points - _points(taken))


def spend_wallets(purse: Purse, wallets: Sequence[str], points: int, today: str) -> Spent:
    """Take points from several wallets, the first one first; for wallets whose points are worth the same."""
    spent = Spent(purse, (), points)
    for wallet in wallets:
        more = spend(spent.purse, wallet, spent.short_points, today)
        spent = Spent(more.purse, spent.taken + more.taken, more.short_points)
    return spent


def owe(purse: Purse, wallet: str, points: int, today: str) -> Purse:
    """Points spent that were not there: a debt, settled at once as far as the wallet has any, pending ones too."""
    if points < 0:
        raise ValueError(f"{points} points to owe")
    owed = purse.owed_points | {wallet: purse.owed_points.get(wallet, 0) + points}
    return _kept(replace(purse, owed_points=owed), purse.lots, today)


def part_of(pieces: Sequence[Lot], before_points: int, points: int) -> tuple[Lot, ...]:
    """The part of a sale's pieces that a return concerns, `before_points` having been returned before.

    It is cut from the end, so that what stays is what a smaller sale would have taken. Whatever the steps, the parts
    come to the whole.
    """
    return _first(pieces[::-1], points, before_points)


def give_back(purse: Purse, pieces: Iterable[Lot], today: str, grace_days: int = 0) -> Purse:
    """Points spent come back to their lots, with the dates they had: run out since, they have run out.

    With `grace_days`, what would end sooner than so many days from today gets that end instead.
    """
    grace_date = days_after(today, grace_days)
    back = [
        _redated(piece, grace_date) if grace_days and last_date(purse, piece) < grace_date else piece
        for piece in pieces
    ]
    return _kept(purse, (*purse.lots, *back), today)


def take_back(purse: Purse, piece: Lot, today: str, shortfall: Shortfall) -> TakenBack:
    """Points a returned purchase had earned go, even if spent: `piece` is its lot, or the part that is returned.

    They go out of that lot first, though it has run out or still waits; then out of lots with its dates, which may
    hold its points since they were folded; then out of the others, in the order of spending. What is missing then
    goes by `shortfall`.
    """
    taken = _first(_claimed(purse, piece, today), piece.points)
    after, missing = _without(purse, taken), piece.points - _points(taken)
    match shortfall:
        case "debt":
            return TakenBack(owe(after, piece.wallet, missing, today), taken, owed_points=missing)
        case "refund":
            return TakenBack(after, taken, refund_points=missing)
        case "balance":
            return TakenBack(after, taken, forgiven_points=missing)


def take_over(purse: Purse, other: Purse, other_id: str, today: str) -> Purse:
    """Two members become one: the lots of both under their ids, debts settled out of them, the later last purchase.

    Taking over the same account again changes nothing. ValueError beyond MAX_TAKEN_OVER accounts.
    """
    if other_id in purse.taken_over:
        return purse
    taken_over = tuple(sorted({*purse.taken_over, *other.taken_over, other_id}))
    if len(taken_over) > MAX_TAKEN_OVER:
        raise ValueError(f"more than {MAX_TAKEN_OVER} accounts in one")
    known = {lot.lot_id for lot in purse.lots}
    lots = [_lapsed(purse, lot, today) for lot in purse.lots]
    lots += [_lapsed(other, lot, today) for lot in other.lots if lot.lot_id not in known]
    wallets = {**purse.owed_points, **other.owed_points}
    owed = {wallet: purse.owed_points.get(wallet, 0) + other.owed_points.get(wallet, 0) for wallet in wallets}
    active_date = max(purse.active_date, other.active_date)
    return _kept(Purse(owed_points=owed, active_date=active_date, taken_over=taken_over), lots, today)


def write_off(purse: Purse, before_date: str) -> WrittenOff:
    """Remove the lots whose last day was before a date: today, or as long ago as a purchase can be returned.

    A purchase returned after its lot was written off has its points taken out of other lots.
    """
    gone = tuple(lot for lot in purse.lots if last_date(purse, lot) < before_date)
    return WrittenOff(_without(purse, gone), gone)


def _kept(purse: Purse, lots: Iterable[Lot], today: str) -> Purse:
    """The purse with these lots: one of each id, debts settled, and no more than MAX_LOTS."""
    purse = _settled(replace(purse, lots=_joined(lots)), today)
    if len(purse.lots) <= MAX_LOTS:
        return purse
    return replace(purse, lots=_joined(fold((_lapsed(purse, lot, today) for lot in purse.lots), today)))


def _joined(lots: Iterable[Lot]) -> tuple[Lot, ...]:
    """One lot of each id, with the dates of the first: a lot that was folded has better ones than its piece."""
    found: dict[str, Lot] = {}
    for lot in lots:
        known = found.get(lot.lot_id)
        found[lot.lot_id] = lot if known is None else replace(known, points=known.points + lot.points)
    return tuple(sorted(found.values(), key=lambda lot: (lot.wallet, *age(lot))))


def _settled(purse: Purse, today: str) -> Purse:
    owed = {}
    for wallet, points in purse.owed_points.items():
        paid = _first(living(purse, wallet, today), points)
        purse = _without(purse, paid)
        owed[wallet] = points - _points(paid)
    return replace(purse, owed_points={wallet: points for wallet, points in owed.items() if points})


def _without(purse: Purse, pieces: Iterable[Lot]) -> Purse:
    gone = {piece.lot_id: piece.points for piece in pieces}
    left = ((lot, lot.points - gone.get(lot.lot_id, 0)) for lot in purse.lots)
    return replace(purse, lots=tuple(replace(lot, points=points) for lot, points in left if points))


def _first(lots: Sequence[Lot], points: int, skip_points: int = 0) -> tuple[Lot, ...]:
    """Pieces from the front that come to `points`, or to all there is; the first `skip_points` are passed over."""
    pieces = []
    for lot in lots:
        skipped = min(skip_points, lot.points)
        cut = min(points, lot.points - skipped)
        if cut:
            pieces.append(replace(lot, points=cut))
        skip_points, points = skip_points - skipped, points - cut
    return tuple(pieces)


def _claimed(purse: Purse, piece: Lot, today: str) -> list[Lot]:
    """What a purchase that is returned can claim, its own lot first."""
    own, twins = [], []
    for lot in sorted(purse.lots, key=lambda lot: (last_date(purse, lot), *age(lot))):
        if lot.wallet != piece.wallet:
            continue
        if _origin(lot) == _origin(piece):
            own.append(lot)
        elif _dates(lot) == _dates(piece):
            twins.append(lot)
    nearer = {lot.lot_id for lot in (*own, *twins)}
    return [*own, *twins, *(lot for lot in living(purse, piece.wallet, today) if lot.lot_id not in nearer)]


def _lapsed(purse: Purse, lot: Lot, today: str) -> Lot:
    """The lot, dated where it has run out by idleness, so that no later purchase brings it back."""
    end = last_date(purse, lot)
    return _redated(lot, end) if lot.idle_days and end < today else lot


def _redated(lot: Lot, expires_date: str) -> Lot:
    """The lot with another end, which its id names: an id stands for one set of dates."""
    return replace(lot, lot_id=f"{_origin(lot)}@{expires_date}", expires_date=expires_date, idle_days=0)


def _origin(lot: Lot) -> str:
    return lot.lot_id.partition("@")[0]


def _dates(lot: Lot) -> tuple[str, str, int]:
    return (lot.usable_from_date, lot.expires_date, lot.idle_days)


def _points(lots: Iterable[Lot]) -> int:
    return sum(lot.points for lot in lots)
