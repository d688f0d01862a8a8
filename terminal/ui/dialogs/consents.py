"""The words a member agrees to: one text for each purpose, apart from one another, under the programme's version."""

from loyalty.consents import Purpose, Said
from terminal.ui.cells import clean
from terminal.ui.sight import Sight
from terminal.ui.wall import wall_date
from terminal.ui.words import N_

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


def consent_held(sight: Sight, said: Said | None) -> str:
    """What holds of one purpose, since when, and by which text."""
    if said is None:
        return sight.words.text("not given")
    date = sight.words.date(wall_date(said.at_ms, sight.view.programme.time_zone))
    held = N_("given {date}, text version {version}") if said.given else N_("not given (answer of {date})")
    return clean(sight.words.text(held).format(date=date, version=said.version))


def consent_title(sight: Sight, purpose: Purpose) -> str:
    return f"{sight.words.text(TEXTS[purpose][0])} · {consent_version(sight)}"


def consent_version(sight: Sight) -> str:
    """Which text is agreed to today."""
    return clean(sight.words.text("text {version}").format(version=sight.view.programme.consent_version))


def consent_text(sight: Sight, purpose: Purpose) -> str:
    return sight.words.text(TEXTS[purpose][1])
