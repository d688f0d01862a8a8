"""Seasons: the spans statuses are counted in, one after another, and which of them a date is in.

Dates are ISO texts of the stores' own clock, so that they compare as they stand.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import msgspec

MAX_SEASONS = 100
_EPOCH = date(1970, 1, 1).toordinal()


class Season(msgspec.Struct, frozen=True):
    """One season, both dates in it. Without `first` it has always been on, without `last` it goes on."""

    id: str
    first: str = ""
    last: str = ""


OPEN = (Season(""),)
"""Where a programme names no season: this one, which never ends."""


def season_at(seasons: Sequence[Season], on_date: str) -> int:
    """The place of the season a date is in: -1 before the first, `len(seasons)` after the last."""
    if on_date < seasons[0].first:
        return -1
    return next((place for place, each in enumerate(seasons) if not each.last or on_date <= each.last), len(seasons))


def season_end(seasons: Sequence[Season], place: int) -> str:
    """The last date of a season by its place, of -1 the day before the first; empty where no end is known."""
    if place < 0:
        return day_before(seasons[0].first) if seasons[0].first else ""
    return seasons[place].last if place < len(seasons) else ""


def season_id(seasons: Sequence[Season], on_date: str) -> str:
    """The id of the season a date is in; empty outside all of them."""
    place = season_at(seasons, on_date)
    return seasons[place].id if 0 <= place < len(seasons) else ""


@lru_cache(maxsize=1024)
def day_number(iso: str) -> int | None:
    """Days since 1 January 1970; None for a text that is no date as in `2026-11-22`."""
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return None
    return found.toordinal() - _EPOCH if found.isoformat() == iso else None


def day_before(iso: str) -> str:
    return (date.fromisoformat(iso) - timedelta(days=1)).isoformat()


def day_after(iso: str) -> str:
    """The next day; of the calendar's last one, that day itself."""
    day = date.fromisoformat(iso)
    return (day + timedelta(days=1)).isoformat() if day < date.max else iso
