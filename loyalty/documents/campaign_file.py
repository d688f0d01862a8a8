"""The campaigns of a programme document, and what they speak of: wallets, groups, events, groups of stores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from loyalty.conditions import CONDITIONS, Combination, Condition, Dates
from loyalty.coupons.series import CouponSeries, note_clashes
from loyalty.documents.points_file import read_terms
from loyalty.documents.section import ID, Section
from loyalty.ledger import MAIN_WALLET
from loyalty.money import MAX_MINOR
from loyalty.programme import Campaign, Cap, Cost, Group, Label, StoreGroup, Wallet
from loyalty.quoting.limits import PERIODS, Limit
from loyalty.rewards import REWARDS, BundlePrice, Percent, Reward
from loyalty.scene import Event
from loyalty.sentences import sentence
from loyalty.shares import KINDS, MAX_BUDGETS, Amount, Budget

MAX_CAMPAIGNS = 20_000
MAX_CONDITIONS = 50
MAX_NAMED = 1000
"""Wallets, groups, events, groups of stores: so many of each at most."""
MAX_POINTS = 10_000_000
MAX_TIMES = 1_000_000_000
MAX_BUDGET_POINTS = 1_000_000_000_000
"""Of a budget, which is for everybody together."""
_STARTS = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d")
_STARTS_AS = "2026-11-30T19:00"
_MODES: tuple[Literal["best", "best_line", "first", "sum"], ...] = ("best", "best_line", "first", "sum")
_BASES: tuple[Literal["running", "original"], ...] = ("running", "original")

SENTENCES = {
    "campaign.never": ("даты условий не пересекаются", "the dates of the conditions never meet"),
    "campaign.never.mend": ("оставьте одно условие dates", "keep one condition of dates"),
    "campaign.twice": ("«{id}» уже есть выше", "“{id}” is already there above"),
    "campaign.twice.mend": ("дайте другой id", "give it another id"),
    "campaign.no_limit": ("ничего не ограничено", "nothing is limited"),
    "campaign.no_limit.mend": ("укажите times, minor или points", "give times, minor or points"),
    "campaign.store_budget": ("на магазин больше, чем на всех: {got}", "more for one store than for all: {got}"),
    "campaign.store_budget.mend": ("дайте не больше {high}", "give at most {high}"),
    "campaign.budgets": ("акций с бюджетом больше {high}", "over {high} campaigns with a budget"),
    "campaign.budgets.mend": ("уберите budget у законченных акций", "remove the budget of campaigns that have ended"),
    "campaign.line_reward": (
        "в группе best_line годятся percent, amount за единицу и fixed_price, без on, cap_minor и cost",
        "percent, amount per unit and fixed_price fit a best_line group, without on, cap_minor and cost",
    ),
    "campaign.line_reward.mend": (
        "возьмите группу best; вместо cap_minor годится cap",
        "use a group of mode best; instead of cap_minor a cap will do",
    ),
}


def label(place: Section, key: str) -> Label:
    """A name people see, in both languages."""
    part = place.required(key, '{ ru = "…", en = "…" }')
    found = Label(part.text("ru"), part.text("en"))
    part.finish()
    return found


def once(top: Section, key: str, ids: Iterable[str]) -> None:
    """Note every id that is there twice."""
    seen: set[str] = set()
    for number, each in enumerate(ids, start=1):
        if each and each in seen:
            top.note(f"{key}[{number}].id", sentence("campaign.twice", id=each), sentence("campaign.twice.mend"))
        seen.add(each)


def read_wallets(top: Section) -> tuple[Wallet, ...]:
    found = []
    for part in top.parts("wallet", MAX_NAMED):
        wallet = Wallet(
            part.form("id", ID, "stars"), label(part, "name"), label(part, "unit"),
            part.whole("worth_minor", 0, MAX_MINOR, 0), read_terms(part.part("terms")),
        )  # fmt: skip
        part.finish()
        found.append(wallet)
    once(top, "wallet", [wallet.id for wallet in found])
    top.notes.names["wallet"] = (MAIN_WALLET, *(wallet.id for wallet in found))
    return tuple(found)


def read_groups(top: Section) -> tuple[Group, ...]:
    found = []
    for part in top.parts("group", MAX_NAMED):
        group = Group(
            part.form("id", ID, "goods"),
            part.choice("mode", _MODES, "best"),
            part.whole("cap_minor", 0, MAX_MINOR, 0),
            part.whole("cap_bp", 0, 10_000, 0),
        )
        part.finish()
        found.append(group)
    once(top, "group", [group.id for group in found])
    return tuple(found)


def read_events(top: Section) -> tuple[Event, ...]:
    found = []
    for part in top.parts("event", MAX_NAMED):
        name = label(part, "name")
        found.append(Event(part.form("id", ID, "match-1"), name.ru, name.en, _starts(part)))
        part.finish()
    once(top, "event", [event.id for event in found])
    top.notes.names["event"] = tuple(event.id for event in found)
    return tuple(found)


def _starts(part: Section) -> str:
    starts = part.form("starts", _STARTS, _STARTS_AS)
    try:
        date.fromisoformat(starts[:10])
    except ValueError:
        if _STARTS.fullmatch(starts):  # else it has been noted
            part.note("starts", sentence("section.form", got=starts), sentence("section.form.mend", want=_STARTS_AS))
    return starts


def read_store_groups(top: Section) -> tuple[StoreGroup, ...]:
    found = []
    for part in top.parts("store_group", MAX_NAMED):
        found.append(StoreGroup(part.form("id", ID, "north"), part.texts("stores")))
        part.finish()
    once(top, "store_group", [group.id for group in found])
    top.notes.names["store_group"] = tuple(group.id for group in found)
    return tuple(found)


def read_coupons(top: Section) -> tuple[CouponSeries, ...]:
    found = []
    for part in top.parts("coupon", MAX_NAMED):
        found.append(CouponSeries.read(part))
        part.finish()
    once(top, "coupon", [series.id for series in found])
    note_clashes(top, found)
    top.notes.names["coupon"] = tuple(series.id for series in found)
    return tuple(found)


def read_campaigns(top: Section, groups: Sequence[Group]) -> tuple[Campaign, ...]:
    """The campaigns; what they refer to has been read before them."""
    modes = {group.id: group.mode for group in groups}
    parts = top.parts("campaign", MAX_CAMPAIGNS)
    campaigns = tuple(_campaign(part, modes) for part in parts)
    once(top, "campaign", [campaign.id for campaign in campaigns])
    if sum(campaign.budget != Budget() for campaign in campaigns) > MAX_BUDGETS:
        what = sentence("campaign.budgets", high=MAX_BUDGETS)
        top.note("campaign", what, sentence("campaign.budgets.mend"))
    return campaigns


def _campaign(part: Section, modes: Mapping[str, str]) -> Campaign:
    campaign = Campaign(
        id=part.form("id", ID, "scarves"),
        name=label(part, "name"),
        reward=_reward(part.required("reward", '{ type = "percent", rate_bp = 1000 }')),
        conditions=tuple(_condition(each) for each in part.parts("conditions", MAX_CONDITIONS)),
        group=part.form("group", ID, "goods", ""),
        priority=part.whole("priority", 0, 1_000_000, 100),
        base=part.choice("base", _BASES, "running"),
        cap=_cap(part.part("cap")),
        limits=tuple(_limit(each) for each in part.parts("limits", len(PERIODS))),
        budget=_budget(part.part("budget")),
        cost=_cost(part.part("cost")),
        asked=part.flag("asked", False),
    )
    if not _dates_meet(campaign.conditions):
        part.note("conditions", sentence("campaign.never"), sentence("campaign.never.mend"))
    by_line = campaign.reward.by_line and campaign.cost is None
    if modes.get(campaign.group) == "best_line" and not by_line:
        part.note("group", sentence("campaign.line_reward"), sentence("campaign.line_reward.mend"))
    if isinstance(campaign.reward, BundlePrice) and not any(isinstance(c, Combination) for c in campaign.conditions):
        what = sentence("bundle_price.no_combination")
        part.note("conditions", what, sentence("bundle_price.no_combination.mend"))
    part.finish()
    return campaign


def _cap(part: Section | None) -> Cap:
    if part is None:
        return Cap()
    cap = Cap(
        part.whole("line_minor", 0, MAX_MINOR, 0),
        part.whole("line_bp", 0, 10_000, 0),
        part.whole("receipt_minor", 0, MAX_MINOR, 0),
        part.whole("receipt_bp", 0, 10_000, 0),
        part.whole("points", 0, MAX_POINTS, 0),
    )
    part.finish()
    return cap


def _limit(part: Section) -> Limit:
    limit = Limit(
        part.choice("period", PERIODS),
        part.whole("times", 0, 1_000_000, 0),
        part.whole("minor", 0, MAX_MINOR, 0),
        part.whole("points", 0, MAX_POINTS, 0),
    )
    if not (limit.times or limit.minor or limit.points):
        part.note("", sentence("campaign.no_limit"), sentence("campaign.no_limit.mend"))
    part.finish()
    return limit


def _budget(part: Section | None) -> Budget:
    if part is None:
        return Budget()
    whole, below = _amount(part), part.part("per_store")
    budget = Budget(whole.times, whole.minor, whole.points, _amount(below) if below else Amount())
    if not any(budget.limits(kind) for kind in KINDS):
        part.note("", sentence("campaign.no_limit"), sentence("campaign.no_limit.mend"))
    for kind in KINDS:
        high, got = budget.of(kind), budget.per_store.of(kind)
        if high and got > high and below:
            what = sentence("campaign.store_budget", got=got)
            below.note(kind, what, sentence("campaign.store_budget.mend", high=high))
    if below:
        below.finish()
    part.finish()
    return budget


def _amount(part: Section) -> Amount:
    return Amount(
        part.whole("times", 0, MAX_TIMES, 0), part.whole("minor", 0, MAX_MINOR, 0),
        part.whole("points", 0, MAX_BUDGET_POINTS, 0),
    )  # fmt: skip


def _cost(part: Section | None) -> Cost | None:
    if part is None:
        return None
    cost = Cost(part.whole("points", 1, MAX_POINTS), part.ref("wallet", "wallet", MAIN_WALLET))
    part.finish()
    return cost


def _reward(part: Section) -> Reward:
    name = _mechanic(part, tuple(REWARDS))
    if not name:
        return Percent(1)
    reward = REWARDS[name].read(part)
    part.finish()
    return reward


def _condition(part: Section) -> Condition:
    name = _mechanic(part, tuple(CONDITIONS))
    if not name:
        return Dates()
    condition = CONDITIONS[name].read(part)
    part.finish()
    return condition


def _mechanic(part: Section, names: Sequence[str]) -> str:
    """The `type` of a part; an empty text (noted) where it is none of those, for then its keys cannot be judged."""
    noted = len(part.notes.problems)
    name = part.choice("type", names)
    return name if len(part.notes.problems) == noted else ""


def _dates_meet(of: Iterable[Condition]) -> bool:
    dates = [each for each in of if isinstance(each, Dates)]
    first = max((each.first for each in dates), default="")
    last = min((each.last for each in dates if each.last), default="")
    return len(dates) < 2 or not last or first <= last
