"""Rewards of campaigns: one mechanic, one file, with its type, its check, its effect and its sentences.

A reward in price says what it takes off each selected line, a reward in points what each of them earns; `given`
says it for people.
"""

from loyalty.rewards import (
    amount,
    bundle_price,
    fixed_price,
    free_item,
    gift,
    issue_coupon,
    message,
    n_for_m,
    percent,
    pieces_short,
    points_by_status,
    points_fixed,
    points_multiplier,
    points_per_amount,
    points_per_unit,
    points_percent,
    steps,
)
from loyalty.rewards.amount import Amount
from loyalty.rewards.bundle_price import BundlePrice
from loyalty.rewards.fixed_price import FixedPrice
from loyalty.rewards.free_item import FreeItem
from loyalty.rewards.gift import Gift
from loyalty.rewards.issue_coupon import IssueCoupon
from loyalty.rewards.message import Tell
from loyalty.rewards.n_for_m import NForM
from loyalty.rewards.percent import Percent
from loyalty.rewards.points_by_status import PointsByStatus
from loyalty.rewards.points_fixed import PointsFixed
from loyalty.rewards.points_multiplier import PointsMultiplier
from loyalty.rewards.points_per_amount import PointsPerAmount
from loyalty.rewards.points_per_unit import PointsPerUnit
from loyalty.rewards.points_percent import PointsPercent
from loyalty.rewards.steps import Steps

__all__ = [
    "REWARDS",
    "SENTENCES",
    "Amount",
    "BundlePrice",
    "FixedPrice",
    "FreeItem",
    "Gift",
    "GrantReward",
    "IssueCoupon",
    "NForM",
    "Percent",
    "PointsByStatus",
    "PointsFixed",
    "PointsMultiplier",
    "PointsPerAmount",
    "PointsPerUnit",
    "PointsPercent",
    "PointsReward",
    "PriceReward",
    "Reward",
    "Steps",
    "Tell",
]  # fmt: skip

PriceReward = Percent | Amount | FixedPrice | NForM | BundlePrice | Steps | FreeItem
PointsReward = PointsPercent | PointsMultiplier | PointsFixed | PointsPerAmount | PointsPerUnit | PointsByStatus
GrantReward = Gift | IssueCoupon | Tell
Reward = PriceReward | PointsReward | GrantReward

REWARDS: dict[str, type[Reward]] = {
    "percent": Percent,
    "amount": Amount,
    "fixed_price": FixedPrice,
    "n_for_m": NForM,
    "bundle_price": BundlePrice,
    "steps": Steps,
    "free_item": FreeItem,
    "gift": Gift,
    "points_percent": PointsPercent,
    "points_multiplier": PointsMultiplier,
    "points_fixed": PointsFixed,
    "points_per_amount": PointsPerAmount,
    "points_per_unit": PointsPerUnit,
    "points_by_status": PointsByStatus,
    "issue_coupon": IssueCoupon,
    "message": Tell,
}
"""The `type` of a reward in a document -> its mechanic."""

_WITH_WORDS = (
    amount, bundle_price, fixed_price, free_item, gift, issue_coupon, message, n_for_m, percent, pieces_short,
    points_by_status, points_fixed, points_multiplier, points_per_amount, points_per_unit, points_percent, steps,
)  # fmt: skip
SENTENCES = {code: pair for mechanic in _WITH_WORDS for code, pair in mechanic.SENTENCES.items()}
