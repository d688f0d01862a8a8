"""Waiting for the till without blocking the screen: the picture after everything posted so far."""

import asyncio
import logging
import threading
from collections.abc import Callable

from terminal.session.commands import Refresh
from terminal.session.port import Till, View

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


def answer_of(till: Till) -> asyncio.Future[View]:
    """A future picture. A thread of its own waits for it, and is left behind if none ever comes."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[View] = loop.create_future()

    def tell(view: View) -> None:
        if not answer.done():
            answer.set_result(view)

    def ask() -> None:
        try:
            loop.call_soon_threadsafe(tell, till.dispatch(Refresh()))
        except Exception:  # the edge of a thread: the key goes on after its time with the picture there is
            log.exception("till_gave_no_picture")

    threading.Thread(target=ask, name="settle", daemon=True).start()
    return answer


LONG_AFTER_S = 0.7
"""A fiscal register may take seconds over a receipt, and a screen that stands still is taken for a dead one."""
MAKING_SURE_S = 0.3
LONG_AT_MOST_S = 120.0


class Patience:
    """Whether the till is long about a command: `changed` is called when `is_over` begins and when it ends."""

    def __init__(self, till: Till, changed: Callable[[], None]) -> None:
        self.is_over = False
        self._till = till
        self._changed = changed
        self._pictured = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """A command was posted."""
        if self._task is None:
            self._pictured = False
            self._task = asyncio.create_task(self._wait(), name="patience")

    def pictured(self) -> None:
        """The till's thread is alive, so nothing need be asked."""
        self._pictured = True

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _wait(self) -> None:
        await asyncio.sleep(LONG_AFTER_S)
        if not self._pictured:
            await self._ask()
        self._task = None

    async def _ask(self) -> None:
        """A command that changed nothing has no picture: only a till that does not answer either is long."""
        answer = answer_of(self._till)
        await asyncio.wait({answer}, timeout=MAKING_SURE_S)
        if answer.done():
            return
        self.is_over = True
        self._changed()
        await asyncio.wait({answer}, timeout=LONG_AT_MOST_S)
        self.is_over = False
        self._changed()
