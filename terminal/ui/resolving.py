"""What a manager types of a receipt in doubt or of another register: a document's number, their name."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from terminal.session import commands as c
from terminal.ui.acted import Acted
from terminal.ui.desk import Asking, Desk
from terminal.ui.editor import Line
from terminal.ui.words import N_

DOCUMENT_DIGITS = 10


def _document(desk: Desk, text: str) -> Acted:
    """The number stands on the tape; who says so is asked next."""
    if not (text.isascii() and text.isdigit() and len(text) <= DOCUMENT_DIGITS):
        return Acted(replace(desk, note=N_("That is not a document's number")))
    return Acted(replace(desk, asking="resolve_by", line=Line(), document=int(text)))


def _name(desk: Desk, text: str) -> Acted:
    if not text:
        return Acted(replace(desk, note=N_("Type the manager's name")))
    back = replace(desk, asking="resolve", choice=0, line=Line())
    return Acted(back, (c.SettleDoubt(text, desk.document),))


def _accepted(desk: Desk, text: str) -> Acted:
    if not text:
        return Acted(replace(desk, note=N_("Type the manager's name")))
    back = replace(desk, asking="register", choice=0, line=Line())
    return Acted(back, (c.PutRight("accept_memory", text),))


SAID: Mapping[Asking, Callable[[Desk, str], Acted]] = {
    "resolve_no": _document,
    "resolve_by": _name,
    "register_by": _accepted,
}
