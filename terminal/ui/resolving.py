"""What is typed for the register: a document's number, a manager's name, cash put in and taken out, an address."""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec.structs import replace

from loyalty.money import parse_amount
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
    return Acted(_at_register(desk), (c.PutRight("accept_memory", text),))


def _cash(kind: Literal["in", "out"]) -> Callable[[Desk, str], Acted]:
    def said(desk: Desk, text: str) -> Acted:
        amount_minor = parse_amount(text)
        if amount_minor is None:
            return Acted(replace(desk, note=N_("That is not an amount")))
        return Acted(_at_register(desk), (c.MoveCash(kind, amount_minor),))

    return said


def _copy(desk: Desk, text: str) -> Acted:
    if text and not (text.isascii() and text.isdigit() and len(text) <= DOCUMENT_DIGITS):
        return Acted(replace(desk, note=N_("That is not a document's number")))
    return Acted(_at_register(desk), (c.PrintCopy(int(text) if text else None),))


def _buyer(desk: Desk, text: str) -> Acted:
    return Acted(replace(desk, asking="code", line=Line()), (c.SendReceipt(text),))


def _at_register(desk: Desk) -> Desk:
    return replace(desk, asking="register", choice=0, line=Line())


SAID: Mapping[Asking, Callable[[Desk, str], Acted]] = {
    "resolve_no": _document,
    "resolve_by": _name,
    "register_by": _accepted,
    "cash_in": _cash("in"),
    "cash_out": _cash("out"),
    "copy": _copy,
    "buyer": _buyer,
}
