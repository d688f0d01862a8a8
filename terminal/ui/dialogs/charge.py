"""The payment terminal at work, in place of the lines: how much, what is waited for, and what to press."""

from textual.strip import Strip

from terminal.session.state import Charge, ChargeStep
from terminal.ui.cells import clean, left
from terminal.ui.keys import BY_ID, shown
from terminal.ui.rows import Part, blank, fit, row
from terminal.ui.sight import Sight
from terminal.ui.words import N_

KEY_CELLS = 8
HEADS = {
    "sale": N_("Payment by bank card"),
    "refund": N_("Money back to the bank card"),
    "undo": N_("A card payment without a receipt"),
    "read": N_("Member by bank card"),
    "register": N_("The customer's bank card is registered"),
}
STEPS: dict[ChargeStep, str] = {
    "": N_("Asking the terminal…"),
    "card": N_("The customer taps or inserts the card"),
    "pin": N_("The customer types the PIN"),
    "bank": N_("The bank is being asked…"),
    "code": N_("Make it on the bank terminal, then type the code of its slip"),
    "code_again": N_("That is no code: an authorisation code, or an RRN of 12 signs"),
    "void": N_("Give it back on the bank terminal (code {code}), then Enter"),
    "outcome": N_("Was it paid? Look at the slips of the bank terminal"),
}
TYPED: frozenset[ChargeStep] = frozenset({"code", "code_again", "void", "outcome"})


def charge_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    charge = sight.view.state.charge
    if charge is None:
        return []
    palette, _ = sight.palette, sight.words.text
    return [
        row(palette, width, [("  " + _(HEADS[charge.of]), "head")]),
        row(palette, width, [("  " + sight.words.money(charge.amount_minor), "strong")] if charge.amount_minor else []),
        blank(palette, width),
        row(palette, width, fit(_said(sight, charge), width)),
        blank(palette, width),
        *_keys(sight, charge, width),
    ]


def _said(sight: Sight, charge: Charge) -> list[Part]:
    _ = sight.words.text
    if charge.stage == "doubt":
        said = _("Nobody knows yet whether the card was charged")
        return [(f"  {sight.palette.signs.warn} ", "warn"), (said, "warn")]
    if charge.stage == "stopping":
        return [("  " + _("Cancelling at the terminal…"), "warn")]
    return [("  " + _(STEPS[charge.step]).format(code=clean(charge.code)), "strong")]


def _keys(sight: Sight, charge: Charge, width: int) -> list[Strip]:
    _ = sight.words.text
    if charge.stage == "doubt":
        again = _("ask the terminal again: nothing is charged twice")
        leave = _("leave it: the till gives the money back as soon as it can")
        return [_key(sight, shown(BY_ID["card"].name), again, width), _key(sight, "Esc", leave, width)]
    if charge.of == "undo":
        rows = [_key(sight, "Enter", _("it is done, or what was typed"), width)]
        return [*rows, _key(sight, "Esc", _("later: it stays on the list"), width)]
    leave = _("not paid: cancel") if charge.step in TYPED else _("cancel; the receipt is never lost")
    rows = [_key(sight, "Enter", _("take the code"), width)] if charge.step in TYPED else []
    return [*rows, _key(sight, "Esc", leave, width)]


def _key(sight: Sight, cap: str, said: str, width: int) -> Strip:
    parts: list[Part] = [(left(f"  {cap}", KEY_CELLS), "accent"), (said, "text")]
    return row(sight.palette, width, fit(parts, width))
