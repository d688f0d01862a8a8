"""One language of the console: labels by gettext, sentences by loyalty, figures and times as people write them.

Labels are English msgids; the Russian is in locale/ru/LC_MESSAGES/console.mo, made from console.po beside it.
"""

import gettext
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import get_args

from babel.dates import format_date, format_datetime, format_timedelta

from loyalty.money import money_text, percent_text, points_text, quantity_text
from loyalty.programme import Label
from loyalty.sentences import Lang, Sentence, say
from sync_server.console.sentences import SENTENCES

LOCALE = Path(__file__).with_name("locale")
LANGS: tuple[Lang, ...] = get_args(Lang)
MAX_ACCEPTED = 20
"""Of Accept-Language, only so many entries are read."""
CURRENCY = "\u00a0₽"


def N_(msgid: str) -> str:
    """Marks a label in a table for the catalogue; it is translated when shown."""
    return msgid


class Tongue:
    """What a page is written in: its language and its clock."""

    def __init__(self, lang: Lang, zone: tzinfo = UTC) -> None:
        self.lang: Lang = lang
        self.zone = zone
        self._catalogue = _catalogue(lang)

    def text(self, msgid: str, **values: object) -> str:
        """A label; `{name}` is filled in."""
        found = self._catalogue.gettext(msgid)
        return found.format(**values) if values else found

    def many(self, one: str, more: str, count: int, **values: object) -> str:
        """A label that counts: `{n}` is the count, written out."""
        return self._catalogue.ngettext(one, more, count).format(n=self.points(count), **values)

    def say(self, said: Sentence) -> str:
        return say(said, self.lang, SENTENCES)

    def name(self, label: Label) -> str:
        return label.ru if self.lang == "ru" else label.en

    def money(self, minor: int) -> str:
        return money_text(minor, self.lang) + CURRENCY

    def points(self, count: int) -> str:
        """A whole number with thousands apart."""
        return points_text(count, self.lang)

    def signed(self, count: int) -> str:
        """A change: `+120` or `−50`."""
        return ("+" if count > 0 else "") + self.points(count)

    def percent(self, rate_bp: int) -> str:
        return percent_text(rate_bp, self.lang)

    def quantity(self, qty_milli: int) -> str:
        return quantity_text(qty_milli, self.lang)

    def day(self, local_date: str) -> str:
        """`воскресенье, 22 ноября` of an ISO date; one that is none is shown as it is."""
        pattern = "EEEE, d MMMM" if self.lang == "ru" else "EEEE, MMMM d"
        return self._date(local_date, pattern)

    def date(self, local_date: str) -> str:
        return self._date(local_date, "dd.MM.y" if self.lang == "ru" else "d MMM y")

    def when(self, at_ms: int) -> str:
        """Date and time by the programme's clock."""
        at = datetime.fromtimestamp(at_ms / 1000, self.zone)
        return format_datetime(at, "dd.MM.y HH:mm" if self.lang == "ru" else "d MMM y, HH:mm", locale=self.lang)

    def age(self, at_ms: int, now_ms: int) -> str:
        """How long ago, in words."""
        if now_ms - at_ms < 45_000:
            return self.text("just now")
        return format_timedelta(timedelta(milliseconds=at_ms - now_ms), add_direction=True, locale=self.lang)

    def _date(self, local_date: str, pattern: str) -> str:
        try:
            return format_date(date.fromisoformat(local_date), pattern, locale=self.lang)
        except ValueError:
            return local_date


def minute_text(local_minute: int) -> str:
    """`14:05` for 845."""
    return f"{local_minute // 60:02d}:{local_minute % 60:02d}"


def choose_lang(asked: str, kept: str, accepts: str) -> Lang:
    """The language asked for, else the one kept, else the browser's first of those known, else Russian."""
    for wanted in (asked, kept):
        if wanted in LANGS:
            return wanted
    ranked = sorted(_accepted(accepts).items(), key=lambda found: -found[1])
    return next((lang for wanted, weight in ranked for lang in LANGS if lang == wanted and weight > 0), "ru")


def _accepted(accepts: str) -> Mapping[str, float]:
    """Accept-Language as language -> weight (RFC 9110 12.5.4); what cannot be read weighs nothing."""
    found: dict[str, float] = {}
    for entry in accepts[:1000].split(",")[:MAX_ACCEPTED]:
        name, _, weight = entry.partition(";")
        try:
            found.setdefault(name.strip().lower().partition("-")[0], float(weight.strip().removeprefix("q=") or 1))
        except ValueError:
            continue
    return found


@cache
def _catalogue(lang: Lang) -> gettext.NullTranslations:
    return gettext.translation("console", LOCALE, ["ru"]) if lang == "ru" else gettext.NullTranslations()
