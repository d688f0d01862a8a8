"""Something to scan in the demo: a tray of goods and cards, and a file anything can be written to.

Codes go through the virtual scanner's pseudo-terminal and the serial driver, as a real scanner's would.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from devices.virtual.scanner import VirtualScanner
from terminal.demo.goods import Goods
from terminal.scanner.gate import KeyGate
from terminal.scanning import serial_scanner
from terminal.session import commands as c
from terminal.supervising import Supervising

MAX_LINE = 4096


class Tray:
    """`goods` and `card` scan the next of each; both return at once."""

    def __init__(self, scanner: VirtualScanner, goods: Goods) -> None:
        self._scanner = scanner
        self._goods = cycle((*goods.pieces[:6], goods.weighed, *goods.pieces[6:]))
        self._cards = cycle(goods.cards)

    def goods(self) -> None:
        self._send(next(self._goods))

    def card(self) -> None:
        self._send(f"KPL:{next(self._cards)}")

    def _send(self, code: str) -> None:
        threading.Thread(target=self._scanner.scan, args=(code,), daemon=True).start()


@contextmanager
def scanning(folder: Path, goods: Goods, post: Callable[[c.Command], None], supervising: Supervising) -> Iterator[Tray]:
    """A virtual scanner whose scans are posted to the till; lines written to `folder`/scanner are scanned too."""
    pipe = folder / "scanner"
    with VirtualScanner() as scanner, serial_scanner(scanner.port, post, supervising, suffix_known=True):
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe, 0o600)
        # Read and write: the pipe then has no end of file while nobody writes.
        reader = os.fdopen(os.open(pipe, os.O_RDWR), "rb", buffering=0)
        threading.Thread(target=_follow, args=(reader.fileno(), scanner), name="demo-pipe", daemon=True).start()
        try:
            yield Tray(scanner, goods)
        finally:
            pipe.unlink(missing_ok=True)


def _follow(descriptor: int, scanner: VirtualScanner) -> None:
    waiting = b""
    while chunk := os.read(descriptor, MAX_LINE):
        *lines, waiting = (waiting + chunk).split(b"\n")
        waiting = waiting[-MAX_LINE:]
        for line in lines:
            if line.strip():
                scanner.scan(line.strip())


Event = TypeVar("Event")


class DemoKeys(KeyGate[Event]):
    """The keyboard's gate with two keys more: each makes the virtual scanner scan, and goes no further."""

    def __init__(self, accepts: Callable[[str], bool], scans: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(accepts)
        self._scans = scans

    def key(self, name: str, now_s: float, event: Event) -> list[Event | str]:
        scan = self._scans.get(name)
        if scan is None:
            return super().key(name, now_s, event)
        scan()
        return []
