"""What codes of the books mean in words: kinds of entries, of flags, of payments and of consents."""

from loyalty.ledger import Contra
from loyalty.member import IdentifiedBy
from loyalty.receipt import PaymentKind
from sync_server.console.day_lines import PaidAs
from sync_server.console.tongue import N_
from sync_server.flags import FlagKind

ENTRIES: dict[Contra, str] = {
    "issued": N_("Earned by a purchase"),
    "redeemed": N_("Spent on a purchase"),
    "issued_back": N_("Taken back with a return"),
    "redeemed_back": N_("Given back with a return"),
    "opening": N_("Brought from another system"),
    "loaded": N_("Put on a gift card"),
    "paid": N_("Paid with a gift card"),
    "loaded_back": N_("Taken off a gift card with a return"),
    "paid_back": N_("Given back to a gift card with a return"),
    "expired": N_("Ran out"),
    "clearing": N_("Moved between accounts"),
    "referral": N_("For inviting a member"),
}
FLAGS: dict[FlagKind, str] = {
    "other_bytes": N_("One event came twice with different contents; the second changed nothing"),
    "unreadable": N_("This version cannot read the event; it is kept and put aside"),
    "receipt_again": N_("One receipt came in two events; the second changed nothing"),
    "sums": N_("The receipt's figures do not add up; it is booked as printed"),
    "return_excess": N_("More goods or money returned than were sold"),
    "return_differs": N_("A return of another sum than the rules of its sale give; booked as printed"),
    "points_excess": N_("A return of more points than the sale had; cut to the sale's"),
    "return_other_account": N_("A return for another account than the sale's; no points moved"),
    "return_no_sale": N_("A return that names no sale; no points moved"),
    "coupon_again": N_("A coupon for one use on a second receipt; honoured as printed"),
    "epoch_begun": N_("Two histories of this till had parted; a person at it began a new epoch"),
    "revoked_till": N_("Brought in a file after the till was revoked; look whether these receipts are real"),
    "old_key": N_("A copy of this till holds an old key and was refused; what it has sold comes in by a file"),
    "copied_till": N_("Brought in a file from a copy of a till; look whether these receipts are real"),
    "member_again": N_("One member was enrolled twice; the second changed nothing"),
    "gift_overdrawn": N_("A gift card paid more than was on it; it is below zero"),
    "clock": N_("The till's clock is wrong: its time cannot be, so the receipt counts for the nearest time that can"),
    "hold_overdrawn": N_("Points held for the receipt were free again by then and gone; booked as printed"),
    "card_taken": N_("The card belongs to another member already"),
    "phone_taken": N_("The phone belongs to another member already"),
    "bank_card_taken": N_("The bank card stands for another member already"),
    "failed": N_("Applying the event failed; it is kept and put aside"),
}
PAYMENTS: dict[PaymentKind, str] = {"cash": N_("Cash"), "card": N_("Bank card"), "gift_card": N_("Gift card")}
PAID_AS: dict[PaidAs, str] = {**dict(PAYMENTS.items()), "loaded": N_("Put on gift cards")}
IDENTIFIED: dict[IdentifiedBy, str] = {
    "card": N_("by a scanned card"),
    "phone": N_("by phone"),
    "phone_code": N_("by a phone confirmed with a code"),
    "manual": N_("by a card number typed by hand"),
}
PURPOSES = {"processing": N_("Processing of personal data"), "advertising": N_("Advertising")}
EVENTS = {
    "sale_completed": N_("Sale"),
    "return_completed": N_("Return"),
    "member_enrolled": N_("New member"),
    "consent_changed": N_("Consent"),
    "bank_card_registered": N_("Bank card registered"),
    "bank_card_withdrawn": N_("Bank card withdrawn"),
    "gift_card_moved": N_("Gift card"),
    "shift_opened": N_("Shift opened"),
    "cash_moved": N_("Cash put in or taken out"),
    "correction_made": N_("Correction receipt"),
    "shift_closed": N_("Shift closed"),
    "epoch_begun": N_("New epoch of a till"),
    "right_released": N_("Points set aside for a till are free again"),
    "right_kept": N_("Points set aside for a till, as the till says"),
    "rights_told": N_("A till has said all that is set aside for it"),
}
