"""The answer to a basket, as types: figures of each line, the reason for each, and what could have been."""

from typing import Literal

import msgspec

from loyalty.granted import Granted
from loyalty.quoting.limits import Room
from loyalty.receipt import Applied
from loyalty.rights import Held
from loyalty.sentences import Sentence
from loyalty.shares import Amount, Share
from loyalty.stops import NO_STOPS, Stops


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
    wallets: dict[str, int] = {}
    """wallet -> points earned, of the wallets beside the main one."""
    costs: dict[str, int] = {}
    """wallet -> points taken for what a campaign gave on this line."""


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
    order: int = 0
    """Which it was of those applied, from 1; 0 for one that was not."""


class Redemption(msgspec.Struct, frozen=True):
    """How many points may be spent on this basket now, how many are, and what limits them."""

    allowed_points: int = 0
    used_points: int = 0
    used_minor: int = 0
    limit: Sentence | None = None
    wallets: dict[str, int] = {}
    """wallet -> points, of those used."""


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
    wallets: dict[str, int] = {}
    """wallet -> points earned, of the wallets beside the main one."""
    costs: dict[str, int] = {}
    """wallet -> points taken for what campaigns gave."""
    granted: Granted = Granted()
    """Goods beside the basket, coupons, messages, and gifts still to be chosen."""
    coupons: tuple[str, ...] = ()
    """Ids of the coupons that something was given for."""
    stopped: tuple[str, ...] = ()
    """The programme's campaigns that the head office had stopped."""
    redemption_stopped: bool = False
    """It had stopped the spending of points."""


class Standing(msgspec.Struct, frozen=True):
    """What the till knows when it quotes of its link, which decides how many points may be spent, and of budgets."""

    online: bool = True
    balance_age_s: int = 0
    left: dict[str, Room] = {}
    """campaign id -> what may still be given of its budget; no entry: any amount."""
    shares: dict[str, Share] = {}
    """campaign id -> the share of the budget that `left` is what is left of; no entry: it is the budget itself."""
    stops: Stops = NO_STOPS
    """What the head office has stopped, as far as the till has heard."""
    earn_only: bool = False
    """Another history of this till is about: nothing may be spent until a person has looked."""
    rights: Held = Held()
    """What the till may spend of the member's points where the balance is not fresh."""

    def fresh(self, max_age_s: int) -> bool:
        """Whether the balance may be trusted: the link is up, and it is no older than that."""
        return self.online and self.balance_age_s <= max_age_s


def given_by(done: Quote) -> dict[str, Amount]:
    """campaign id -> what one receipt gives of it."""
    found = {each.campaign_id: Amount(times=1) for each in done.explanations if each.order}
    for line in done.lines:
        for applied in line.applied:
            more = Amount(minor=applied.discount_minor, points=applied.points)
            found[applied.campaign_id] = found.get(applied.campaign_id, Amount()) + more
    return found
