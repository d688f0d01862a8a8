"""Birthday: some days before and after the member's birthday."""

from datetime import date

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, UNRELATED, Blocked, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "birthday.other": ("Только ко дню рождения", "Only around the birthday"),
}
_MAX_DAYS = 180


class Birthday(ConditionMechanic, frozen=True, tag="birthday"):
    """From `before_days` before to `after_days` after the day, both included.

    Born on 29 February, the day is 28 February in other years.
    """

    before_days: int = 0
    after_days: int = 0

    @classmethod
    def read(cls, section: Section) -> "Birthday":
        before = section.whole("before_days", 0, _MAX_DAYS, 0)
        return cls(before, section.whole("after_days", 0, _MAX_DAYS, 0))

    def judge(self, scene: Scene) -> Verdict:
        member = scene.member
        if member is None or member.blocked or not member.birthday_md:
            return UNRELATED
        today = date.fromisoformat(scene.moment.local_date)
        past = (today - _birthday(today.year + shift, member.birthday_md) for shift in (-1, 0, 1))
        if any(-self.before_days <= gone.days <= self.after_days for gone in past):
            return HOLDS
        return Blocked(sentence("birthday.other"))


def _birthday(year: int, month_day: str) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if month_day == "02-29" and not leap:
        month_day = "02-28"
    return date.fromisoformat(f"{year:04d}-{month_day}")
