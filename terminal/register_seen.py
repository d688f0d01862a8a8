"""The fiscal register as the session knows it, from what was seen of it."""

from __future__ import annotations

from loyalty.basket import Moment
from terminal.fiscal.standing import Seen
from terminal.session.state import RegisterSeen, Trouble


def seen_of(seen: Seen | None) -> RegisterSeen | None:
    if seen is None:
        return None
    troubles = tuple(Trouble(each.said, each.hint, each.way) for each in seen.troubles)
    state = seen.state
    if state is None:
        return RegisterSeen(troubles=troubles)
    return RegisterSeen(
        state.serial, state.last_document, state.shift, state.paper, seen.clock, seen.unsent.count, troubles
    )


def local_time(moment: Moment) -> str:
    """ISO, to the minute."""
    return f"{moment.local_date}T{moment.local_minute // 60:02d}:{moment.local_minute % 60:02d}"
