"""Season: the campaign runs during seasons of the programme, those that statuses are counted in."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.conditions.nearness import not_yet, over
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, UNRELATED, Blocked, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "season.not_yet": ("Начнётся {first_date}", "Starts on {first_date}"),
    "season.over": ("Закончилась {last_date}", "Ended on {last_date}"),
    "season.none": ("нет ни одного сезона", "no season is given"),
    "season.none.mend": ('например, seasons = ["2026/27"]', 'as in seasons = ["2026/27"]'),
}


class InSeason(ConditionMechanic, frozen=True, tag="season"):
    """Any of these seasons, by its id; the dates are the season's own."""

    seasons: tuple[str, ...]

    @classmethod
    def read(cls, section: Section) -> "InSeason":
        seasons = section.refs("seasons", "season", form=None)
        if not seasons:
            section.note("seasons", sentence("season.none"), sentence("season.none.mend"))
        return cls(seasons)

    def judge(self, scene: Scene) -> Verdict:
        today = scene.moment.local_date
        seasons = [scene.terms.seasons[each] for each in self.seasons if each in scene.terms.seasons]
        if any(each.first <= today and (not each.last or today <= each.last) for each in seasons):
            return HOLDS
        first = min((each.first for each in seasons if each.first > today), default="")
        coming = not_yet(scene, first, sentence("season.not_yet", first_date=first)) if first else UNRELATED
        last = max((each.last for each in seasons if each.last and each.last < today), default="")
        if isinstance(coming, Blocked) or not last:
            return coming
        return over(scene, last, sentence("season.over", last_date=last))
