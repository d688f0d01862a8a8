"""What the till knows between two commands, and what surrounds it at one."""

from typing import Literal

import msgspec

from loyalty.basket import Basket, Moment
from loyalty.catalogue import Product
from loyalty.coupons.reading import Shop
from loyalty.coupons.shown import ShownCoupon
from loyalty.events import ShiftTotals
from loyalty.gift_card import HeldCard
from loyalty.member import Member
from loyalty.points.purse import Purse
from loyalty.programme import Programme
from loyalty.quote import Quote, Standing
from loyalty.quoting.offers import Offer
from loyalty.receipt import Payment, PaymentKind, Receipt, Refund
from loyalty.returning.parts import GivenBack
from loyalty.rights import Held
from loyalty.sentences import Sentence
from terminal.session.receipts import ReceiptList

Mode = Literal["closed", "sale", "pay", "done", "return"]
"""closed: no shift · sale: the idle and the sale screen are one · pay · done: receipt on show · return."""
Level = Literal["info", "ok", "warn", "error"]


class Notice(msgspec.Struct, frozen=True):
    """One line for the cashier; `serial` grows, so that an equal notice said twice is seen twice."""

    level: Level
    said: Sentence
    serial: int
    hint: Sentence | None = None


class ShiftInfo(msgspec.Struct, frozen=True):
    shift_id: str
    shift_no: int
    cashier: str
    opened_at_ms: int
    totals: ShiftTotals = ShiftTotals()


class ReturnDraft(msgspec.Struct, frozen=True):
    """A return being chosen: what can still go back and what is to go back, line_no -> qty_milli."""

    receipt: Receipt
    returned_milli: dict[int, int]
    left_milli: dict[int, int]
    wanted_milli: dict[int, int]
    parts: tuple[GivenBack, ...] = ()
    """What each return made before gave back."""
    programme: Programme | None = None
    """The version the receipt was made by; None where the till has not got it."""
    purse: Purse | None = None
    """What the account has, as far as the till knew when the receipt was found."""
    elsewhere_known: bool = True
    """Whether what other tills took back is among it."""
    preview: Receipt | None = None
    """The return receipt as it would be now (with empty id and number), its money back the way it came; None while
    nothing is chosen."""
    way: Refund = "as_paid"
    """How the money goes back, once the cashier has confirmed it."""

    @property
    def to_card_minor(self) -> int:
        """What goes back to the bank card."""
        if self.preview is None or self.way == "cash":
            return 0
        kinds = ("card",) if self.way == "as_paid" else ("card", "cash")
        return sum(each.amount_minor for each in self.preview.payments if each.kind in kinds)


class Confirming(msgspec.Struct, frozen=True):
    """A phone being confirmed: on its way (`sending`), to be typed (`sent`), being checked, or of no use any more."""

    member_id: str
    phone_tail: str
    confirmation_id: str = ""
    stage: Literal["sending", "sent", "checking", "ended"] = "sending"
    digits: int = 0
    resend_at_ms: int = 0
    """From then on another code may be asked for."""
    tries_left: int | None = None
    """After a wrong one."""


class PointsHold(msgspec.Struct, frozen=True):
    """Points (wallet -> points) of the sale's member that the head office keeps for it (`held`), or is asked to."""

    hold_id: str
    member_id: str
    account_id: str
    points: dict[str, int]
    stage: Literal["asking", "held"] = "asking"
    until_ms: int = 0
    earlier: tuple[str, ...] = ()
    """Holds of this sale that this one was asked for in place of, until it is known what became of it."""


class Doubt(msgspec.Struct, frozen=True):
    """A receipt of which nobody can say whether the fiscal register has issued it: what the register says now, what to
    do, and the serial number of the fiscal memory it was sent to (empty: not known). A correction has no moment."""

    number: str
    kind: Literal["sale", "return", "correction"]
    total_minor: int
    moment: Moment | None
    told: Sentence
    hint: Sentence | None = None
    sent_to: str = ""


Way = Literal["", "print_on", "renew_shift", "accept_memory", "set_clock"]
"""What the till itself can do about a trouble with the fiscal register; empty: people do."""


Asked = Literal["", "look", "command", "shift"]
"""What the fiscal register is asked while the till goes on: how it stands; a command, before the end of which no other
is given; to close the shift, before the end of which nothing is done at all."""


class Trouble(msgspec.Struct, frozen=True):
    said: Sentence
    hint: Sentence
    way: Way = ""


class RegisterSeen(msgspec.Struct, frozen=True):
    """The fiscal register as it stood when it was asked; with an empty `serial` it did not answer. Times are local,
    to the minute."""

    serial: str = ""
    last_document: int = 0
    shift: Literal["closed", "open", "over_24h"] = "closed"
    paper: Literal["there", "none", "waits"] = "there"
    clock: str = ""
    unsent: int = 0
    troubles: tuple[Trouble, ...] = ()


ChargeStep = Literal["", "card", "pin", "bank", "code", "code_again", "void", "outcome"]
"""What is waited for: the customer's card or PIN, the bank; or what the cashier types from a slip, says of money given
back, or of a payment nobody knows of."""


class Charge(msgspec.Struct, frozen=True):
    """What goes on at the payment terminal: this `sale` or `refund`, or the cashier is asked about one that is to be
    undone, or a card is read, to find the member or to be registered for the member (`register`). `stopping`: it was
    told to leave it; `doubt`: nobody knows yet what came of it."""

    reference: str
    of: Literal["sale", "refund", "undo", "read", "register"]
    amount_minor: int
    step: ChargeStep = ""
    stage: Literal["asking", "stopping", "doubt"] = "asking"
    code: str = ""
    """The authorisation code of what is to be undone."""
    behind: "Charge | None" = None
    """Of this receipt, while the cashier is asked about another one first."""


class PaidCard(msgspec.Struct, frozen=True):
    """A bank card that pays or paid the member's receipt: the hash of its token, its last digits."""

    member: Member
    token: str
    tail: str


class State(msgspec.Struct, frozen=True):
    mode: Mode = "closed"
    shift: ShiftInfo | None = None
    basket: Basket = Basket()
    quote: Quote | None = None
    """Of this basket, always current; None for an empty basket without a member."""
    coupons: tuple[ShownCoupon, ...] = ()
    """Those of the basket, each used or with the reason why not."""
    on_request: int = 0
    """How many campaigns there are to ask for or to choose a gift of."""
    offers: tuple[Offer, ...] | None = None
    """What there is to ask for and to choose, while the cashier looks at it."""
    next_line_id: int = 1
    multiplier_milli: int = 0
    """Set by `3*` for the next goods; 0 is not set."""
    undo: tuple[Basket, ...] = ()
    tenders: tuple[Payment, ...] = ()
    gift_card: HeldCard | None = None
    """The one in the cashier's hand, in payment: shown, and to be confirmed."""
    gift_pays_minor: int = 0
    """What it would pay."""
    totals: dict[PaymentKind, int] = {}
    """In payment: what the receipt comes to paid in one kind alone; empty where no kind makes a difference."""
    notice: Notice | None = None
    failure: Notice | None = None
    """Why money was not taken or given back, or the receipt not recorded, until the cashier goes on from there."""
    unknown_code: str = ""
    """The last code nobody knows, for the search key."""
    found: tuple[Product, ...] = ()
    """What a search found, to choose from."""
    returning: ReturnDraft | None = None
    confirming: Confirming | None = None
    """While the phone of the basket's member is being confirmed."""
    hold: PointsHold | None = None
    unheld: str = ""
    """The member whose points the head office did not answer for, in this sale."""
    buyer: str = ""
    """The phone or e-mail the customer wants this sale's receipt sent to."""
    committing: bool = False
    """All is paid: the sale is recorded once its points are held."""
    receipts: ReceiptList | None = None
    """Those of the shift, once they are asked for."""
    register: RegisterSeen | None = None
    """The fiscal register as the cashier looks at it; None: not asked yet, or there is none."""
    charge: Charge | None = None
    """While the payment terminal is at work, or in doubt."""
    paid_card: PaidCard | None = None
    """In payment the card that has paid; in mode `done` it is nobody's, and may be registered for the member."""
    receipt: Receipt | None = None
    """The receipt on show in mode `done`."""
    slip: tuple[str, ...] = ()
    """What is shown as paper: the receipt's slip, or an X / Z report."""
    is_report: bool = False
    """Which of the two the paper is."""

    @property
    def total_minor(self) -> int:
        return self.quote.total_minor if self.quote else 0

    @property
    def due_minor(self) -> int:
        """What is still to be paid."""
        return self.total_minor - sum(tender.amount_minor for tender in self.tenders)


class Surroundings(msgspec.Struct, frozen=True):
    """What a step may know of the world: the moment, the programme, the link, and where it stands."""

    moment: Moment
    programme: Programme
    store: str
    standing: Standing = Standing()
    shop: Shop | None = None
    """Whose signed coupons are taken; None: of nobody."""
    hold_id: str = ""
    """The id of the next hold of points; empty while the head office cannot be asked for one."""
    is_fiscal: bool = False
    """Whether receipts go to a fiscal register of this till: then it answers for marked goods too."""

    charge_ref: str = ""
    """The reference of the next payment by bank card; empty where no payment terminal is connected."""
    asked: Asked = ""
    """What the fiscal register is asked now."""

    @property
    def balance_is_fresh(self) -> bool:
        """Whether the member's balance is as good as the head office's own."""
        return self.standing.fresh(self.programme.redeem.max_age_s)

    def standing_with(self, rights: Held) -> Standing:
        """The same till with rights as they are now."""
        return msgspec.structs.replace(self.standing, rights=rights)
