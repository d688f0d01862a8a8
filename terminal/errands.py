"""Errands to the fiscal register on a thread of their own: a register that is slow or silent holds up no scan.

An errand asks the register and gives back what is then to be done on the till's own thread.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.state import Asked

MOST_WAITING = 20
_HOLDS_UP: tuple[Asked, ...] = ("", "look", "command", "shift")
"""What each holds up, from nothing to everything."""
log = logging.getLogger("till")
Then = Callable[[], c.Command | None]
"""On the till's thread, with the register's answer. Raises KopilkaError."""
Errand = Callable[[], Then]
"""On any thread. Raises KopilkaError."""


class Errands(Protocol):
    @property
    def asked(self) -> Asked:
        """What the register is asked now, or is to be: of several what holds up most; empty while it is left alone."""
        ...

    def go(self, errand: Errand, asked: Asked) -> c.Command | None:
        """The answer, where it is waited for. Raises KopilkaError."""
        ...


class WaitedFor:
    """Each is waited for: for a client, a script, a test."""

    asked: Asked = ""

    def go(self, errand: Errand, asked: Asked) -> c.Command | None:
        return errand()()


class OnThread:
    """One after another; `answered` takes what is to be done next to the till's thread."""

    def __init__(self, answered: Callable[[Then], None]) -> None:
        self._answered = answered
        self._waiting: list[Asked] = []
        self._queue: queue.Queue[Errand | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    @property
    def asked(self) -> Asked:
        return max(self._waiting, key=_HOLDS_UP.index, default="")

    def go(self, errand: Errand, asked: Asked) -> c.Command | None:
        """On the till's thread; the answer comes later. Raises NotNow."""
        if len(self._waiting) >= MOST_WAITING:
            raise NotNow(sentence("register.asked"))
        self._waiting.append(asked)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="register", daemon=True)
            self._thread.start()
        self._queue.put(errand)
        return None

    def close(self) -> None:
        """The errands that are under way go to their end."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (errand := self._queue.get()) is not None:
            self._answered(self._ended(errand))

    def _ended(self, errand: Errand) -> Then:
        try:
            then = errand()
        except Exception as error:  # noqa: BLE001  # the edge of a thread: it is raised again on the till's own
            then = _raising(error)

        def first() -> c.Command | None:
            self._waiting.pop(0)
            return then()

        return first


def _raising(error: Exception) -> Then:
    def then() -> c.Command | None:
        raise error

    return then
