"""Cases of a programme: baskets with what they must come to, worked out by hand and not by any engine.

A file of cases stands beside its programme (`club.toml`, `club.cases.toml`) and is published with it: another engine
conforms where it gives every expected figure (docs/CONFORMANCE.md says how to run them). Each case tells its
arithmetic in words. Figures a case does not name are not compared.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from loyalty.documents.basket_file import BasketDoc, Name, basket_of, local_moment, standing_of
from loyalty.errors import BadInput
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Quote
from loyalty.sentences import sentence

MAX_CASES_BYTES = 1024 * 1024
Figure = int | str | dict[str, int] | dict[str, str] | tuple[str, ...] | tuple[dict[str, int], ...]

_NAMED: dict[str, int | str] = {"reasons": "unrelated", "gains": 0}
"""Figures by campaign, of which only those a case names are compared -> what it is where there is none."""

SENTENCES = {
    "cases.bad": ("Файл случаев не читается: {what}", "The file of cases cannot be read: {what}"),
    "cases.goods": ("в случае «{name}» нет товара «{goods}»", "case “{name}” has no goods “{goods}”"),
}


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a basket must come to; what is left out is not compared.

    `reasons` is campaign -> what became of it, `order` the campaigns that applied, in their order, `hints` the
    campaigns of the best hints, best first, `extras` code -> quantity of goods given beside the basket.
    """

    base_minor: int | None = None
    discount_minor: int | None = None
    redeemed_points: int | None = None
    allowed_points: int | None = None
    total_minor: int | None = None
    earned_points: int | None = None
    wallets: dict[str, int] | None = None
    costs: dict[str, int] | None = None
    lines: tuple[dict[str, int], ...] | None = None
    reasons: dict[str, Literal["applied", "blocked", "missing", "unrelated"]] | None = None
    order: tuple[str, ...] | None = None
    hints: tuple[str, ...] | None = None
    gains: dict[str, int] | None = None
    """campaign of a hint -> what it would be worth, in minor units; of those named."""
    choices: tuple[str, ...] | None = None
    """Campaigns whose gift the buyer has still to choose."""
    extras: dict[str, int] | None = None
    messages: tuple[str, ...] | None = None
    """Campaigns that gave a message."""
    coupons: dict[str, int] | None = None
    """series -> how many coupons are issued."""


class Case(msgspec.Struct, frozen=True):
    name: str
    why: str
    basket: BasketDoc
    expect: Expected


class _CaseDoc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=3, max_length=200)]
    why: Annotated[str, Meta(min_length=10, max_length=4000)]
    """The arithmetic, in words."""
    basket: dict[str, object]
    expect: Expected


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    programme: Name
    case: Annotated[tuple[_CaseDoc, ...], Meta(min_length=1, max_length=1000)]
    goods: dict[Name, dict[str, object]] = {}
    """A short name -> goods, as in a line of a basket: lines name them by `goods`."""


def read_cases(text: str) -> tuple[Case, ...]:
    """Every case of a file. Raises BadInput with the first thing that is wrong."""
    try:
        if len(text) > MAX_CASES_BYTES:
            raise ValueError(f"> {MAX_CASES_BYTES}")
        document = msgspec.convert(tomllib.loads(text), _Document)
        return tuple(_case(each, document.goods) for each in document.case)
    except (ValueError, RecursionError) as error:
        raise BadInput(sentence("cases.bad", what=str(error)[:300])) from error


def differences(case: Case, programme: Programme) -> list[str]:
    """Where the engine does not come to what a case expects: `total_minor: 900 expected, 1000 found`."""
    doc = case.basket
    found = figures_of(quote(basket_of(doc), programme, local_moment(doc.at), standing_of(doc, programme)))
    return list(_compared(case.expect, found))


def figures_of(done: Quote) -> dict[str, Figure]:
    """A quote in the words of `Expected`."""
    applied = sorted((each.order, each.campaign_id) for each in done.explanations if each.order)
    reasons: dict[str, str] = {}
    for each in done.explanations:
        reasons.setdefault(each.campaign_id, each.outcome)
    return {
        "base_minor": done.base_minor,
        "discount_minor": done.discount_minor,
        "redeemed_points": done.redeemed_points,
        "allowed_points": done.redemption.allowed_points,
        "total_minor": done.total_minor,
        "earned_points": done.earned_points,
        "wallets": done.wallets,
        "costs": done.costs,
        "lines": tuple(
            {
                "base_minor": line.base_minor, "discount_minor": line.discount_minor,
                "redeemed_minor": line.redeemed_minor, "redeemed_points": line.redeemed_points,
                "total_minor": line.total_minor, "earned_points": line.earned_points,
            }
            for line in done.lines
        ),
        "reasons": reasons,
        "order": tuple(campaign_id for _, campaign_id in applied),
        "hints": tuple(hint.campaign_id for hint in done.hints),
        "gains": {hint.campaign_id: hint.gain_minor for hint in done.hints},
        "choices": tuple(choice.campaign_id for choice in done.granted.choices),
        "extras": {extra.code: extra.qty_milli for extra in done.granted.extras},
        "messages": tuple(message.campaign_id for message in done.granted.messages),
        "coupons": {issue.series: issue.count for issue in done.granted.issues},
    }  # fmt: skip


def _case(each: _CaseDoc, goods: Mapping[str, Mapping[str, object]]) -> Case:
    lines = each.basket.get("lines", ())
    if not isinstance(lines, list):
        raise ValueError(f"{each.name}: basket.lines")
    written = [_goods(each.name, line, goods) for line in lines if isinstance(line, dict)]
    basket = msgspec.convert({**each.basket, "lines": written}, BasketDoc)
    return Case(each.name, each.why, basket, each.expect)


def _goods(name: str, line: Mapping[str, object], goods: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """A line with its goods written out."""
    short = line.get("goods")
    if short is None:
        return dict(line)
    if not isinstance(short, str) or short not in goods:
        raise BadInput(sentence("cases.goods", name=name, goods=str(short)))
    return {**goods[short], **{key: value for key, value in line.items() if key != "goods"}}


def _compared(expect: Expected, found: Mapping[str, Figure]) -> Iterator[str]:
    for name in Expected.__struct_fields__:
        wanted, got = getattr(expect, name), found[name]
        if wanted is None:
            continue
        if name == "lines" and isinstance(got, tuple):
            yield from _lines(wanted, got)
        elif name in _NAMED and isinstance(got, dict):
            yield from _named(name, wanted, got)
        elif wanted != got:
            yield f"{name}: {wanted} expected, {got} found"


def _lines(wanted: tuple[dict[str, int], ...], got: tuple[object, ...]) -> Iterator[str]:
    if len(wanted) != len(got):
        yield f"lines: {len(wanted)} expected, {len(got)} found"
        return
    for number, (want, have) in enumerate(zip(wanted, got, strict=True), start=1):
        for key, value in want.items():
            found = have.get(key) if isinstance(have, dict) else None
            if value != found:
                yield f"lines[{number}].{key}: {value} expected, {found} found"


def _named(figure: str, wanted: Mapping[str, object], got: Mapping[str, object]) -> Iterator[str]:
    for campaign, want in wanted.items():
        found = got.get(campaign, _NAMED[figure])
        if want != found:
            yield f"{figure}.{campaign}: {want} expected, {found} found"
