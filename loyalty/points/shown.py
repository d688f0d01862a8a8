"""What a member can spend today, what is still to come and what runs out next: the row's points and a till's own since.

The head office settles exactly which lots points leave. A till knows what it sold itself, so it takes its own events
over the row in their order; what a return gives back counts as points without an end until the head office has it.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from loyalty.feed import BalanceRow
from loyalty.ledger import MAIN_WALLET
from loyalty.member import Due
from loyalty.points.lots import earn, owe, spend, take_back, visit
from loyalty.points.purse import Dated, Purse, ending, figures, maturing
from loyalty.points.terms import Lot
from loyalty.programme import Programme
from loyalty.sentences import Sentence, counted, sentence

MAX_DUES = 3
"""Dates of one wallet that are told."""
SENTENCES = {
    "points.usable": ("Можно потратить: {what_ru}", "Can be spent: {what_en}"),
    "points.coming": ("+{what_ru} с {from_date}", "+{what_en} from {from_date}"),
    "points.ending": ("сгорят {last_date}: {what_ru}", "to be spent by {last_date}: {what_en}"),
}
_POINTS = ("балл|балла|баллов", "point|points")


class OwnPoints(msgspec.Struct, frozen=True):
    """What one event of a till's own does to one wallet. Of a sale, what it takes and gives, both from 0 up; of a
    return, what it gives back and takes back, both from 0 down.

    `lot` is the lot given, or the part of it taken back; None for points without dates.
    """

    wallet: str
    date: str
    spent: int
    earned: int
    lot: Lot | None = None
    bought: bool = False


class Shown(msgspec.Struct, frozen=True):
    """`wallets`: what can be spent today, below 0 what is owed; `pending` and `ending`: of each wallet the soonest."""

    wallets: dict[str, int]
    pending: tuple[Due, ...] = ()
    ending: tuple[Due, ...] = ()


def shown_points(row: BalanceRow, own: Sequence[OwnPoints], today: str) -> Shown:
    """The points of an account today."""
    names = sorted({*row.wallets, *(each.wallet for each in own)})
    if row.purse is None and not any(each.lot for each in own):
        sums = dict.fromkeys(names, 0) | row.wallets
        for each in own:
            sums[each.wallet] += each.earned - each.spent
        return Shown(sums)
    purse = purse_of(row, own, today)
    return Shown(
        {wallet: spendable(purse, wallet, today) for wallet in names},
        _dues((wallet, maturing(purse, wallet, today)) for wallet in names),
        _dues((wallet, ending(purse, wallet, today)) for wallet in names),
    )


def purse_of(row: BalanceRow, own: Iterable[OwnPoints], today: str) -> Purse:
    """The purse of an account, one without dated points too: the row's with a till's own events since."""
    purse = row.purse if row.purse is not None else plain_purse(row.wallets, today)
    for each in own:
        purse = _after(purse, each)
    return purse


def spendable(purse: Purse, wallet: str, today: str) -> int:
    """What can be spent today, below 0 what is owed: nobody has both."""
    found = figures(purse, wallet, today)
    return found.usable_points - found.owed_points


def plain_purse(wallets: dict[str, int], today: str) -> Purse:
    """The purse of an account that has never had points with dates."""
    lots = tuple(plain_lot(wallet, points, today) for wallet, points in sorted(wallets.items()) if points > 0)
    return Purse(lots, {wallet: -points for wallet, points in wallets.items() if points < 0})


def plain_lot(wallet: str, points: int, today: str) -> Lot:
    """Points that wait for nothing and never run out: of one wallet they are all one lot."""
    return Lot(f"plain-{wallet}", wallet, points, today)


def points_said(programme: Programme | None, shown: Shown, with_main: bool = True) -> tuple[Sentence, ...]:
    """The wallets in words, the main one only where asked for, then what is to come and what runs out."""
    wallets = sorted(shown.wallets, key=lambda wallet: (wallet != MAIN_WALLET, wallet))
    usable = (
        sentence("points.usable", **_what(programme, wallet, shown.wallets[wallet]))
        for wallet in wallets
        if with_main or wallet != MAIN_WALLET
    )
    return (*usable, *dues_said(programme, shown.pending, shown.ending))


def dues_said(programme: Programme | None, pending: Iterable[Due], ending: Iterable[Due]) -> tuple[Sentence, ...]:
    """`+120 баллов с 05.12.2026`, then `сгорят 31.12.2026: 50 баллов`."""
    return (
        *(sentence("points.coming", **_what(programme, due.wallet, due.points), from_date=due.date) for due in pending),
        *(sentence("points.ending", **_what(programme, due.wallet, due.points), last_date=due.date) for due in ending),
    )


def _what(programme: Programme | None, wallet: str, points: int) -> dict[str, str]:
    ru, en = programme.terms.unit_forms.get(wallet, _POINTS) if programme else _POINTS
    return {"what_ru": counted(points, ru), "what_en": counted(points, en)}


def _after(purse: Purse, own: OwnPoints) -> Purse:
    if own.bought:
        purse = visit(purse, own.date)
    if own.spent > 0:
        spent = spend(purse, own.wallet, own.spent, own.date)
        purse = owe(spent.purse, own.wallet, spent.short_points, own.date)
    elif own.spent < 0:
        purse = earn(purse, plain_lot(own.wallet, -own.spent, own.date), own.date)
    if own.earned > 0:
        purse = earn(purse, own.lot or plain_lot(own.wallet, own.earned, own.date), own.date)
    elif own.earned < 0:
        piece = replace(own.lot or plain_lot(own.wallet, -own.earned, own.date), points=-own.earned)
        purse = take_back(purse, piece, own.date, "debt").purse
    return purse


def _dues(dated: Iterable[tuple[str, Sequence[Dated]]]) -> tuple[Due, ...]:
    found = [Due(wallet, each.date, each.points) for wallet, days in dated for each in days[:MAX_DUES]]
    return tuple(sorted(found, key=lambda due: (due.wallet != MAIN_WALLET, due.wallet, due.date)))
