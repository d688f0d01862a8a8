"""A process that applies as `kopilka-server apply` does, with leases and pauses short enough for a test.

`python -m tests.support.applying URL AHEAD_MS [SIGNAL TRANSACTION]`: its clock is AHEAD_MS ahead; amid that transaction
of a bucket, with its rows written and held, it says "amid" and gives itself the signal.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sync_server import applier, leases, serve
from sync_server.clock import now_ms
from sync_server.settings import Settings
from sync_server.store import Store

LEASE_MS = 600
RENEW_MS = 150
IDLE_LIMIT_MS = 400


def run(url: str, ahead_ms: int, signal_name: str = "", transaction: str = "0") -> None:
    own = now_ms
    ours = (
        (applier, "now_ms", lambda: own() + ahead_ms), (applier, "POLL_S", 0.1), (applier, "MAX_PAUSE_S", 0.1),
        (leases, "LEASE_MS", LEASE_MS), (leases, "RENEW_MS", RENEW_MS), (leases, "MOST_AHEAD_MS", 2 * LEASE_MS),
        (serve, "IDLE_LIMIT_MS", IDLE_LIMIT_MS),
    )  # fmt: skip
    for module, name, value in ours:
        setattr(module, name, value)
    if signal_name:
        _strike(signal.Signals[signal_name], int(transaction))
    serve.apply_only(Settings(Path("unused"), url))


def _strike(how: signal.Signals, transaction: int) -> None:
    begin = Store.begin
    numbers = count(1)

    @contextmanager
    def struck(store, bucket):
        with begin(store, bucket) as tx:
            yield tx
            if isinstance(bucket, int) and next(numbers) == transaction:
                print("amid", flush=True)
                os.kill(os.getpid(), how)

    Store.begin = struck  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
