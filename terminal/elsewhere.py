"""What other tills have taken back of this till's own receipts: the head office is asked, and not waited for long."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from msgspec.structs import replace

from loyalty.errors import KopilkaError
from terminal.session import commands as c

WITHIN_S = 2.0
"""A cashier and a customer stand and wait; later answers are nobody's."""
MAX_ASKING = 4
"""Questions under way at once, those given up among them; one more is answered as if nobody were there."""
Ask = Callable[[str], c.ReceiptFound]
log = logging.getLogger("till")


class Elsewhere:
    """`ask` gets a receipt by its number from the head office; it may take its time, and raises KopilkaError."""

    def __init__(self, ask: Ask, within_s: float = WITHIN_S) -> None:
        self._ask = ask
        self._within_s = within_s
        self._room = threading.BoundedSemaphore(MAX_ASKING)

    def joined(self, own: c.ReceiptFound) -> c.ReceiptFound:
        """`own` with the returns of all tills, or told to lack them. Waits: never on the till's thread."""
        if not self._room.acquire(blocking=False):
            return alone(own)
        answer: queue.SimpleQueue[c.ReceiptFound] = queue.SimpleQueue()
        threading.Thread(target=self._put, args=(own, answer), name="ask-returns", daemon=True).start()
        try:
            return answer.get(timeout=self._within_s)
        except queue.Empty:
            return alone(own)

    def _put(self, own: c.ReceiptFound, answer: queue.SimpleQueue[c.ReceiptFound]) -> None:
        try:
            answer.put(self._answered(own))
        except Exception:
            log.exception("ask_returns_broke")  # the edge of a thread
            answer.put(alone(own))
        finally:
            self._room.release()

    def _answered(self, own: c.ReceiptFound) -> c.ReceiptFound:
        from terminal.offline_queue.http_reply import Refusal  # an HTTP client: not at the start of a till

        try:
            return joined(own, self._ask(own.receipt.number))
        except Refusal as refusal:
            # A receipt the head office has not got yet cannot have been found at another till.
            return own if refusal.reply.code == "unknown" else alone(own)
        except KopilkaError:
            return alone(own)


def joined(own: c.ReceiptFound, told: c.ReceiptFound) -> c.ReceiptFound:
    """The returns of both, one that both tell counted once (`loyalty.returning.settled.before_of`); of another receipt
    of the same number, nothing is taken."""
    if told.receipt.receipt_id != own.receipt.receipt_id:
        return alone(own)
    return replace(own, returned_milli=told.returned_milli, parts=(*own.parts, *told.parts))


def alone(own: c.ReceiptFound) -> c.ReceiptFound:
    """By this till's own journal; what other tills took back is not known."""
    return replace(own, elsewhere_known=False)
