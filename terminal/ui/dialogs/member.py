"""The member in place of the lines: which consents hold, what can be done, and the texts."""

from textual.strip import Strip

from loyalty.consents import PURPOSES, Purpose
from loyalty.member import Member
from loyalty.statuses.outlook import outlook_said, season_outlook
from terminal.ui.cells import clean, cut, wrap
from terminal.ui.dialogs.consents import TEXTS, consent_held, consent_text, consent_title
from terminal.ui.dialogs.menu import item_rows
from terminal.ui.lists import items_of
from terminal.ui.rows import Part, row
from terminal.ui.sight import Sight

TEXT_ROWS = 3


def member_list_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    """Where the rows are too few the heading gives way, then the end of the texts."""
    member = sight.view.state.basket.member
    if member is None:
        return []
    palette = sight.palette
    phone = f"  ··{clean(member.phone_tail)}" if member.phone_tail else ""
    who = [(f"  {clean(member.name_masked) or clean(member.card)}", "strong"), (phone, "dim")]
    rows = [
        row(palette, width, who),
        *(_held(sight, member, width, purpose) for purpose in PURPOSES),
        *item_rows(sight, items_of(sight.view, "member"), width),
        _outlook(sight, member, width),
        *(line for purpose in PURPOSES for line in _text(sight, width, purpose)),
    ]
    head = [row(palette, width, [("  " + sight.words.text("Member and consents"), "head")])]
    return [*head, *rows] if len(rows) < height else rows


def _outlook(sight: Sight, member: Member, width: int) -> Strip:
    """What becomes of the status."""
    outlook = season_outlook(sight.view.programme, member.progress, member.found_on)
    said = outlook_said(outlook) if outlook else None
    return row(sight.palette, width, [("  " + cut(sight.words.say(said), width - 3), "text")] if said else [])


def _held(sight: Sight, member: Member, width: int, purpose: Purpose) -> Strip:
    said = member.consents.get(purpose)
    held: Part = (consent_held(sight, said), "good" if said is not None and said.given else "warn")
    return row(sight.palette, width, [("  " + sight.words.text(TEXTS[purpose][0]) + ": ", "text"), held])


def _text(sight: Sight, width: int, purpose: Purpose) -> list[Strip]:
    """What is agreed to today; where rows are few, this is what is left out."""
    lines = wrap(f"{consent_title(sight, purpose)}: {consent_text(sight, purpose)}", width - 6, TEXT_ROWS)
    return [row(sight.palette, width, [("    " + line, "dim")]) for line in lines]
