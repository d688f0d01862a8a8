"""The clock on the wall of the store, and the only place where the screen asks what time it is."""

import time
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def wall_text(at_ms: int, time_zone: str) -> str:
    """Hours and minutes as the store's clock shows them."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(time_zone)).strftime("%H:%M")


def wall_date(at_ms: int, time_zone: str) -> str:
    """The date (ISO) as the store's calendar has it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(time_zone)).date().isoformat()


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo:
    """An unknown zone falls back to UTC: a wrong hour in the strip stops no sale."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
