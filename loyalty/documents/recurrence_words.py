"""A rule of recurrence in plain words: `every month, the last Friday, from 2027-03-26`."""

from collections.abc import Iterator

from loyalty.documents.programme_said import written
from loyalty.recurrence import Rule
from loyalty.sentences import Lang, counted

_EVERY = {
    "DAILY": (("каждый день", "every day"), ("день|дня|дней", "day|days")),
    "WEEKLY": (("каждую неделю", "every week"), ("неделю|недели|недель", "week|weeks")),
    "MONTHLY": (("каждый месяц", "every month"), ("месяц|месяца|месяцев", "month|months")),
    "YEARLY": (("каждый год", "every year"), ("год|года|лет", "year|years")),
}
"""frequency -> each of them, and the forms of its word: every so many."""
_DAYS = (
    ("понедельник", "Monday"),
    ("вторник", "Tuesday"),
    ("среда", "Wednesday"),
    ("четверг", "Thursday"),
    ("пятница", "Friday"),
    ("суббота", "Saturday"),
    ("воскресенье", "Sunday"),
)
_ENDING = ("й", "й", "я", "й", "я", "я", "е")
"""How an ordinal ends in Russian, weekday by weekday."""
_LAST = {"й": "последний", "я": "последняя", "е": "последнее"}
_MONTHS = (
    ("январь", "January"), ("февраль", "February"), ("март", "March"), ("апрель", "April"), ("май", "May"),
    ("июнь", "June"), ("июль", "July"), ("август", "August"), ("сентябрь", "September"), ("октябрь", "October"),
    ("ноябрь", "November"), ("декабрь", "December"),
)  # fmt: skip


def rule_text(rule: Rule, lang: Lang) -> str:
    """A whole rule in one language."""
    return ", ".join(_parts(rule, lang))


def _parts(rule: Rule, lang: Lang) -> Iterator[str]:
    en = lang == "en"
    each, forms = _EVERY[rule.frequency]
    yield each[en] if rule.interval == 1 else ("every " if en else "раз в ") + counted(rule.interval, forms[en])
    yield from (_nth_en(*day) if en else _nth_ru(*day) for day in rule.weekdays)
    yield from (_day_en(day) if en else _day_ru(day) for day in rule.month_days)
    yield from (_MONTHS[month - 1][en] for month in rule.months)
    yield f"{'from' if en else 'с'} {written('start', rule.start, lang)}"
    if rule.last:
        yield f"{'to' if en else 'по'} {written('last', rule.last, lang)}"


def _nth_en(nth: int, weekday: int) -> str:
    name = _DAYS[weekday][1]
    if nth in (0, -1):
        return f"the last {name}" if nth else name
    return f"the {_ordinal(abs(nth))} {name}" + (" from the end" if nth < 0 else "")


def _nth_ru(nth: int, weekday: int) -> str:
    name, ending = _DAYS[weekday][0], _ENDING[weekday]
    if nth in (0, -1):
        return f"{_LAST[ending]} {name}" if nth else name
    return f"{abs(nth)}-{ending} {name}" + (" с конца" if nth < 0 else "")


def _day_en(day: int) -> str:
    if day == -1:
        return "the last day"
    return f"the {_ordinal(abs(day))}" + (" day from the end" if day < 0 else "")


def _day_ru(day: int) -> str:
    if day == -1:
        return "последний день"
    return f"{-day}-й день с конца" if day < 0 else f"{day}-е число"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number // 10 % 10 != 1 else "th"
    return f"{number}{ending}"
