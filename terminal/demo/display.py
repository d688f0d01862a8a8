"""The demo's customer display: a virtual one behind its driver, whose text stands in a file for whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devices.displays import TextDisplaySettings, cd5220
from devices.virtual.display import VirtualDisplay, framed
from devices.virtual.served import on_pty
from loyalty.sentences import Lang
from terminal.offline_queue.disk import write_whole
from terminal.session.port import Till
from terminal.showing import showing
from terminal.supervising import Supervising

FILE = "display.txt"
FILE_MODE = 0o600


@contextmanager
def shown_in(folder: Path, till: Till, lang: Lang, supervising: Supervising) -> Iterator[None]:
    """What the customer reads stands in `folder`/display.txt until the block ends."""
    display = VirtualDisplay()

    def receive(raw: bytes) -> bytes:
        display.receive(raw)
        write_whole(folder / FILE, f"{framed(display.lines)}\n".encode(), FILE_MODE)
        return b""

    with on_pty(receive) as port:
        watch = supervising.add("display", "display", port)
        with showing(cd5220(TextDisplaySettings(id="display", port=port)), till, lang, report=watch.report):
            yield
