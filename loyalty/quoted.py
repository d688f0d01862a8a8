"""The answer to a basket, as types: figures of each line, the reason for each, and what could have been."""

from typing import Literal

import msgspec

from loyalty.receipt import Applied
from loyalty.sentences import Sentence


class QuoteLine(msgspec.Struct, frozen=True):
    """One line's figures, all for the whole line. total = base - discount - redeemed."""

    line_id: int
    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int
    applied: tuple[Applied, ...] = ()
    notes: tuple[Sentence, ...] = ()
    """Reasons to show beside the line, in order: what applied, or why nothing could."""


class Explanation(msgspec.Struct, frozen=True):
    """What became of one campaign that could have mattered."""

    campaign_id: str
    name_ru: str
    name_en: str
    outcome: Literal["applied", "blocked", "missing"]
    said: Sentence
    lines: tuple[int, ...] = ()
    """line_ids it touched, in basket order."""
    gain_minor: int = 0
    """Worth to the member in minor units: given when applied, possible when missing (points at their value)."""


class Redemption(msgspec.Struct, frozen=True):
    """How many points may be spent on this basket now, how many are, and what limits them."""

    allowed_points: int = 0
    used_points: int = 0
    used_minor: int = 0
    limit: Sentence | None = None


class Quote(msgspec.Struct, frozen=True):
    """The whole answer. Sums of the lines equal the totals to the kopeck and to the point."""

    programme_id: str
    programme_version: int
    lines: tuple[QuoteLine, ...]
    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int
    redemption: Redemption
    explanations: tuple[Explanation, ...] = ()
    hints: tuple[Explanation, ...] = ()
    """The best missed ones, greatest gain first, at most three; the screen shows the first."""


class Standing(msgspec.Struct, frozen=True):
    """What the till knows of its link when it quotes: decides how many points may be spent."""

    online: bool = True
    balance_age_s: int = 0
