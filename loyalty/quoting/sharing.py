"""What campaigns did beside prices and main points, shared over the lines, so that a return takes back its part."""

from collections.abc import Iterable

from msgspec.structs import replace

from loyalty.granted import Extra, Granted
from loyalty.ledger import MAIN_WALLET
from loyalty.money import share
from loyalty.quoting.turns import Deed


def wallets_at(deeds: Iterable[Deed], place: int) -> dict[str, int]:
    """wallet -> points a line earns, of the wallets beside the main one."""
    found: dict[str, int] = {}
    for deed in deeds:
        points = deed.by_place.get(place, 0)
        if points and deed.wallet not in ("", MAIN_WALLET):
            found[deed.wallet] = found.get(deed.wallet, 0) + points
    return found


def costs_of(deeds: Iterable[Deed]) -> dict[str, int]:
    """wallet -> points taken for everything campaigns gave; a gift still to be chosen takes none yet."""
    found: dict[str, int] = {}
    for deed in deeds:
        cost = deed.campaign.cost
        if cost is not None and deed.done and not deed.granted.pending:
            found[cost.wallet] = found.get(cost.wallet, 0) + cost.points
    return found


def costs_at(deeds: Iterable[Deed], place: int) -> dict[str, int]:
    """wallet -> points taken for what a line got; what was granted beside the basket is no line's."""
    found: dict[str, int] = {}
    for deed in deeds:
        cost = deed.campaign.cost
        if cost is None or not deed.by_place.get(place, 0):
            continue
        places = list(deed.by_place)
        part = share(cost.points, list(deed.by_place.values()))[places.index(place)]
        if part:
            found[cost.wallet] = found.get(cost.wallet, 0) + part
    return found


def granted_for(deed: Deed) -> Granted:
    """What a campaign grants, each of its goods with its part of the points taken; what lines got, lines pay for."""
    cost, extras = deed.campaign.cost, deed.granted.extras
    if cost is None or not extras or deed.total:
        return deed.granted
    parts = share(cost.points, [1] * len(extras))
    return replace(deed.granted, extras=tuple(_priced(*pair, cost.wallet) for pair in zip(extras, parts, strict=True)))


def _priced(extra: Extra, points: int, wallet: str) -> Extra:
    return replace(extra, costs={wallet: points}) if points else extra
