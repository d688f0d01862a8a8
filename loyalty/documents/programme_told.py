"""A programme in plain words, for those who run its campaigns: when, where, for whom, on what, what it gives.

Nothing here knows a single mechanic: typed values are walked, and `loyalty.documents.programme_words` has the words.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import msgspec
from msgspec.structs import fields

from loyalty.conditions import Condition
from loyalty.documents.programme_aspects import ASPECT_OF, ASPECTS
from loyalty.documents.programme_said import said, titled, written
from loyalty.documents.programme_words import TABLES
from loyalty.documents.recurrence_words import rule_text
from loyalty.programme import Campaign, Label, Programme, Wallet
from loyalty.recurrence import Rule
from loyalty.rewards.mechanic import PointsMechanic
from loyalty.sentences import Lang, counted

INLINE = frozenset({"reach", "sets.goods"})
"""Fields (or tables and their fields) whose own fields stand in the document one level up."""
MAX_RIVALS = 10
"""So many campaigns of a group are named."""
_OPEN: dict[str, tuple[str, str]] = {
    "when": ("всегда", "always"),
    "who": ("всем", "everyone"),
    "what": ("все товары", "all goods"),
}
_WORDS: dict[str, tuple[str, str]] = {
    "members": ("участникам", "members"),
    "gives": ("Даёт", "Gives"),
    "limits": ("Пределы", "Limits"),
    "stacks": ("С другими", "With others"),
    "adds": ("складывается с другими", "adds up with others"),
    "no_worth": ("в деньгах не оценивается", "no worth in money"),
    "buys": ("{price} — «{name}»", "{price} for “{name}”"),
    "competes": ("в группе «{id}» ({mode}) с: {others}", "in group “{id}” ({mode}) with: {others}"),
    "alone": ("одна в группе «{id}»", "alone in group “{id}”"),
}
_NAMES = frozenset({"id", "name", "name_ru", "name_en", "unit"})
DERIVED = frozenset({"promo_words"})
"""Fields that stand nowhere in the document: they follow from others."""
_HEAD = ("version", "currency", "time_zone")
_STACKS = ("group", "priority", "base")


class Told(msgspec.Struct, frozen=True):
    """A heading, and what stands below it: (label, text); a label may be empty."""

    title: str
    facts: tuple[tuple[str, str], ...]


class World(msgspec.Struct, frozen=True):
    """What ids stand for: key -> id -> name; wallet -> forms of its unit; group -> its campaigns."""

    names: Mapping[str, Mapping[str, Label]]
    units: Mapping[str, Label]
    rivals: Mapping[str, Sequence[str]]


def world_of(programme: Programme) -> World:
    statuses = {status.id: status.name for status in programme.statuses}
    events = {event.id: Label(event.name_ru, event.name_en) for event in programme.events}
    series = {each.id: Label(each.name_ru, each.name_en) for each in programme.coupons}
    wallets = {wallet.id: wallet.name for wallet in programme.wallets}
    rivals: dict[str, list[str]] = defaultdict(list)
    for campaign in programme.campaigns:
        rivals[campaign.group].append(campaign.id)
    names = {"statuses": statuses, "status": statuses, "event": events, "series": series, "wallet": wallets}
    return World(names, {wallet.id: wallet.unit for wallet in programme.wallets}, rivals)


def tell_programme(programme: Programme, world: World, lang: Lang) -> tuple[Told, ...]:
    """Everything but the campaigns, one block a subject; the first is the programme itself."""
    title = f"{_label(programme.name, lang)} ({programme.id})"
    told = [Told(title, (("", "; ".join(_rules(programme, world, lang))),))]
    for key, value in _values(programme, whole=True):
        heading = _pair(TABLES.get(key, (key, key)), lang)
        if key == "wallets" and programme.wallets:
            told.append(Told(heading, tuple(_wallet(each, programme, world, lang) for each in programme.wallets)))
        elif isinstance(value, tuple) and value and key not in ("campaigns", "groups"):
            items = tuple((_title(item, lang), ", ".join(_parts(item, key, world, lang, _NAMES))) for item in value)
            told.append(Told(heading, items))
        elif isinstance(value, msgspec.Struct) and key not in ("name", "codes"):
            facts = ", ".join(_parts(value, key, world, lang, whole=key == "redeem"))
            told += [Told(heading, (("", facts),))] if facts else []
    return tuple(told)


def _wallet(wallet: Wallet, programme: Programme, world: World, lang: Lang) -> tuple[str, str]:
    """What one of its points is worth, and what so many of them buy."""
    parts = [] if wallet.worth_minor else [_pair(_WORDS["no_worth"], lang)]
    parts += _parts(wallet, "wallets", world, lang, _NAMES)
    for each in programme.campaigns:
        if each.cost is not None and each.cost.wallet == wallet.id:
            price = value_text("points", each.cost.points, world, lang, wallet.id)
            parts.append(_pair(_WORDS["buys"], lang).format(price=price, name=_label(each.name, lang)))
    return _title(wallet, lang), ", ".join(parts)


def tell_campaign(campaign: Campaign, programme: Programme, world: World, lang: Lang) -> Told:
    """One campaign: the answers to the questions a marketer asks."""
    facts = [(_pair(label, lang), _aspect(aspect, campaign, world, lang)) for aspect, label in ASPECTS.items()]
    facts.append((_pair(_WORDS["gives"], lang), mechanic_text(campaign.reward, world, lang)))
    facts.append((_pair(_WORDS["limits"], lang), "; ".join(_limits(campaign, world, lang))))
    facts.append((_pair(_WORDS["stacks"], lang), ", ".join(_stacking(campaign, programme, world, lang))))
    return Told(f"{_label(campaign.name, lang)} ({campaign.id})", tuple(fact for fact in facts if fact[1]))


def mechanic_text(mechanic: msgspec.Struct, world: World, lang: Lang) -> str:
    """A condition or a reward: what it is called, and its values."""
    name = str(mechanic.__struct_config__.tag)
    parts = ", ".join(_parts(mechanic, name, world, lang))
    return f"{titled(name, lang)}: {parts}" if parts else titled(name, lang)


def value_text(key: str, value: object, world: World, lang: Lang, wallet: str = "") -> str:
    """Any value of a programme in words; `key` says its unit, points are those of `wallet`."""
    if isinstance(value, Label):
        return _label(value, lang)
    if isinstance(value, Rule):
        return rule_text(value, lang)
    if isinstance(value, msgspec.Struct):
        return ", ".join(_parts(value, key, world, lang))
    if isinstance(value, tuple):
        between = "; " if any(isinstance(each, msgspec.Struct) for each in value) else ", "
        return between.join(value_text(key, each, world, lang) for each in value)
    if isinstance(value, str) and value in world.names.get(key, ()):
        return _label(world.names[key][value], lang)
    if isinstance(value, int) and key.endswith("points") and wallet in world.units:
        return counted(value, _label(world.units[wallet], lang))
    return written(key, value, lang) if isinstance(value, int | str) else ""


def aspect_of(condition: Condition) -> str:
    """The question a condition answers."""
    return ASPECT_OF.get(str(condition.__struct_config__.tag), "how")


def _parts(
    value: msgspec.Struct,
    of: str,
    world: World,
    lang: Lang,
    left_out: frozenset[str] = frozenset({"id"}),
    *,
    whole: bool = False,
) -> Iterator[str]:
    """What each field of a value says, but for those that are as they usually are; `whole`: those too."""
    other, wallet = "en" if lang == "ru" else "ru", getattr(value, "wallet", "")
    for key, each in _values(value, whole=whole):
        if key in left_out or key == other or key.endswith(f"_{other}"):
            continue
        if isinstance(each, msgspec.Struct) and {key, f"{of}.{key}"} & INLINE:
            yield from _parts(each, of, world, lang)
        elif key == lang:
            yield str(each)
        else:
            text = value_text(key, each, world, lang, wallet)
            yield said(key.removesuffix(f"_{lang}"), each if isinstance(each, int) else text, text, lang, of)


def _values(value: msgspec.Struct, *, whole: bool = False) -> Iterator[tuple[str, object]]:
    """(field, value) of those that are not as they usually are."""
    for key, usual in _fields(type(value)):
        each = getattr(value, key)
        if each != usual or key in _ALWAYS or (whole and key not in _SILENT):
            yield key, each


_ALWAYS = frozenset({"reward_points"})
"""These are said even as they usually are."""
_SILENT = frozenset({"max_points", "excluded", "wallets", "offline"})
"""As they usually are, these say nothing."""


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def _rules(programme: Programme, world: World, lang: Lang) -> Iterator[str]:
    """Version, money and clock; then the single values that are not as they usually are."""
    for key in _HEAD:
        yield said(key, 0, str(getattr(programme, key)), lang)
    for key, value in _values(programme):
        if key not in (*_HEAD, *_NAMES) and isinstance(value, int | str):
            yield said(key, value, value_text(key, value, world, lang), lang)
        elif key == "codes" and isinstance(value, msgspec.Struct):
            yield from _parts(value, key, world, lang, DERIVED)


def _aspect(aspect: str, campaign: Campaign, world: World, lang: Lang) -> str:
    """All conditions that answer one question; what is open is said too, where it matters."""
    asked = [each for each in campaign.conditions if aspect_of(each) == aspect]
    if asked:
        return "; ".join(mechanic_text(each, world, lang) for each in asked)
    if aspect == "who" and _for_members(campaign):
        return _pair(_WORDS["members"], lang)
    return _pair(_OPEN[aspect], lang) if aspect in _OPEN else ""


def _for_members(campaign: Campaign) -> bool:
    """Whether only members can have it, though no condition says so."""
    return bool(isinstance(campaign.reward, PointsMechanic) or campaign.cost or campaign.limits)


def _limits(campaign: Campaign, world: World, lang: Lang) -> Iterator[str]:
    """Caps, limits, costs, and whatever else a campaign says of itself."""
    for key, value in _values(campaign):
        if key not in (*_NAMES, *_STACKS, "reward", "conditions"):
            yield said(key, 0, value_text(key, value, world, lang), lang)


def _stacking(campaign: Campaign, programme: Programme, world: World, lang: Lang) -> Iterator[str]:
    group, rivals = programme.group_of(campaign), world.rivals.get(campaign.group, ())
    if campaign.group and len(rivals) > 1:
        others = [each for each in rivals if each != campaign.id]
        more = "…" if len(others) > MAX_RIVALS else ""
        words, mode = _pair(_WORDS["competes"], lang), written("mode", group.mode, lang)
        yield words.format(id=campaign.group, mode=mode, others=", ".join(others[:MAX_RIVALS]) + more)
        yield from _parts(group, "group", world, lang, _NAMES | {"mode"})
    else:
        yield _pair(_WORDS["alone" if campaign.group else "adds"], lang).format(id=campaign.group)
    yield said("priority", campaign.priority, str(campaign.priority), lang)
    if campaign.base != "running":
        yield said("base", 0, written("base", campaign.base, lang), lang)


def _title(item: msgspec.Struct, lang: Lang) -> str:
    """What an item of a list is called: its name, or its id."""
    name = getattr(item, "name", None)
    if isinstance(name, Label):
        return _label(name, lang)
    return str(getattr(item, f"name_{lang}", "") or getattr(item, "id", ""))


def _label(label: Label, lang: Lang) -> str:
    return label.ru if lang == "ru" else label.en


def _pair(pair: tuple[str, str], lang: Lang) -> str:
    return pair[0] if lang == "ru" else pair[1]
