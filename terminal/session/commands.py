"""What people and the engine ask of the session (imperative), what it asks of the engine (effects), what came of it."""

from typing import Literal

import msgspec

from loyalty.basket import Basket
from loyalty.catalogue import Product
from loyalty.coupons.reading import Coupon
from loyalty.events import Consent
from loyalty.gift_card import HeldCard
from loyalty.member import IdentifiedBy, Member
from loyalty.points.purse import Purse
from loyalty.programme import Programme
from loyalty.quote import Quote
from loyalty.receipt import MoneyKind, Payment, PaymentKind, Receipt
from loyalty.returning.parts import GivenBack
from loyalty.sentences import Sentence
from terminal.session.state import Level, ShiftInfo

# -- from people


class Scan(msgspec.Struct, frozen=True):
    """A code from a scanner or a camera."""

    text: str
    source: str = "scanner"


class Type(msgspec.Struct, frozen=True):
    """A line typed by the cashier: a code, a phone, a card number, `3*` or `3*code`."""

    text: str


class SetQuantity(msgspec.Struct, frozen=True):
    line_id: int
    qty_milli: int


class VoidLine(msgspec.Struct, frozen=True):
    line_id: int


class VoidReceipt(msgspec.Struct, frozen=True):
    pass


class Undo(msgspec.Struct, frozen=True):
    pass


class ForgetMember(msgspec.Struct, frozen=True):
    pass


class SpendPoints(msgspec.Struct, frozen=True):
    """Spend this many points (None: as many as may be); 0 takes them back."""

    points: int | None = None


class DropCoupon(msgspec.Struct, frozen=True):
    """Take a coupon off the receipt, by its code."""

    code: str


class ListOffers(msgspec.Struct, frozen=True):
    """Show what the member may ask for: gifts to choose, campaigns given on request."""


class Ask(msgspec.Struct, frozen=True):
    """Ask for a campaign that is given on request; asked for already, it is taken back."""

    campaign_id: str


class Choose(msgspec.Struct, frozen=True):
    """Choose one of the gifts of a campaign, by the code of the goods; chosen already, none is."""

    campaign_id: str
    code: str


class ConfirmPhone(msgspec.Struct, frozen=True):
    """Have a code sent to the member's phone; once more, another one."""


class EnterCode(msgspec.Struct, frozen=True):
    """The code as the member says it."""

    code: str


class CancelConfirm(msgspec.Struct, frozen=True):
    """Leave the phone unconfirmed."""


class SearchGoods(msgspec.Struct, frozen=True):
    text: str


class AddProduct(msgspec.Struct, frozen=True):
    """Add goods chosen from `found` by their code."""

    code: str


class Pay(msgspec.Struct, frozen=True):
    """Go to payment."""


class Tender(msgspec.Struct, frozen=True):
    """Money given; None is exactly what is due, or as much of it as the gift card in hand may pay. The sale completes
    when nothing is due."""

    kind: PaymentKind
    amount_minor: int | None = None


class Back(msgspec.Struct, frozen=True):
    """Esc: one level back; never loses the basket."""


class BeginReturn(msgspec.Struct, frozen=True):
    number: str


class SetReturn(msgspec.Struct, frozen=True):
    """How much of a line goes back; None is all that can."""

    line_no: int
    qty_milli: int | None = None


class ReturnAll(msgspec.Struct, frozen=True):
    pass


class ConfirmReturn(msgspec.Struct, frozen=True):
    """`kind` is how money is paid out; what gift cards paid goes back to them."""

    kind: MoneyKind


class Enrol(msgspec.Struct, frozen=True):
    """A new member by phone; processing of personal data must be agreed to, advertising need not. `invited_by` is the
    card or phone of who invited them, where the programme asks for it."""

    phone: str
    name: str = ""
    processing: bool = False
    advertising: bool = False
    invited_by: str = ""


class ChangeConsent(msgspec.Struct, frozen=True):
    purpose: Literal["processing", "advertising"]
    given: bool


class OpenShift(msgspec.Struct, frozen=True):
    cashier: str


class CloseShift(msgspec.Struct, frozen=True):
    """Close the shift and print the Z report."""


class XReport(msgspec.Struct, frozen=True):
    pass


class Mend(msgspec.Struct, frozen=True):
    """The manager `by` name has another history of this till mended."""

    by: str


class Refresh(msgspec.Struct, frozen=True):
    """The programme, the link or the cache changed: quote again."""


# -- effects, run by the engine


class FindProduct(msgspec.Struct, frozen=True):
    code: str
    qty_milli: int


class FindMember(msgspec.Struct, frozen=True):
    """By card number or by phone (E.164)."""

    key: str
    by: IdentifiedBy


class FindCoupon(msgspec.Struct, frozen=True):
    """Whether a coupon may still be used; `single`: only once."""

    coupon: Coupon
    single: bool


class FindGiftCard(msgspec.Struct, frozen=True):
    """What is on a gift card, by its number."""

    number: str


class FindReceipt(msgspec.Struct, frozen=True):
    number: str


class FindGoods(msgspec.Struct, frozen=True):
    text: str


class SendCode(msgspec.Struct, frozen=True):
    """Answered at once by CodeAsked; later by CodeSent or ConfirmFailed."""

    member_id: str
    account_id: str


class CheckCode(msgspec.Struct, frozen=True):
    """Answered later by CodeChecked or ConfirmFailed."""

    confirmation_id: str
    member_id: str
    account_id: str
    code: str


class TakeHold(msgspec.Struct, frozen=True):
    """Have the head office keep points (wallet -> points) for this sale, in place of the hold `replaces`. Answered
    later by HoldTaken, HoldShort or HoldFailed."""

    hold_id: str
    member_id: str
    account_id: str
    points: dict[str, int]
    replaces: str = ""


class GiveHoldBack(msgspec.Struct, frozen=True):
    """The sale takes no points under this hold. Nobody waits for an answer."""

    hold_id: str
    account_id: str


class CommitSale(msgspec.Struct, frozen=True):
    """`hold_id`: the points are held under it; `unheld`: the head office did not answer when it was asked to."""

    basket: Basket
    quote: Quote
    payments: tuple[Payment, ...]
    hold_id: str = ""
    unheld: bool = False


class CommitReturn(msgspec.Struct, frozen=True):
    original: Receipt
    returned_milli: dict[int, int]
    wanted_milli: dict[int, int]
    kind: MoneyKind
    parts: tuple[GivenBack, ...] = ()
    programme: Programme | None = None
    purse: Purse | None = None


class EnrolMember(msgspec.Struct, frozen=True):
    """`invited_by`: the card or phone (E.164) of who invited them, and which of the two."""

    phone: str
    name: str
    consents: tuple[Consent, ...]
    invited_by: tuple[str, Literal["card", "phone"]] | None = None


class RecordConsent(msgspec.Struct, frozen=True):
    member: Member
    consent: Consent


class StartShift(msgspec.Struct, frozen=True):
    cashier: str


class EndShift(msgspec.Struct, frozen=True):
    pass


class MakeXReport(msgspec.Struct, frozen=True):
    pass


class BeginEpoch(msgspec.Struct, frozen=True):
    """Answered by EpochReady."""

    by: str


class Signal(msgspec.Struct, frozen=True):
    """A sound, always together with text."""

    sound: Literal["ok", "error"]


# -- what came of effects


class ProductFound(msgspec.Struct, frozen=True):
    product: Product
    qty_milli: int
    price_minor: int


class ProductUnknown(msgspec.Struct, frozen=True):
    """`said` tells unknown code from goods without a price."""

    code: str
    said: Sentence


class MemberFound(msgspec.Struct, frozen=True):
    member: Member
    enrolled: bool = False


class CouponFree(msgspec.Struct, frozen=True):
    """As far as this till knows, nobody has used it up."""

    coupon: Coupon


class GiftCardFound(msgspec.Struct, frozen=True):
    held: HeldCard


class ReceiptFound(msgspec.Struct, frozen=True):
    """A receipt with what has come back of it: line_no -> qty_milli, and what each return that is known gave back.

    `programme` is the version it was made by, None where the till has not got it; `purse` is what its account has as
    far as the till knows, None where it does not. `elsewhere_known`: whether what other tills took back is among it.
    """

    receipt: Receipt
    returned_milli: dict[int, int]
    parts: tuple[GivenBack, ...] = ()
    programme: Programme | None = None
    purse: Purse | None = None
    elsewhere_known: bool = True


class GoodsFound(msgspec.Struct, frozen=True):
    text: str
    products: tuple[Product, ...]


class CodeAsked(msgspec.Struct, frozen=True):
    """The head office is being asked to send a code, under this id."""

    confirmation_id: str


class CodeSent(msgspec.Struct, frozen=True):
    """A code of so many digits is on its way."""

    confirmation_id: str
    digits: int
    resend_after_s: int


class CodeChecked(msgspec.Struct, frozen=True):
    confirmation_id: str
    state: Literal["confirmed", "wrong", "ended"]
    tries_left: int = 0


class ConfirmFailed(msgspec.Struct, frozen=True):
    """`offline`: nobody answered · `wait`: too soon · `no_messages`: the head office sends none · `refused`: anything
    else it said."""

    confirmation_id: str
    why: Literal["offline", "wait", "no_messages", "refused"]
    retry_after_s: int = 0


class HoldTaken(msgspec.Struct, frozen=True):
    """The points are kept for so long."""

    hold_id: str
    account_id: str
    good_for_s: int


class HoldShort(msgspec.Struct, frozen=True):
    """There are not so many: `available` is how many there are, wallet -> points."""

    hold_id: str
    available: dict[str, int]


class HoldFailed(msgspec.Struct, frozen=True):
    """Nobody has answered by now."""

    hold_id: str


class Completed(msgspec.Struct, frozen=True):
    """The sale or return is in the journal: it may be shown as done."""

    receipt: Receipt
    slip: tuple[str, ...]
    shift: ShiftInfo


class ShiftStarted(msgspec.Struct, frozen=True):
    shift: ShiftInfo


class ShiftEnded(msgspec.Struct, frozen=True):
    slip: tuple[str, ...]


class ReportMade(msgspec.Struct, frozen=True):
    slip: tuple[str, ...]


class EpochReady(msgspec.Struct, frozen=True):
    """A new epoch has begun, and so many events that were recorded before go up in it."""

    epoch: int
    reissued: int


class ConsentRecorded(msgspec.Struct, frozen=True):
    consent: Consent


class Notify(msgspec.Struct, frozen=True):
    """Something beside the sale the cashier should know: paper, the scanner, an answer that came late."""

    level: Level
    said: Sentence
    hint: Sentence | None = None


class Failed(msgspec.Struct, frozen=True):
    """An effect could not be done; nothing was lost."""

    said: Sentence
    hint: Sentence | None = None


Command = (
    Scan
    | Type
    | SetQuantity
    | VoidLine
    | VoidReceipt
    | Undo
    | ForgetMember
    | SpendPoints
    | DropCoupon
    | ListOffers
    | Ask
    | Choose
    | ConfirmPhone
    | EnterCode
    | CancelConfirm
    | SearchGoods
    | AddProduct
    | Pay
    | Tender
    | Back
    | BeginReturn
    | SetReturn
    | ReturnAll
    | ConfirmReturn
    | Enrol
    | ChangeConsent
    | OpenShift
    | CloseShift
    | XReport
    | Mend
    | Refresh
    | ProductFound
    | ProductUnknown
    | MemberFound
    | CouponFree
    | GiftCardFound
    | ReceiptFound
    | GoodsFound
    | CodeAsked
    | CodeSent
    | CodeChecked
    | ConfirmFailed
    | HoldTaken
    | HoldShort
    | HoldFailed
    | Completed
    | ShiftStarted
    | ShiftEnded
    | ReportMade
    | EpochReady
    | ConsentRecorded
    | Notify
    | Failed
)
LookUp = FindProduct | FindMember | FindCoupon | FindGiftCard | FindReceipt | FindGoods
Confirm = SendCode | CheckCode
Hold = TakeHold | GiveHoldBack
Record = CommitSale | CommitReturn | EnrolMember | RecordConsent | StartShift | EndShift | MakeXReport | BeginEpoch
Effect = LookUp | Confirm | Hold | Record | Signal
