"""A head office that holds points and remembers what it was asked, in place of the link of a till."""

from __future__ import annotations

import queue
from collections.abc import Callable

from loyalty.api import HoldReply, HoldRequest, HoldVoid


class Office:
    """Holds points, or whatever a test puts in its place."""

    def __init__(self) -> None:
        self.asked: list[HoldRequest] = []
        self.voided: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.answers: Callable[[], HoldReply] = lambda: HoldReply("held", good_for_s=900)

    def take_hold(self, asked: HoldRequest) -> HoldReply:
        self.asked.append(asked)
        return self.answers()

    def void_hold(self, hold_id: str, asked: HoldVoid) -> HoldReply:
        self.voided.put(hold_id)
        return HoldReply("voided")
