"""A key pressed: (picture, desk, key) -> the next desk and commands for the till. Pure: a test needs no screen."""

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from loyalty.codes import ReceiptCode, classify
from terminal.session import commands as c
from terminal.session.port import View
from terminal.ui import correcting, entering, filling, looking_back
from terminal.ui.acted import Acted
from terminal.ui.desk import (
    CORRECTING,
    Asking,
    Desk,
    new_form,
    put_away,
    rows_of,
    scanned_receipt,
    selected_line,
    selected_return,
    taken_minor,
)
from terminal.ui.editor import Line, edited, typed
from terminal.ui.keys import BY_NAME
from terminal.ui.lists import list_length, place_of

PAGE_LINES = 5


def scanned(view: View, desk: Desk, scan: c.Scan) -> Acted:
    """A scan: it goes to the session as it is, but for a receipt's number where one was asked for."""
    if desk.asking == "return":
        code = classify(scan.text, view.programme.codes)
        if isinstance(code, ReceiptCode):
            return Acted(replace(desk, asking="code", line=Line()), (c.BeginReturn(code.number),))
    if desk.asking == "code" and desk.line.text.rstrip().endswith("*"):
        # "3*" and then a scan is three: nobody presses Enter between.
        return Acted(replace(desk, line=Line()), (c.Type(desk.line.text), scan))
    return Acted(desk, (scan,))


def press(view: View, desk: Desk, name: str, text: str = "") -> Acted:
    """One key: `name` as Textual names it, `text` the character it types (empty for keys that type none)."""
    acted = _pressed(view, replace(desk, note=""), name, text)
    opened = acted.desk.asking not in ("code", desk.asking)
    return replace(acted, desk=put_away(acted.desk, view.state)) if opened else acted


def _pressed(view: View, desk: Desk, name: str, text: str) -> Acted:
    if view.state.charge is not None and name not in BY_NAME:
        return _at_terminal(desk, name, text)
    if desk.asking == "enrol":
        return filling.press(view, desk, name, text)
    if desk.asking in CORRECTING:
        return correcting.press(desk, name, text)
    if name in BY_NAME:
        return _FUNCTIONS[BY_NAME[name].id](view, desk)
    if name in _MOVES:
        return Acted(_moved(view, desk, _MOVES[name]))
    if name == "escape":
        return _escape(view, desk)
    if name == "enter":
        return entering.enter(view, desk)
    if text in "0123456789" and text and desk.asking in ("menu", "member", "offers", "resolve", "register"):
        place = place_of(view, desk.asking, text)
        return Acted(desk) if place is None else entering.choose(view, replace(desk, choice=place))
    line = edited(desk.line, name) or (typed(desk.line, text) if text else desk.line)
    # Whoever types an amount after all goes on with the payment.
    asking = "code" if desk.asking == "unpay" and text else desk.asking
    return Acted(replace(desk, line=line, asking=asking))


def pasted(view: View, desk: Desk, text: str) -> Acted:
    """A paste that is no scan: its first line is typed, and no Enter is pressed with it."""
    first = text.strip().splitlines()[0] if text.strip() else ""
    if desk.asking == "enrol":
        return Acted(filling.typed_in(desk, first))
    if desk.asking == "correct":
        return Acted(correcting.put_in(desk, first))
    return Acted(replace(desk, line=typed(desk.line, first)))


_MOVES = {"up": -1, "down": 1, "pageup": -PAGE_LINES, "pagedown": PAGE_LINES}


def _moved(view: View, desk: Desk, step: int) -> Desk:
    """The selection in whatever is on show, never past its ends."""
    state = view.state
    if desk.asking in ("receipt", "reprint") and state.receipts is not None:
        return replace(desk, scroll=min(max(desk.scroll + step, 0), len(state.receipts.slip)))
    if length := list_length(view, desk):
        return replace(desk, choice=min(max(desk.choice + step, 0), length - 1))
    if state.mode == "done" or desk.slip_open:
        return replace(desk, scroll=min(max(desk.scroll + step, 0), len(state.slip)))
    if state.mode == "return" and state.returning:
        ids = [line.line_no for line in state.returning.receipt.lines]
        here = selected_return(desk, state)
    else:
        ids = rows_of(state)
        here = selected_line(desk, state)
    if here is None:
        return desk
    return replace(desk, selected=ids[min(max(ids.index(here) + step, 0), len(ids) - 1)])


_BACK: dict[Asking, Asking] = {
    "resolve_no": "resolve",
    "resolve_by": "resolve",
    "register_by": "register",
    "cash_in": "register",
    "cash_out": "register",
    "copy": "register",
    "receipt": "receipts",
    "reprint": "receipt",
}
_CLOSES: dict[Asking, tuple[c.Command, ...]] = {"offers": (c.Back(),), "confirm": (c.CancelConfirm(),)}


def _escape(view: View, desk: Desk) -> Acted:
    """One level back: what was asked, then what was typed, then the session's own level; money that has been taken is
    not let go by one key."""
    if desk.asking != "code":
        back = _BACK.get(desk.asking, "code")
        return Acted(replace(desk, asking=back, line=Line()), _CLOSES.get(desk.asking, ()))
    if desk.line.text:
        return Acted(replace(desk, line=Line()))
    if taken_minor(view.state) and view.state.gift_card is None:
        return Acted(replace(desk, asking="unpay"))
    return Acted(replace(desk, slip_open=False), (c.Back(),))


def _at_terminal(desk: Desk, name: str, text: str) -> Acted:
    """While the payment terminal asks, what is typed is of the bank's slip; Esc is what is typed, then the terminal."""
    if name == "enter":
        return Acted(replace(desk, line=Line()), (c.EnterSlip(desk.line.text.strip()),))
    if name == "escape":
        return Acted(replace(desk, line=Line()), () if desk.line.text else (c.CancelCharge(),))
    line = edited(desk.line, name) or (typed(desk.line, text) if text else desk.line)
    return Acted(replace(desk, line=line))


# -- function keys


def _calm(desk: Desk) -> Desk:
    """A function key leaves whatever was asked; what was typed for a code or a figure stays for the key to use."""
    line = desk.line if desk.asking in ("code", "weight") else Line()
    return replace(desk, asking="code", line=line)


def _with_line(taken: Callable[[View, Desk, str], Acted]) -> Callable[[View, Desk], Acted]:
    """A key that uses what is typed, and empties the line."""

    def pressed(view: View, desk: Desk) -> Acted:
        desk = _calm(desk)
        return taken(view, replace(desk, line=Line()), desk.line.text.strip())

    return pressed


def _pay(view: View, desk: Desk) -> Acted:
    """Whoever goes on to payment with the weight typed need not press Enter first."""
    text = desk.line.text.strip()
    if desk.asking != "weight" or not text:
        return Acted(_calm(desk), (c.Pay(),))
    weighed = entering.quantity(view, replace(desk, line=Line()), text)
    return replace(weighed, commands=(*weighed.commands, c.Pay())) if weighed.commands else weighed


def _find(view: View, desk: Desk, text: str) -> Acted:
    if text or view.state.mode not in ("sale", "done"):
        return Acted(desk, (c.SearchGoods(text),))
    return Acted(replace(desk, asking="search"))


def _quantity(view: View, desk: Desk, text: str) -> Acted:
    nothing = selected_line(desk, view.state) is None and view.state.mode != "return"
    if text or nothing:
        return entering.quantity(view, desk, text or "1")
    return Acted(replace(desk, asking="quantity"))


def _points(view: View, desk: Desk, text: str) -> Acted:
    redemption = view.state.quote.redemption if view.state.quote else None
    may = redemption is not None and (redemption.allowed_points > 0 or redemption.used_points > 0)
    if text or not may or view.state.mode not in ("sale", "pay") or view.state.tenders:
        return entering.points(view, desk, text)
    return Acted(replace(desk, asking="points"))


def _member(view: View, desk: Desk) -> Acted:
    state = view.state
    if state.mode not in ("sale", "done"):
        return Acted(desk, (c.Enrol(""),))
    if state.basket.member is not None:
        return Acted(replace(_calm(desk), asking="member", choice=0))
    return Acted(replace(desk, asking="enrol", form=new_form(_calm(desk), state), line=Line()))


def _money(kind: Literal["cash", "card"]) -> Callable[[View, Desk, str], Acted]:
    def taken(view: View, desk: Desk, text: str) -> Acted:
        match view.state.mode:
            case "sale":
                return Acted(replace(desk, line=Line.of(text)), (c.Pay(),))
            case "return":
                return Acted(desk, (c.ConfirmReturn(kind),))
            case "done" if kind == "card":
                return Acted(desk, (c.RegisterBankCard(),))
            case _:
                return entering.tender(view, desk, kind, text)

    return taken


def _void(view: View, desk: Desk) -> Acted:
    state = view.state
    if state.mode == "return":
        return Acted(_calm(desk), (c.SetReturn(selected_return(desk, state) or 0, 0),))
    here = selected_line(desk, state) or 0
    coupon = state.coupons[-1 - here] if here < 0 else None
    return Acted(_calm(desk), (c.DropCoupon(coupon.code) if coupon else c.VoidLine(here),))


def _offers(view: View, desk: Desk) -> Acted:
    if desk.asking == "offers":
        return _escape(view, desk)
    asking = desk.asking if view.state.mode != "sale" else "offers"
    return Acted(replace(_calm(desk), asking=asking, choice=0), (c.ListOffers(),))


def _confirm(view: View, desk: Desk) -> Acted:
    """Have a code sent; one that is under way comes back on the screen, and in sight of it another one is sent."""
    again = view.state.confirming is not None and desk.asking != "confirm"
    return Acted(replace(_calm(desk), asking="confirm", line=Line()), () if again else (c.ConfirmPhone(),))


def _return(view: View, desk: Desk, text: str) -> Acted:
    state = view.state
    if state.mode == "return":
        return Acted(desk, (c.ReturnAll(),))
    text = text or scanned_receipt(state)
    if text or state.mode not in ("sale", "done") or state.basket.lines:
        return Acted(desk, (c.BeginReturn(text),))
    return Acted(replace(desk, asking="return"))


def _return_key(view: View, desk: Desk) -> Acted:
    return looking_back.begin_return(view, desk) or _with_line(_return)(view, desk)


def _receipts(view: View, desk: Desk) -> Acted:
    return _escape(view, desk) if desk.asking == "receipts" else looking_back.open_list(view, _calm(desk))


def _resolve(view: View, desk: Desk) -> Acted:
    """The receipt in doubt; where none is, the register and how it stands."""
    if desk.asking in ("resolve", "register"):
        return _escape(view, desk)
    if view.doubt is None:
        return Acted(replace(_calm(desk), asking="register", choice=0), (c.LookAtRegister(),))
    return Acted(replace(_calm(desk), asking="resolve", choice=0))


def _exit(view: View, desk: Desk) -> Acted:
    busy = view.state.basket.lines or view.state.mode in ("pay", "return")
    return Acted(replace(_calm(desk), asking="exit")) if busy else Acted(desk, asks="exit")


_FUNCTIONS: dict[str, Callable[[View, Desk], Acted]] = {
    "pay": _pay,
    "find": _with_line(_find),
    "quantity": _with_line(_quantity),
    "points": _with_line(_points),
    "member": _member,
    "cash": _with_line(_money("cash")),
    "card": _with_line(_money("card")),
    "void": _void,
    "undo": lambda view, desk: Acted(_calm(desk), (c.Undo(),)),
    "return": _return_key,
    "receipts": _receipts,
    "menu": lambda view, desk: Acted(replace(desk, asking="code" if desk.asking == "menu" else "menu", choice=0)),
    "help": lambda view, desk: Acted(replace(desk, asking="code" if desk.asking == "help" else "help")),
    "offers": _offers,
    "confirm": _confirm,
    "resolve": _resolve,
    "exit": _exit,
}
