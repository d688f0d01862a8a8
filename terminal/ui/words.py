"""Everything the screen says, in one language: labels by gettext, sentences and figures by loyalty.

Labels are English msgids; `_("Pay")` finds the Russian in locale/ru/LC_MESSAGES/till.mo. Sentences come as data
from the session and the quote, with their templates beside the code that says them.

A new label goes into till.po, by hand or by `pybabel extract -k N_ -k text -k many:1,2 terminal/ui -o till.pot` and
`pybabel update -i till.pot -d terminal/ui/locale -D till`; then `pybabel compile -d terminal/ui/locale -D till`.
"""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

from loyalty.dates import date_text, day_text, moment_text
from loyalty.money import money_text, points_text, quantity_text
from loyalty.programme import Label
from loyalty.sentences import Lang, Sentence, Templates, say
from terminal.ui.cells import clean

LOCALE = Path(__file__).with_name("locale")
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def N_(msgid: str) -> str:
    """Marks a label in a table for the catalogue; it is translated when shown."""
    return msgid


class Words:
    """One language."""

    def __init__(self, lang: Lang, sentences: Callable[[], Templates] | None = None) -> None:
        """`sentences` are asked for when the first is said; without them the screen has those it can meet itself."""
        self.lang: Lang = lang
        self._catalogue = gettext.translation("till", LOCALE, ["ru"]) if lang == "ru" else gettext.NullTranslations()
        self._sentences = sentences or _own_sentences

    def other(self) -> "Words":
        """The other language, with the same sentences."""
        return Words("en" if self.lang == "ru" else "ru", self._sentences)

    def text(self, msgid: str) -> str:
        return self._catalogue.gettext(msgid)

    def many(self, one: str, more: str, count: int) -> str:
        """A label that counts: `{n}` is filled in."""
        return self._catalogue.ngettext(one, more, count).format(n=self.points(count))

    def say(self, said: Sentence) -> str:
        return clean(say(said, self.lang, self._sentences()))

    def name(self, label: Label) -> str:
        return clean(label.ru if self.lang == "ru" else label.en)

    def money(self, minor: int) -> str:
        return money_text(minor, self.lang)

    def apart(self, figure: str) -> str:
        """A figure for large digits: thousands stand apart by a blank, so that no comma is taken for a point."""
        return figure if self.lang == "ru" else figure.replace(",", "\u00a0")

    def quantity(self, qty_milli: int) -> str:
        return quantity_text(qty_milli, self.lang)

    def points(self, points: int) -> str:
        """Whole points with thousands apart."""
        return points_text(points, self.lang)

    def date(self, iso: str) -> str:
        """An ISO date as people write it."""
        return date_text(iso, self.lang)

    def day(self, iso: str) -> str:
        """The same without its year."""
        return day_text(iso, self.lang)

    def moment(self, local: str) -> str:
        """Date and time, `2026-11-22T14:05`."""
        return moment_text(local, self.lang)

    def age(self, age_s: int) -> str:
        """How old something is, in one unit."""
        if age_s < MINUTE_S:
            return self.text("just now")
        if age_s < HOUR_S:
            return self.text("{n} min").format(n=age_s // MINUTE_S)
        if age_s < 2 * DAY_S:
            return self.text("{n} h").format(n=age_s // HOUR_S)
        return self.text("{n} d").format(n=age_s // DAY_S)


@cache
def _own_sentences() -> Templates:
    """The command line gives those of the rooms behind the screen too."""
    from loyalty.explain import TEMPLATES as LOYALTY
    from terminal.session.words import SENTENCES as SESSION

    return {**LOYALTY, **SESSION}
