"""A phone being confirmed, in place of the lines: where the code went, what to do, and when another may be sent."""

from textual.strip import Strip

from terminal.session.state import Confirming
from terminal.ui.cells import clean, left
from terminal.ui.keys import CONFIRM, shown
from terminal.ui.rows import Part, blank, row
from terminal.ui.sight import Sight
from terminal.ui.words import N_

KEY_CELLS = 8
STAGES = {
    "sending": N_("Sending a code to ··{tail}…"),
    "sent": N_("A code was sent to ··{tail}: ask the customer for it"),
    "checking": N_("Checking the code…"),
    "ended": N_("This code is no longer good"),
}


def confirm_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    of, member = sight.view.state.confirming, sight.view.state.basket.member
    if of is None or member is None:
        return []
    palette, _ = sight.palette, sight.words.text
    said = _(STAGES[of.stage]).format(tail=clean(of.phone_tail))
    ink = "warn" if of.stage == "ended" else "strong"
    return [
        row(palette, width, [("  " + _("Confirm the phone"), "head")]),
        row(palette, width, [(f"  {clean(member.name_masked)}", "strong"), (f"  ··{clean(of.phone_tail)}", "dim")]),
        blank(palette, width),
        row(palette, width, [("  " + said, ink)]),
        row(palette, width, _tries(sight, of)),
        blank(palette, width),
        _key(sight, width, "Enter", _("check the code"), of.stage == "sent"),
        _again(sight, width, of),
        _key(sight, width, "Esc", _("leave it; points are earned all the same"), lit=True),
    ]


def _tries(sight: Sight, of: Confirming) -> list[Part]:
    if of.tries_left is None or of.stage == "ended":
        return []
    said = sight.words.text("Wrong code. Guesses left: {n}").format(n=of.tries_left)
    return [(f"  {sight.palette.signs.warn} ", "warn"), (said, "warn")]


def _again(sight: Sight, width: int, of: Confirming) -> Strip:
    _ = sight.words.text
    wait_s = max(0, -(-(of.resend_at_ms - sight.now_ms) // 1000))
    ready = of.stage in ("sent", "ended")
    said = _("send another code in {n} s").format(n=wait_s) if ready and wait_s else _("send another code")
    return _key(sight, width, shown(CONFIRM.name), said, ready and not wait_s)


def _key(sight: Sight, width: int, cap: str, said: str, lit: bool) -> Strip:
    parts: list[Part] = [(left(f"  {cap}", KEY_CELLS), "accent" if lit else "dim"), (said, "text" if lit else "dim")]
    return row(sight.palette, width, parts)
