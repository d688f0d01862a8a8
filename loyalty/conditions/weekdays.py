"""Weekdays: the campaign runs on certain days of the week, by the store's calendar."""

from typing import Literal, get_args

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, Blocked, Scene, Verdict
from loyalty.sentences import sentence

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
_RU = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

SENTENCES = {
    "weekdays.other": ("Только {days_ru}", "Only {days_en}"),
    "weekdays.none": ("нет ни одного дня", "no day is given"),
    "weekdays.none.mend": ('например, days = ["sat", "sun"]', 'as in days = ["sat", "sun"]'),
}


class Weekdays(ConditionMechanic, frozen=True, tag="weekdays"):
    """Days on which it holds. After midnight it is the next day, also for a window of hours that began before."""

    days: tuple[Day, ...]

    @classmethod
    def read(cls, section: Section) -> "Weekdays":
        days = section.choices("days", DAYS)
        if not days:
            section.note("days", sentence("weekdays.none"), sentence("weekdays.none.mend"))
        return cls(days)

    def judge(self, scene: Scene) -> Verdict:
        if DAYS[scene.moment.weekday] in self.days:
            return HOLDS
        places = [place for place, day in enumerate(DAYS) if day in self.days]
        ru, en = ", ".join(_RU[place] for place in places), ", ".join(_EN[place] for place in places)
        return Blocked(sentence("weekdays.other", days_ru=ru, days_en=en))
