"""What a receipt says of each wallet, as plain dictionaries, and as facts of an account's lots."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from loyalty.points.history import AnyFact, Bought, Issued, IssuedBack, Redeemed, RedeemedBack
from loyalty.points.terms import Lot
from loyalty.receipt import Receipt

WALLETS = ("main", "stars")


def had(receipt: Receipt) -> dict[str, int]:
    """wallet -> points earned."""
    return {"main": receipt.earned_points, "stars": receipt.wallets.get("stars", 0)}


def took(receipt: Receipt) -> dict[str, int]:
    """wallet -> points spent, and points taken for what was given."""
    spent = dict(receipt.redeemed_wallets) or {"main": receipt.redeemed_points}
    return {wallet: spent.get(wallet, 0) + receipt.costs.get(wallet, 0) for wallet in WALLETS}


def points_of(receipt: Receipt) -> dict[str, int]:
    """wallet -> what the receipt says it moves, without zeros."""
    sign = 1 if receipt.kind == "sale" else -1
    moved = {wallet: sign * (had(receipt)[wallet] - took(receipt)[wallet]) for wallet in WALLETS}
    return {wallet: points for wallet, points in moved.items() if points}


def added(*points: Mapping[str, int]) -> dict[str, int]:
    """By wallet, without zeros."""
    sums: defaultdict[str, int] = defaultdict(int)
    for wallet, more in chain.from_iterable(each.items() for each in points):
        sums[wallet] += more
    return {wallet: found for wallet, found in sums.items() if found}


def facts_of(receipt: Receipt, event_id: str, sale_id: str) -> Iterator[AnyFact]:
    """A receipt as facts of the account's lots, in the words of the head office."""
    at: dict[str, Any] = {"at_ms": receipt.moment.at_ms, "date": receipt.moment.local_date}
    lots = {lot.wallet: lot for lot in receipt.lots}
    if receipt.kind == "sale":
        yield Bought(fact_id=event_id, **at)
    for wallet in WALLETS:
        spent, earned = took(receipt)[wallet], had(receipt)[wallet]
        if receipt.kind == "sale":
            if spent:
                yield Redeemed(fact_id=f"{event_id}#1{wallet}", wallets=(wallet,), points=spent, **at)
            if earned:
                plain = Lot(f"plain-{wallet}", wallet, earned, receipt.moment.local_date)
                yield Issued(fact_id=f"{event_id}#3{wallet}", lot=lots.get(wallet, plain), **at)
            continue
        if spent:
            back_id, redeemed_id = f"{event_id}#2{wallet}", f"{sale_id}#1{wallet}"
            yield RedeemedBack(fact_id=back_id, redeemed_id=redeemed_id, points=spent, **at)
        if earned:
            back_id, issued_id = f"{event_id}#4{wallet}", f"{sale_id}#3{wallet}"
            yield IssuedBack(fact_id=back_id, issued_id=issued_id, points=earned, **at)
