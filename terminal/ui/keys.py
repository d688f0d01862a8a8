"""Every key of the till in one place: its id, the function key, the alias for terminals that steal it, what it does.

A key means the same on every screen. Where the session does not take its command now, it stands pale in the footer
and pressing it makes the session say why.
"""

import msgspec

from terminal.session.state import Mode, State
from terminal.ui.words import N_

ANY: frozenset[Mode] = frozenset({"closed", "sale", "pay", "done", "return"})


class Key(msgspec.Struct, frozen=True):
    """`name` and `alias` as Textual names keys; `at` are the modes in which the key is of use."""

    id: str
    name: str
    alias: str
    label: str
    tip: str
    at: frozenset[Mode]


def _key(id: str, name: str, alias: str, label: str, tip: str, *at: Mode) -> Key:
    return Key(id, name, alias, label, tip, frozenset(at) or ANY)


KEYS = (
    _key("pay", "f2", "ctrl+p", N_("Pay"), N_("Go to payment"), "sale"),
    _key(
        "find", "f3", "ctrl+f", N_("Find"), N_("Find goods by name; what is typed is looked up at once"), "sale", "done"
    ),
    _key(
        "quantity",
        "f4",
        "ctrl+n",
        N_("Quantity"),
        N_("Quantity of the selected line: type it, then press the key"),
        "sale",
        "return",
    ),
    _key("points", "f5", "ctrl+l", N_("Points"), N_("Spend the member's points; 0 takes them back"), "sale", "pay"),
    _key(
        "member",
        "f6",
        "ctrl+e",
        N_("Member"),
        N_("Make a card by phone, or show the member and the consents"),
        "sale",
        "done",
    ),
    _key(
        "cash",
        "f7",
        "ctrl+g",
        N_("Cash"),
        N_("Take cash: the amount typed, or exactly what is due"),
        "sale",
        "pay",
        "return",
    ),
    _key(
        "card",
        "f8",
        "ctrl+k",
        N_("Card"),
        N_("Take a bank card: the amount typed, or all that is due"),
        "sale",
        "pay",
        "return",
    ),
    _key("void", "f9", "ctrl+d", N_("Void"), N_("Take the selected line off the receipt"), "sale", "return"),
    _key("undo", "f10", "ctrl+z", N_("Undo"), N_("Take the last change of the receipt back"), "sale"),
    _key(
        "return",
        "f11",
        "ctrl+r",
        N_("Return"),
        N_("Return goods by receipt number; pressed again, all of them"),
        "sale",
        "done",
        "return",
    ),
    _key(
        "menu",
        "f12",
        "ctrl+o",
        N_("Menu"),
        N_("Reports, shift, language, colours, keys, exit"),
        "sale",
        "pay",
        "done",
        "return",
        "closed",
    ),
)
OFFERS = _key(
    "offers",
    "tab",
    "ctrl+s",
    N_("On request"),
    N_("What the customer may ask for: offers for points, a gift to choose"),
    "sale",
)
CONFIRM = _key(
    "confirm",
    "ctrl+v",
    "ctrl+b",
    N_("Phone code"),
    N_("Send a code to the phone the member was found by"),
    "sale",
    "pay",
)
RESOLVE = _key(
    "resolve",
    "ctrl+x",
    "ctrl+x",
    N_("Register"),
    N_("The fiscal register: how it stands, what can be done, a receipt in doubt"),
)
RECEIPTS = _key(
    "receipts",
    "ctrl+w",
    "ctrl+w",
    N_("Receipts"),
    N_("Receipts of this shift: look at one, print a copy, return goods of it"),
    "sale",
    "done",
)
EXIT = _key("exit", "ctrl+q", "ctrl+q", N_("Exit"), N_("Leave the till"))
BACK = _key("back", "escape", "escape", N_("Back"), N_("One level back; the receipt is never lost"))
HELP = _key("help", "f1", "ctrl+t", N_("Keys"), N_("All keys on one page"))
BY_NAME = {
    name: key for key in (*KEYS, OFFERS, CONFIRM, RECEIPTS, RESOLVE, HELP, EXIT) for name in (key.name, key.alias)
}
BY_ID = {key.id: key for key in (*KEYS, OFFERS, CONFIRM, RECEIPTS, RESOLVE, HELP, EXIT)}


def is_of_use(key: Key, state: State) -> bool:
    """On a receipt that is complete the card's key registers the bank card that paid it, where it is nobody's."""
    return state.mode in key.at or (key.id == "card" and state.paid_card is not None)


def shown(name: str) -> str:
    """A key as it is written on the keyboard and in the footer: `F2`, `^P`."""
    if name in ("escape", "tab"):
        return name[:3].capitalize()
    return "^" + name.removeprefix("ctrl+").upper() if name.startswith("ctrl+") else name.upper()
