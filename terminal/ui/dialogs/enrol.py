"""A new member: phone, name, and two consents that are asked apart; only the first is needed for a card."""

from textual.strip import Strip

from loyalty.consents import Purpose
from terminal.ui.cells import left, wrap
from terminal.ui.dialogs.consents import consent_text, consent_title
from terminal.ui.editor import Line
from terminal.ui.filling import ADVERTISING, DONE, INVITED, NAME, PHONE, PROCESSING, fields_of
from terminal.ui.rows import Part, blank, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.command import typed_parts

LABEL_CELLS = 12
TEXT_ROWS = 2


def enrol_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    _, form, palette = sight.words.text, sight.desk.form, sight.palette
    button = "selected" if form.at == DONE else "field"
    return [
        row(palette, width, [("  " + _("New member"), "head")]),
        _field(sight, width, _("Phone"), form.phone, PHONE),
        _field(sight, width, _("Name"), form.name, NAME),
        *_invited(sight, width),
        *_consent(sight, width, "processing", form.processing, PROCESSING),
        *_consent(sight, width, "advertising", form.advertising, ADVERTISING),
        blank(palette, width),
        row(palette, width, [(f"{_mark(sight, DONE)} ", "accent"), (_("Make the card") + "  F6", "strong")], button),
    ]  # fmt: skip


def _invited(sight: Sight, width: int) -> list[Strip]:
    if INVITED not in fields_of(sight.view):
        return []
    _ = sight.words.text
    return [_field(sight, width, _("Invited by"), sight.desk.form.invited_by, INVITED)]


def _mark(sight: Sight, at: int) -> str:
    return sight.palette.signs.here if sight.desk.form.at == at else " "


def _field(sight: Sight, width: int, label: str, line: Line, at: int) -> Strip:
    here = sight.desk.form.at == at
    parts: list[Part] = [(f"{_mark(sight, at)} ", "accent"), (left(label, LABEL_CELLS), "dim")]
    parts += typed_parts(line, width - LABEL_CELLS - 4, sight.palette.signs.cursor if here else "")
    return row(sight.palette, width, parts, "selected" if here else "field")


def _consent(sight: Sight, width: int, purpose: Purpose, given: bool, at: int) -> list[Strip]:
    here = sight.desk.form.at == at
    signs = sight.palette.signs
    ground = "selected" if here else "base"
    box: Part = (signs.ticked + " ", "good") if given else (signs.free + " ", "text")
    rows = [
        row(
            sight.palette,
            width,
            [(f"{_mark(sight, at)} ", "accent"), box, (consent_title(sight, purpose), "strong")],
            ground,
        )
    ]
    for line in wrap(consent_text(sight, purpose), width - 8, TEXT_ROWS):
        rows.append(row(sight.palette, width, [("      " + line, "dim")]))
    return rows
