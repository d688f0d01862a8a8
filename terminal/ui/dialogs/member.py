"""The member in place of the lines: what can be done, which consents hold, and their texts."""

from textual.strip import Strip

from loyalty.consents import Purpose
from loyalty.member import Member
from loyalty.statuses.outlook import outlook_said, season_outlook
from terminal.ui.cells import clean, cut, wrap
from terminal.ui.dialogs.consents import TEXTS, consent_held, consent_text, consent_version
from terminal.ui.dialogs.menu import item_rows
from terminal.ui.lists import items_of
from terminal.ui.rows import Part, row
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
        *item_rows(sight, items_of(sight.view, "member"), width),
        _outlook(sight, member, width),
        *_consent(sight, member, width, "processing"),
        *_consent(sight, member, width, "advertising"),
    ]


def _outlook(sight: Sight, member: Member, width: int) -> Strip:
    """What becomes of the status."""
    outlook = season_outlook(sight.view.programme, member.progress, member.found_on)
    said = outlook_said(outlook) if outlook else None
    return row(sight.palette, width, [("  " + cut(sight.words.say(said), width - 3), "text")] if said else [])


def _consent(sight: Sight, member: Member, width: int, purpose: Purpose) -> list[Strip]:
    """What holds, and the text that is agreed to today."""
    said = member.consents.get(purpose)
    given = said is not None and said.given
    held: Part = (consent_held(sight, said), "good" if given else "warn")
    rows = [row(sight.palette, width, [("  " + sight.words.text(TEXTS[purpose][0]) + ": ", "strong"), held])]
    lines = wrap(f"{consent_version(sight)}: {consent_text(sight, purpose)}", width - 8, 2)
    return rows + [row(sight.palette, width, [("    " + line, "dim")]) for line in lines]
