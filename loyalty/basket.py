"""What stands on the counter: lines, the member, the moment. The input of a quote."""

from typing import Literal

import msgspec

from loyalty.catalogue import Product
from loyalty.gift_card import GiftCard
from loyalty.member import Member

Channel = Literal["till", "online", "app", "stadium"]
PaidBy = Literal["", "cash", "card", "gift_card", "mixed"]
MAX_LINES = 500
MAX_QTY_MILLI = 999_999
"""No line above 999.999 units: a larger figure is a scanned code typed into the quantity."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A moment as an instant and as the store's own clock shows it (the edge converts; the core has no time zones)."""

    at_ms: int
    local_date: str
    """ISO date in the store's time zone, `2026-11-22`."""
    local_minute: int
    """Minutes since local midnight, 0 to 1439."""
    weekday: int
    """0 is Monday."""


class BasketLine(msgspec.Struct, frozen=True):
    """One line; `price_minor` is for one unit, `qty_milli` thousandths of the unit (1000 is one piece)."""

    line_id: int
    product: Product
    qty_milli: int
    price_minor: int
    gift_card: GiftCard | None = None
    """The card to load, where the product is one."""
    mark: str = ""
    """The code of marking of this one piece, as it was read."""
    unweighed: bool = False
    """Sold by weight, and nobody has said how much yet: `qty_milli` only stands for it."""


class Basket(msgspec.Struct, frozen=True):
    """Everything a quote depends on besides the programmes; the order of lines changes no total."""

    lines: tuple[BasketLine, ...] = ()
    member: Member | None = None
    coupons: tuple[str, ...] = ()
    redeem_points: int = 0
    """Points the member asked to spend; the quote says how many can be."""
    store: str = ""
    channel: Channel = "till"
    payment: PaidBy = ""
    """How it is to be paid; empty while nobody has said, `mixed` where kinds of money are mixed."""
    asked: tuple[str, ...] = ()
    """Ids of the campaigns the member asked for: those that are given on request only (`Campaign.asked`)."""
    choices: dict[str, str] = {}
    """campaign id -> the goods chosen of those it offers as a gift."""
    beside_gift_card: bool = False
    """A gift card pays a part, and `payment` is how the rest is paid."""
