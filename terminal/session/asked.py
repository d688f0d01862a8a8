"""What people ask of the session: keys, scans, words of a client; imperative."""

from typing import Literal

import msgspec

from loyalty.label import Label
from loyalty.receipt import MoneyKind, PaymentKind
from terminal.session.correction import CorrectionDraft


class Scan(msgspec.Struct, frozen=True):
    """A code from a scanner or a camera."""

    text: str
    source: str = "scanner"
    symbology: str = ""
    """Its AIM identifier ("]d2", ISO/IEC 15424), where the scanner tells it."""
    label: Label | None = None
    """What it says of the goods, where it is a GS1 code."""


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


class ReadBankCard(msgspec.Struct, frozen=True):
    """Find the member by the bank card in the customer's hand."""


class RegisterBankCard(msgspec.Struct, frozen=True):
    """From now on the bank card in the customer's hand stands for the member of the receipt; once that is recorded, the
    card that paid it."""


class ForgetBankCards(msgspec.Struct, frozen=True):
    """No bank card stands for the member any more."""


class CancelCharge(msgspec.Struct, frozen=True):
    """Leave what goes on at the payment terminal."""


class EnterSlip(msgspec.Struct, frozen=True):
    """What the slip of a bank terminal worked by hand says: its code, or nothing."""

    text: str


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
    """The money goes back the way it came, by the key of its `kind`: `card` where a part of it goes to the card, else
    `cash`. The other kind takes all of it another way, and has to be `sure`. What gift cards paid goes back to them."""

    kind: MoneyKind
    sure: bool = False


class Enrol(msgspec.Struct, frozen=True):
    """A new member by phone; processing of personal data must be agreed to, advertising need not. `invited_by` is the
    card or phone of who invited them, where the programme asks for it."""

    phone: str
    name: str = ""
    processing: bool = False
    advertising: bool = False
    invited_by: str = ""


Field = Literal["phone", "name", "invited_by"]


class CheckField(msgspec.Struct, frozen=True):
    """A field of a new member's form, as it was typed: is it right?"""

    field: Field
    text: str


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


class AskRegister(msgspec.Struct, frozen=True):
    """Ask the fiscal register once more what became of the receipt in doubt."""


class SettleDoubt(msgspec.Struct, frozen=True):
    """The manager `by` name has looked at the register's tape: it has this fiscal document, or (None) none."""

    by: str
    document: int | None = None


class PutAside(msgspec.Struct, frozen=True):
    """Take the receipt in doubt off the screen; it comes back if it turns out never to have been issued."""


class LookAtRegister(msgspec.Struct, frozen=True):
    """How does the fiscal register stand?"""


class PutRight(msgspec.Struct, frozen=True):
    """Have the till do something about the register; the manager `by` name takes another fiscal memory for ours."""

    way: Literal["print_on", "accept_memory", "set_clock"]
    by: str = ""


class RenewShift(msgspec.Struct, frozen=True):
    """Close the shift with its Z report and open the next for the same cashier; the receipt stays where it is."""


class MoveCash(msgspec.Struct, frozen=True):
    """Cash put into the drawer, or taken out of it, beside sales and returns; once for an `id`, where it has one."""

    kind: Literal["in", "out"]
    amount_minor: int
    id: str = ""


class SendReceipt(msgspec.Struct, frozen=True):
    """The customer wants the receipt sent to this phone or e-mail too; empty: no more."""

    address: str


class MakeCorrection(msgspec.Struct, frozen=True):
    """Issue a correction receipt; `nth` tells apart those that are exactly alike."""

    draft: CorrectionDraft
    nth: int = 1


class PrintCopy(msgspec.Struct, frozen=True):
    """A copy of a fiscal document by the register; None is its last."""

    document: int | None = None


class Refresh(msgspec.Struct, frozen=True):
    """The programme, the link or the cache changed: quote again."""
