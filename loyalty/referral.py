"""Bringing a friend: who invited a new member is rewarded once that member buys.

The terms stand in the event of the enrolment, so that what comes of it follows from events alone, in whatever order
they arrive: the reward is given for any one purchase that is large enough, and stays whatever is returned.
"""

import msgspec

from loyalty.ledger import MAIN_WALLET
from loyalty.points.terms import Lot, LotTerms, lot_for, lot_id
from loyalty.points.workdays import Workdays
from loyalty.receipt import Receipt


class Referral(msgspec.Struct, frozen=True):
    """`[referral]` of a programme: points for who invited, once the newcomer has one receipt of at least so much."""

    inviter_points: int
    min_total_minor: int = 0


class Invited(msgspec.Struct, frozen=True, omit_defaults=True):
    """An invitation that is not rewarded yet: `account_id` is to get `points` once `member_id` has a receipt of at
    least `min_total_minor`. They are dated on the day of the enrolment (`date`): `lot` where points wait or run out."""

    account_id: str
    member_id: str
    points: int
    min_total_minor: int
    date: str
    at_ms: int
    lot: Lot | None = None


def invitation(
    rule: Referral, inviter_account: str, member_id: str, date: str, at_ms: int, terms: LotTerms, workdays: Workdays
) -> Invited:
    points = rule.inviter_points
    lot = lot_for(terms, lot_id(member_id), MAIN_WALLET, points, date, workdays) if terms != LotTerms() else None
    return Invited(inviter_account, member_id, points, rule.min_total_minor, date, at_ms, lot)


def bought_minor(receipt: Receipt) -> tuple[str, int] | None:
    """Whose purchase a receipt is and what it came to; None where it rewards nobody."""
    if receipt.kind != "sale" or receipt.member_id is None or receipt.account_id is None or not receipt.lines:
        return None
    return receipt.member_id, receipt.total_minor
