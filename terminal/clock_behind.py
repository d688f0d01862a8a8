"""A computer whose clock has lost the day sells by yesterday's prices, campaigns and statuses: that is said at once."""

from loyalty.basket import Moment
from loyalty.sentences import sentence
from loyalty.told_clock import LEEWAY_MS
from terminal.clock import local_text
from terminal.session import State
from terminal.session.parts import say


def with_clock_told(state: State, moment: Moment, known_ms: int, time_zone: str) -> State:
    """The state a start begins with; `known_ms` is the latest instant this till knows to have been."""
    if moment.at_ms >= known_ms - LEEWAY_MS:
        return state
    now_at, known_at = local_text(moment.at_ms, time_zone), local_text(known_ms, time_zone)
    return say(
        state, "warn", sentence("till.clock_behind", now_at=now_at, known_at=known_at),
        sentence("till.clock_behind.hint"),
    )  # fmt: skip
