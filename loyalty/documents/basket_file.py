"""A basket as a document: what `kopilka quote` reads, what cases are written in, what past receipts are replayed from.

The form is published (docs/QUOTE.md) and stable: fields are added with a default, never renamed. Sums are minor
units, quantities thousandths of a unit, and `at` is the store's own local time.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI, Basket, BasketLine, Channel, Moment, PaidBy
from loyalty.catalogue import Price, Product, Unit, Vat
from loyalty.errors import BadInput
from loyalty.events import decoded
from loyalty.member import IdentifiedBy, Member, Used
from loyalty.money import MAX_MINOR
from loyalty.programme import Programme
from loyalty.quoted import Standing
from loyalty.quoting.limits import Room
from loyalty.sentences import sentence
from loyalty.shares import Amount, Budget, left_of
from loyalty.stops import stops_named

MAX_BASKET_BYTES = 1024 * 1024
MAX_POINTS = 10**9
_Doc = TypeVar("_Doc")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

SENTENCES = {
    "basket_file.bad": ("Корзина не читается: {what}", "The basket cannot be read: {what}"),
    "basket_file.bad.hint": ("Как она пишется — docs/QUOTE.md", "docs/QUOTE.md says how to write one"),
    "basket_file.at": ("Время «{at}» не годится", "The time “{at}” will not do"),
    "basket_file.at.hint": ("Пишите так: 2026-11-22T13:00", "Write it as 2026-11-22T13:00"),
}

Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR)]
Points = Annotated[int, Meta(ge=-MAX_POINTS, le=MAX_POINTS)]
Name = Annotated[str, Meta(max_length=200)]
Words = Annotated[tuple[Name, ...], Meta(max_length=1000)]


class LineDoc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line: goods with what the catalogue says of them, at the price of one unit."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    price_minor: Minor
    qty_milli: Annotated[int, Meta(ge=1, le=MAX_QTY_MILLI)] = 1000
    name: Name = ""
    unit: Unit = "piece"
    vat: Vat = "20"
    category: Name = ""
    brand: Name = ""
    tags: Words = ()
    no_discount: bool = False
    no_earn: bool = False
    no_redeem: bool = False
    min_price_minor: Minor = 0
    gift_card: bool = False


class UsedDoc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the member has had of a limited campaign in one period, named as in docs/QUOTE.md."""

    campaign_id: Name
    period: Name
    times: Points = 0
    minor: Minor = 0
    points: Points = 0


class MemberDoc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The member, as far as rules ask."""

    id: Name = "member"
    status: Name = ""
    points: Points = 0
    wallets: dict[Name, Points] = {}
    audiences: Words = ()
    birthday: Annotated[str, Meta(pattern=r"^(\d\d-\d\d)?$")] = ""
    identified_by: IdentifiedBy = "card"
    card_kind: Name = ""
    receipts: Annotated[int, Meta(ge=0, le=MAX_POINTS)] | None = None
    blocked: bool = False
    used: Annotated[tuple[UsedDoc, ...], Meta(max_length=1000)] = ()


class AmountDoc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So much of a campaign: receipts it gave something on, money off, points."""

    times: Annotated[int, Meta(ge=0, le=10**9)] = 0
    minor: Minor = 0
    points: Annotated[int, Meta(ge=0, le=MAX_MINOR)] = 0


class GivenDoc(AmountDoc, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a campaign with a budget has given everybody so far, and `in_store` what it has given in this store."""

    in_store: AmountDoc = AmountDoc()


class BasketDoc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A basket and everything else that decides what it costs, but for the programme."""

    lines: Annotated[tuple[LineDoc, ...], Meta(max_length=MAX_LINES)]
    member: MemberDoc | None = None
    at: Name = ""
    store: Name = ""
    channel: Channel = "till"
    payment: PaidBy = ""
    beside_gift_card: bool = False
    coupons: Words = ()
    redeem_points: Annotated[int, Meta(ge=0, le=MAX_POINTS)] = 0
    asked: Words = ()
    choices: dict[Name, Name] = {}
    link: Literal["online", "offline"] = "online"
    balance_age_s: Annotated[int, Meta(ge=0, le=10**9)] = 0
    given: Annotated[dict[Name, GivenDoc], Meta(max_length=1000)] = {}
    stopped: Words = ()
    redemption_stopped: bool = False


_basket = msgspec.json.Decoder(BasketDoc)
_member = msgspec.json.Decoder(MemberDoc)


def read_basket(raw: bytes) -> BasketDoc:
    """A basket from JSON. Raises BadInput with the place and what is wrong there."""
    return _read(_basket, raw)


def read_member(raw: bytes) -> MemberDoc:
    """A member from JSON. Raises BadInput."""
    return _read(_member, raw)


def basket_of(doc: BasketDoc) -> Basket:
    """The basket of a document; lines are numbered from 1 in its order."""
    return Basket(
        lines=tuple(_line(number, line) for number, line in enumerate(doc.lines, start=1)),
        member=_member_of(doc.member) if doc.member else None,
        coupons=doc.coupons,
        redeem_points=doc.redeem_points,
        store=doc.store,
        channel=doc.channel,
        payment=doc.payment,
        beside_gift_card=doc.beside_gift_card,
        asked=doc.asked,
        choices=doc.choices,
    )


def standing_of(doc: BasketDoc, programme: Programme) -> Standing:
    """The link, what is left of each budget of the programme, and what was stopped."""
    left = {name: _left(budget, doc.given.get(name, GivenDoc())) for name, budget in programme.budgets.items()}
    stops = stops_named(doc.stopped, doc.redemption_stopped)
    return Standing(online=doc.link == "online", balance_age_s=doc.balance_age_s, left=left, stops=stops)


def _left(budget: Budget, given: GivenDoc) -> Room:
    here = given.in_store
    return left_of(budget, Amount(given.times, given.minor, given.points), Amount(here.times, here.minor, here.points))


def local_moment(at: str, at_ms: int = 0) -> Moment:
    """A local time as a moment; `at_ms` is the same as an instant, where somebody needs it. Raises BadInput."""
    try:
        if not _LOCAL.fullmatch(at):
            raise ValueError(at)
        when = datetime.fromisoformat(at)
    except ValueError:
        raise BadInput(sentence("basket_file.at", at=at[:40]), sentence("basket_file.at.hint")) from None
    return Moment(at_ms, date.isoformat(when), when.hour * 60 + when.minute, when.weekday())


def _read(decoder: "msgspec.json.Decoder[_Doc]", raw: bytes) -> _Doc:
    hint = sentence("basket_file.bad.hint")
    if len(raw) > MAX_BASKET_BYTES:
        raise BadInput(sentence("basket_file.bad", what=f"> {MAX_BASKET_BYTES} bytes"), hint)
    try:
        return decoded(decoder, raw)
    except msgspec.DecodeError as error:
        raise BadInput(sentence("basket_file.bad", what=str(error)[:300]), hint) from error


def _line(number: int, line: LineDoc) -> BasketLine:
    product = Product(
        line.code, line.name, (Price(line.price_minor),), line.vat, line.unit, line.category, line.brand, line.tags,
        line.no_discount, line.no_earn, line.no_redeem, line.min_price_minor, line.gift_card,
    )  # fmt: skip
    return BasketLine(number, product, line.qty_milli, line.price_minor)


def _member_of(doc: MemberDoc) -> Member:
    return Member(
        member_id=doc.id,
        account_id=doc.id,
        name_masked="",
        status=doc.status,
        balance_points=doc.points,
        audiences=doc.audiences,
        birthday_md=doc.birthday or None,
        identified_by=doc.identified_by,
        blocked=doc.blocked,
        wallets=doc.wallets,
        card_kind=doc.card_kind,
        receipts=doc.receipts,
        used=tuple(Used(each.campaign_id, each.period, each.times, each.minor, each.points) for each in doc.used),
    )
