"""Keys at the list of the shift's receipts: look at one, have a copy printed, return goods of it."""

from msgspec.structs import replace

from terminal.session import commands as c
from terminal.session.port import View
from terminal.ui.acted import Acted
from terminal.ui.desk import Desk, chosen_receipt
from terminal.ui.editor import EMPTY


def open_list(view: View, desk: Desk) -> Acted:
    """The list as it is now; where there can be none the session says why."""
    asking = "receipts" if view.state.mode in ("sale", "done") else desk.asking
    return Acted(replace(desk, asking=asking, choice=0, line=EMPTY), (c.ListReceipts(),))


def enter(view: View, desk: Desk) -> Acted:
    """From the list to the receipt, from there to the question, and only a second Enter prints."""
    number = chosen_receipt(desk, view.state)
    if not number:
        return Acted(replace(desk, asking="code"))
    if desk.asking == "receipts":
        return Acted(replace(desk, asking="receipt", scroll=0), (c.LookAtReceipt(number),))
    if desk.asking == "receipt":
        return Acted(replace(desk, asking="reprint"))
    return Acted(replace(desk, asking="receipt"), (c.ReprintReceipt(number),))


def begin_return(view: View, desk: Desk) -> Acted | None:
    """Of the receipt chosen in the list; None where the list is not in sight."""
    number = chosen_receipt(desk, view.state)
    return Acted(replace(desk, asking="code", line=EMPTY), (c.BeginReturn(number),)) if number else None
