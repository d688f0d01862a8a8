"""Holds of points, asked of the head office one after the other on a thread of their own, never the till's.

Each hold that may stand there has a file here, written before it is asked for and gone once its receipt is recorded: a
till that was killed gives back what it finds at its next start and no receipt names. Of a hold that a receipt in doubt
names, nothing is given back before the doubt is decided. What cannot be given back runs out by itself. Whether an
answer still matters is the session's to say.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Container, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from loyalty.api import HoldReply, HoldRequest, HoldVoid
from loyalty.errors import LinkFault, NotNow
from loyalty.receipt import Receipt
from terminal.session import commands as c

WITHIN_S = 2.0
"""A cashier and a customer stand and wait; a later answer is given back."""
TTL_S = 900
MAX_WAITING = 50
"""Requests that wait for the one under way; one more is answered as if nobody were there."""
MAX_CAPTURED = 50
"""Holds of receipts recorded late that a basket left on the screen may still name."""
MAX_LEFT = 50
"""Holds that a start gives back."""
FOLDER = "holds"
log = logging.getLogger("till")
Later = Callable[[c.Command], None]


class Office(Protocol):
    """The head office over the link. Both may take seconds; both raise LinkFault, and Refusal for what it refuses."""

    def take_hold(self, asked: HoldRequest) -> HoldReply: ...

    def void_hold(self, hold_id: str, asked: HoldVoid) -> HoldReply: ...


class Holding:
    """`later` takes what came of a request, from another thread; `folder` is the till's; `in_doubt` are the holds of
    receipts that may yet be recorded."""

    def __init__(
        self,
        office: Office,
        later: Later,
        new_id: Callable[[], str],
        folder: Path,
        within_s: float = WITHIN_S,
        in_doubt: Callable[[], Container[str]] = tuple,
    ) -> None:
        self._office = office
        self._later = later
        self.new_id = new_id
        self._folder = folder / FOLDER
        self._within_s = within_s
        self._in_doubt = in_doubt
        self._unwanted: dict[str, str] = {}
        self._captured: deque[str] = deque(maxlen=MAX_CAPTURED)
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._working = False

    def take(self, effect: c.TakeHold) -> None:
        """Returns at once; the answer, or that there is none, comes within WITHIN_S."""
        replaces = effect.replaces
        if replaces and self._is_named(replaces):
            self.give_back(c.GiveHoldBack(replaces, effect.account_id))
            replaces = ""
        request = HoldRequest(effect.hold_id, effect.account_id, effect.member_id, effect.points, TTL_S, replaces)
        failed = c.HoldFailed(effect.hold_id)
        if not self._put(lambda: self._later(self._asked(request) or failed)):
            self._later(failed)
            return
        timer = threading.Timer(self._within_s, self._later, (failed,))
        timer.daemon = True
        timer.start()

    def give_back(self, effect: c.GiveHoldBack) -> None:
        """Returns at once; from any thread. That of a receipt in doubt waits for `decided`. What cannot be given back
        runs out."""
        # Noted before it is looked up: a doubt that is decided in between finds it.
        self._unwanted[effect.hold_id] = effect.account_id
        if effect.hold_id not in self._in_doubt():
            self._let_go(effect.hold_id)

    def decided(self, receipt: Receipt, is_recorded: bool) -> None:
        """What became of a receipt that had failed: recorded, it captures its hold; else a hold that is unwanted goes
        back."""
        if not is_recorded:
            self._let_go(receipt.hold_id)
        elif receipt.hold_id:
            # The basket it was paid from may still stand on the screen, and give it back when it is voided.
            self._captured.append(receipt.hold_id)
            self._unwanted.pop(receipt.hold_id, None)
            self.forget(receipt.hold_id)

    def take_now(self, member_id: str, account_id: str, points: Mapping[str, int]) -> c.HoldTaken | c.HoldShort | None:
        """For those who can wait: never on the till's thread. None: no answer within WITHIN_S."""
        request = HoldRequest(self.new_id(), account_id, member_id, dict(points), TTL_S)
        answers: deque[c.HoldTaken | c.HoldShort | None] = deque()
        done = threading.Event()

        def ask() -> None:
            try:
                answers.append(self._asked(request))
            finally:
                done.set()

        # In its turn: what has just been given back may be the very points that are asked for.
        if not self._put(ask):
            return None
        if done.wait(self._within_s) and answers and answers[0] is not None:
            return answers[0]
        self.give_back(c.GiveHoldBack(request.hold_id, account_id))
        return None

    def forget(self, hold_id: str) -> None:
        """It stands there no more, or a receipt that is recorded names it."""
        with contextlib.suppress(OSError):
            (self._folder / hold_id).unlink(missing_ok=True)

    def give_back_left(self, named: Callable[[], Container[str]]) -> None:
        """What a till that was killed has left standing, before anything new is asked for; but for what receipts have
        `named`, which is asked only where anything is left. Returns at once."""
        with contextlib.suppress(OSError):
            left = sorted(self._folder.iterdir())[:MAX_LEFT]
            recorded = named() if left else ()
            for path in left:
                if path.name in recorded:
                    self.forget(path.name)
                    continue
                account_id = path.read_text("utf-8")[:32]
                self.give_back(c.GiveHoldBack(path.name, account_id))

    def _is_named(self, hold_id: str) -> bool:
        return hold_id in self._in_doubt() or hold_id in self._captured

    def _let_go(self, hold_id: str) -> None:
        account_id = self._unwanted.pop(hold_id, None)
        if account_id is not None and hold_id not in self._captured:
            self._put(partial(self._void, hold_id, account_id))

    def _put(self, work: Callable[[], None]) -> bool:
        """Do it in its turn; whether there is room."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                return False
            self._waiting.append(work)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="hold", daemon=True).start()
            return True

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._working = False
                    return
                work = self._waiting.popleft()
            try:
                work()
            except NotNow:
                pass  # the till is stopping
            except Exception:
                log.exception("hold_broke")  # the edge of a thread

    def _asked(self, request: HoldRequest) -> c.HoldTaken | c.HoldShort | None:
        """The answer; None where there is none, or one that is of no use."""
        self._write(request.hold_id, request.account_id)
        try:
            reply = self._office.take_hold(request)
        except LinkFault as fault:
            log.warning("hold_not_taken", extra={"code": fault.code})
            return None
        if reply.state == "held":
            return c.HoldTaken(request.hold_id, request.account_id, reply.good_for_s)
        self.forget(request.hold_id)
        return c.HoldShort(request.hold_id, reply.available) if reply.state == "short" else None

    def _void(self, hold_id: str, account_id: str) -> None:
        try:
            self._office.void_hold(hold_id, HoldVoid(account_id))
        except LinkFault as fault:
            log.warning("hold_not_given_back", extra={"code": fault.code})
        self.forget(hold_id)

    def _write(self, hold_id: str, account_id: str) -> None:
        """A fault of the disk costs no sale: then the hold runs out by itself."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            (self._folder / hold_id).write_text(account_id, "utf-8")
        except OSError:
            log.exception("hold_not_noted")
