"""What will become of a member's status, and the way to the next one: as data, and in words.

What is to come follows from the same function as what is: the status on the day after the last one it is sure of.
"""

from typing import Literal

import msgspec
from msgspec.structs import astuple, replace

from loyalty.money import money_text
from loyalty.programme import Label, Programme, Status
from loyalty.sentences import Lang, Sentence, counted, say, sentence
from loyalty.statuses.progress import MAX_GRANTS, Progress
from loyalty.statuses.season import day_after, season_at, season_end
from loyalty.statuses.tiers import (
    Figures,
    NextStep,
    done_in,
    granted_on,
    needs,
    next_step,
    place_of,
    points_unit,
    reached_in,
    status_on,
    step_to,
)

SENTENCES = {
    "status.season": ("Сезон {season}: {done_ru}", "Season {season}: {done_en}"),
    "status.done": ("За сезон: {done_ru}", "This season: {done_en}"),
    "status.next": ("До «{name_ru}»: {left_ru}", "To “{name_en}”: {left_en}"),
    "status.confirmed": ("Статус подтверждён до {until_date}", "The status is confirmed until {until_date}"),
    "status.confirmed_next": (
        "Статус подтверждён и на следующий сезон",
        "The status is confirmed for the next season too",
    ),
    "status.held": ("Статус действует до {until_date}", "The status holds until {until_date}"),
    "status.at_risk": (
        "Чтобы сохранить: ещё {left_ru} до {until_date}; иначе «{then_ru}»",
        "To keep it: {left_en} more by {until_date}; else “{then_en}”",
    ),
    "status.granted": ("Статус присвоен вручную до {until_date}", "The status is granted until {until_date}"),
    "status.granted_at_risk": (
        "Присвоен вручную до {until_date}; чтобы сохранить: ещё {left_ru}, иначе «{then_ru}»",
        "Granted until {until_date}; to keep it: {left_en} more, else “{then_en}”",
    ),
    "status.visits": ("{count:визит|визита|визитов}", "{count:visit|visits}"),
    "status.receipts": ("{count:чек|чека|чеков}", "{count:receipt|receipts}"),
}

LANGS: tuple[Lang, Lang] = ("ru", "en")


class Outlook(msgspec.Struct, frozen=True):
    """What becomes of the status in force if nothing more is bought.

    confirmed: reached in this season, so it holds in the next; held: given for longer than this season; at_risk: over
    after `until`, unless what `keep` misses is done by then; `then` is what it falls to. `until` is the last date it
    is sure of; empty where no end is known. `by_hand`: it is in force only since someone of the shop gave it.
    """

    status: Status
    outcome: Literal["confirmed", "held", "at_risk"]
    until: str
    keep: NextStep | None = None
    then: Status | None = None
    by_hand: bool = False


def season_outlook(programme: Programme, progress: Progress, on_date: str) -> Outlook | None:
    """None where nothing can be lost: without statuses, with the lowest one, without an end of the season."""
    status, season = status_on(programme, progress, on_date), season_at(programme.spans, on_date)
    place = place_of(programme, status.id) if status else 0
    if status is None or place == 0 or not 0 <= season < len(programme.spans):
        return None
    until, last = _sure_until(programme, progress, place, on_date), programme.spans[season].last
    if not until and not last:
        return None
    if reached_in(programme, progress, season) >= place:
        return Outlook(status, "confirmed", until)
    by_hand = _is_by_hand(programme, progress, place, on_date)
    if not until or (last and until > last):
        return Outlook(status, "held", until, by_hand=by_hand)
    then = status_on(programme, progress, day_after(until))
    return Outlook(status, "at_risk", until, step_to(programme, progress, season, status), then, by_hand)


def _is_by_hand(programme: Programme, progress: Progress, place: int, on_date: str) -> bool:
    """Whether the status would be a lower one without what was given by hand."""
    others = tuple(grant for grant in progress.grants if not grant.by_hand)
    alone = status_on(programme, replace(progress, grants=others), on_date)
    return alone is not None and place_of(programme, alone.id) < place


def standing_said(programme: Programme, progress: Progress, on_date: str) -> tuple[Sentence, ...]:
    """How a member stands, in words: what is done this season, the way to the next status, what becomes of this one."""
    step, outlook = next_step(programme, progress, on_date), season_outlook(programme, progress, on_date)
    said = (done_said(programme, progress, on_date), step and next_said(step), outlook and outlook_said(outlook))
    return tuple(each for each in said if each)


def done_said(programme: Programme, progress: Progress, on_date: str) -> Sentence | None:
    """What the programme counts, as far as it is done: `Сезон 2026/27: 4 500,00, 3 визита`."""
    season = season_at(programme.spans, on_date)
    if not programme.statuses or not 0 <= season < len(programme.spans):
        return None
    name, done = programme.spans[season].id, done_in(programme, progress, season)
    asked = Figures(*map(max, zip(*(astuple(needs(status)) for status in programme.statuses), strict=True)))
    unit = points_unit(programme)
    done_ru, done_en = (", ".join(_parts(done, asked, unit, lang)) for lang in LANGS)
    if not done_ru:
        return None
    return sentence("status.season" if name else "status.done", season=name, done_ru=done_ru, done_en=done_en)


def next_said(step: NextStep) -> Sentence:
    """`До «Машинист»: 12 300,00 и 2 визита`."""
    name = step.status.name
    left_ru, left_en = (left_text(step, lang) for lang in LANGS)
    return sentence("status.next", name_ru=name.ru, name_en=name.en, left_ru=left_ru, left_en=left_en)


def outlook_said(outlook: Outlook) -> Sentence | None:
    """None where there is no date to name and nothing to do."""
    if outlook.keep is not None and outlook.then is not None:
        return sentence(
            "status.granted_at_risk" if outlook.by_hand else "status.at_risk",
            left_ru=left_text(outlook.keep, "ru"),
            left_en=left_text(outlook.keep, "en"),
            until_date=outlook.until,
            then_ru=outlook.then.name.ru,
            then_en=outlook.then.name.en,
        )
    if outlook.until:
        return _sure_said(outlook)
    return sentence("status.confirmed_next") if outlook.outcome == "confirmed" else None


def _sure_said(outlook: Outlook) -> Sentence:
    held = "status.granted" if outlook.by_hand else "status.held"
    return sentence("status.confirmed" if outlook.outcome == "confirmed" else held, until_date=outlook.until)


def left_text(step: NextStep, lang: Lang) -> str:
    """What is missing, in words: `12 300,00 и 2 визита`; `или` where any one of them is enough."""
    *first, last = _parts(step.missing, step.missing, step.unit, lang) or ["—"]
    joint_ru, joint_en = ("или", "or") if step.by_any else ("и", "and")
    return f"{', '.join(first)} {joint_ru if lang == 'ru' else joint_en} {last}" if first else last


def _parts(figures: Figures, shown: Figures, unit: Label, lang: Lang) -> list[str]:
    """The figures in words, those that are something in `shown`."""
    money = [money_text(figures.spend_minor, lang)] if shown.spend_minor else []
    counts = (
        ("status.visits", shown.visits, figures.visits),
        ("status.receipts", shown.receipts, figures.receipts),
    )
    said = [say(sentence(code, count=count), lang, SENTENCES) for code, some, count in counts if some]
    points = [counted(figures.points, unit.ru if lang == "ru" else unit.en)] if shown.points else []
    return money + said + points


def _sure_until(programme: Programme, progress: Progress, place: int, on_date: str) -> str:
    """The last date the status at `place` is sure to hold with what is there already; empty: no end is known."""
    until = _held_until(programme, progress, place, on_date)
    for _ in range(MAX_GRANTS):  # a status given for later may follow on at once
        after = status_on(programme, progress, day_after(until)) if until else None
        if after is None or place_of(programme, after.id) < place:
            break
        until = _held_until(programme, progress, place, day_after(until))
    return until


def _held_until(programme: Programme, progress: Progress, place: int, on_date: str) -> str:
    """The last date of what makes the status hold on this one."""
    seasons = programme.spans
    season = season_at(seasons, on_date)
    ends = [
        season_end(seasons, reached + 1)
        for reached in (season - 1, season)
        if reached_in(programme, progress, reached) >= place
    ]
    for grant in progress.grants:
        if granted_on(programme, grant, on_date) >= place:
            ends.append(grant.last_date or season_end(seasons, season_at(seasons, grant.given_on) + 1))
    return "" if "" in ends else max(ends)
