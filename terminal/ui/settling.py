"""Waiting for the till without blocking the screen: the picture after everything posted so far."""

import asyncio
import logging
import threading

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
