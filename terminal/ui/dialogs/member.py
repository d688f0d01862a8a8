"""The member in place of the lines: the two consent texts, and what can be done."""

from textual.strip import Strip

from loyalty.member import Member
from loyalty.statuses.outlook import outlook_said, season_outlook
from terminal.ui.cells import clean, cut, wrap
from terminal.ui.dialogs.consents import Purpose, consent_text, consent_title
from terminal.ui.dialogs.menu import item_rows
from terminal.ui.lists import items_of
from terminal.ui.rows import row
from terminal.ui.sight import Sight


def member_list_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    member = sight.view.state.basket.member
    if member is None:
        return []
    palette = sight.palette
    phone = f"  ··{clean(member.phone_tail)}" if member.phone_tail else ""
    who = [(f"  {clean(member.name_masked) or clean(member.card)}", "strong"), (phone, "dim")]
    return [
        row(
            palette,
            width,
            [
                ("  " + sight.words.text("Member and consents"), "head"),
                ("  " + sight.words.text("what holds now, the head office knows"), "dim"),
            ],
        ),
        row(palette, width, who),
        *item_rows(sight, items_of(sight.view, "member"), width),
        _outlook(sight, member, width),
        *_consent(sight, width, "processing"),
        *_consent(sight, width, "advertising"),
    ]


def _outlook(sight: Sight, member: Member, width: int) -> Strip:
    """What becomes of the status."""
    outlook = season_outlook(sight.view.programme, member.progress, member.found_on)
    said = outlook_said(outlook) if outlook else None
    return row(sight.palette, width, [("  " + cut(sight.words.say(said), width - 3), "text")] if said else [])


def _consent(sight: Sight, width: int, purpose: Purpose) -> list[Strip]:
    rows = [row(sight.palette, width, [("  " + consent_title(sight, purpose), "text")])]
    return rows + [
        row(sight.palette, width, [("    " + line, "dim")]) for line in wrap(consent_text(sight, purpose), width - 8, 2)
    ]
