"""A completed sale or return: everything needed to print it, book it and recompute it years later."""

from typing import Any, Literal

import msgspec

from loyalty.bank_card import BankSlip
from loyalty.basket import Channel, Moment
from loyalty.catalogue import Unit, Vat
from loyalty.coupons.issuing import IssuedCoupon
from loyalty.coupons.spent import SpentCoupon
from loyalty.gift_card import GiftCard
from loyalty.granted import Issue, Message
from loyalty.member import IdentifiedBy
from loyalty.points.terms import Lot
from loyalty.rights import SpentRight

MoneyKind = Literal["cash", "card"]
"""What a till takes in and pays out."""
Refund = Literal["cash", "card", "as_paid"]
"""How a return pays money out: all in cash, all to the card, or to the card what cards paid and the rest in cash."""
PaymentKind = Literal["cash", "card", "gift_card"]
ReturnRule = Literal["", "paid", "kept", "unknown"]
"""How a return was worked out: at the price paid, by what the kept goods cost by themselves, or at the price paid since
the programme version of the sale was not at hand; empty: no return."""


def _written(value: Any) -> Any:
    """A default that is written all the same: readers of receipts may look for the key."""
    return msgspec.field(default_factory=lambda: value)


class ProgrammeRef(msgspec.Struct, frozen=True, gc=False):
    """Which rules made a receipt: the programme, its version and the engine's."""

    id: str
    version: int
    engine: str


class Applied(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one campaign did on one line; names are kept, since campaigns come and go."""

    campaign_id: str
    name_ru: str
    name_en: str
    discount_minor: int = 0
    points: int = 0
    wallet: str = "main"
    """Where the points go."""


class ReceiptLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line. base = price x quantity; total = base - discount - redeemed; all amounts are of the whole line.

    A gift is a line of its own at price 0: it stands after the goods bought, and `applied` names its campaign.
    """

    line_no: int
    code: str
    name: str
    unit: Unit
    vat: Vat
    qty_milli: int
    price_minor: int
    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int
    applied: tuple[Applied, ...] = _written(())
    name_en: str = ""
    """The English name of a gift, which the programme knows in both languages."""
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    no_discount: bool = False
    no_earn: bool = False
    no_redeem: bool = False
    min_price_minor: int = 0
    """What the goods were when they were sold: with it the receipt can be worked out again."""
    wallets: dict[str, int] = {}
    """wallet -> points earned, of the wallets beside the main one."""
    costs: dict[str, int] = {}
    """wallet -> points taken for what a campaign gave on this line."""
    gift_card: GiftCard | None = None
    """The card that was bought by this line: its total is the money put on it."""
    mark: str = ""
    """The code of marking of the piece sold, as it was read."""

    @property
    def is_gift(self) -> bool:
        """Whether it was given beside the basket; a basket worked out again is without it."""
        return self.price_minor == 0 and any(not (each.discount_minor or each.points) for each in self.applied)


class Payment(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Money given; points are not a payment here: they lower the price (redeemed_minor of the lines)."""

    kind: PaymentKind
    amount_minor: int
    gift_card: GiftCard | None = None
    """Which card paid, of the kind `gift_card`."""
    left_minor: int | None = None
    """What it had after that, as far as the till knew."""
    bank: BankSlip | None = None
    """What the payment terminal said, of the kind `card`; None where it was worked without the till."""


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A sale, or a return (`kind` return: amounts are positive and go the other way)."""

    receipt_id: str
    number: str
    kind: Literal["sale", "return"]
    store: str
    terminal: str
    cashier: str
    shift_id: str
    moment: Moment
    programmes: tuple[ProgrammeRef, ...]
    lines: tuple[ReceiptLine, ...]
    base_minor: int
    discount_minor: int
    redeemed_minor: int
    redeemed_points: int
    total_minor: int
    earned_points: int
    payments: tuple[Payment, ...]
    change_minor: int = _written(0)
    account_id: str | None = _written(None)
    member_id: str | None = _written(None)
    member_name: str = _written("")
    identified_by: IdentifiedBy | None = _written(None)
    status: str = _written("")
    balance_before_points: int | None = _written(None)
    offline: bool = _written(False)
    """Points were spent without the head office: on the right the programme gives."""
    original_id: str | None = _written(None)
    original_number: str | None = _written(None)
    channel: Channel = "till"
    asked: tuple[str, ...] = ()
    """Campaigns the member asked for."""
    choices: dict[str, str] = {}
    """campaign id -> the gift chosen."""
    coupons: tuple[str, ...] = ()
    """Ids of the coupons that something was given for."""
    spent: tuple[SpentCoupon, ...] = ()
    """Of these the ones that may be used once, or so often by a member."""
    wallets: dict[str, int] = {}
    """wallet -> points earned, of the wallets beside the main one."""
    costs: dict[str, int] = {}
    """wallet -> points taken for what campaigns gave; for what is no line's, more than the lines sum to."""
    issues: tuple[Issue, ...] = ()
    """Coupons given with the receipt: how many of which series."""
    issued: tuple[IssuedCoupon, ...] = ()
    """The same with their codes."""
    messages: tuple[Message, ...] = ()
    """Texts of campaigns for the buyer."""
    asked_points: int = 0
    """The points the member asked to spend; `redeemed_points` is how many could be."""
    campaigns: tuple[str, ...] = ()
    """Ids of the campaigns that gave something, in the order they were applied."""
    blocked: bool = False
    """The card was blocked: nothing was earned or spent with it."""
    redeemed_wallets: tuple[tuple[str, int], ...] = ()
    """The points spent by wallet, in the order the wallets were spent; left out where the main one paid for all."""
    lots: tuple[Lot, ...] = ()
    """The points earned that cannot be spent at once or run out, one lot a wallet; of a return, what it takes back."""
    return_rule: ReturnRule = ""
    withheld_minor: int = 0
    """Of a return: how much less it gives back, in money and points spent, than was paid for its goods; below 0, what
    was withheld before comes on top."""
    withheld: tuple[Applied, ...] = ()
    """Which campaigns give less on what the buyer keeps, and how much."""
    short_points: dict[str, int] = {}
    """Of a return: wallet -> points that were to be taken back and were not there; they are not in `earned_points`."""
    short_minor: int = 0
    """What is kept for them from the money: `payments` come to the total less this."""
    fiscal_number: str = ""
    """Of the document the fiscal register made of it; empty where there is no register."""
    stopped: tuple[str, ...] = ()
    """Campaigns of the programme that the head office had stopped."""
    redemption_stopped: bool = False
    """It had stopped the spending of points."""
    hold_id: str = ""
    """The points spent were held at the head office under this id."""
    rights: tuple[SpentRight, ...] = ()
    """On which rights points were spent without the head office; they come to all that was spent."""

    @property
    def settled_minor(self) -> int:
        """What is paid for it; of a return, what is paid out: less what is kept for points that were gone."""
        return self.total_minor - self.short_minor

    @property
    def loaded_minor(self) -> int:
        """What was put on gift cards, or taken back from them."""
        return sum(line.total_minor for line in self.lines if line.gift_card is not None)
