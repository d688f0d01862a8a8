"""What clients send to the agent, as types: fields they do not know are refused, and every figure has its limits.

The OpenAPI document is made from these types, and from those of the replies (`wire.py`), which say the units.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from loyalty.basket import MAX_LINES, MAX_QTY_MILLI, PaidBy
from loyalty.granted import MAX_GRANTS
from loyalty.marks import MAX_MARK_CHARS
from loyalty.money import MAX_MINOR
from loyalty.quoting.presented import MAX_COUPONS
from loyalty.receipt import PaymentKind, Refund
from loyalty.sale import MAX_PAYMENTS
from terminal.session.shift import MAX_CASHIER_CHARS

MAX_ADDRESS_CHARS = 64
"""Of tag 1008; a phone in any spelling is as long at most."""
MAX_BODY_BYTES = 256 * 1024
MAX_CODE_CHARS = 64
MAX_COUPON_CHARS = 200
"""A signed coupon has 139; spaces and dashes between them do not matter."""
MAX_ASKED = 100
MAX_SAID_CHARS = 16
MAX_POINTS = 10**9

Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE_CHARS, description="As scanned or typed")]
GoodsCode = Annotated[
    str,
    Meta(min_length=1, max_length=MAX_MARK_CHARS, description="As scanned or typed; of marked goods all of it"),
]
Symbology = Annotated[
    str,
    Meta(
        pattern="^(\\][A-Za-z][0-9A-Za-z])?$",
        description="The AIM identifier that came with it, as a scan has it: some codes of GS1 are known by it alone",
    ),
]  # fmt: skip
CouponCode = Annotated[
    str, Meta(min_length=1, max_length=MAX_COUPON_CHARS, description="A coupon or promo code, as scanned or typed")
]
RequestId = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{32}$", min_length=32, max_length=32,
        description="A UUID in hex, made by the client once for each sale or return: sent again, it does nothing anew",
    ),
]  # fmt: skip
ShiftId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="The `shift_id` that GET /v1/shift gives")]
ConfirmationId = Annotated[
    str, Meta(pattern="^[0-9a-f]{32}$", description="Of a confirmation, as the agent gave it; good for one sale")
]
SendTo = Annotated[
    str,
    Meta(
        max_length=MAX_ADDRESS_CHARS,
        description="Where the customer asks to have the receipt sent: a phone in any spelling or an e-mail, which the"
        " fiscal register is told and nobody keeps; empty: paper only",
    ),
]  # fmt: skip
Quantity = Annotated[int, Meta(ge=1, le=MAX_QTY_MILLI)]
LineNo = Annotated[int, Meta(ge=1, le=MAX_LINES + MAX_GRANTS)]
Amount = Annotated[int, Meta(ge=1, le=MAX_MINOR)]
Total = Annotated[int, Meta(ge=0, le=MAX_MINOR)]


class LineAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Goods by their barcode, label or PLU; without `qty_milli` one piece, or what the label of weighed goods says."""

    code: GoodsCode
    qty_milli: Quantity | None = None
    gift_card: Code | None = None
    """Of goods that are a gift card: the number of the card to load, as scanned or typed."""
    symbology: Symbology = ""


class MemberAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member by card or phone, in any spelling; `scanned` says that the card itself was read and not typed;
    `confirmation_id` that the phone was confirmed under it."""

    key: Code
    scanned: bool = False
    confirmation_id: ConfirmationId | None = None


class PhoneAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The phone of a member, in any spelling: a code is to be sent there."""

    phone: Code


class CodeSaid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code as the member said it."""

    code: Annotated[str, Meta(min_length=1, max_length=MAX_SAID_CHARS)]


class BasketAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on the client's counter."""

    lines: Annotated[tuple[LineAsked, ...], Meta(max_length=MAX_LINES)] = ()
    member: MemberAsked | None = None
    redeem_points: Annotated[int, Meta(ge=0, le=MAX_POINTS)] = 0
    coupons: Annotated[tuple[CouponCode, ...], Meta(max_length=MAX_COUPONS)] = ()
    asked: Annotated[tuple[Code, ...], Meta(max_length=MAX_ASKED)] = ()
    """Campaigns the customer asks for: those that are given on request only."""
    choices: Annotated[dict[Code, Code], Meta(max_length=MAX_ASKED)] = {}
    """Campaign id -> code of the gift chosen of those it offers."""
    payment: PaidBy = ""
    """How it will be paid, where that is known: a campaign may hold for one way. A sale is quoted by its payments."""
    beside_gift_card: bool = False
    """A gift card will pay a part, and `payment` says how the rest is paid."""


class QuoteRequest(BasketAsked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A basket to be quoted."""

    with_offers: bool = False
    """Whether to say what the customer may ask for."""
    on_display: bool = True
    """Whether the customer's display shows it: not what is asked about on the side."""


class PaymentGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money as handed over; cash may exceed what is due, and the receipt says the change.

    A payment of the kind `gift_card` names the card by its number; what it may pay is `may_pay_minor` of the card.
    """

    kind: PaymentKind
    amount_minor: Amount
    gift_card: Code | None = None


class SaleRequest(BasketAsked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sale to record: what was quoted, and the total the customer agreed to."""

    sale_id: RequestId
    lines: Annotated[tuple[LineAsked, ...], Meta(min_length=1, max_length=MAX_LINES)]
    payments: Annotated[tuple[PaymentGiven, ...], Meta(max_length=MAX_PAYMENTS)] = ()
    expected_total_minor: Total
    send_to: SendTo = ""


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A return to record: of the receipt `number`, line number -> how much comes back."""

    return_id: RequestId
    number: Code
    lines: Annotated[dict[LineNo, Quantity], Meta(min_length=1, max_length=MAX_LINES)]
    payment: Refund
    """How money is paid out (`as_paid`: to the card what cards paid); what gift cards paid goes back to them."""
    send_to: SendTo = ""


class CashRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cash put into the drawer of the shift, or taken out of it, beside sales and returns."""

    cash_id: RequestId
    shift_id: ShiftId
    kind: Literal["in", "out"]
    amount_minor: Amount


class OpenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who works at the till."""

    cashier: Annotated[str, Meta(min_length=1, max_length=MAX_CASHIER_CHARS)]
