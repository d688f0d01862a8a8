"""The thread that runs stage 2 while the process runs: woken by ingest, and once a second by itself.

On PostgreSQL it works on the slots it holds leases for (`leases.py`); other processes work on the others.
"""

import threading

import structlog

from loyalty.errors import KopilkaError
from sync_server.clock import now_ms, steady_ms
from sync_server.effects import send_again
from sync_server.escrow_ends import end_escrow
from sync_server.hold_ends import end_holds
from sync_server.identity import Identity
from sync_server.leases import ALL_SLOTS, Leases
from sync_server.rounds import run_round
from sync_server.store import Store

POLL_S = 1.0
"""Another process may have stored segments."""
MAX_PAUSE_S = 30.0
log = structlog.get_logger("applier")


class Applier:
    """`kick` after storing a segment; `idle` is set while everything stored of its slots is applied. Without `leases`
    all slots are its own."""

    def __init__(self, store: Store, identity: Identity, leases: Leases | None = None) -> None:
        self._store, self._identity, self._leases = store, identity, leases
        self._wake, self._stop = threading.Event(), threading.Event()
        self._kicks, self._counting = 0, threading.Lock()
        self.idle = threading.Event()
        self.applied_events = 0
        self.failures = 0
        self._thread = threading.Thread(target=self._run, name="applier", daemon=True)

    def start(self) -> None:
        send_again(self._store)
        self._thread.start()

    def kick(self) -> None:
        with self._counting:
            self._kicks += 1
            self.idle.clear()
        self._wake.set()

    def stop(self, timeout_s: float = 30.0) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        pause_s = POLL_S
        while not self._stop.is_set():
            self._wake.clear()
            pause_s = self._drain(pause_s)
            self._wake.wait(pause_s)
        self._leave()

    def _drain(self, pause_s: float) -> float:
        """Rounds until nothing is left; how long to wait then."""
        try:
            while not self._stop.is_set():
                kicks = self._kicks
                slots = self._leases.hold(now_ms(), steady_ms()) if self._leases else ALL_SLOTS
                applied = run_round(self._store, self._identity, steady_ms, slots)
                if not applied:
                    end_holds(self._store, now_ms())
                    end_escrow(self._store)
                    self._rest(kicks)
                    return POLL_S
                self.applied_events += applied
        except KopilkaError as error:
            self._failed(error.code, str(error.said.args))
        except Exception as error:  # noqa: BLE001  the edge of the thread: it must outlive any fault
            self._failed(type(error).__name__, str(error))
        return min(pause_s * 2, MAX_PAUSE_S)

    def _leave(self) -> None:
        """What is not given back runs out by itself."""
        try:
            if self._leases:
                self._leases.release()
        except KopilkaError as error:
            self._failed(error.code, str(error.said.args))

    def _rest(self, kicks: int) -> None:
        """Idle, unless something was stored since the round that found nothing began."""
        with self._counting:
            if self._kicks == kicks:
                self.idle.set()

    def _failed(self, kind: str, detail: str) -> None:
        self.failures += 1
        log.error("round_failed", kind=kind, detail=detail[:400], failures=self.failures)
