"""A virtual scanner at the command line: it scans each line that is typed."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


def played_scanner(
    link: Path | None, driver: str, ru: bool
) -> tuple[str, AbstractContextManager[str], Callable[[], Iterator[str]]]:
    """Its name, the place it is at while it runs, and what it has scanned since the last time; `<GS>` in a line is the
    group separator."""
    from devices.virtual.hid import keys_of, reports_of
    from devices.virtual.scanner import BYTE_AT_9600_BAUD_S, VirtualScanner

    encode: dict[str, Callable[[bytes], bytes]] = {"serial": bytes, "hidpos": reports_of, "evdev": keys_of}
    suffix = b"" if driver == "hidpos" else b"\r"
    gap_s = BYTE_AT_9600_BAUD_S if driver == "serial" else 0.0
    scanner = VirtualScanner(gap_s=gap_s, suffix=suffix, link=link, encode=encode[driver], wait_s=1.0)

    @contextmanager
    def running() -> Iterator[str]:
        with scanner:
            yield scanner.port

    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def take_lines() -> None:
        for line in sys.stdin:
            lines.put(line)

    def news() -> Iterator[str]:
        while not lines.empty():
            code = lines.get().rstrip("\n").replace("<GS>", "\x1d")
            if driver == "evdev" and not code.isascii():
                yield "Такое клавиатура США не набирает" if ru else "A US keyboard does not type this"
                continue
            scanner.scan(code)
            yield f"→ {code!r}"

    threading.Thread(target=take_lines, name="lines", daemon=True).start()
    return "Сканер" if ru else "The scanner", running(), news
