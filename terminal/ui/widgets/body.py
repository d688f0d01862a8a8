"""The middle of the screen: whichever pane belongs to what is going on.

A pane is loaded when it is first needed: the till is ready for a scan before anyone can ask for a return.
"""

from functools import cache
from importlib import import_module
from typing import cast

from textual.strip import Strip

from terminal.ui.sight import Body, Rows, Sight, body_of

BODIES: dict[Body, tuple[str, str]] = {
    "idle": ("widgets.idle", "idle_rows"),
    "closed": ("widgets.idle", "closed_rows"),
    "loading": ("widgets.idle", "loading_rows"),
    "lines": ("widgets.lines", "lines_rows"),
    "search": ("widgets.search", "search_rows"),
    "pay": ("widgets.pay", "pay_rows"),
    "done": ("widgets.slip", "slip_rows"),
    "slip": ("widgets.slip", "slip_rows"),
    "return": ("widgets.returning", "returning_rows"),
    "menu": ("dialogs.menu", "menu_rows"),
    "member": ("dialogs.member", "member_list_rows"),
    "offers": ("dialogs.offers", "offers_rows"),
    "confirm": ("dialogs.confirm", "confirm_rows"),
    "charge": ("dialogs.charge", "charge_rows"),
    "enrol": ("dialogs.enrol", "enrol_rows"),
    "resolve": ("dialogs.resolve", "resolve_rows"),
    "register": ("dialogs.register", "register_rows"),
    "correction": ("dialogs.correction", "correction_rows"),
    "help": ("dialogs.help", "help_rows"),
    "receipts": ("dialogs.receipts", "receipts_rows"),
    "receipt": ("widgets.slip", "slip_rows"),
    "devices": ("dialogs.devices", "devices_rows"),
}


def body_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    return pane_of(body_of(sight))(sight, width, height)


@cache
def pane_of(body: Body) -> Rows:
    module, name = BODIES[body]
    return cast(Rows, getattr(import_module(f"terminal.ui.{module}"), name))
