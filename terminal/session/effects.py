"""What the session asks of the engine: look-ups, confirmations, holds, and what is to be recorded."""

from typing import Literal

import msgspec

from loyalty.bank_card import BankSlip
from loyalty.basket import Basket
from loyalty.coupons.reading import Coupon
from loyalty.events import Consent
from loyalty.label import Label
from loyalty.member import IdentifiedBy, Member
from loyalty.points.purse import Purse
from loyalty.programme import Programme
from loyalty.quote import Quote
from loyalty.receipt import Payment, Receipt, Refund
from loyalty.returning.parts import GivenBack
from terminal.session.correction import CorrectionDraft


class FindProduct(msgspec.Struct, frozen=True):
    code: str
    qty_milli: int
    mark: str = ""
    """The code of marking the goods were found by."""
    label: Label | None = None
    """The code's own words, which go before the quantity where the goods are weighed."""
    qty_said: bool = True
    """False: nobody has said how much, and `qty_milli` only stands for it."""


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


class ChargeCard(msgspec.Struct, frozen=True):
    """Have the payment terminal take money, or give it back (of the payment `rrn`, where one is known). Under the same
    reference again it is only asked what became of it. Answered later by ChargeAsks, and in the end by CardCharged,
    ChargeRefused or ChargeInDoubt."""

    reference: str
    kind: Literal["sale", "refund"]
    amount_minor: int
    rrn: str = ""
    again: bool = False


class CheckCard(msgspec.Struct, frozen=True):
    """Have the terminal read a card. Answered later by BankCardRead or ChargeRefused."""

    reference: str


class FindBankCard(msgspec.Struct, frozen=True):
    """Whose bank card it is, by the hash of its token."""

    token: str
    tail: str


class AskBankCard(msgspec.Struct, frozen=True):
    """A bank card has paid the member's receipt: is it anybody's yet? Without an answer it is."""

    member: Member
    token: str
    tail: str


class KeepBankCard(msgspec.Struct, frozen=True):
    """The bank card stands for this member from now on."""

    member: Member
    token: str
    tail: str


class DropBankCards(msgspec.Struct, frozen=True):
    """No bank card stands for this member any more."""

    member: Member


class CancelCard(msgspec.Struct, frozen=True):
    """Have it stop, if it still can: the answer comes all the same."""

    reference: str


class AnswerTerminal(msgspec.Struct, frozen=True):
    """What the cashier typed, for a terminal worked by hand."""

    text: str


class ReleaseCards(msgspec.Struct, frozen=True):
    """No receipt will name these operations: the money goes back. Nobody waits for an answer."""

    references: tuple[str, ...]


class CommitSale(msgspec.Struct, frozen=True):
    """`hold_id`: the points are held under it; `unheld`: the head office did not answer when it was asked to. `buyer`:
    where the register is to send it, a phone or an e-mail."""

    basket: Basket
    quote: Quote
    payments: tuple[Payment, ...]
    hold_id: str = ""
    unheld: bool = False
    buyer: str = ""


class CommitReturn(msgspec.Struct, frozen=True):
    original: Receipt
    returned_milli: dict[int, int]
    wanted_milli: dict[int, int]
    kind: Refund
    parts: tuple[GivenBack, ...] = ()
    programme: Programme | None = None
    purse: Purse | None = None
    bank: BankSlip | None = None
    bank_minor: int = 0
    """What has gone back to a bank card already, as the terminal said."""
    buyer: str = ""
    """Where the register is to send it, as of a sale."""


class AskKnown(msgspec.Struct, frozen=True):
    """Is there a member with this phone (E.164) or card? Whoever asks is told if it is not as `wanted`."""

    key: str
    by: Literal["card", "phone"]
    wanted: bool


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


class ResolveDoubt(msgspec.Struct, frozen=True):
    """Answered by DoubtStands or DoubtEnded. With a name `by`, what that manager has seen on the tape is taken where
    the register itself cannot say."""

    by: str = ""
    document: int | None = None


class AskState(msgspec.Struct, frozen=True):
    """Answered by RegisterLooked. `unasked`: nobody looks at it, only what is wrong is to be said."""

    unasked: bool = False


class MendRegister(msgspec.Struct, frozen=True):
    """Answered by RegisterLooked."""

    way: Literal["print_on", "accept_memory", "set_clock"]
    by: str = ""


class ChangeShift(msgspec.Struct, frozen=True):
    """Answered by ShiftRenewed."""


class RecordCash(msgspec.Struct, frozen=True):
    """Answered by CashRecorded."""

    kind: Literal["in", "out"]
    amount_minor: int
    id: str = ""


class IssueCorrection(msgspec.Struct, frozen=True):
    """Answered by CorrectionIssued; where nobody can say, the doubt stands in the picture."""

    draft: CorrectionDraft
    nth: int


class CopyDocument(msgspec.Struct, frozen=True):
    """Answered by CopyPrinted."""

    document: int | None = None


class MakeXReport(msgspec.Struct, frozen=True):
    pass


class BeginEpoch(msgspec.Struct, frozen=True):
    """Answered by EpochReady."""

    by: str


class Signal(msgspec.Struct, frozen=True):
    """A sound, always together with text."""

    sound: Literal["ok", "error"]
