"""A correction receipt in place of the lines: the form, and the page that is looked through before it is made."""

from textual.strip import Strip

from loyalty.money import parse_amount
from loyalty.sentences import Sentence
from terminal.session.correction import CorrectionDraft, CorrectionVat
from terminal.ui.cells import clean, left, wrap
from terminal.ui.correction_form import (
    BY,
    CARD,
    CASH,
    DATE,
    DONE,
    KIND,
    NAME,
    ORDER,
    SIGN,
    SUMS,
    VAT,
    CorrectionForm,
    draft_of,
    line_of,
    rest_minor,
)
from terminal.ui.rows import Part, fit, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.command import typed_parts
from terminal.ui.words import N_

KINDS = {"sale": N_("Sale"), "return": N_("Return")}
LABELS = {
    KIND: N_("Settlement"),
    CASH: N_("In cash"),
    CARD: N_("By card"),
    DATE: N_("Its day"),
    ORDER: N_("Tax service's order"),
    SIGN: N_("Wrong receipt's sign (ФП)"),
    NAME: N_("What was sold"),
    BY: N_("Manager's name"),
}
EMPTY = {
    DATE: N_("as 20.11.2026"),
    ORDER: N_("empty: of the shop's own accord"),
    SIGN: N_("empty: the register was not used"),
}
"""What an empty field stands for."""
VAT_NAME = N_("VAT")
SOLD = "Коррекция расчёта"
"""As it stands in the document where nothing else is said."""
LABEL_CELLS = 30
HINT_ROWS = 2


def correction_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    if sight.desk.asking == "correct_sure":
        return _page(sight, width, height)
    form = sight.desk.correction
    rows = [_field(sight, form, at, width) for at in range(DONE)] + [_button(sight, form, width)]
    # On a screen with fewer rows those about the field in focus are seen.
    first = max(0, min(form.at - height + 1, len(rows) - height))
    return rows[first : first + height]


def rate_text(sight: Sight, rate: CorrectionVat) -> str:
    return sight.words.text(N_("No VAT")) if rate == "none" else f"{sight.words.text(VAT_NAME)} {rate} %"


def _field(sight: Sight, form: CorrectionForm, at: int, width: int) -> Strip:
    _, palette, here = sight.words.text, sight.palette, form.at == at
    label = rate_text(sight, form.rates[at - VAT]) if at in SUMS else _(LABELS[at])
    parts: list[Part] = [(f"{palette.signs.here if here else ' '} ", "accent"), (left(label, LABEL_CELLS), "dim")]
    line = line_of(form, at)
    if line is None:
        parts.append((_(KINDS[form.kind]), "strong"))
    else:
        parts += typed_parts(line, width // 2 - 6, palette.signs.cursor if here else "")
        parts.append((_stands_for(sight, form, at), "dim"))
    if here and (at in SUMS or line is None):
        parts.append(("   " + _("Space: another"), "accent"))
    return row(palette, width, fit(parts, width), "selected" if here else "field")


def _stands_for(sight: Sight, form: CorrectionForm, at: int) -> str:
    line = line_of(form, at)
    typed = line.text.strip() if line else ""
    if typed:
        # 1234 is 12.34, and the manager is to see it.
        amount_minor = parse_amount(typed) if at in (CASH, CARD, *SUMS) else None
        return f" = {sight.words.money(amount_minor)}" if amount_minor is not None else ""
    if at == VAT and (rest := rest_minor(form)) is not None:
        return f" {sight.words.money(rest)}"
    if at == NAME:
        return f" {SOLD}"
    return f" {sight.words.text(EMPTY[at])}" if at in EMPTY else ""


def _button(sight: Sight, form: CorrectionForm, width: int) -> Strip:
    palette, here = sight.palette, form.at == DONE
    parts: list[Part] = [
        (f"{palette.signs.here if here else ' '} ", "accent"),
        (sight.words.text(N_("Look it through")), "strong"),
    ]
    draft = draft_of(form) if form.tried else None
    if isinstance(draft, Sentence):
        parts.append((f"   {palette.signs.warn} {sight.words.say(draft)}", "warn"))
    return row(palette, width, fit(parts, width), "selected" if here else "field")


def _page(sight: Sight, width: int, height: int) -> list[Strip]:
    draft = draft_of(sight.desk.correction)
    if not isinstance(draft, CorrectionDraft):
        return []
    palette, _ = sight.palette, sight.words.text
    lines: list[list[Part]] = [
        [(f"  {left(label, LABEL_CELLS)}", "dim"), (value, "strong")] for label, value in _facts(sight, draft)
    ]
    final = wrap(_("Once it is made it goes to the tax service and cannot be taken back"), width - 4, HINT_ROWS)
    lines += [[("  " + line, "warn")] for line in final]
    if len(lines) < height:
        lines.insert(0, [("  " + _("Correction receipt"), "head")])
    return [row(palette, width, fit(parts, width)) for parts in lines]


def _facts(sight: Sight, draft: CorrectionDraft) -> list[tuple[str, str]]:
    words, _ = sight.words, sight.words.text
    paid = [(CASH, draft.cash_minor), (CARD, draft.card_minor)]
    order = _("by order {number}").format(number=clean(draft.order)) if draft.order else _("of the shop's own accord")
    sign = clean(draft.wrong_sign) or _("none: the register was not used")
    return [
        (_(LABELS[KIND]), f"{_(KINDS[draft.kind])} {words.money(draft.total_minor)}"),
        *((_(LABELS[at]), words.money(minor)) for at, minor in paid if minor),
        *((rate_text(sight, rate), words.money(minor)) for rate, minor in draft.vat_minor.items()),
        (_(LABELS[DATE]), f"{words.date(draft.date)}, {order}"),
        (_(LABELS[SIGN]), sign),
        (_(LABELS[NAME]), clean(draft.name) or SOLD),
        (_(LABELS[BY]), clean(draft.by)),
    ]
