"""Seasons and statuses of a programme document into types, with every mistake in them."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

import msgspec

from loyalty.documents.campaign_file import MAX_POINTS, label, once
from loyalty.documents.section import ID, Section
from loyalty.money import MAX_MINOR
from loyalty.programme import Status
from loyalty.sentences import sentence
from loyalty.statuses.progress import MAX_VISITS
from loyalty.statuses.season import MAX_SEASONS, Season, day_after

MAX_STATUSES = 100
MAX_RECEIPTS = 100_000
MAX_SEASON_CHARS = 40

SENTENCES = {
    "programme.descending": ("порог ниже, чем у статуса перед ним", "the threshold is below that of the status before"),
    "programme.same_step": ("пороги те же, что у статуса перед ним", "the thresholds are those of the status before"),
    "programme.ascending.mend": (
        "расставьте статусы от младшего к старшему",
        "list statuses from the lowest to the highest",
    ),
    "programme.no_step": ("у статуса нет ни одного порога", "the status has no threshold"),
    "programme.no_step.mend": (
        "дайте spend_minor, visits, receipts или points",
        "give spend_minor, visits, receipts or points",
    ),
    "programme.first_step": ("у младшего статуса есть порог", "the lowest status has a threshold"),
    "programme.first_step.mend": (
        "уберите его: с младшего статуса начинает каждый",
        "remove it: everyone begins with the lowest status",
    ),
    "programme.few_days": (
        "в сезоне «{id}» {days:день|дня|дней}, столько визитов не набрать",
        "season “{id}” has {days:day|days}: there cannot be so many visits",
    ),
    "programme.few_days.mend": ("визит — это день с покупкой", "a visit is a day with a sale"),
    "programme.season_last": ("сезон кончается раньше, чем начался", "the season ends before it begins"),
    "programme.season_last.mend": ("поменяйте даты местами", "change the dates over"),
    "programme.season_gap": ("между сезонами пропущены дни", "days are left out between seasons"),
    "programme.season_over": ("сезон начинается до конца прежнего", "the season begins before the last one has ended"),
    "programme.season_first.mend": ("первый день — {first}", "its first day is {first}"),
    "programme.season_open": ("только последний сезон может быть без конца", "only the last season may have no end"),
    "programme.season_open.mend": ("допишите last", "add last"),
    "programme.season_start": ("нет первого дня", "there is no first day"),
}  # fmt: skip

Criteria = Literal["all", "any"]
OnReturn = Literal["recount", "keep"]
_CRITERIA: tuple[Criteria, ...] = ("all", "any")
_ON_RETURN: tuple[OnReturn, ...] = ("recount", "keep")
_THRESHOLDS = ("spend_minor", "visits", "receipts", "points")


class Ladder(msgspec.Struct, frozen=True):
    """Everything a programme says about statuses."""

    seasons: tuple[Season, ...]
    statuses: tuple[Status, ...]
    criteria: Criteria
    on_return: OnReturn


def read_ladder(top: Section) -> Ladder:
    """The document's seasons and statuses; what is wrong with them is noted."""
    ladder = Ladder(
        _seasons(top),
        tuple(_status(part) for part in top.parts("status", MAX_STATUSES)),
        top.choice("status_criteria", _CRITERIA, "all"),
        top.choice("status_on_return", _ON_RETURN, "recount"),
    )
    once(top, "status", [status.id for status in ladder.statuses])
    top.notes.names["status"] = tuple(status.id for status in ladder.statuses)
    top.notes.names["season"] = tuple(season.id for season in ladder.seasons)
    _check_steps(top, ladder.statuses, ladder.criteria)
    _check_days(top, ladder)
    return ladder


def _seasons(top: Section) -> tuple[Season, ...]:
    seasons = tuple(_season(part) for part in top.parts("season", MAX_SEASONS))
    once(top, "season", [season.id for season in seasons])
    for number, (before, season) in enumerate(pairwise(seasons), start=2):
        _check_follows(top, number, before, season)
    return seasons


def _season(part: Section) -> Season:
    season = Season(part.text("id", limit=MAX_SEASON_CHARS), part.date("first"), part.date("last"))
    if season.last and season.last < season.first:
        part.note("last", sentence("programme.season_last"), sentence("programme.season_last.mend"))
    part.finish()
    return season


def _check_follows(top: Section, number: int, before: Season, season: Season) -> None:
    """Each season begins on the day after the one before it, so that no receipt falls between two or into both."""
    if not before.last:
        what, mend = sentence("programme.season_open"), sentence("programme.season_open.mend")
        top.note(f"season[{number - 1}].last", what, mend)
        return
    due = day_after(before.last)
    if season.first == due:
        return
    code = "programme.season_over" if season.first < due else "programme.season_gap"
    what = sentence(code if season.first else "programme.season_start")
    top.note(f"season[{number}].first", what, sentence("programme.season_first.mend", first=due))


def _status(part: Section) -> Status:
    status = Status(
        id=part.form("id", ID, "novice"),
        name=label(part, "name"),
        earn_bp=part.whole("earn_bp", 0, 10_000),
        spend_minor=part.whole("spend_minor", 0, MAX_MINOR, 0),
        visits=part.whole("visits", 0, MAX_VISITS, 0),
        receipts=part.whole("receipts", 0, MAX_RECEIPTS, 0),
        points=part.whole("points", 0, MAX_POINTS, 0),
    )
    part.finish()
    return status


def _check_steps(top: Section, statuses: Sequence[Status], criteria: Criteria) -> None:
    """Thresholds that never fall and always rise in one; none for the lowest status, one at least for the others.

    Where any one is enough, a status may leave a threshold of the one below out.
    """
    if statuses and any(_thresholds(statuses[0])):
        top.note("status[1]", sentence("programme.first_step"), sentence("programme.first_step.mend"))
    for number, (below, above) in enumerate(pairwise(statuses), start=2):
        key, mend = f"status[{number}]", sentence("programme.ascending.mend")
        if not any(_thresholds(above)):
            top.note(key, sentence("programme.no_step"), sentence("programme.no_step.mend"))
            continue
        if _thresholds(above) == _thresholds(below):
            top.note(key, sentence("programme.same_step"), mend)
        for name, low, high in zip(_THRESHOLDS, _thresholds(below), _thresholds(above), strict=True):
            if high < low and (high or criteria == "all"):
                top.note(f"{key}.{name}", sentence("programme.descending"), mend)


def _check_days(top: Section, ladder: Ladder) -> None:
    """No status asks for more visits than a season has days."""
    dated = [season for season in ladder.seasons if season.first and season.first <= season.last]
    shortest = min(dated, key=_days, default=None)
    for number, status in enumerate(ladder.statuses, start=1):
        if shortest is not None and status.visits > _days(shortest):
            what = sentence("programme.few_days", id=shortest.id, days=_days(shortest))
            top.note(f"status[{number}].visits", what, sentence("programme.few_days.mend"))


def _days(season: Season) -> int:
    return (date.fromisoformat(season.last) - date.fromisoformat(season.first)).days + 1


def _thresholds(status: Status) -> tuple[int, ...]:
    return status.spend_minor, status.visits, status.receipts, status.points
