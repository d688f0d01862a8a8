"""A campaign's turn: what may still stop it when those before it have been applied, and how much it may give.

The same for rewards in price, in points and of other kinds. `Course` is the state of one way through a basket's
campaigns; it lives only as long as one quote, and is forked where the ways part.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property

import msgspec

from loyalty.conditions import Condition
from loyalty.granted import MAX_GRANTS, Granted
from loyalty.ledger import MAIN_WALLET
from loyalty.money import part_bp, share
from loyalty.programme import Campaign, Cap, Cost, Programme
from loyalty.quoted import Standing
from loyalty.quoting.identified import Unproven, allowance_for, unproven
from loyalty.quoting.judging import Judged
from loyalty.quoting.limits import Limit, Room, narrower, room_for
from loyalty.rewards.mechanic import GrantMechanic, PointsMechanic, PriceMechanic
from loyalty.scene import Blocked, Missing, Scene, in_units
from loyalty.sentences import Sentence, sentence
from loyalty.shares import KINDS
from loyalty.statuses.season import season_id

SENTENCES = {
    "campaign.enough": ("На чеке уже {limit} подарков и купонов", "The receipt has {limit} gifts and coupons already"),
    "campaign.first": ("Уже действует «{name_ru}»", "“{name_en}” applies already"),
    "cost.more": ("Не хватает: {what_ru}", "{what_en} short"),
    "cost.card_only": ("За баллы — только по самой карте", "For points, scan the card itself"),
    "cost.confirm_phone": ("За баллы — подтвердите телефон кодом", "For points, confirm the phone with a code"),
    "cost.confirm_offline": (
        "За баллы — только с подтверждённым телефоном, а связи нет",
        "For points the phone must be confirmed, and the till is offline",
    ),
    "cost.offline": ("Нет связи: за баллы сейчас не даётся", "Offline: not given for points now"),
    "cost.stale": (
        "Баланс давно не обновлялся: за баллы сейчас не даётся",
        "The balance is old: not given for points now",
    ),
    "limit.day": ("На сегодня уже использована", "Used up for today"),
    "limit.week": ("На этой неделе уже использована", "Used up for this week"),
    "limit.month": ("В этом месяце уже использована", "Used up for this month"),
    "limit.season": ("В этом сезоне уже использована", "Used up for this season"),
    "limit.ever": ("Уже использована", "Used up"),
    "limit.budget": ("Бюджет акции исчерпан", "The campaign's budget is spent"),
    "limit.no_share": (
        "Касса ещё не получила долю бюджета акции",
        "This till has no share of the campaign's budget yet",
    ),
    "limit.share_times": (
        "Доля кассы в бюджете акции исчерпана: {times:чек|чека|чеков}",
        "This till's share of the campaign's budget is used up: {times:receipt|receipts}",
    ),
    "limit.share_minor": (
        "Доля кассы в бюджете акции исчерпана: {given_minor}",
        "This till's share of the campaign's budget is used up: {given_minor}",
    ),
    "limit.share_points": (
        "Доля кассы в бюджете акции исчерпана: {points:балл|балла|баллов}",
        "This till's share of the campaign's budget is used up: {points:point|points}",
    ),
}
_MISSING: dict[Unproven, str] = {
    "card_only": "cost.card_only",
    "confirm_phone": "cost.confirm_phone",
    "confirm_offline": "cost.confirm_offline",
}
_USED_UP = {
    "day": "limit.day",
    "week": "limit.week",
    "month": "limit.month",
    "season": "limit.season",
    "ever": "limit.ever",
}
NO_LIMIT = Room()
Stop = Missing | Blocked


class Deed(msgspec.Struct, frozen=True, dict=True):
    """What one campaign did: place -> minor units off (or points, for a reward in points), and what it granted."""

    campaign: Campaign
    by_place: dict[int, int]
    granted: Granted = Granted()

    @cached_property
    def total(self) -> int:
        return sum(self.by_place.values())

    @property
    def done(self) -> bool:
        return bool(self.granted) or self.total > 0

    @property
    def in_price(self) -> bool:
        return isinstance(self.campaign.reward, PriceMechanic)

    @property
    def wallet(self) -> str:
        """Where its points go; an empty text for one that gives none."""
        reward = self.campaign.reward
        return reward.wallet if isinstance(reward, PointsMechanic) else ""


class Course:
    """What has been taken so far: points from wallets, groups that have given, what they took off together."""

    def __init__(self, programme: Programme, scene: Scene, standing: Standing) -> None:
        self._programme = programme
        self._standing = standing
        self._whole_minor = sum(scene.original_minor)
        self._given: dict[str, Campaign] = {}
        self._by_group: dict[str, int] = {}
        self._grants = 0
        member = scene.member
        self.purse = {MAIN_WALLET: member.balance_points, **member.wallets} if member else {}
        self.taken_points = 0
        """Points taken on this receipt, of all wallets: for what campaigns gave, and those spent."""

    def fork(self) -> "Course":
        """The same up to here, for another way to go on."""
        other = copy(self)
        other._given, other._by_group, other.purse = dict(self._given), dict(self._by_group), dict(self.purse)
        return other

    def mode_of(self, campaign: Campaign) -> str:
        """How its group settles; an empty text without a group."""
        return self._programme.group_of(campaign).mode if campaign.group else ""

    def stop(self, judged: Judged, scene: Scene) -> Stop | None:
        """What stops a ready campaign now; `scene` is the basket as it is at its turn."""
        campaign = judged.campaign
        unmet = unmet_running(campaign.conditions, judged.scene_for_conditions(scene))
        if unmet:
            return unmet[0]
        before = self._given.get(campaign.group)
        if before is not None and self.mode_of(campaign) == "first":
            return Blocked(sentence("campaign.first", name_ru=before.name.ru, name_en=before.name.en))
        if isinstance(campaign.reward, GrantMechanic) and self._grants >= MAX_GRANTS:
            return Blocked(sentence("campaign.enough", limit=MAX_GRANTS))
        return self.refusal(campaign, scene)

    def refusal(self, campaign: Campaign, scene: Scene) -> Stop | None:
        """What keeps it from this member whatever else is in the basket: too few points, a limit, a spent budget."""
        return self._unaffordable(campaign, scene) or self._used_up(campaign, scene)

    def room(self, campaign: Campaign, scene: Scene) -> Room:
        """How much it may give at most: limits of the member, the store's share of the budget, the group's cap."""
        room, _ = self._limits(campaign, scene)
        group = self._programme.group_of(campaign)
        had = self._by_group.get(campaign.group, 0)
        caps = [*_caps(group.cap_minor, group.cap_bp, self._whole_minor)]
        return narrower(room, Room(minor=max(0, min(caps) - had))) if campaign.group and caps else room

    def note(self, deed: Deed) -> None:
        """A campaign has given something: its group and its cost are counted."""
        if not deed.done:
            return
        campaign = deed.campaign
        self._given.setdefault(campaign.group, campaign)
        self._grants += bool(deed.granted)
        if deed.in_price:
            self._by_group[campaign.group] = self._by_group.get(campaign.group, 0) + deed.total
        if campaign.cost is not None:
            self.take({campaign.cost.wallet: campaign.cost.points})

    def take(self, points: Mapping[str, int]) -> None:
        """Points leave their wallets: wallet -> points."""
        for wallet, some in points.items():
            self.purse[wallet] = self.purse.get(wallet, 0) - some
            self.taken_points += some

    def _unaffordable(self, campaign: Campaign, scene: Scene) -> Stop | None:
        cost = campaign.cost
        if cost is None:
            return None
        more = cost.points - self.purse.get(cost.wallet, 0)
        if more > 0:
            return Missing(_short(scene, cost.wallet, more), within_reach=False)
        return self._untrusted(cost, scene)

    def _untrusted(self, cost: Cost, scene: Scene) -> Blocked | None:
        """Points are taken under the rules by which they are spent: of whom, and how many without the head office."""
        rule, standing = self._programme.redeem, self._standing
        if standing.earn_only:
            return Blocked(sentence("redeem.earn_only"))
        by = scene.member.identified_by if scene.member else "card"
        stopped = standing.stops.of_redemption()
        if stopped is not None:
            return Blocked(stopped)
        missing = unproven(rule, by, standing)
        if missing:
            return Blocked(sentence(_MISSING[missing]))
        if standing.fresh(rule.max_age_s):
            return None
        if cost.points <= allowance_for(rule, by, standing, self.taken_points).credit_points:
            return None
        return Blocked(sentence("cost.stale" if standing.online else "cost.offline"))

    def _used_up(self, campaign: Campaign, scene: Scene) -> Stop | None:
        room, spent = self._limits(campaign, scene)
        if spent is not None:
            return Blocked(sentence(_USED_UP[spent.period]))
        return Blocked(self._spent(campaign.id, room)) if 0 in (room.times, room.minor, room.points) else None

    def _spent(self, campaign_id: str, room: Room) -> Sentence:
        """Of a budget nothing is left: here, or anywhere."""
        share = self._standing.shares.get(campaign_id)
        if share is None or share.ended:
            return sentence("limit.budget")
        kind = next(kind for kind in KINDS if getattr(room, kind) == 0)
        if not share.known or not share.granted.of(kind):
            return sentence("limit.no_share")
        if kind == "minor":
            return sentence("limit.share_minor", given_minor=share.used.minor)
        if kind == "points":
            return sentence("limit.share_points", points=share.used.points)
        return sentence("limit.share_times", times=share.used.times)

    def _limits(self, campaign: Campaign, scene: Scene) -> tuple[Room, Limit | None]:
        if not campaign.limits and campaign.id not in self._standing.left:
            return NO_LIMIT, None
        season = season_id(self._programme.spans, scene.moment.local_date)
        room, spent = room_for(campaign.id, campaign.limits, scene.member, scene.moment, season)
        share_left = self._standing.left.get(campaign.id)
        return (narrower(room, share_left) if share_left else room), spent


def unmet_running(conditions: Sequence[Condition], scene: Scene) -> list[Stop]:
    """What the conditions on the running price say that do not hold."""
    verdicts = (condition.judge(scene) for condition in conditions if condition.on_running_price())
    return [verdict for verdict in verdicts if isinstance(verdict, Missing | Blocked)]


def capped(off: list[int], cap: Cap, room: Room, scene: Scene) -> list[int]:
    """Discounts of the selected lines within a campaign's own caps and what room is left."""
    return within(limit_minor(cap, room, scene), capped_by_line(off, cap, scene))


def capped_by_line(off: list[int], cap: Cap, scene: Scene) -> list[int]:
    """Discounts of the selected lines within what a campaign may take off each."""
    if cap.line_minor:
        off = [min(minor, cap.line_minor) for minor in off]
    if cap.line_bp:
        original = (scene.original_minor[place] for place in scene.selected)
        off = [min(minor, part_bp(whole, cap.line_bp, "floor")) for minor, whole in zip(off, original, strict=True)]
    return off


def limit_minor(cap: Cap, room: Room, scene: Scene) -> int | None:
    """What a campaign may take off the receipt, by its own cap on the selected lines and what room is left."""
    caps = _caps(cap.receipt_minor, cap.receipt_bp, sum(scene.original_minor[place] for place in scene.selected))
    return min([*caps, *(() if room.minor is None else (room.minor,))], default=None)


def within(limit: int | None, off: list[int]) -> list[int]:
    """Discounts that come to no more than the limit together."""
    return share(limit, off) if limit is not None and limit < sum(off) else off


def capped_points(points: list[int], cap: Cap, room: Room) -> list[int]:
    """Points of the selected lines within the campaign's own cap and what room is left."""
    limits = [limit for limit in (cap.points or None, room.points) if limit is not None]
    return share(min(limits), points) if limits and min(limits) < sum(points) else points


def _caps(minor: int, rate_bp: int, whole_minor: int) -> Iterator[int]:
    """The caps that are set; a share of very little may come to nothing, and is a cap all the same."""
    if minor:
        yield minor
    if rate_bp:
        yield part_bp(whole_minor, rate_bp, "floor")


def _short(scene: Scene, wallet: str, points: int) -> Sentence:
    what_ru, what_en = in_units(scene.terms, wallet, points)
    return sentence("cost.more", what_ru=what_ru, what_en=what_en)
