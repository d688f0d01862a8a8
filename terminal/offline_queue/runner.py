"""The thread that does what the planner says: asks the client, moves the journal's marks, fills the cache.

Selling never waits for it. Whatever fails comes back to the planner as an outcome; only the edge of the loop catches
what nobody foresaw, says so in the link's state, and goes on after a pause.
"""

import threading
import time
from collections.abc import Callable

import msgspec

from loyalty.sentences import Sentence, sentence
from terminal.offline_queue.client import Client
from terminal.offline_queue.forks import Fork
from terminal.offline_queue.office_time import monotonic_ms
from terminal.offline_queue.planner import State, hurried, knowing, loading_bp, next_step
from terminal.offline_queue.steps import Failed, Local, MarkLevel, Now, Step, Wait
from terminal.offline_queue.store import Store
from terminal.offline_queue.sync_outcome import after
from terminal.offline_queue.sync_steps import Hands

LONGEST_WAIT_S = 60.0
STOP_WITHIN_S = 2.0
PAUSE_S = 1.0
CONTACT_STEP_MS = 10_000
"""Listeners are told of a contact alone no more often than this."""


class LinkStatus(msgspec.Struct, frozen=True):
    """How the till stands with the head office; times are wall-clock milliseconds, 0 is never."""

    online: bool = False
    pending: int = 0
    oldest_pending_ms: int = 0
    as_of_ms: int = 0
    last_contact_ms: int = 0
    trouble: Sentence | None = None
    loading_bp: int | None = None
    fork: Fork | None = None
    programmes_changed: bool = False
    """Since the last time this was told."""


class Runner:
    """Runs the sync of one store. `now_ms` is the wall clock, `chance` gives numbers in [0, 1)."""

    def __init__(
        self,
        store: Store,
        client: Client,
        now_ms: Callable[[], int],
        chance: Callable[[], float],
        mono_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._store = store
        self._hands = Hands(store, client, now_ms, mono_ms)
        self._now_ms = now_ms
        self._mono_ms = mono_ms
        self._chance = chance
        self._state = State()
        self._kicked = threading.Event()
        self._stopping = False
        self._turn = threading.Condition()
        self._levels = 0
        self._hurry = False
        self._thread: threading.Thread | None = None
        self._listeners: list[Callable[[LinkStatus], None]] = []
        self._told = LinkStatus()

    def on_change(self, listener: Callable[[LinkStatus], None]) -> None:
        """Call `listener` from the runner's thread whenever the status changes."""
        self._listeners.append(listener)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def kick(self) -> None:
        """Something was recorded: do not wait for the next round. A backoff is kept."""
        self._kicked.set()

    def stop(self) -> None:
        """End after the request in hand, or leave it behind when it hangs; the client is closed."""
        self._stopping = True
        self._kicked.set()
        self._hands.close()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)

    def status(self) -> LinkStatus:
        """As of now."""
        pending = self._store.journal.pending()
        state, room = self._state, self._store.journal.ballast
        trouble = sentence("journal.no_room", mib=room.missing_mib) if room.is_out else state.trouble
        return LinkStatus(
            state.online, pending.count, pending.oldest_at_ms or 0, self._store.cache.as_of_ms(), state.last_contact_ms,
            trouble, loading_bp(state), self._store.journal.fork,
        )  # fmt: skip

    def run_until_idle(self, timeout_s: float) -> bool:
        """Try at once, whatever is being waited for; whether all was sent and the cache found level in time."""
        until_s = time.monotonic() + timeout_s
        with self._turn:
            levels, self._hurry = self._levels, True
        self._kicked.set()
        while (left_s := until_s - time.monotonic()) > 0:
            if self._levels > levels and self._store.journal.pending_count() == 0:
                return True
            if self._thread is None:
                self._once(min(left_s, 1.0))
            else:
                with self._turn:
                    self._turn.wait(min(left_s, 1.0))
        return False

    def _run(self) -> None:
        while not self._stopping:
            self._once(LONGEST_WAIT_S)

    def _once(self, longest_wait_s: float) -> None:
        """One step, or one wait."""
        try:
            self._store.keep_room()
            step = self._next()
            if isinstance(step, Wait):
                self._tell()
                self._store.journal.rest()
                self._wait((step.until_ms - self._mono_ms()) / 1000, longest_wait_s)
                return
            self._state = after(self._state, step, self._hands.do(step), self._now(), self._chance())
            self._count(step)
            self._tell()
        except Exception as error:  # noqa: BLE001  (the edge of the thread: it must not end while the till runs)
            if not self._stopping:
                failed = Failed("store", sentence("link.broken", what=repr(error)[:200]))
                self._state = after(self._state, MarkLevel(0, False), failed, self._now(), self._chance())
                self._wait(PAUSE_S, longest_wait_s)

    def _next(self) -> Step:
        with self._turn:
            if self._hurry:
                self._hurry = False
                self._state = hurried(self._state)
        self._state = knowing(self._state, self._store.journal.fork)
        shares = self._store.shares.due()
        local = Local(
            self._hands.outbox.has_personal(), self._store.journal.pending_count(), shares, self._store.keys.is_due
        )
        return next_step(self._state, local, self._now())

    def _now(self) -> Now:
        return Now(self._mono_ms(), self._now_ms())

    def _wait(self, wait_s: float, longest_s: float) -> None:
        if not self._hurry:
            self._kicked.wait(max(0.0, min(wait_s, longest_s)))
        self._kicked.clear()

    def _count(self, step: Step) -> None:
        if isinstance(step, MarkLevel) and step.whole:
            with self._turn:
                self._levels += 1
                self._turn.notify_all()

    def _tell(self) -> None:
        """Tell the listeners what has changed."""
        status = self.status()
        changed = msgspec.structs.replace(status, last_contact_ms=self._told.last_contact_ms) != self._told
        contact = abs(status.last_contact_ms - self._told.last_contact_ms) >= CONTACT_STEP_MS
        programmes, shares = self._hands.programmes_changed(), self._hands.shares_changed()
        if not (changed or contact or programmes or shares):
            return
        self._told = status
        for listener in self._listeners:
            listener(msgspec.structs.replace(status, programmes_changed=programmes))
