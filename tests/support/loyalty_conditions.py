"""Conditions to try: read from a document as people write them, and judged on a basket as it stands."""

from msgspec.structs import replace

from loyalty.basket import BasketLine
from loyalty.conditions import Condition
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.scene import Blocked, Event, Missing, Scene, Verdict
from loyalty.sentences import say
from tests.support.loyalty_samples import SEASONS, fits, line, moment, scene

_HEAD = """
id = "p"
version = 1
name = { ru = "П", en = "P" }
store_group = [{ id = "north", stores = ["S1", "S2"] }, { id = "malls", stores = ["S2", "S3"] }]
[[season]]
id = "2026/27"
first = 2026-06-01
last = 2027-05-31
[[event]]
id = "derby"
name = { ru = "Дерби", en = "The derby" }
starts = "2026-12-05T19:00"
[[status]]
id = "novice"
name = { ru = "Н", en = "N" }
earn_bp = 0
[[campaign]]
id = "c"
name = { ru = "А", en = "A" }
reward = { type = "percent", rate_bp = 1 }
"""
DERBY = Event("derby", "Дерби", "The derby", "2026-12-05T19:00")


def read(written: str) -> Condition:
    """The condition a document says; it has no mistake."""
    (only,) = parse_programme(f"{_HEAD}conditions = [{written}]").campaigns
    (condition,) = only.conditions
    return condition


def mistakes(written: str) -> list[str]:
    """The mistakes in a condition, as they are told, without the way to it in the document."""
    try:
        parse_programme(f"{_HEAD}conditions = [{written}]")
    except BadProgramme as bad:
        return [str(problem).replace("campaign[1].conditions[1]", "").removeprefix(".") for problem in bad.problems]
    return []


def wrong(written: str) -> list[str]:
    """The keys with mistakes; an empty text is the condition as a whole."""
    return [told.partition(":")[0] for told in mistakes(written)]


def stands(*lines: BasketLine, local_date="2026-11-22", minute=780, weekday=6, member=None, **basket) -> Scene:
    """One line, or those given, in a basket with a store, a channel, a payment."""
    found = scene(*(lines or (line(),)), member=member, at=moment(local_date, minute, weekday))
    terms = replace(
        found.terms,
        events={"derby": DERBY},
        groups_of_store={"S2": ("north", "malls"), "S1": ("north",)},
        seasons={season.id: season for season in SEASONS},
    )
    return replace(found, basket=replace(found.basket, **basket), terms=terms)


def told(verdict: Verdict) -> tuple[str, str]:
    """What a verdict says in Russian and in English; a sentence that promises a gain is there as well."""
    assert isinstance(verdict, Missing | Blocked), verdict
    assert fits(verdict.said), verdict
    return say(verdict.said, "ru", TEMPLATES), say(verdict.said, "en", TEMPLATES)
