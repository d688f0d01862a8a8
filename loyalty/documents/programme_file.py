"""A programme document (TOML) into types: walked section by section, with every mistake told at once.

Keys of the document are the fields of `loyalty.programme`, but `[[status]]`, `[[campaign]]` and, in a campaign,
`conditions` and `reward`, which name their mechanic by `type`. Texts people see are `{ ru = "…", en = "…" }`.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from loyalty import conditions, rewards
from loyalty.codes import CodeRanges
from loyalty.coupons import series as coupon_series
from loyalty.coupons.series import CouponSeries, promo_words
from loyalty.documents import campaign_file, points_file, programme_lint, redeem_file, section, status_file
from loyalty.documents.campaign_file import (
    MAX_POINTS,
    label,
    read_campaigns,
    read_coupons,
    read_events,
    read_groups,
    read_store_groups,
    read_wallets,
)
from loyalty.documents.points_file import read_terms, read_workdays
from loyalty.documents.programme_lint import note_contradictions
from loyalty.documents.redeem_file import check_step, read_redeem, read_returns
from loyalty.documents.section import ID, Notes, Section, nearest
from loyalty.documents.status_file import read_ladder
from loyalty.errors import BadProgramme
from loyalty.ledger import MAIN_WALLET
from loyalty.money import MAX_MINOR, Rounding
from loyalty.programme import GiftCards, Programme, SlipCodes
from loyalty.referral import Referral
from loyalty.sentences import Lang, Sentence, sentence

MAX_DOCUMENT_BYTES = 1024 * 1024

SENTENCES = {
    "programme.bad": (
        "В программе лояльности {count:ошибка|ошибки|ошибок}",
        "The loyalty programme has {count:mistake|mistakes}",
    ),
    "programme.too_large": ("документ больше {limit} байт", "the document is over {limit} bytes"),
    "programme.too_large.mend": ("разделите программу", "split the programme"),
    "programme.toml": ("это не TOML: {why}", "this is no TOML: {why}"),
    "programme.toml_twice": (
        "таблица «{table}» начата дважды: второй раз в строке {line}",
        "table “{table}” is begun twice: the second time in line {line}",
    ),
    "programme.toml_twice.mend": ("оставьте одну, со всеми ключами обеих", "keep one, with the keys of both"),
    "programme.toml.mend": ("исправьте запись в этом месте", "mend the writing at that place"),
    "programme.zone": ("часового пояса «{zone}» нет", "there is no time zone “{zone}”"),
    "programme.toml_deep": ("слишком глубоко вложенные значения", "values are nested too deep"),
    "programme.prefixes": ("префикс «{prefix}» уже занят", "the prefix “{prefix}” is taken already"),
    "programme.prefixes.mend": (
        "разведите префиксы карт, весовых товаров и подарочных карт",
        "keep cards, weighed goods and gift cards apart",
    ),
}  # fmt: skip
_ROOMS = (
    campaign_file,
    coupon_series,
    section,
    conditions,
    rewards,
    programme_lint,
    points_file,
    redeem_file,
    status_file,
)
_TEMPLATES = {**SENTENCES, **{code: pair for room in _ROOMS for code, pair in room.SENTENCES.items()}}
_ROUNDINGS: tuple[Rounding, ...] = ("half_up", "half_even", "floor", "ceil")
_EARN_PER: tuple[Literal["line", "receipt"], ...] = ("receipt", "line")
_TWICE = re.compile(r"Cannot declare \((.*)\) twice \(at line (\d+)")
"""What the reader of TOML says of a table that is begun a second time."""
_WHOLE = "document"
"""The path of a problem with the document as a whole."""
_BYTE_ORDER_MARK = "\ufeff"
"""What some editors put before a text in UTF-8."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_ZONE = re.compile(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}")
_PREFIX = re.compile(r"[0-9]{1,11}")
_WEIGHED = re.compile(r"2[0-9]")
_LINK = re.compile(r"https?://[!-~]+")
EAN_DIGITS = 13
_OLD_CARD = re.compile(r"(?=.{6,24}$)[0-9]{1,}x{1,}")
"""GS1 prefixes for use inside a shop; the PLU of five digits follows them."""


def parse_programme(text: str, lang: Lang = "en", zones: Collection[str] = ()) -> Programme:
    """The programme a document describes; problems are worded in `lang`. `zones` are the time zones there are, where
    the caller can tell. Raises BadProgramme with all of them."""
    notes = Notes(lang, _TEMPLATES)
    table = _table(text, notes)
    notes.ids = _ids(table)
    top = Section(table, "", notes)
    programme = read_programme(top)
    if zones:
        _check_zone(top, programme.time_zone, zones)
    if notes.problems:
        raise BadProgramme(tuple(notes.problems))
    return programme


def _ids(table: Mapping[str, object]) -> dict[str, str]:
    """`campaign[2]` -> its id, of every table of a list that has one."""
    lists = {key: tables for key, tables in table.items() if isinstance(tables, list)}
    return {
        f"{key}[{place}]": each["id"][:64]
        for key, tables in lists.items()
        for place, each in enumerate(tables, start=1)
        if isinstance(each, dict) and isinstance(each.get("id"), str)
    }


def _check_zone(top: Section, zone: str, zones: Collection[str]) -> None:
    """Under a zone that nobody knows every till would go by another clock, and say nothing."""
    if zone in zones:
        return
    near = next((known for known in sorted(zones) if known.endswith(f"/{zone}")), nearest(zone, zones))
    mend = sentence("section.ref.near", near=near) if near else sentence("section.form.mend", want="Europe/Moscow")
    top.note("time_zone", sentence("programme.zone", zone=zone[:40]), mend)


def _table(text: str, notes: Notes) -> dict[str, object]:
    """The document as TOML. Raises BadProgramme where there is nothing to walk."""
    if len(text) > MAX_DOCUMENT_BYTES or len(text.encode(errors="replace")) > MAX_DOCUMENT_BYTES:
        notes.add(
            _WHOLE, sentence("programme.too_large", limit=MAX_DOCUMENT_BYTES), sentence("programme.too_large.mend")
        )
        raise BadProgramme(tuple(notes.problems))
    try:
        return tomllib.loads(text.removeprefix(_BYTE_ORDER_MARK))
    except ValueError as error:
        what, mend = _not_toml(str(error))
    except RecursionError:
        what, mend = sentence("programme.toml_deep"), sentence("programme.toml.mend")
    notes.add(_WHOLE, what, mend)
    raise BadProgramme(tuple(notes.problems))


def _not_toml(why: str) -> tuple[Sentence, Sentence]:
    """What is wrong with the writing, and what to do."""
    twice = _TWICE.match(why)
    if twice is None:
        return sentence("programme.toml", why=why[:200]), sentence("programme.toml.mend")
    table = ".".join(re.findall(r"'([^']*)'", twice[1]))[:80]
    return sentence("programme.toml_twice", table=table, line=int(twice[2])), sentence("programme.toml_twice.mend")


def read_programme(top: Section) -> Programme:
    """The programme of a table; what is wrong is noted, and the values then mean nothing."""
    ladder = read_ladder(top)
    wallets, groups, events = read_wallets(top), read_groups(top), read_events(top)
    store_groups, coupons = read_store_groups(top), read_coupons(top)
    programme = Programme(
        id=top.form("id", ID, "club"),
        version=top.whole("version", 1, 2**31 - 1),
        name=label(top, "name"),
        currency=top.form("currency", _CURRENCY, "RUB", "RUB"),
        time_zone=top.form("time_zone", _ZONE, "Europe/Moscow", "Europe/Moscow"),
        rounding=top.choice("rounding", _ROUNDINGS, "half_up"),
        point_scale=top.whole("point_scale", 1, 1000, 1),
        earn_rounding=top.choice("earn_rounding", _ROUNDINGS, "floor"),
        earn_per=top.choice("earn_per", _EARN_PER, "receipt"),
        earn_on_redeemed=top.flag("earn_on_redeemed", False),
        earn_before_discounts=top.flag("earn_before_discounts", False),
        seasons=ladder.seasons,
        codes=_codes(top.part("codes"), coupons),
        statuses=ladder.statuses,
        status_criteria=ladder.criteria,
        status_on_return=ladder.on_return,
        status_wallet=top.ref("status_wallet", "wallet", MAIN_WALLET),
        redeem=read_redeem(top.part("redeem")),
        returns=read_returns(top.part("returns"), top.part("redeem")),
        campaigns=read_campaigns(top, groups),
        wallets=wallets,
        groups=groups,
        events=events,
        store_groups=store_groups,
        coupons=coupons,
        points=read_terms(top.part("points")),
        workdays=read_workdays(top.part("workdays")),
        gift_cards=_gift_cards(top.part("gift_cards")),
        referral=_referral(top.part("referral")),
        slip=_slip(top.part("slip")),
        consent_version=top.text("consent_version", "1", 40),
    )
    check_step(top, programme)
    note_contradictions(top, programme)
    top.finish()
    return programme


def _codes(part: Section | None, coupons: Sequence[CouponSeries]) -> CodeRanges:
    usual = CodeRanges(promo_words=promo_words(coupons))
    if part is None:
        return usual
    cards = part.texts("card_prefixes", _PREFIX, "299") if part.has("card_prefixes") else usual.card_prefixes
    weighed = part.texts("weighed_prefixes", _WEIGHED, "21") if part.has("weighed_prefixes") else usual.weighed_prefixes
    gifts = part.texts("gift_card_prefixes", _PREFIX, "298") if part.has("gift_card_prefixes") else ()
    _check_apart(part, "weighed_prefixes", weighed, cards)
    _check_apart(part, "gift_card_prefixes", gifts, (*cards, *weighed))
    old = part.texts("old_cards", _OLD_CARD, "7702xxxxxxxxxxxx") if part.has("old_cards") else ()
    of_goods = [each.rstrip("x") if len(each) == EAN_DIGITS else "" for each in old]
    _check_apart(part, "old_cards", of_goods, (*cards, *weighed, *gifts))
    qr_prefix = part.text("qr_prefix", usual.qr_prefix, 16)
    codes = CodeRanges(
        cards, weighed, qr_prefix, promo_words=usual.promo_words, gift_card_prefixes=gifts, old_cards=old
    )
    part.finish()
    return codes


def _check_apart(part: Section, key: str, prefixes: Sequence[str], taken: Sequence[str]) -> None:
    """A code must not be two things at once."""
    for number, prefix in enumerate(prefixes, start=1):
        if prefix and any(prefix.startswith(other) or other.startswith(prefix) for other in taken):
            what = sentence("programme.prefixes", prefix=prefix)
            part.note(f"{key}[{number}]", what, sentence("programme.prefixes.mend"))


def _gift_cards(part: Section | None) -> GiftCards:
    usual = GiftCards()
    if part is None:
        return usual
    gift_cards = GiftCards(
        offline_max_minor=part.whole("offline_max_minor", 0, MAX_MINOR, usual.offline_max_minor),
        max_age_s=part.whole("max_age_s", 0, 31_536_000, usual.max_age_s),
    )
    part.finish()
    return gift_cards


def _referral(part: Section | None) -> Referral | None:
    if part is None:
        return None
    referral = Referral(
        inviter_points=part.whole("inviter_points", 1, MAX_POINTS),
        min_total_minor=part.whole("min_total_minor", 0, MAX_MINOR, 0),
    )
    part.finish()
    return referral


def _slip(part: Section | None) -> SlipCodes:
    if part is None:
        return SlipCodes()
    link = part.form("link", _LINK, "https://shop.example/app", "")
    slip = SlipCodes(part.flag("member_card", True), link, label(part, "link_name") if link else None)
    part.finish()
    return slip
