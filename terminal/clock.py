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


def local_text(at_ms: int, time_zone: str) -> str:
    """An instant as the store's wall shows it, to the minute: `2026-11-22T13:00`."""
    moment = moment_at(at_ms, time_zone)
    return f"{moment.local_date}T{moment.local_minute // 60:02d}:{moment.local_minute % 60:02d}"


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
