"""What the head office has stopped at once: campaigns, and the spending of points.

A stop holds for baskets quoted after a till has heard of it, whatever version of the programme is in force, until it
is taken back. A receipt names the stops that were in force, so that it is worked out again as it was.
"""

from collections.abc import Iterable

import msgspec

from loyalty.sentences import Sentence, sentence

MAX_STOPS = 100
"""Campaigns stopped at one time."""
MAX_REASON_CHARS = 200

SENTENCES = {
    "stop.campaign": ("Остановлена головным офисом: {reason}", "Stopped by the head office: {reason}"),
    "stop.campaign.unsaid": ("Остановлена головным офисом", "Stopped by the head office"),
    "stop.redemption": (
        "Списание баллов остановлено головным офисом: {reason}",
        "Spending points is stopped by the head office: {reason}",
    ),
    "stop.redemption.unsaid": (
        "Списание баллов остановлено головным офисом",
        "Spending points is stopped by the head office",
    ),
}


class Stop(msgspec.Struct, frozen=True):
    """Why, in the words of whoever stopped it (empty: a receipt does not say), and since when."""

    reason: str = ""
    since_ms: int = 0


class Stops(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is stopped at one time; `redemption`: no points are spent, nor taken for what campaigns give."""

    campaigns: dict[str, Stop] = {}
    redemption: Stop | None = None

    def __bool__(self) -> bool:
        return bool(self.campaigns) or self.redemption is not None

    def of_campaign(self, campaign_id: str) -> Sentence | None:
        """Why a campaign gives nothing now; None where it is not stopped."""
        return _said(self.campaigns.get(campaign_id), "stop.campaign", "stop.campaign.unsaid")

    def of_redemption(self) -> Sentence | None:
        """Why no points can be spent now; None where they can."""
        return _said(self.redemption, "stop.redemption", "stop.redemption.unsaid")


NO_STOPS = Stops()


def stops_named(campaigns: Iterable[str], redemption: bool) -> Stops:
    """Stops as a receipt or a basket file names them: without the reasons."""
    return Stops(dict.fromkeys(campaigns, Stop()), Stop() if redemption else None)


def _said(stop: Stop | None, why: str, unsaid: str) -> Sentence | None:
    if stop is None:
        return None
    return sentence(why, reason=stop.reason) if stop.reason else sentence(unsaid)
