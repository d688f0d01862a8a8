"""How tills hear of stops: one signed row of the stream `programmes`, and what a cashier is told of a change."""

from collections.abc import Iterator

import msgspec

from loyalty.events import canonical
from loyalty.feed import ProgrammeRow
from loyalty.programme import Programme
from loyalty.sentences import Sentence, sentence
from loyalty.stops import NO_STOPS, Stops

STOPS_ID, STOPS_KEY = "stops", "stops/now"
"""The key is no programme's, since what follows the stroke is no version."""

SENTENCES = {
    "stop.told": (
        "Акция «{name_ru}» остановлена головным офисом: {reason}",
        "“{name_en}” is stopped by the head office: {reason}",
    ),
    "stop.resumed": ("Акция «{name_ru}» действует снова", "“{name_en}” is on again"),
    "stop.redemption.resumed": ("Баллы снова можно списывать", "Points can be spent again"),
}
_stops = msgspec.json.Decoder(Stops)


def stops_document(stops: Stops) -> str:
    """What is signed."""
    return canonical(stops).decode()


def read_stops(row: ProgrammeRow | None) -> Stops:
    """What a row says; one that is not there, or that this version cannot read, stops nothing."""
    if row is None or row.id != STOPS_ID:
        return NO_STOPS
    try:
        return _stops.decode(row.document)
    except msgspec.DecodeError:
        return NO_STOPS


def told_stops(programme: Programme, before: Stops, now: Stops) -> Iterator[Sentence]:
    """What has changed, for the cashier; of campaigns those that are in the programme."""
    spending = now.of_redemption()
    if spending is not None and now.redemption != before.redemption:
        yield spending
    if spending is None and before.redemption is not None:
        yield sentence("stop.redemption.resumed")
    for campaign in programme.campaigns:
        stop, name = now.campaigns.get(campaign.id), campaign.name
        if stop is not None and stop != before.campaigns.get(campaign.id):
            yield sentence("stop.told", name_ru=name.ru, name_en=name.en, reason=stop.reason)
        if stop is None and campaign.id in before.campaigns:
            yield sentence("stop.resumed", name_ru=name.ru, name_en=name.en)
