"""Lists one chooses from: the menu, what can be done with a member, goods a search found."""

import msgspec

from terminal.session import commands as c
from terminal.session.port import View
from terminal.ui.desk import Asking, Desk
from terminal.ui.words import N_


class Item(msgspec.Struct, frozen=True):
    """A line of a list: its command, or the id of what the screen itself does."""

    label: str
    command: c.Command | None = None
    id: str = ""


MENU = (
    Item(N_("Void the whole receipt"), c.VoidReceipt()),
    Item(N_("X report"), c.XReport()),
    Item(N_("Close the shift, Z report"), id="close"),
    Item(N_("Language: Русский / English"), id="language"),
    Item(N_("Colours: dark, light, 16"), id="theme"),
    Item(N_("All keys"), id="help"),
    Item(N_("Exit"), id="exit"),
)
MEMBER = (
    Item(N_("Give consent to advertising"), c.ChangeConsent("advertising", True)),
    Item(N_("Withdraw consent to advertising"), c.ChangeConsent("advertising", False)),
    Item(N_("Take the member off the receipt"), c.ForgetMember()),
)
RESOLVE = (
    Item(N_("Ask the register again"), c.AskRegister()),
    Item(N_("It is on paper: type the number of the document (manager)"), id="resolve_no"),
    Item(N_("It is not on paper (manager)"), id="resolve_by"),
    Item(N_("Put the receipt aside"), c.PutAside()),
)
MEND = Item(N_("Mend the till's journal (manager)"), id="mend")
"""Offered while another history of this till is about."""
DEVICES = Item(N_("Devices"), id="devices")
"""Offered where there are any."""


def items_of(view: View, asking: Asking) -> tuple[Item, ...]:
    """What stands in a list of fixed lines; none for what is no such list."""
    if asking == "menu":
        mend = (MEND,) if view.link.fork == "waits" else ()
        return (*MENU, *mend, *((DEVICES,) if view.devices else ()))
    if asking == "resolve":
        return RESOLVE if view.state.mode in ("pay", "return") else RESOLVE[:-1]
    return MEMBER if asking == "member" else ()


def list_length(view: View, desk: Desk) -> int:
    """How many things there are to choose from; 0 if nothing is to be chosen now."""
    if desk.asking == "offers":
        return len(view.state.offers or ())
    if desk.asking == "devices":
        return len(view.devices)
    if items := items_of(view, desk.asking):
        return len(items)
    return len(view.state.found) if view.state.mode == "sale" else 0
