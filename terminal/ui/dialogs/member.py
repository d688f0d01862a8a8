"""The member in place of the lines: the two consent texts, and what can be done."""

from textual.strip import Strip

from terminal.ui.cells import clean, wrap
from terminal.ui.dialogs.consents import Purpose, consent_text, consent_title
from terminal.ui.dialogs.menu import item_rows
from terminal.ui.lists import MEMBER
from terminal.ui.rows import blank, row
from terminal.ui.sight import Sight


def member_list_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    member = sight.view.state.basket.member
    if member is None:
        return []
    palette = sight.palette
    phone = f"  ··{clean(member.phone_tail)}" if member.phone_tail else ""
    who = [(f"  {clean(member.name_masked) or clean(member.card)}", "strong"), (phone, "dim")]
    return [
        row(palette, width, [("  " + sight.words.text("Member and consents"), "head")]),
        row(palette, width, who),
        *item_rows(sight, MEMBER, width),
        blank(palette, width),
        *_consent(sight, width, "processing"),
        *_consent(sight, width, "advertising"),
    ]


def _consent(sight: Sight, width: int, purpose: Purpose) -> list[Strip]:
    rows = [row(sight.palette, width, [("  " + consent_title(sight, purpose), "text")])]
    return rows + [
        row(sight.palette, width, [("    " + line, "dim")]) for line in wrap(consent_text(sight, purpose), width - 8, 2)
    ]
