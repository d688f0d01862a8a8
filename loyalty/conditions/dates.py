"""Dates: the campaign runs from one day to another of the store's calendar, both included."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.conditions.nearness import not_yet, over
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "dates.not_yet": ("Начнётся {first_date}", "Starts on {first_date}"),
    "dates.over": ("Закончилась {last_date}", "Ended on {last_date}"),
    "dates.order": ("конец раньше начала", "it ends before it begins"),
    "dates.order.mend": ("last не раньше first", "let last be no earlier than first"),
    "dates.none": ("нет ни first, ни last", "neither first nor last is given"),
    "dates.none.mend": ("укажите хотя бы одну дату", "give at least one date"),
}


class Dates(ConditionMechanic, frozen=True, tag="dates"):
    """ISO dates by the store's clock; an empty one leaves that side open. Long before and after, it is not told."""

    first: str = ""
    last: str = ""

    @classmethod
    def read(cls, section: Section) -> "Dates":
        first, last = section.date("first"), section.date("last")
        if not section.has("first") and not section.has("last"):
            section.note("", sentence("dates.none"), sentence("dates.none.mend"))
        if first and last and last < first:
            section.note("last", sentence("dates.order"), sentence("dates.order.mend"))
        return cls(first, last)

    def judge(self, scene: Scene) -> Verdict:
        today = scene.moment.local_date
        if self.first and today < self.first:
            return not_yet(scene, self.first, sentence("dates.not_yet", first_date=self.first))
        if self.last and today > self.last:
            return over(scene, self.last, sentence("dates.over", last_date=self.last))
        return HOLDS
