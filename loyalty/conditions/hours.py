"""Hours: the campaign runs in certain hours of the day; a window may go over midnight."""

import re

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, Blocked, Missing, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "hours.later": ("Начнётся в {start}", "Starts at {start}"),
    "hours.later.gain": ("Начнётся в {start}: выгода {gain_minor}", "Starts at {start}: saves {gain_minor}"),
    "hours.over": ("Только {windows}", "Only {windows}"),
    "hours.none": ("нет ни одного окна", "no window is given"),
    "hours.none.mend": ("например, windows = [\"12:00-14:00\"]", "as in windows = [\"12:00-14:00\"]"),
    "hours.same": ("окно «{got}» пустое", "the window “{got}” is empty"),
    "hours.same.mend": ("начало и конец должны различаться", "let it end at another time than it begins"),
}  # fmt: skip
_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


class Hours(ConditionMechanic, frozen=True, tag="hours"):
    """Windows as `12:00-14:00` by the store's clock: the first minute is in, the last is out."""

    windows: tuple[str, ...]

    @classmethod
    def read(cls, section: Section) -> "Hours":
        windows = section.texts("windows", _WINDOW, "12:00-14:00")
        if not windows:
            section.note("windows", sentence("hours.none"), sentence("hours.none.mend"))
        for place, window in enumerate(windows, start=1):
            if _WINDOW.fullmatch(window) and window[:5] == window[6:]:
                section.note(f"windows[{place}]", sentence("hours.same", got=window), sentence("hours.same.mend"))
        return cls(windows)

    def judge(self, scene: Scene) -> Verdict:
        now = scene.moment.local_minute
        spans = [(_minute(window[:5]), _minute(window[6:])) for window in self.windows]
        if any(start <= now < end if start < end else now >= start or now < end for start, end in spans):
            return HOLDS
        later = min((start for start, _ in spans if start > now), default=None)
        if later is None:
            return Blocked(sentence("hours.over", windows=", ".join(self.windows).replace("-", "–")))
        return Missing(sentence("hours.later", start=f"{later // 60:02d}:{later % 60:02d}"), from_minute=later)


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
