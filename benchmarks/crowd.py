"""Tills that talk to a head office over real connections, one or thousands at once, as tills do and no more than that.

Each sends segments made beforehand, waits where it is told to come again (`Retry-After`, and a random time more, as the
till's own runner does), keeps the fence it is given, and closes its connection when all of its segments are stored.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit

import msgspec

from benchmarks import fleet
from loyalty.api import FENCE_HEADER, SEGMENT_TYPE, SegmentReply
from sync_server.shedding import count_waiting
from sync_server.store import Store
from terminal.offline_queue.sync_failures import backoff_ms

_TURNED_AWAY = 503
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class Coming:
    """The nth till and what it brings."""

    n: int
    segments: Sequence[bytes]


def come(url: str, tills: Iterable[Coming]) -> int:
    """All tills at once; how often one was turned away."""
    return asyncio.run(_all(url, list(tills)))


def wait_applied(store: Store) -> None:
    """Until the head office of this database has applied all it has stored."""
    until_s = time.monotonic() + _LONGEST_S
    while count_waiting(store):
        assert time.monotonic() < until_s, "it did not apply everything in time"
        time.sleep(0.01)


async def _all(url: str, tills: Sequence[Coming]) -> int:
    async with asyncio.timeout(_LONGEST_S):
        return sum(await asyncio.gather(*(_one(url, till) for till in tills)))


async def _one(url: str, till: Coming) -> int:
    random, fence, turned_away, failures = Random(till.n), fleet.fence_of(till.n), 0, 0
    left = list(till.segments)
    while left:
        status, wait_s, body = await _send(url, left[0], fence)
        if status == _TURNED_AWAY:
            turned_away += 1
            await asyncio.sleep(wait_s + backoff_ms(failures, random.random()) / 1000)
            failures += 1
        elif status == 200:
            fence, failures = msgspec.json.decode(body, type=SegmentReply).fence_next, 0
            left.pop(0)
        else:
            raise RuntimeError(f"till {till.n}: {status} {body!r}")
    return turned_away


async def _send(url: str, segment: bytes, fence: str) -> tuple[int, int, bytes]:
    """Status, Retry-After in seconds, body."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        head = (
            f"POST /v1/segments HTTP/1.1\r\nhost: {where.netloc}\r\ncontent-type: {SEGMENT_TYPE}\r\n"
            f"{FENCE_HEADER}: {fence}\r\ncontent-length: {len(segment)}\r\nconnection: close\r\n\r\n"
        )
        writer.write(head.encode() + segment)
        answer = await reader.read(-1)
    finally:
        writer.close()
    head_bytes, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head_bytes.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), int(headers.get("retry-after", "0")), body
