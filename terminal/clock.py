"""The store's clock: the one place where an instant becomes a local date and hour."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from loyalty.basket import Moment


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def moment_at(at_ms: int, time_zone: str) -> Moment:
    """An instant as the store's wall shows it; an unknown zone falls back to UTC rather than stopping a sale."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(time_zone))
    return Moment(at_ms, local.date().isoformat(), local.hour * 60 + local.minute, local.weekday())


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
