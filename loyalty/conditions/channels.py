"""Channels: the campaign is for goods bought at the till, online, in the app or at the stadium."""

from typing import get_args

from loyalty.basket import Channel
from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, Blocked, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "channels.other": ("Только {where_ru}", "Only {where_en}"),
    "channels.none": ("не сказано, где", "no channel is given"),
    "channels.none.mend": ('например, channels = ["app"]', 'as in channels = ["app"]'),
}
_CHANNELS: tuple[Channel, ...] = get_args(Channel)
_WHERE = {
    "till": ("на кассе", "at the till"),
    "online": ("в интернет-магазине", "in the online shop"),
    "app": ("в приложении", "in the app"),
    "stadium": ("на стадионе", "at the stadium"),
}


class Channels(ConditionMechanic, frozen=True, tag="channels"):
    """Where the basket is bought, one of these. Elsewhere the buyer is told where to look."""

    channels: tuple[Channel, ...]

    @classmethod
    def read(cls, section: Section) -> "Channels":
        channels = section.choices("channels", _CHANNELS)
        if not channels:
            section.note("channels", sentence("channels.none"), sentence("channels.none.mend"))
        return cls(channels)

    def judge(self, scene: Scene) -> Verdict:
        if scene.basket.channel in self.channels:
            return HOLDS
        names = [_WHERE[channel] for channel in _CHANNELS if channel in self.channels]
        ru, en = " или ".join(name[0] for name in names), " or ".join(name[1] for name in names)
        return Blocked(sentence("channels.other", where_ru=ru, where_en=en))
