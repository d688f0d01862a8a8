"""A virtual customer's display whose text can be waited for."""

from __future__ import annotations

import threading

from devices.virtual.display import VirtualDisplay

SOON_S = 60.0


class Seen(VirtualDisplay):
    """Says when a text stands."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()

    def receive(self, raw: bytes) -> bytes:
        with self.changed:
            super().receive(raw)
            self.changed.notify_all()
        return b""

    def stands(self, *lines: str) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.lines == lines, SOON_S)
