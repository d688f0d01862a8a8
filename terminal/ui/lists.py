"""Lists one chooses from: the menu, what can be done with a member, goods a search found."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from loyalty.consents import PURPOSES, Purpose, agrees, is_given
from terminal.session import commands as c
from terminal.session.port import View
from terminal.session.state import Way
from terminal.ui.desk import Asking, Desk
from terminal.ui.words import N_


class Item(msgspec.Struct, frozen=True):
    """A line of a list: its command, or the id of what the screen itself does."""

    label: str
    command: c.Command | None = None
    id: Asking | Literal["", "language", "theme"] = ""


MENU = (
    Item(N_("Void the whole receipt"), c.VoidReceipt()),
    Item(N_("X report"), c.XReport()),
    Item(N_("Close the shift, Z report"), id="close"),
    Item(N_("Language: Русский / English"), id="language"),
    Item(N_("Colours: dark, light, 16"), id="theme"),
    Item(N_("All keys"), id="help"),
)
EXIT = Item(N_("Exit"), id="exit")
"""The last of the menu whatever else is in it, and always 0."""
FORGET_MEMBER = Item(N_("Take the member off the receipt"), c.ForgetMember())
GIVE: dict[Purpose, tuple[Item, Item]] = {
    "processing": (
        Item(N_("Record consent to processing"), c.ChangeConsent("processing", True)),
        Item(N_("Record consent to the present text on processing"), c.ChangeConsent("processing", True)),
    ),
    "advertising": (
        Item(N_("Give consent to advertising"), c.ChangeConsent("advertising", True)),
        Item(N_("Give consent to the present text on advertising"), c.ChangeConsent("advertising", True)),
    ),
}
"""Where none holds, and where one to another text does."""
WITHDRAW = Item(N_("Withdraw consent to advertising"), c.ChangeConsent("advertising", False))
REGISTER_CARD = Item(N_("Register the customer's bank card"), c.RegisterBankCard())
FORGET_CARDS = Item(N_("Forget the member's bank cards"), c.ForgetBankCards())
BY_BANK_CARD = Item(N_("Member by bank card"), c.ReadBankCard())
"""Offered where a payment terminal is connected, as both lines for a member are; to forget, there must be any."""
RESOLVE = (
    Item(N_("Ask the register again"), c.AskRegister()),
    Item(N_("It is on paper: type the number of the document (manager)"), id="resolve_no"),
    Item(N_("It is not on paper (manager)"), id="resolve_by"),
    Item(N_("Put the receipt aside"), c.PutAside()),
)
WAYS: dict[Way, Item] = {
    "print_on": Item(N_("Print what waits for paper"), c.PutRight("print_on")),
    "renew_shift": Item(N_("Close the shift (Z report) and open a new one"), c.RenewShift()),
    "accept_memory": Item(N_("Accept this register from now on (manager)"), id="register_by"),
    "set_clock": Item(N_("Set the register's clock by this till's"), c.PutRight("set_clock")),
}
DRAWER = (Item(N_("Put cash in"), id="cash_in"), Item(N_("Take cash out"), id="cash_out"))
COPY = Item(N_("Copy of a document"), id="copy")
CORRECT = Item(N_("Correction receipt (manager)"), id="correct")
LOOK_AGAIN = Item(N_("Ask it again"), c.LookAtRegister())
MOST_DIGITS = 9
REGISTER = Item(N_("Fiscal register, cash in and out"), id="register")
CASH = Item(N_("Cash in and out"), id="register")
"""Where no register counts the drawer: the same place, without what is the register's."""
SEND = Item(N_("Send the receipt to the customer"), id="buyer")
"""Offered where a fiscal register is connected."""
MEND = Item(N_("Mend the till's journal (manager)"), id="mend")
"""Offered while another history of this till is about."""
RECEIPTS = Item(N_("Receipts of this shift"), id="receipts")
DEVICES = Item(N_("Devices"), id="devices")
"""Offered where there are any."""


def items_of(view: View, asking: Asking) -> tuple[Item, ...]:
    """What stands in a list of fixed lines; none for what is no such list."""
    if asking == "menu":
        mend = (MEND,) if view.link.fork == "waits" else ()
        devices = (DEVICES,) if view.devices else ()
        sent = (SEND,) if has_register(view) else ()
        register = REGISTER if has_register(view) else CASH
        by_card = (BY_BANK_CARD,) if _reads_cards(view) else ()
        return (*MENU, *mend, *devices, register, *sent, *by_card, RECEIPTS, EXIT)
    if asking == "register":
        return at_register(view)
    if asking == "resolve":
        of_screen = view.state.mode in ("pay", "return") and (view.doubt is None or view.doubt.kind != "correction")
        return RESOLVE if of_screen else RESOLVE[:-1]
    if asking == "member":
        return (FORGET_MEMBER, *_consents(view), *(_bank_cards(view) if _reads_cards(view) else ()))
    return ()


def _consents(view: View) -> Iterator[Item]:
    """Only what can change: a consent that holds is not given again, one that does not is not withdrawn."""
    member = view.state.basket.member
    held = member.consents if member else {}
    for purpose in PURPOSES:
        if not agrees(held, purpose, view.programme.consent_version):
            yield GIVE[purpose][is_given(held, purpose)]
    if is_given(held, "advertising"):
        yield WITHDRAW


def _bank_cards(view: View) -> tuple[Item, ...]:
    member = view.state.basket.member
    return (REGISTER_CARD, FORGET_CARDS) if member is not None and member.bank_cards else (REGISTER_CARD,)


def digit_of(items: tuple[Item, ...], place: int) -> str:
    """The digit that chooses a line at once; empty past the ninth, where only the arrows reach."""
    if items[place].id == "exit":
        return "0"
    return str(place + 1) if place < MOST_DIGITS else ""


def place_of(view: View, asking: Asking, digit: str) -> int | None:
    """The place a digit chooses; None if it chooses nothing in this list."""
    items = items_of(view, asking)
    if not items:
        return int(digit) - 1 if digit != "0" else None
    return next((place for place in range(len(items)) if digit_of(items, place) == digit), None)


def _reads_cards(view: View) -> bool:
    return any(device.kind == "payment" for device in view.devices)


def has_register(view: View) -> bool:
    return view.state.register is not None or any(device.kind == "fiscal" for device in view.devices)


def at_register(view: View) -> tuple[Item, ...]:
    """What can be done at the fiscal register: what puts its troubles right first."""
    seen = view.state.register
    if not has_register(view):
        return DRAWER
    ways = [WAYS[trouble.way] for trouble in seen.troubles if trouble.way] if seen else []
    return (*ways, LOOK_AGAIN, *DRAWER, *((COPY, CORRECT) if seen else ()))


def list_length(view: View, desk: Desk) -> int:
    """How many things there are to choose from; 0 if nothing is to be chosen now."""
    if desk.asking == "offers":
        return len(view.state.offers or ())
    if desk.asking == "devices":
        return len(view.devices)
    if desk.asking == "receipts":
        return len(view.state.receipts.rows) if view.state.receipts else 0
    if items := items_of(view, desk.asking):
        return len(items)
    return len(view.state.found) if view.state.mode == "sale" else 0
