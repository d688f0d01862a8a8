"""What came of effects, told to the session as commands; past tense."""

from typing import Literal

import msgspec

from loyalty.bank_card import BankSlip
from loyalty.basket import Basket
from loyalty.catalogue import Product
from loyalty.coupons.reading import Coupon
from loyalty.events import Consent
from loyalty.gift_card import HeldCard
from loyalty.member import Member
from loyalty.points.purse import Purse
from loyalty.programme import Programme
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack
from loyalty.sentences import Sentence
from terminal.session.state import ChargeStep, Level, RegisterSeen, ShiftInfo


class ProductFound(msgspec.Struct, frozen=True):
    product: Product
    qty_milli: int
    price_minor: int
    mark: str = ""
    until: str = ""
    """The last day of use on the label, as an ISO date."""
    qty_said: bool = True
    """Whether the label or the cashier has said how much."""


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


class ChargeAsks(msgspec.Struct, frozen=True):
    """What the payment terminal waits for; `undo`: the cashier is asked about an operation of another sale."""

    reference: str
    of: Literal["sale", "refund", "undo", "read"]
    amount_minor: int
    step: ChargeStep
    code: str = ""


class CardCharged(msgspec.Struct, frozen=True):
    """The money has been taken, or given back. `token`: the hash of the card's, empty where the terminal gives none."""

    bank: BankSlip
    token: str = ""


class ChargeRefused(msgspec.Struct, frozen=True):
    """No money has moved."""

    reference: str
    said: Sentence
    hint: Sentence | None = None


class ChargeInDoubt(msgspec.Struct, frozen=True):
    """Nobody knows yet whether money has moved."""

    reference: str


class BankCardRead(msgspec.Struct, frozen=True):
    """`token` is a hash, empty where the terminal gives none."""

    reference: str
    token: str
    tail: str = ""


class BankCardFree(msgspec.Struct, frozen=True):
    """The bank card that paid is nobody's: it could stand for the member of the receipt."""

    member: Member
    token: str
    tail: str


class BankCardKept(msgspec.Struct, frozen=True):
    """It stands for the member; `already`: it did before."""

    tail: str
    name: str
    already: bool = False


class BankCardsDropped(msgspec.Struct, frozen=True):
    """So many bank cards stood for the member, and do no more."""

    count: int


class ChargeEnded(msgspec.Struct, frozen=True):
    """The cashier has answered about an operation that is to be undone, or put it off."""

    reference: str


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
    """`without`: why the fiscal register has not printed its own."""

    slip: tuple[str, ...]
    without: Sentence | None = None


class EpochReady(msgspec.Struct, frozen=True):
    """A new epoch has begun, and so many events that were recorded before go up in it."""

    epoch: int
    reissued: int


class DoubtStands(msgspec.Struct, frozen=True):
    """Still nobody can say."""

    said: Sentence
    hint: Sentence | None = None


class DoubtEnded(msgspec.Struct, frozen=True):
    """The receipt is recorded, with its slip and the shift; or it was never issued, and `basket` may be paid again.
    Without a `number` nothing was in doubt."""

    number: str = ""
    basket: Basket = Basket()
    completed: Completed | None = None


class RegisterLooked(msgspec.Struct, frozen=True):
    """`seen` is None where there is no fiscal register."""

    seen: RegisterSeen | None
    unasked: bool = False


class ShiftRenewed(msgspec.Struct, frozen=True):
    """The shift `closed` has its Z report, and the next is open."""

    closed: int
    shift: ShiftInfo


class CashRecorded(msgspec.Struct, frozen=True):
    """It is in the journal, and the shift's totals are these."""

    kind: Literal["in", "out"]
    amount_minor: int
    shift: ShiftInfo


class CorrectionIssued(msgspec.Struct, frozen=True):
    """Its fiscal document, recorded; `before`: it was there already, as the `nth` exactly alike."""

    fiscal_number: str
    nth: int = 1
    before: bool = False


class CorrectionSettled(msgspec.Struct, frozen=True):
    """The correction in doubt is recorded with its document; without a `fiscal_number` it was never issued."""

    number: str
    fiscal_number: str = ""


class CopyPrinted(msgspec.Struct, frozen=True):
    pass


class ConsentRecorded(msgspec.Struct, frozen=True):
    """On record from `at_ms` on."""

    consent: Consent
    at_ms: int


class Notify(msgspec.Struct, frozen=True):
    """Something beside the sale the cashier should know: paper, the scanner, an answer that came late."""

    level: Level
    said: Sentence
    hint: Sentence | None = None


class Failed(msgspec.Struct, frozen=True):
    """An effect could not be done; nothing was lost."""

    said: Sentence
    hint: Sentence | None = None
