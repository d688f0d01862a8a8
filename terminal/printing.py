"""Slips go to the printer from a thread of their own: paper never holds up a sale, and never undoes one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Protocol

from devices.errors import DeviceError

MAX_WAITING = 200


class Paper(Protocol):
    """What is needed of a printer."""

    def print_normal(self, text: str) -> None: ...

    def cut_paper(self) -> None: ...


class Printing:
    """`put` queues a slip; `failed` is told, from the printing thread, what the printer said."""

    def __init__(self, printer: Paper, failed: Callable[[str], None]) -> None:
        self._printer = printer
        self._failed = failed
        self._queue: queue.Queue[tuple[str, ...] | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="printing", daemon=True)
        self._thread.start()

    def put(self, slip: tuple[str, ...]) -> None:
        try:
            self._queue.put_nowait(slip)
        except queue.Full:
            self._failed("the printer's queue is full")

    def close(self) -> None:
        """Print what waits, then stop."""
        self._queue.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while (slip := self._queue.get()) is not None:
            try:
                self._printer.print_normal("\n".join(slip))
                self._printer.cut_paper()
            except DeviceError as error:
                self._failed(str(error))
