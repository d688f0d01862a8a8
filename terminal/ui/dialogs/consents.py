"""The words a member agrees to: one text for each purpose, apart from one another, under the programme's version."""

from typing import Literal

from terminal.ui.sight import Sight
from terminal.ui.words import N_

Purpose = Literal["processing", "advertising"]
TEXTS: dict[Purpose, tuple[str, str]] = {
    "processing": (
        N_("Processing of personal data"),
        N_("I agree that the shop keeps my phone and name and counts my purchases, to run my loyalty account"),
    ),
    "advertising": (
        N_("Advertising"),
        N_("I agree to receive offers and news by message; I can withdraw this at any till, and keep my card"),
    ),
}


def consent_title(sight: Sight, purpose: Purpose) -> str:
    version = sight.words.text("text {version}").format(version=sight.view.programme.consent_version)
    return f"{sight.words.text(TEXTS[purpose][0])} · {version}"


def consent_text(sight: Sight, purpose: Purpose) -> str:
    return sight.words.text(TEXTS[purpose][1])
