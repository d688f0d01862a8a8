"""Enter pressed, and figures taken from the line: what was typed becomes a command, by what the line asks for."""

import re

from msgspec.structs import replace

from loyalty.codes import CodeRanges, GiftCardCode, UnknownCode, classify, parse_phone
from loyalty.money import parse_amount
from loyalty.receipt import PaymentKind
from terminal.session import commands as c
from terminal.session.port import View
from terminal.session.sale import milli
from terminal.session.weights import is_doubtful, whole_milli
from terminal.ui import looking_back, resolving
from terminal.ui.acted import Acted
from terminal.ui.desk import LOOKING_BACK, Asking, Desk, selected_line, selected_return
from terminal.ui.editor import Line
from terminal.ui.lists import has_register, items_of
from terminal.ui.words import N_

_QUANTITY = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,3})?")
_COUPON_PREFIX = "KC"
LETTERS_OF_A_NAME = 2
STAYS = (c.AskRegister, c.LookAtRegister, c.PutRight)
"""The list they were chosen from stays, for what comes of them."""
YES: dict[Asking, tuple[c.Command, ...]] = {
    "close": (c.CloseShift(),),
    "unpay": (c.Back(),),
    "all_cash": (c.ConfirmReturn("cash", sure=True),),
    "all_card": (c.ConfirmReturn("card", sure=True),),
}
"""What Enter means where one is asked whether it is really meant."""
GRAMS_OR_KG = N_("Grams or kilograms? Type kg with a point: 0.060 or 60.0")
AMOUNT_NEEDED = N_("Type an amount and Enter, or take exactly what is due")


def enter(view: View, desk: Desk) -> Acted:
    text = desk.line.text.strip()
    empty = replace(desk, line=Line())
    calm = replace(empty, asking="code")
    if desk.asking in resolving.SAID:
        return resolving.SAID[desk.asking](desk, text)
    if desk.asking in LOOKING_BACK:
        return looking_back.enter(view, empty)
    match desk.asking:
        case "menu" | "member" | "offers" | "resolve" | "register":
            return choose(view, desk)
        case "search":
            return Acted(empty, (c.SearchGoods(text),)) if text else Acted(calm)
        case "quantity":
            asked = quantity(view, calm, text) if text else Acted(calm)
            return replace(asked, desk=replace(asked.desk, asking="quantity")) if asked.desk.note else asked
        case "weight":
            # The question is over once the line has its weight: a figure the session refuses is asked for again.
            return quantity(view, empty, text) if text else Acted(replace(desk, note=N_("Type the weight in kg")))
        case "points":
            return points(view, calm, text)
        case "return":
            return Acted(calm, (c.BeginReturn(text),)) if text else Acted(calm)
        case "confirm":
            return _code_said(view, desk, text)
        case "mend":
            return Acted(calm, (c.Mend(text),)) if text else Acted(calm)
        case "exit" | "close" | "unpay" | "all_cash" | "all_card" | "help" | "devices":
            return Acted(calm, YES.get(desk.asking, ()), "exit" if desk.asking == "exit" else "")
        case _:
            return _enter_by_mode(view, empty, text)


def _enter_by_mode(view: View, desk: Desk, text: str) -> Acted:
    match view.state.mode:
        case "closed":
            return Acted(desk, (c.OpenShift(text),))
        case "pay":
            return _pay(view, desk, text)
        case "return":
            return _returning(view, desk, text)
        case _:
            return _code(view, desk, text) if text else _nothing_typed(view, desk)


def _returning(view: View, desk: Desk, text: str) -> Acted:
    """Yes, where money is to go back another way; else so many of the selected line, or all of it."""
    return quantity(view, desk, text) if text else _toggled(view, desk)


def _pay(view: View, desk: Desk, text: str) -> Acted:
    """A gift card's number takes it in hand; a figure, or with a gift card in hand nothing typed, pays."""
    if isinstance(classify(text, view.programme.codes), GiftCardCode):
        return Acted(desk, (c.Type(text),))
    if view.state.gift_card:
        return tender(view, desk, "gift_card", text)
    return tender(view, desk, "cash", text) if text else Acted(replace(desk, note=AMOUNT_NEEDED))


def _code_said(view: View, desk: Desk, text: str) -> Acted:
    """The code goes to be checked; typed before it could be, it stays."""
    of = view.state.confirming
    if not text:
        return Acted(replace(desk, note=N_("Type the code the customer was sent")))
    kept = desk if of is not None and of.stage == "sending" else replace(desk, line=Line())
    return Acted(kept, (c.EnterCode(text),))


def _code(view: View, desk: Desk, text: str) -> Acted:
    found = view.state.found
    if found and text.isascii() and text.isdigit() and 1 <= int(text) <= len(found):
        return Acted(desk, (c.AddProduct(found[int(text) - 1].code),))
    if _is_name(text, view.programme.codes):
        return Acted(desk, (c.SearchGoods(text),))
    return Acted(replace(desk, phone=parse_phone(text) or ""), (c.Type(text),))


def _is_name(text: str, ranges: CodeRanges) -> bool:
    """Letters that are no code: the cashier is looking for goods."""
    if text.upper().startswith((ranges.qr_prefix, _COUPON_PREFIX)):
        return False
    unknown = isinstance(classify(text, ranges), UnknownCode)
    return unknown and sum(char.isalpha() for char in text) >= LETTERS_OF_A_NAME


def _nothing_typed(view: View, desk: Desk) -> Acted:
    state = view.state
    if state.found:
        return Acted(desk, (c.AddProduct(state.found[min(desk.choice, len(state.found) - 1)].code),))
    if state.mode == "done" or desk.slip_open:
        return Acted(replace(desk, slip_open=False), (c.Back(),))
    return Acted(replace(desk, line=Line.of(state.unknown_code)))


def choose(view: View, desk: Desk) -> Acted:
    """Take the chosen line of the menu, of the member's list or of what can be asked for."""
    if desk.asking == "offers":
        return _asked(view, desk)
    items = items_of(view, desk.asking)
    if not 0 <= desk.choice < len(items):
        return Acted(desk)
    item = items[desk.choice]
    calm = replace(desk, asking="code", line=Line())
    match item.id:
        case (
            "close" | "help" | "mend" | "resolve_no" | "resolve_by" | "register_by" | "cash_in" | "cash_out" | "copy"
            | "correct" | "buyer"
        ):  # fmt: skip
            return Acted(replace(calm, asking=item.id, document=None))
        case "devices":
            return Acted(replace(calm, asking="devices", choice=0))
        case "register":
            looks = (c.LookAtRegister(),) if has_register(view) else ()
            return Acted(replace(calm, asking="register", choice=0), looks)
        case "receipts":
            return Acted(replace(calm, asking="receipts", choice=0), (c.ListReceipts(),))
        case "exit":
            busy = bool(view.state.basket.lines)
            return Acted(replace(calm, asking="exit")) if busy else Acted(calm, asks="exit")
        case "language":
            return Acted(desk, asks="language")
        case "theme":
            return Acted(desk, asks="theme")
        case _:
            kept = desk if isinstance(item.command, STAYS) else calm
            return Acted(kept, (item.command,) if item.command else ())


def _asked(view: View, desk: Desk) -> Acted:
    """Ask for it, or take it back; the list stays, for the next."""
    offers = view.state.offers or ()
    if not 0 <= desk.choice < len(offers):
        return Acted(desk)
    offer = offers[desk.choice]
    asked = c.Choose(offer.campaign_id, offer.code) if offer.code else c.Ask(offer.campaign_id)
    return Acted(replace(desk, line=Line()), (asked,))


def quantity(view: View, desk: Desk, text: str) -> Acted:
    """A quantity for the selected line, of the basket or of the return."""
    by_weight = is_by_weight(view, desk)
    if by_weight and is_doubtful(text):
        asking = "quantity" if desk.asking == "code" and view.state.mode == "sale" else desk.asking
        return Acted(replace(desk, asking=asking, note=GRAMS_OR_KG))
    qty_milli = typed_milli(text, by_weight)
    if qty_milli is None:
        return Acted(replace(desk, note=N_("That is not a quantity")))
    if view.state.mode == "return":
        return Acted(desk, (c.SetReturn(selected_return(desk, view.state) or 0, qty_milli),))
    return Acted(desk, (c.SetQuantity(selected_line(desk, view.state) or 0, qty_milli),))


def is_by_weight(view: View, desk: Desk) -> bool:
    """Whether the selected line is of goods sold by weight."""
    state = view.state
    if state.mode == "return" and state.returning:
        no = selected_return(desk, state)
        return any(line.unit == "kg" for line in state.returning.receipt.lines if line.line_no == no)
    here = selected_line(desk, state)
    return any(line.product.unit == "kg" for line in state.basket.lines if line.line_id == here)


def typed_milli(text: str, by_weight: bool = False) -> int | None:
    """A quantity as it is typed, in thousandths; None if it is none. Of goods `by_weight` it may be grams."""
    if by_weight and text.isascii() and text.isdigit():
        return None if is_doubtful(text) else whole_milli(int(text))
    return milli(text) if _QUANTITY.fullmatch(text) else None


def points(view: View, desk: Desk, text: str) -> Acted:
    """Spend points; nothing typed is as many as may be. In payment the receipt is quoted anew with them."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        return Acted(replace(desk, asking="points", note=N_("That is not a number of points")))
    spend = c.SpendPoints(int(text) if text else None)
    if view.state.mode == "pay" and not view.state.tenders:
        return Acted(desk, (c.Back(), spend, c.Pay()))
    return Acted(desk, (spend,))


def tender(view: View, desk: Desk, kind: PaymentKind, text: str) -> Acted:
    """Money given: `1234` is 12.34; nothing typed is exactly what is due."""
    amount_minor = parse_amount(text) if text else None
    if text and amount_minor is None:
        return Acted(replace(desk, note=N_("That is not an amount")))
    return Acted(replace(desk, given=text), (c.Tender(kind, amount_minor),))


def _toggled(view: View, desk: Desk) -> Acted:
    """All of the selected line goes back, or none of it."""
    line_no = selected_return(desk, view.state)
    if line_no is None or view.state.returning is None:
        return Acted(desk)
    wanted = view.state.returning.wanted_milli.get(line_no, 0)
    return Acted(desk, (c.SetReturn(line_no, 0 if wanted else None),))
