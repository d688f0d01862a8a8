"""A loyalty programme as types: what a programme document (TOML) says once it has been checked.

`loyalty.programme_file` turns a document into these types and reports every mistake at once.
"""

from typing import Literal

import msgspec

from loyalty.codes import CodeRanges
from loyalty.conditions import Condition
from loyalty.money import Rounding
from loyalty.rewards import Reward


class Label(msgspec.Struct, frozen=True):
    """A name people see, in both languages."""

    ru: str
    en: str


class Status(msgspec.Struct, frozen=True):
    """One step of the ladder, lowest first: what it gives back and what it takes to reach it in a season."""

    id: str
    name: Label
    earn_bp: int
    """Points per money: hundredths of a percent of the amount paid, in whole points' worth of money."""
    spend_minor: int = 0
    visits: int = 0


class Redeem(msgspec.Struct, frozen=True):
    """How points are spent: worth, step, and how much of a receipt they may pay."""

    point_value_minor: int = 100
    max_share_bp: int = 5000
    min_points: int = 1
    step_points: int = 1
    offline_max_points: int = 0
    """At most this much per receipt while the head office is out of reach or the balance is older than `max_age_s`;
    0 refuses."""
    max_age_s: int = 3600
    """An older balance counts as offline, even with the link up."""
    identified_by: tuple[Literal["card", "phone", "manual"], ...] = ("card",)


class Campaign(msgspec.Struct, frozen=True):
    """One campaign: all `conditions` hold -> `reward`.

    Campaigns with the same `group` compete, and the best for the member wins; others add up, each on
    the running price, by `priority` (lower first), then id.
    """

    id: str
    name: Label
    reward: Reward
    conditions: tuple[Condition, ...] = ()
    group: str = ""
    priority: int = 100


class Programme(msgspec.Struct, frozen=True):
    """One version of one programme."""

    id: str
    version: int
    name: Label
    currency: str = "RUB"
    time_zone: str = "Europe/Moscow"
    rounding: Rounding = "half_up"
    point_scale: int = 1
    """Minor units of a point: 1 means whole points only."""
    earn_rounding: Rounding = "floor"
    earn_per: Literal["line", "receipt"] = "receipt"
    earn_on_redeemed: bool = False
    season: str = ""
    """The season statuses are counted in, e.g. `2026/27`."""
    codes: CodeRanges = CodeRanges()
    statuses: tuple[Status, ...] = ()
    redeem: Redeem = Redeem()
    campaigns: tuple[Campaign, ...] = ()
    consent_version: str = "1"
    """Version of the consent texts a new member agrees to."""
