"""Rewards of campaigns: one mechanic, one file, with its type, its check, its effect and its sentences.

A reward in price says what it takes off each selected line, a reward in points what each of them earns; `given`
says it for people.
"""

from loyalty.rewards import amount, percent, pieces_short, points_fixed, points_multiplier, points_percent
from loyalty.rewards.amount import Amount
from loyalty.rewards.percent import Percent
from loyalty.rewards.points_fixed import PointsFixed
from loyalty.rewards.points_multiplier import PointsMultiplier
from loyalty.rewards.points_percent import PointsPercent

__all__ = [
    "REWARDS", "SENTENCES", "Amount", "Percent", "PointsFixed", "PointsMultiplier", "PointsPercent", "PointsReward",
    "PriceReward", "Reward",
]  # fmt: skip

PriceReward = Percent | Amount
PointsReward = PointsPercent | PointsMultiplier | PointsFixed
Reward = PriceReward | PointsReward

REWARDS: dict[str, type[Reward]] = {
    "percent": Percent,
    "amount": Amount,
    "points_percent": PointsPercent,
    "points_multiplier": PointsMultiplier,
    "points_fixed": PointsFixed,
}
"""The `type` of a reward in a document -> its mechanic."""

SENTENCES = {
    code: pair
    for mechanic in (amount, percent, pieces_short, points_fixed, points_multiplier, points_percent)
    for code, pair in mechanic.SENTENCES.items()
}
