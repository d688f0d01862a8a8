"""The shop's clock on the command line: what a fiscal register's is compared with is one and the same everywhere.

The zone is the till's own, as its programme has it: a till in Irkutsk may well run on a computer set to UTC.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


def shop_zone(folder: Path) -> str:
    """The zone in which the till of this folder sells; empty where there is no till: then the computer's is all there
    is."""
    from loyalty.errors import StoreFault
    from loyalty.published import newest_programme
    from terminal.offline_queue.glance import glance

    try:
        with glance(folder) as files:
            return newest_programme(files.cache.programmes()).time_zone
    except StoreFault:
        return ""


def clock_in(zone: str) -> str:
    """The time there, ISO to the minute, as a register's clock has it; with an empty zone, this computer's."""
    from terminal.clock import now_ms

    return text_in(zone, now_ms())


def text_in(zone: str, at_ms: int) -> str:
    """A moment there, written the same way."""
    from terminal.clock import local_text

    if zone:
        return local_text(at_ms, zone)
    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%dT%H:%M")


def shop_clock(folder: Path) -> str:
    return clock_in(shop_zone(folder))
