"""Who: the campaign is for members, or only for some statuses, audiences or kinds of card."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import ID, Section
from loyalty.scene import HOLDS, UNRELATED, Blocked, Fact, Missing, Scene, Verdict
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "who.card": ("Нужна карта клуба", "Needs a member's card"),
    "who.blocked": ("Карта заблокирована", "The card is blocked"),
    "who.status": ("Только для статуса: {names_ru}", "Only for status: {names_en}"),
    "who.card_kind": ("Нужна карта вида: {kinds}", "Needs a card of kind: {kinds}"),
}
NO_CARD = Missing(sentence("who.card"), within_reach=False)
"""Not a hint of its own: the quote says once what a card would bring in all."""


class Who(ConditionMechanic, frozen=True, tag="who"):
    """Members; with `statuses`, `audiences` or `card_kinds`, those of them who fit one of each."""

    statuses: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    card_kinds: tuple[str, ...] = ()
    """Of the card in use: `bank`, `transport`, or whatever else the programme calls them (`Member.card_kind`)."""

    @classmethod
    def read(cls, section: Section) -> "Who":
        return cls(
            section.refs("statuses", "status"),
            section.texts("audiences", ID, "season-tickets"),
            section.texts("card_kinds", ID, "bank"),
        )

    def judge(self, scene: Scene) -> Verdict:
        member = scene.member
        if self.audiences and not (member and set(self.audiences) & set(member.audiences)):
            return UNRELATED
        if member is not None and member.blocked:
            return Blocked(sentence("who.blocked"))
        if self.statuses and not (member and member.status in self.statuses):
            return Blocked(self._status_said(scene))
        if self.card_kinds and not (member and member.card_kind in self.card_kinds):
            return Blocked(sentence("who.card_kind", kinds=", ".join(self.card_kinds)))
        return NO_CARD if member is None else HOLDS

    def facts(self) -> tuple[Fact, ...] | None:
        return tuple(("audience", audience) for audience in self.audiences) or None

    def _status_said(self, scene: Scene) -> Sentence:
        names = [scene.terms.status_names.get(status, (status, status)) for status in self.statuses]
        ru, en = (", ".join(pair[lang] for pair in names) for lang in (0, 1))
        return sentence("who.status", names_ru=ru, names_en=en)
