"""The edge where time and chance come in; everything else takes them as arguments."""

import secrets
import time


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    """Milliseconds that never go back: for waiting and measuring."""
    return time.monotonic_ns() // 1_000_000


def random_bytes(count: int) -> bytes:
    return secrets.token_bytes(count)
