"""Everything the panes paint from, as one value; and which pane stands in the middle."""

from collections.abc import Callable
from typing import Literal

import msgspec
from textual.strip import Strip

from terminal.session.port import View
from terminal.ui.desk import AT_REGISTER, CORRECTING, LOOKING_BACK, RESOLVING, Desk, chosen_receipt
from terminal.ui.palette import Palette
from terminal.ui.words import Words

Body = Literal[
    "idle",
    "lines",
    "search",
    "pay",
    "done",
    "return",
    "closed",
    "loading",
    "slip",
    "menu",
    "member",
    "enrol",
    "help",
    "offers",
    "confirm",
    "resolve",
    "devices",
    "register",
    "correction",
    "charge",
    "receipts",
    "receipt",
]


class Sight(msgspec.Struct, frozen=True):
    """`clock` is the store's wall clock as shown, `now_ms` the same moment for ages; `demo` says how to scan here."""

    view: View
    desk: Desk
    words: Words
    palette: Palette
    clock: str
    now_ms: int
    demo: str = ""
    wide: bool = False


Rows = Callable[[Sight, int, int], list[Strip]]
"""A pane: (sight, width, height) -> at most `height` strips; what is missing is blank."""


def is_open(sight: Sight) -> bool:
    """Whether the slip that is there is of the receipt chosen in the list."""
    state = sight.view.state
    return state.receipts is not None and state.receipts.number == chosen_receipt(sight.desk, state) != ""


def body_of(sight: Sight) -> Body:
    state, desk = sight.view.state, sight.desk
    if state.charge is not None:
        return "charge"
    if desk.asking in ("menu", "member", "enrol", "help", "devices"):
        return desk.asking
    if desk.asking in RESOLVING and sight.view.doubt:
        return "resolve"
    if desk.asking in AT_REGISTER:
        return "register"
    if desk.asking in CORRECTING:
        return "correction"
    if desk.asking in LOOKING_BACK and state.receipts is not None:
        return "receipt" if desk.asking != "receipts" and is_open(sight) else "receipts"
    if desk.asking == "offers" and state.offers:
        return "offers"
    if desk.asking == "confirm" and state.confirming:
        return "confirm"
    if desk.slip_open and state.mode in ("sale", "closed"):
        return "slip"
    if state.mode in ("pay", "done", "return", "closed"):
        return state.mode
    if state.found:
        return "search"
    if state.basket.lines or state.coupons:
        return "lines"
    return "loading" if sight.view.link.loading_bp is not None else "idle"
