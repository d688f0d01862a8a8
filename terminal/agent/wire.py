"""What the agent replies, as types; the OpenAPI document is made from them and from what clients send (`asked.py`).

Amounts are minor units, quantities thousandths of a unit, times wall-clock milliseconds.
"""

from typing import Literal

import msgspec

from loyalty.catalogue import Unit, Vat
from loyalty.member import IdentifiedBy
from loyalty.receipt import Applied, Receipt


class Told(msgspec.Struct, frozen=True):
    """A sentence, as data and in the language asked for."""

    code: str
    args: dict[str, int | str]
    text: str


class DueReply(msgspec.Struct, frozen=True):
    """Points of a wallet on a date."""

    wallet: str
    date: str
    points: int


class MemberReply(msgspec.Struct, frozen=True):
    """A member, masked: no full name, phone or card number."""

    member_id: str
    name_masked: str
    status: str
    status_name: str
    balance_points: int
    """What can be spent today."""
    wallets: dict[str, int]
    """The same of the wallets beside the main one."""
    pending: tuple[DueReply, ...]
    """Points that can be spent from a date on, of each wallet the soonest."""
    ending: tuple[DueReply, ...]
    """Points that run out, by the last date they can be spent."""
    balance_as_of_ms: int
    """The balance is the head office's at this time and this till's own receipts since; 0: not heard of there yet."""
    card_tail: str
    phone_tail: str
    identified_by: IdentifiedBy
    season: str
    """The season of today; the figures are of it."""
    spend_minor: int
    """What counts: less what was returned, where the programme says so. The points likewise."""
    visits: int
    """Days with a sale receipt."""
    receipts: int
    season_points: int
    standing: tuple[Told, ...]
    """How the member stands, in words: what is done, the way to the next status, what becomes of this one."""
    blocked: bool


class GiftCardReply(msgspec.Struct, frozen=True):
    """A gift card: what is on it, as far as the till knows, and how much of it may pay a receipt now."""

    tail: str
    """The last digits of its number."""
    balance_minor: int
    balance_as_of_ms: int
    """The balance is the head office's at this time and this till's own receipts since; 0: not heard of there yet."""
    may_pay_minor: int
    limit: Told | None
    """Why that is not all of the balance."""


class ConfirmationReply(msgspec.Struct, frozen=True):
    """A code of so many digits is on its way to the phone that ends so. Another may be asked for after
    `resend_after_s`."""

    confirmation_id: str
    phone_tail: str
    digits: int
    good_for_s: int
    resend_after_s: int


class CheckedReply(msgspec.Struct, frozen=True):
    """`confirmed`: the member may spend points, on one receipt and within 15 minutes · `wrong`: so many guesses are
    left · `ended`: only a new code helps."""

    state: Literal["confirmed", "wrong", "ended"]
    tries_left: int


class GoodsReply(msgspec.Struct, frozen=True):
    """Goods at today's price in this store; `qty_milli` is what the label of weighed goods says, else one unit."""

    code: str
    name: str
    unit: Unit
    vat: Vat
    price_minor: int
    qty_milli: int
    category: str
    brand: str
    gift_card: bool
    """It is a gift card: a line of it needs the card to load."""


class QuotedLine(msgspec.Struct, frozen=True):
    """One line's figures, all for the whole line: total = base - discount - redeemed; `notes` are the reasons."""

    line_no: int
    code: str
    name: str
    unit: Unit
    qty_milli: int
    price_minor: int
    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int
    wallets: dict[str, int]
    """Wallet -> points earned, of the wallets beside the main one."""
    costs: dict[str, int]
    """Wallet -> points taken for what a campaign gave on the line."""
    applied: tuple[Applied, ...]
    notes: tuple[Told, ...]


class CouponReply(msgspec.Struct, frozen=True):
    """A coupon of the basket: used, and `said` is what it gave; or not, and `said` is why. `id` is what the receipt
    keeps."""

    code: str
    id: str
    series: str
    name: str
    used: bool
    said: Told


class IssueReply(msgspec.Struct, frozen=True):
    """Coupons that will come with the receipt; their codes are made when it is recorded (`issued` of the receipt)."""

    campaign_id: str
    series: str
    count: int


class OfferReply(msgspec.Struct, frozen=True):
    """Something to ask for, by `asked` with `campaign_id`; or a gift of several, by `choices` with `code` too.

    `possible`: asking brings something, and `said` is what; else it is what is missing. `cost` null: nothing is taken.
    """

    campaign_id: str
    code: str
    name: str
    taken: bool
    possible: bool
    said: Told
    cost: Told | None


class GiftReply(msgspec.Struct, frozen=True):
    """Goods given beside the basket: a line of the receipt at zero."""

    line_no: int
    campaign_id: str
    code: str
    name: str
    qty_milli: int


class GiftOption(msgspec.Struct, frozen=True):
    code: str
    name: str
    qty_milli: int


class GiftChoice(msgspec.Struct, frozen=True):
    """A gift the customer has still to choose: send the code of one of `options` in `choices`."""

    campaign_id: str
    options: tuple[GiftOption, ...]


class Reason(msgspec.Struct, frozen=True):
    """What became of one campaign: `gain_minor` is what it gave, or would give if missing."""

    campaign_id: str
    name: str
    outcome: Literal["applied", "blocked", "missing"]
    said: Told
    line_nos: tuple[int, ...]
    gain_minor: int


class PointsReply(msgspec.Struct, frozen=True):
    """How many points may be spent on this basket now, how many are, and what limits them."""

    allowed_points: int
    used_points: int
    used_minor: int
    limit: Told | None


class QuoteReply(msgspec.Struct, frozen=True):
    """The whole answer; the lines' figures add up to the totals."""

    programme_id: str
    programme_version: int
    lines: tuple[QuotedLine, ...]
    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int
    wallets: dict[str, int]
    """Wallet -> points earned, of the wallets beside the main one."""
    costs: dict[str, int]
    """Wallet -> points taken for what campaigns gave."""
    points: PointsReply
    explanations: tuple[Reason, ...]
    hints: tuple[Reason, ...]
    """The best missed ones, greatest gain first."""
    gifts: tuple[GiftReply, ...]
    gift_choices: tuple[GiftChoice, ...]
    coupons: tuple[CouponReply, ...]
    issues: tuple[IssueReply, ...]
    messages: tuple[str, ...]
    """Texts for the customer, which the receipt will carry."""
    offers: tuple[OfferReply, ...] | None
    """What the customer may ask for; null unless it was wanted."""
    member: MemberReply | None


class ReceiptReply(msgspec.Struct, frozen=True):
    """A receipt, what of it has been returned (line number -> quantity), and the slip to print."""

    receipt: Receipt
    returned_milli: dict[int, int]
    slip: tuple[str, ...]
    notes: tuple[Told, ...] = ()
    """Of a return: why it gives back another sum than was paid for its goods. Of a receipt that was asked for: that the
    head office did not answer, so `returned_milli` is this till's word alone."""


class ErrorReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong and what to do. `code` is for programs and never changes, `detail` and `hint` are for people."""

    code: str
    detail: str
    hint: str = ""
    where: str = ""
    """The part of the request that is meant, as in `lines[2]`."""
    quote: QuoteReply | None = None
    """With code `agent.total`: what the basket costs now."""
