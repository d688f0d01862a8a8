"""A rule of recurrence as calendars write it, `FREQ=MONTHLY;BYDAY=-1FR`: read with every mistake told at once."""

import re
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import TypeVar, get_args

from msgspec.structs import replace

from loyalty.recurrence import Frequency, Rule, occurrences
from loyalty.sentences import Sentence, sentence

MAX_INTERVAL = 366
MAX_COUNT = 1000
_FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_ORDINALS: dict[Frequency, int] = {"MONTHLY": 5, "YEARLY": 53}
"""frequency -> the most weekdays of one name there are to count."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,4}")
_NAMES = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "UNTIL", "COUNT")

SENTENCES = {
    "rule.part": ("«{got}» — не часть правила", "“{got}” is no part of a rule"),
    "rule.part.mend": ("части через точку с запятой: FREQ=WEEKLY;BYDAY=SA", "parts as in FREQ=WEEKLY;BYDAY=SA"),
    "rule.unsupported": ("«{got}» не поддерживается", "“{got}” is not supported"),
    "rule.unsupported.mend": ("можно: {names}", "there are: {names}"),
    "rule.twice": ("{name} указано дважды", "{name} is there twice"),
    "rule.twice.mend": ("оставьте одно", "keep one of them"),
    "rule.frequency": ("не сказано, как часто", "how often is not said"),
    "rule.frequency.mend": ("начните с FREQ: {names}", "begin with FREQ: {names}"),
    "rule.value": ("{name}: «{got}» не подходит", "{name}: “{got}” does not fit"),
    "rule.value.mend": ("нужно: {want}", "needed: {want}"),
    "rule.together": ("{name} и {other} вместе не бывают", "{name} and {other} do not go together"),
    "rule.together.mend": ("уберите {name}", "remove {name}"),
    "rule.never": ("по этому правилу не наступает ни одного дня", "no day ever comes by this rule"),
    "rule.never.mend": ("проверьте дни и месяцы", "look at its days and months"),
    "rule.far": ("последний день слишком далеко", "its last day is too far ahead"),
    "rule.far.mend": ("укажите UNTIL или меньший COUNT", "give UNTIL or a smaller COUNT"),
}
Mistake = tuple[Sentence, Sentence]
"""What is wrong, and how to mend it."""
_Value = TypeVar("_Value")


def read_rule(text: str, start: str) -> tuple[Rule, list[Mistake]]:
    """The rule a text says, counted from an ISO date; with mistakes (or without a start) it is not to be used."""
    parts = _Parts(text)
    frequency = parts.frequency()
    rule = Rule(
        frequency or "DAILY",
        start,
        parts.one("INTERVAL", 1, MAX_INTERVAL, 1),
        parts.many("BYMONTH", _month, "1…12"),
        parts.many("BYMONTHDAY", _month_day, "1…31, -1…-31"),
        parts.many("BYDAY", lambda value: _weekday(value, frequency), _weekdays_of(frequency)),
        parts.until(start),
    )
    count = parts.one("COUNT", 1, MAX_COUNT, 0)
    if parts.has("COUNT") and parts.has("UNTIL"):
        parts.refuse_together("COUNT", "UNTIL")
    if parts.has("BYMONTHDAY") and frequency == "WEEKLY":
        parts.refuse_together("BYMONTHDAY", "FREQ=WEEKLY")
    return (rule, parts.mistakes) if parts.mistakes or not start else _settled(_completed(rule), count)


def _settled(rule: Rule, count: int) -> tuple[Rule, list[Mistake]]:
    """The rule with its count as its last day. A day that never comes is a mistake too."""
    days = [*islice(occurrences(rule), count or 1)]
    if not days:
        return rule, [(sentence("rule.never"), sentence("rule.never.mend"))]
    if count and len(days) < count:
        return rule, [(sentence("rule.far"), sentence("rule.far.mend"))]
    return (replace(rule, last=days[-1]) if count else rule), []


def _completed(rule: Rule) -> Rule:
    """The rule with what it leaves open taken from its start (RFC 5545, section 3.3.10)."""
    start = date.fromisoformat(rule.start)
    if rule.frequency == "WEEKLY":
        return rule if rule.weekdays else replace(rule, weekdays=((0, start.weekday()),))
    if rule.frequency == "DAILY" or rule.weekdays or rule.month_days:
        return rule
    months = (start.month,) if rule.frequency == "YEARLY" else ()
    return replace(rule, month_days=(start.day,), months=rule.months or months)


class _Parts:
    """The parts of a rule by name, and the mistakes found so far."""

    def __init__(self, text: str) -> None:
        self.mistakes: list[Mistake] = []
        self._values: dict[str, str] = {}
        for part in text.strip().upper().removeprefix("RRULE:").split(";"):
            name, equals, value = part.strip().partition("=")
            if not (name and equals and value):
                self._note(sentence("rule.part", got=part[:40]), sentence("rule.part.mend"))
            elif name not in _NAMES:
                mend = sentence("rule.unsupported.mend", names=", ".join(_NAMES))
                self._note(sentence("rule.unsupported", got=name[:40]), mend)
            elif name in self._values:
                self._note(sentence("rule.twice", name=name), sentence("rule.twice.mend"))
            else:
                self._values[name] = value

    def has(self, name: str) -> bool:
        return name in self._values

    def frequency(self) -> Frequency | None:
        value = self._values.get("FREQ")
        for each in _FREQUENCIES:
            if value == each:
                return each
        names = ", ".join(_FREQUENCIES)
        if value is None:
            self._note(sentence("rule.frequency"), sentence("rule.frequency.mend", names=names))
        else:
            self._wrong("FREQ", value, names)
        return None

    def one(self, name: str, low: int, high: int, default: int) -> int:
        value = self._values.get(name)
        if value is None:
            return default
        found = _within(value, low, high)
        if found is None:
            self._wrong(name, value, f"{low}…{high}")
        return found or default

    def many(self, name: str, read: Callable[[str], _Value | None], want: str) -> tuple[_Value, ...]:
        """The values of a list, each once."""
        found: list[_Value] = []
        for value in self._values[name].split(",") if name in self._values else ():
            each = read(value)
            if each is None:
                self._wrong(name, value, want)
            elif each not in found:
                found.append(each)
        return tuple(found)

    def until(self, start: str) -> str:
        value = self._values.get("UNTIL")
        if value is None:
            return ""
        day = f"{value[:4]}-{value[4:6]}-{value[6:]}"
        if not re.fullmatch(r"[0-9]{8}", value) or not _is_date(day):
            self._wrong("UNTIL", value, "20261231")
        elif day < start:
            self._wrong("UNTIL", value, f"≥ {start.replace('-', '')}")
        return day

    def refuse_together(self, name: str, other: str) -> None:
        self._note(sentence("rule.together", name=name, other=other), sentence("rule.together.mend", name=name))

    def _wrong(self, name: str, got: str, want: str) -> None:
        self._note(sentence("rule.value", name=name, got=got[:40]), sentence("rule.value.mend", want=want))

    def _note(self, what: Sentence, mend: Sentence) -> None:
        self.mistakes.append((what, mend))


def _within(value: str, low: int, high: int) -> int | None:
    return int(value) if _WHOLE.fullmatch(value) and low <= int(value) <= high else None


def _month(value: str) -> int | None:
    return _within(value, 1, 12)


def _month_day(value: str) -> int | None:
    return _within(value, 1, 31) or _within(value, -31, -1)


def _weekday(value: str, frequency: Frequency | None) -> tuple[int, int] | None:
    """(ordinal, weekday); an ordinal only where a month or a year is there to count in."""
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    nth, most = match.group(1), _ORDINALS.get(frequency or "YEARLY", 0)
    if nth is not None and not 1 <= abs(int(nth)) <= most:
        return None
    return int(nth or 0), _DAYS.index(match.group(2))


def _weekdays_of(frequency: Frequency | None) -> str:
    most = _ORDINALS.get(frequency or "YEARLY", 0)
    days = ", ".join(_DAYS)
    return f"{days}; 1FR…{most}FR, -1FR…-{most}FR" if most else days


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
