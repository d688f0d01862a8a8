"""The command line: always ready, says what it asks for, and what a typed figure will be taken as."""

from rich.cells import cell_len
from textual.strip import Strip

from loyalty.money import parse_amount
from terminal.session.state import ChargeStep, Mode
from terminal.ui.cells import cut
from terminal.ui.desk import Asking, taken_minor
from terminal.ui.editor import Line
from terminal.ui.entering import is_by_weight, typed_milli
from terminal.ui.rows import Part, cells, ends
from terminal.ui.sight import Sight
from terminal.ui.widgets.lines import quantity_of
from terminal.ui.words import N_

GROUND = "field"
BY_MODE: dict[Mode, str] = {
    "closed": N_("Cashier's name"),
    "sale": N_("Code, phone, 3*, or a name"),
    "pay": N_("Amount in cash"),
    "done": N_("Next receipt: code, phone, or a name"),
    "return": N_("Quantity that comes back"),
}
BY_ASKING: dict[Asking, str] = {
    "search": N_("Find goods by name"),
    "quantity": N_("Quantity of the selected line"),
    "weight": N_("Weight in kg (0.456) or in grams (456); Esc: later"),
    "points": N_("Points to spend, up to {n}; Enter takes them all"),
    "return": N_("Receipt number, typed or scanned"),
    "menu": N_("Choose with arrows or a digit, Enter"),
    "member": N_("Choose with arrows or a digit, Enter"),
    "offers": N_("Choose with arrows or a digit, Enter"),
    "confirm": N_("Code the customer was sent"),
    "enrol": N_("Enter goes on, Space ticks, F6 makes the card, Esc leaves"),
    "help": N_("Esc goes back"),
    "devices": N_("Esc goes back"),
    "receipts": N_("Choose with arrows, Enter looks at it"),
    "receipt": N_("Enter prints a copy, Esc goes back"),
    "reprint": N_("Print a copy? Enter prints it, Esc goes back"),
    "close": N_("Close the shift? Enter closes it, Esc goes back"),
    "mend": N_("The manager's name; Enter mends the journal, Esc goes back"),
    "resolve": N_("Choose with arrows or a digit, Enter"),
    "register": N_("Choose with arrows or a digit, Enter"),
    "cash_in": N_("Cash put into the drawer; 1234 is 12.34"),
    "cash_out": N_("Cash taken out of the drawer; 1234 is 12.34"),
    "copy": N_("Number of the document (ФД); Enter alone: the last one"),
    "buyer": N_("Customer's phone or e-mail; Enter alone: paper only"),
    "correct": N_("Enter goes on, Space changes, Esc goes back"),
    "correct_sure": N_("Make it? Enter makes it, Esc goes back"),
    "register_by": N_("The manager's name; Enter accepts this register, Esc goes back"),
    "resolve_no": N_("Number of the fiscal document (ФД) on the tape"),
    "resolve_by": N_("The manager's name; Enter settles it, Esc goes back"),
    "all_cash": N_("All in cash all the same? Enter pays it out, Esc goes back"),
    "all_card": N_("All to the card all the same? Enter gives it back, Esc goes back"),
    "unpay": N_("Leave payment? Enter gives {taken} back, Esc stays"),
    "exit": N_("The receipt is not complete. Enter leaves the till, Esc goes back"),
}

BY_STEP: dict[ChargeStep, str] = {
    "code": N_("Code of the bank slip"),
    "code_again": N_("Code of the bank slip"),
    "void": N_("Enter: the money is given back"),
    "outcome": N_("Code of the bank slip; Enter alone: it was not paid"),
}
GIFT_CARD_IN_HAND = N_("Amount from the gift card")
BANK_TERMINAL = N_("Bank terminal; Esc cancels")
BANK_IN_DOUBT = N_("Bank terminal; F8 asks again, Esc leaves it")
ASKS_NO_TEXT: frozenset[Asking] = frozenset({
    "menu", "member", "offers", "enrol", "help", "close", "exit", "unpay", "resolve", "register", "devices",
    "all_cash", "all_card", "correct", "correct_sure", "receipts", "receipt", "reprint",
})  # fmt: skip


def command_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    desk = sight.desk
    prompt: list[Part] = [(f" {_prompt(sight)} ", "accent"), (f"{sight.palette.signs.prompt} ", "accent")]
    aside = _aside(sight)
    room = max(8, width - cells(prompt) - cells(aside) - 1)
    line = [] if desk.asking in ASKS_NO_TEXT else typed_parts(desk.line, room, sight.palette.signs.cursor)
    return [ends(sight.palette, width, [*prompt, *line], aside, GROUND)]


def _prompt(sight: Sight) -> str:
    state, _ = sight.view.state, sight.words.text
    if state.charge is not None:
        otherwise = BANK_IN_DOUBT if state.charge.stage == "doubt" else BANK_TERMINAL
        return _(BY_STEP.get(state.charge.step, otherwise))
    asked = BY_ASKING.get(sight.desk.asking)
    if asked is None:
        return _(GIFT_CARD_IN_HAND if state.gift_card else BY_MODE[state.mode])
    allowed = state.quote.redemption.allowed_points if state.quote else 0
    return _(asked).format(n=sight.words.points(allowed), taken=sight.words.money(taken_minor(state)))


def _aside(sight: Sight) -> list[Part]:
    """What the figure will be taken as, or the quantity that waits for goods."""
    state, words = sight.view.state, sight.words
    if state.charge is None and state.mode == "pay" and sight.desk.asking == "code" and sight.desk.line.text:
        amount_minor = parse_amount(sight.desk.line.text)
        if amount_minor is not None:
            return [(f"= {words.money(amount_minor)} ", "strong")]
    if sight.desk.asking in ("weight", "quantity") and is_by_weight(sight.view, sight.desk):
        qty_milli = typed_milli(sight.desk.line.text.strip(), by_weight=True)
        return [(f"= {quantity_of(words, qty_milli, 'kg')} ", "strong")] if qty_milli else []
    if state.multiplier_milli:
        return [(f"{words.quantity(state.multiplier_milli)} × ", "warn")]
    return []


def typed_parts(line: Line, room: int, cursor: str) -> list[Part]:
    """The typed text with its cursor, if it has one; a text longer than the room shows the part around the cursor."""
    if not cursor:
        return [(cut(line.text, room), "text")]
    before, after = line.text[: line.at], line.text[line.at :]
    while cell_len(before) > room - 2:
        before = before[1:]
    return [(before, "strong"), (cursor, "accent"), (cut(after, max(0, room - 1 - cell_len(before))), "strong")]
