"""Whether points may be spent by a member found as this one was, and how many of them out of the head office's reach.

A phone that somebody says may be anybody's. Where a programme asks for `phone_code`, points wait until a code sent to
the phone was said back; while no code can be sent, the programme's own cap holds for a phone, at first none at all.
"""

from typing import Literal

from loyalty.member import IdentifiedBy
from loyalty.programme import Redeem
from loyalty.quoted import Standing
from loyalty.rights import Allowance, allowance

Unproven = Literal["card_only", "confirm_phone", "confirm_offline"]
"""What is missing: the card itself, a code sent to the phone, or the link by which one could be sent."""


def unproven(rule: Redeem, by: IdentifiedBy, standing: Standing) -> Unproven | None:
    """Why a member found so spends no points; None where points may be spent, if only a few."""
    if by in rule.identified_by or (by == "phone_code" and "phone" in rule.identified_by):
        return None
    if by != "phone" or "phone_code" not in rule.identified_by:
        return "card_only"
    if standing.online:
        return "confirm_phone"
    return None if offline_cap_points(rule, by) else "confirm_offline"


def offline_cap_points(rule: Redeem, by: IdentifiedBy) -> int:
    """At most so many points a receipt without the head office."""
    if by == "phone" and "phone" not in rule.identified_by:
        return min(rule.offline_max_points, rule.unconfirmed_offline_max_points)
    return rule.offline_max_points


def allowance_for(rule: Redeem, by: IdentifiedBy, standing: Standing, taken_points: int = 0) -> Allowance:
    """What one receipt may still spend on rights, of a member found so."""
    return allowance(
        rule.offline,
        rule.offline_max_points,
        offline_cap_points(rule, by),
        by,
        standing.rights,
        standing.balance_age_s,
        taken_points=taken_points,
        online=standing.online,
    )
