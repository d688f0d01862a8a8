"""Recurrence: the campaign runs on days that come again and again, by a rule as calendars write it (RFC 5545)."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.conditions.nearness import SOON_DAYS, over
from loyalty.documents import recurrence_text
from loyalty.documents.recurrence_text import read_rule
from loyalty.documents.section import Section
from loyalty.recurrence import Rule, next_after, occurs_on
from loyalty.scene import HOLDS, UNRELATED, Blocked, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    **recurrence_text.SENTENCES,
    "recurrence.next": ("Следующий раз {next_date}", "Next on {next_date}"),
    "recurrence.over": ("Закончилась {last_date}", "Ended on {last_date}"),
}


class Recurrence(ConditionMechanic, frozen=True, tag="recurrence"):
    """Whole days by the store's calendar; `start` is the first day there can be."""

    rule: Rule

    @classmethod
    def read(cls, section: Section) -> "Recurrence":
        start, text = section.date("start"), section.text("rule")
        if not section.has("start"):
            want = section.notes.kind("date")
            section.note("start", sentence("section.required"), sentence("section.required.mend", want=want))
        rule, mistakes = read_rule(text, start)
        for what, mend in mistakes if text else ():
            section.note("rule", what, mend)
        return cls(rule)

    def judge(self, scene: Scene) -> Verdict:
        today = scene.moment.local_date
        if occurs_on(self.rule, today):
            return HOLDS
        if self.rule.last and today > self.rule.last:
            return over(scene, self.rule.last, sentence("recurrence.over", last_date=self.rule.last))
        coming = next_after(self.rule, today, SOON_DAYS)
        return Blocked(sentence("recurrence.next", next_date=coming)) if coming else UNRELATED
