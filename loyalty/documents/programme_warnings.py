"""What a programme may say and hardly means: campaigns that never win, doubles, names that nothing mentions.

A programme with warnings is a programme all the same; `kopilka programme check` shows them.
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from loyalty.documents.programme_lint import Found
from loyalty.programme import Campaign, Programme, Redeem
from loyalty.rewards.mechanic import PointsMechanic, PriceMechanic
from loyalty.sentences import sentence
from loyalty.shares import KINDS

SENTENCES = {
    "lint.shadowed": (
        "никогда не победит в группе: «{id}» даёт больше при тех же условиях",
        "it never wins in its group: “{id}” gives more under the same conditions",
    ),
    "lint.shadowed.mend": ("уберите её или измените условия", "remove it, or change its conditions"),
    "lint.same": ("то же самое, что «{id}»", "the same as “{id}”"),
    "lint.same.mend": ("уберите одну из двух", "remove one of the two"),
    "lint.unused": ("«{id}» нигде не упоминается", "“{id}” is mentioned nowhere"),
    "lint.unused.mend": ("уберите или используйте", "remove it, or use it"),
    "lint.alone": ("в группе «{id}» эта акция одна", "this campaign is alone in group “{id}”"),
    "lint.alone.mend": ("проверьте имя группы", "check the name of the group"),
    "lint.no_code": (
        "ничего не ограничивает: код здесь не спрашивают",
        "it limits nothing: no code is asked for here",
    ),
    "lint.no_code.mend": (
        "добавьте phone_code в identified_by (и уберите phone)",
        "add phone_code to identified_by (and take phone out)",
    ),
    "lint.over_offline": (
        "больше, чем offline_max_points ({limit_points}): действует оно",
        "over offline_max_points ({limit_points}), which holds",
    ),
    "lint.over_offline.mend": ("уменьшите его до этого числа", "lower it to that"),
    "lint.no_credit": (
        "ничего не ограничивает: без связи в долг не списывается",
        "it limits nothing: offline no points are spent on credit",
    ),
    "lint.no_credit.mend": (
        "укажите offline_max_points и kind = credit",
        "give offline_max_points, and kind = credit",
    ),
    "lint.under_receipt": (
        "меньше, чем offline_max_points ({limit_points}): столько за чек не списать",
        "under offline_max_points ({limit_points}), which no receipt can then reach",
    ),
    "lint.under_receipt.mend": (
        "увеличьте его или уменьшите offline_max_points",
        "raise it, or lower offline_max_points",
    ),
    "lint.no_escrow": (
        "для касс ничего не откладывается",
        "nothing is set aside for tills",
    ),
    "lint.no_escrow.mend": (
        "нужны и kind = escrow (или both), и escrow_max_points",
        "it takes both: kind = escrow (or both), and escrow_max_points",
    ),
    "lint.nobody": (
        "так никто не тратит и со связью: [redeem] требует другого",
        "nobody found so may spend with the link up either: [redeem] asks for another way",
    ),
    "lint.nobody.mend": ("укажите один из способов identified_by", "name one of the ways of identified_by"),
    "lint.idle_budget": (
        "акция этого не даёт: такой бюджет не расходуется",
        "the campaign gives none of it: such a budget is never used",
    ),
    "lint.idle_budget.mend": ("уберите его или укажите times", "remove it, or give times"),
    "lint.worthless": (
        "не сказано, сколько это стоит: при возврате недостающее останется долгом, а не удержится",
        "what it is worth is not said: what is missing at a return is owed, and not kept from the refund",
    ),
    "lint.worthless.mend": ("укажите worth_minor", "give worth_minor"),
    "lint.season": ("сезон в программе не назван", "the programme names no season"),
    "lint.season.mend": ("добавьте [[season]]", "add a [[season]]"),
}
_MORE_IS_MORE = ("rate_bp", "amount_minor", "reward_points", "factor_bp")
_LESS_IS_MORE = ("price_minor", "pay")
_NOT_SPOKEN_OF = ("campaigns", "statuses", "seasons")
"""What is there for itself, whether or not a campaign speaks of it."""


def warnings(programme: Programme) -> Iterator[Found]:
    """What is allowed and hardly meant, in the order of the document."""
    yield from _unused(programme)
    yield from _worthless(programme)
    yield from _unconfirmed(programme.redeem)
    yield from _idle_rights(programme.redeem)
    rivals: dict[str, list[int]] = defaultdict(list)
    for number, campaign in enumerate(programme.campaigns, start=1):
        rivals[campaign.group].append(number)
        for place, limit in enumerate(campaign.limits, start=1):
            if limit.period == "season" and not programme.seasons:
                path = f"campaign[{number}].limits[{place}].period"
                yield (path, sentence("lint.season"), sentence("lint.season.mend"))
        yield from _idle_budget(number, campaign)
    yield from _alike(programme)
    for group, numbers in rivals.items():
        if group and len(numbers) == 1 and group not in programme.group_by_id:
            what = sentence("lint.alone", id=group)
            yield (f"campaign[{numbers[0]}].group", what, sentence("lint.alone.mend"))


def _unconfirmed(redeem: Redeem) -> Iterator[Found]:
    """A cap for phones that are not confirmed, where none need be or a lower cap holds."""
    path, points = "redeem.unconfirmed_offline_max_points", redeem.unconfirmed_offline_max_points
    asked = "phone_code" in redeem.identified_by and "phone" not in redeem.identified_by
    if points and not asked:
        yield path, sentence("lint.no_code"), sentence("lint.no_code.mend")
    elif points > redeem.offline_max_points:
        over = sentence("lint.over_offline", limit_points=redeem.offline_max_points)
        yield path, over, sentence("lint.over_offline.mend")


def _idle_rights(redeem: Redeem) -> Iterator[Found]:
    """Limits on credit where there is none, and those a receipt's own cap never reaches."""
    offline, per_receipt = redeem.offline, redeem.offline_max_points
    limits = {"member_max_points": offline.member_max_points, "till_max_points": offline.till_max_points}
    for key, points in limits.items():
        path = f"redeem.offline.{key}"
        if points and not (offline.credit and per_receipt):
            yield path, sentence("lint.no_credit"), sentence("lint.no_credit.mend")
        elif 0 < points < per_receipt:
            yield path, sentence("lint.under_receipt", limit_points=per_receipt), sentence("lint.under_receipt.mend")
    if bool(offline.escrow_max_points) != offline.escrow:
        yield "redeem.offline.escrow_max_points", sentence("lint.no_escrow"), sentence("lint.no_escrow.mend")
    if offline.identified_by and not set(offline.identified_by) & set(redeem.identified_by):
        yield "redeem.offline.identified_by", sentence("lint.nobody"), sentence("lint.nobody.mend")


def _idle_budget(number: int, campaign: Campaign) -> Iterator[Found]:
    """Money of a campaign that takes nothing off, points of one that gives none."""
    gives = {"minor": isinstance(campaign.reward, PriceMechanic), "points": isinstance(campaign.reward, PointsMechanic)}
    budget = campaign.budget
    for kind in KINDS:
        if budget.limits(kind) and not gives.get(kind, True):
            below = "" if budget.of(kind) else "per_store."
            path = f"campaign[{number}].budget.{below}{kind}"
            yield (path, sentence("lint.idle_budget"), sentence("lint.idle_budget.mend"))


def _worthless(programme: Programme) -> Iterator[Found]:
    """Wallets whose missing points no refund can pay for."""
    for number, wallet in enumerate(programme.wallets, start=1):
        if programme.returns.shortfall == "refund" and not wallet.worth_minor:
            path = f"wallet[{number}].worth_minor"
            yield (path, sentence("lint.worthless"), sentence("lint.worthless.mend"))


def _alike(programme: Programme) -> Iterator[Found]:
    """Campaigns that differ in nothing, or in one figure of which a group of the best takes the better."""
    seen: dict[str, list[tuple[int, Campaign, int]]] = defaultdict(list)
    for number, campaign in enumerate(programme.campaigns, start=1):
        figure, strength = _strength(campaign)
        competing = bool(campaign.group) and programme.group_of(campaign).mode == "best"
        seen[_but_for(campaign, figure, competing)].append((number, campaign, strength))
    for found in seen.values():
        _, strongest, most = max(found, key=lambda each: (each[2], -each[0]))
        first: dict[int, Campaign] = {}
        for number, campaign, strength in found:
            twin = first.setdefault(strength, campaign)
            if twin is not campaign:
                what = sentence("lint.same", id=twin.id)
                yield (f"campaign[{number}]", what, sentence("lint.same.mend"))
            elif strength < most:
                what = sentence("lint.shadowed", id=strongest.id)
                yield (f"campaign[{number}]", what, sentence("lint.shadowed.mend"))


def _strength(campaign: Campaign) -> tuple[str, int]:
    """The figure of a reward that says how much it gives, and how much that is."""
    fields = type(campaign.reward).__struct_fields__
    for name in (*_MORE_IS_MORE, *_LESS_IS_MORE):
        if name in fields:
            value = int(getattr(campaign.reward, name))
            return name, -value if name in _LESS_IS_MORE else value
    return "", 0


def _but_for(campaign: Campaign, figure: str, competing: bool) -> str:
    """All of a campaign but its names and its turn; for one that competes, but for that figure too."""
    fields = [name for name in type(campaign).__struct_fields__ if name not in ("id", "name", "priority", "conditions")]
    reward = {name: getattr(campaign.reward, name) for name in type(campaign.reward).__struct_fields__}
    if competing:
        reward.pop(figure, None)
    rest = [getattr(campaign, name) for name in fields if name != "reward"]
    return repr((type(campaign.reward).__name__, reward, rest, sorted(map(repr, campaign.conditions))))


def _unused(programme: Programme) -> Iterator[Found]:
    """Wallets, groups, events, groups of stores and whatever else is named, and occurs nowhere."""
    tables = [(name, getattr(programme, name)) for name in type(programme).__struct_fields__]
    named = [(name, of) for name, of in tables if isinstance(of, tuple) and name not in _NOT_SPOKEN_OF]
    used = set(_texts(programme.campaigns))
    for name, items in named:
        for number, item in enumerate(items, start=1):
            if isinstance(getattr(item, "id", None), str) and item.id not in used:
                what = sentence("lint.unused", id=item.id)
                yield (f"{name.removesuffix('s')}[{number}]", what, sentence("lint.unused.mend"))


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))
