"""A loyalty programme as types: what a programme document (TOML) says once it has been checked.

`loyalty.documents.programme_file` turns a document into these types and reports every mistake at once.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Literal

import msgspec

from loyalty.codes import CodeRanges
from loyalty.conditions import Condition, PresentedCoupon, ProductSet
from loyalty.coupons.series import CouponSeries
from loyalty.ledger import MAIN_WALLET
from loyalty.member import IdentifiedBy
from loyalty.money import Rounding
from loyalty.points.lots import Shortfall
from loyalty.points.terms import LotTerms
from loyalty.points.workdays import Workdays
from loyalty.quoting.limits import Limit
from loyalty.quoting.matching import Index
from loyalty.referral import Referral
from loyalty.rewards import Reward
from loyalty.rights import Offline
from loyalty.scene import Event, Terms
from loyalty.shares import Budget
from loyalty.statuses.season import OPEN, Season


class Label(msgspec.Struct, frozen=True):
    """A name people see, in both languages."""

    ru: str
    en: str


class SlipCodes(msgspec.Struct, frozen=True, omit_defaults=True):
    """QR codes on paper: a new member's card, and a link below each receipt, with its name."""

    member_card: bool = True
    link: str = ""
    link_name: Label | None = None


class Status(msgspec.Struct, frozen=True):
    """One step of the ladder, lowest first: what it gives back, and what it takes to reach it in a season (0: nothing).

    A receipt is a sale's; a visit is a day with at least one of them; points are those earned.
    """

    id: str
    name: Label
    earn_bp: int
    """Points per money: hundredths of a percent of the amount paid, in whole points' worth of money."""
    spend_minor: int = 0
    visits: int = 0
    receipts: int = 0
    points: int = 0


class Redeem(msgspec.Struct, frozen=True):
    """How points are spent: worth, step, and how much of a receipt they may pay."""

    point_value_minor: int = 100
    max_share_bp: int = 5000
    max_points: int = 0
    """At most so many per receipt; 0 is no limit."""
    min_points: int = 1
    step_points: int = 1
    offline_max_points: int = 0
    """At most this much per receipt while the head office is out of reach or the balance is older than `max_age_s`;
    0 refuses."""
    max_age_s: int = 3600
    """An older balance counts as offline, even with the link up."""
    identified_by: tuple[IdentifiedBy, ...] = ("card",)
    unconfirmed_offline_max_points: int = 0
    """With `phone_code`: at most this much per receipt for a phone that no code can be sent to while the head office is
    out of reach, and never more than `offline_max_points`. 0 refuses."""
    wallets: tuple[str, ...] = (MAIN_WALLET,)
    """Which wallets may be spent, the first first; their points are worth the same."""
    excluded: ProductSet = ProductSet()
    """Goods that points cannot pay for, besides those with `no_redeem`."""
    offline: Offline = Offline()
    """What rights to spend tills have while they cannot ask the head office."""


class GiftCards(msgspec.Struct, frozen=True):
    """When a gift card may pay: always up to what it has, without the head office up to a limit."""

    offline_max_minor: int = 0
    """At most this much a card and receipt while the head office is out of reach, or what it said is older than
    `max_age_s`; 0 refuses."""
    max_age_s: int = 3600

    def is_fresh(self, as_of_ms: int, online: bool, at_ms: int) -> bool:
        """Whether what is on a card is known well enough: the link is up, and the figure is no older than that."""
        return online and at_ms - as_of_ms <= self.max_age_s * 1000


class Returns(msgspec.Struct, frozen=True):
    """How goods come back.

    `rule` paid: at the price paid for them. `kept`: what the buyer keeps is worked out again, and what it costs more
    by itself is held back. `shortfall` is what becomes of points to be taken back that are gone: the account owes
    them, their worth is kept from the refund, or they are left.
    """

    rule: Literal["paid", "kept"] = "paid"
    shortfall: Shortfall = "debt"


class Wallet(msgspec.Struct, frozen=True):
    """A kind of points beside the main one: stars, stamps. `unit` holds the forms of its word (`звезда|звезды|звёзд`,
    `star|stars`); `worth_minor` is what one is worth to a member where offers are compared."""

    id: str
    name: Label
    unit: Label
    worth_minor: int = 0
    terms: LotTerms = LotTerms()


class StoreGroup(msgspec.Struct, frozen=True):
    """Stores that campaigns speak of together."""

    id: str
    stores: tuple[str, ...]


class Group(msgspec.Struct, frozen=True):
    """How campaigns of one group stand to one another.

    `best`: the one best for the member on the whole receipt; `best_line`: on each line the one that takes most off;
    `first`: the first by priority that gives anything; `sum`: all, as without a group. `cap_minor` and `cap_bp` (of
    the goods' original price) limit what they take off together; 0 is no cap.
    """

    id: str
    mode: Literal["best", "best_line", "first", "sum"] = "best"
    cap_minor: int = 0
    cap_bp: int = 0


class Cap(msgspec.Struct, frozen=True):
    """What one campaign may give on one receipt; 0 is no cap. Shares are of the original price."""

    line_minor: int = 0
    line_bp: int = 0
    receipt_minor: int = 0
    receipt_bp: int = 0
    points: int = 0


class Cost(msgspec.Struct, frozen=True):
    """Points the campaign takes for its reward: an experience for points, a free coffee for ten stamps."""

    points: int
    wallet: str = MAIN_WALLET


class Campaign(msgspec.Struct, frozen=True):
    """One campaign: all `conditions` hold -> `reward`.

    Campaigns are applied by `priority` (lower first), then id, each on the running price or, with `base` original, on
    the price before all of them. `group` says with which others it competes (`Group`).
    """

    id: str
    name: Label
    reward: Reward
    conditions: tuple[Condition, ...] = ()
    group: str = ""
    priority: int = 100
    base: Literal["running", "original"] = "running"
    cap: Cap = Cap()
    limits: tuple[Limit, ...] = ()
    budget: Budget = Budget()
    cost: Cost | None = None
    asked: bool = False
    """Given only where the member asks for it."""


class Programme(msgspec.Struct, frozen=True, dict=True):
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
    earn_before_discounts: bool = False
    seasons: tuple[Season, ...] = ()
    """The seasons statuses are counted in: each begins the day after the one before it. See `spans`."""
    codes: CodeRanges = CodeRanges()
    statuses: tuple[Status, ...] = ()
    status_criteria: Literal["all", "any"] = "all"
    """Whether a status takes all of its thresholds together, or any one of them."""
    status_wallet: str = MAIN_WALLET
    """The wallet whose points count towards a status."""
    status_on_return: Literal["recount", "keep"] = "recount"
    """Whether what is returned counts no longer, or stays counted."""
    redeem: Redeem = Redeem()
    returns: Returns = Returns()
    campaigns: tuple[Campaign, ...] = ()
    wallets: tuple[Wallet, ...] = ()
    groups: tuple[Group, ...] = ()
    events: tuple[Event, ...] = ()
    store_groups: tuple[StoreGroup, ...] = ()
    coupons: tuple[CouponSeries, ...] = ()
    points: LotTerms = LotTerms()
    """When points of the main wallet can be spent, and until when; other wallets have terms of their own."""
    workdays: Workdays = Workdays()
    gift_cards: GiftCards = GiftCards()
    referral: Referral | None = None
    """What inviting a member brings; None where nobody is asked who invited them."""
    slip: SlipCodes = SlipCodes()
    consent_version: str = "1"
    """Version of the consent texts a new member agrees to."""

    @property
    def spans(self) -> tuple[Season, ...]:
        """The seasons; where none is named, one without end."""
        return self.seasons or OPEN

    @cached_property
    def terms(self) -> Terms:
        """What conditions and rewards need of it."""
        return Terms(
            self.rounding,
            self.earn_rounding,
            self.earn_per,
            self.redeem.point_value_minor,
            self.point_scale,
            {status.id: (status.name.ru, status.name.en) for status in self.statuses},
            {wallet.id: (wallet.unit.ru, wallet.unit.en) for wallet in self.wallets},
            {event.id: event for event in self.events},
            _groups_of_store(self.store_groups),
            {season.id: season for season in self.seasons},
        )

    @cached_property
    def index(self) -> Index[Campaign]:
        """Its campaigns in the order they are applied, found by what can match."""
        in_order = sorted(self.campaigns, key=lambda campaign: (campaign.priority, campaign.id))
        return Index((campaign, campaign.conditions) for campaign in in_order)

    @cached_property
    def on_request(self) -> frozenset[str]:
        """Ids of the campaigns that are given only where the member asks."""
        return frozenset(campaign.id for campaign in self.campaigns if campaign.asked)

    @cached_property
    def limited(self) -> dict[str, tuple[Limit, ...]]:
        """campaign id -> its limits, for the campaigns that have any."""
        return {campaign.id: campaign.limits for campaign in self.campaigns if campaign.limits}

    @cached_property
    def budgets(self) -> dict[str, Budget]:
        """campaign id -> its budget, for the campaigns that have one."""
        return {campaign.id: campaign.budget for campaign in self.campaigns if campaign.budget != Budget()}

    @cached_property
    def coupon_series(self) -> dict[str, frozenset[str]]:
        """campaign id -> the series of coupons it needs one of, for the campaigns that need a coupon."""
        needed = {
            campaign.id: frozenset(chain.from_iterable(_series_of(each) for each in campaign.conditions))
            for campaign in self.campaigns
        }
        return {campaign_id: series for campaign_id, series in needed.items() if series}

    @cached_property
    def group_by_id(self) -> dict[str, Group]:
        return {group.id: group for group in self.groups}

    @cached_property
    def has_lots(self) -> bool:
        """Whether points of any wallet wait or run out."""
        return any(terms != LotTerms() for terms in (self.points, *(each.terms for each in self.wallets)))

    def lot_terms(self, wallet: str) -> LotTerms:
        """When points of a wallet can be spent, and until when."""
        return next((each.terms for each in self.wallets if each.id == wallet), self.points)

    def group_of(self, campaign: Campaign) -> Group:
        """The rules of a campaign's group: a group nobody describes gives its best."""
        return self.group_by_id.get(campaign.group) or Group(campaign.group)


def _series_of(condition: Condition) -> tuple[str, ...]:
    return condition.series if isinstance(condition, PresentedCoupon) else ()


def _groups_of_store(groups: Sequence[StoreGroup]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for store in dict.fromkeys(group.stores):
            found[store] = (*found.get(store, ()), group.id)
    return found
