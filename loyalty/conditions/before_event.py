"""Before event: the campaign ends when a match or a concert begins."""

from datetime import date, timedelta

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.conditions.nearness import not_yet, over
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, UNRELATED, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "before_event.begun": ("«{name_ru}»: уже началось", "“{name_en}” has already begun"),
    "before_event.not_yet": ("Начнётся {first_date}", "Starts on {first_date}"),
}
_MAX_DAYS = 366


class BeforeEvent(ConditionMechanic, frozen=True, tag="before_event"):
    """Until the minute the event starts, by the store's clock; `days_before` days before it at the earliest.

    0 days is the day of the event itself; without `days_before` it holds from any time on.
    """

    event: str
    days_before: int | None = None

    @classmethod
    def read(cls, section: Section) -> "BeforeEvent":
        days = section.whole("days_before", 0, _MAX_DAYS, 0)
        return cls(section.ref("event", "event"), days if section.has("days_before") else None)

    def judge(self, scene: Scene) -> Verdict:
        event = scene.terms.events.get(self.event)
        if event is None:
            return UNRELATED
        day, _, clock = event.starts.partition("T")
        now = scene.moment
        if (now.local_date, now.local_minute) >= (day, int(clock[:2]) * 60 + int(clock[3:])):
            return over(scene, day, sentence("before_event.begun", name_ru=event.name_ru, name_en=event.name_en))
        today = date.fromisoformat(now.local_date)
        early_days = 0 if self.days_before is None else (date.fromisoformat(day) - today).days - self.days_before
        if early_days <= 0:
            return HOLDS
        first = (today + timedelta(early_days)).isoformat()
        return not_yet(scene, first, sentence("before_event.not_yet", first_date=first))
