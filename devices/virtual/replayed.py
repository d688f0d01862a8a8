"""A replay behind a pseudo-terminal or a TCP port: it begins when the host opens it, and plays once."""

from __future__ import annotations

import os
import pty
import select
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devices.transport.trace import Step
from devices.virtual.replay import Replay

TICK_S = 0.05
SETTLE_S = 0.3
"""A host that has opened a serial port throws away what comes while it sets it up."""
MOST_BYTES = 4096
Told = Callable[[Step], None]


@contextmanager
def replayed_on_pty(replay: Replay, told: Told = lambda step: None) -> Iterator[tuple[str, threading.Event]]:
    """The path of a serial port, and what is set once all is played and the host has let it go."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    stopping, ended = threading.Event(), threading.Event()

    def run() -> None:
        while not stopping.is_set() and not _is_open(master):
            stopping.wait(TICK_S)
        stopping.wait(SETTLE_S)
        _play(master, replay, told, stopping)
        while not stopping.is_set() and _is_open(master):
            stopping.wait(TICK_S)
        ended.set()

    thread = threading.Thread(target=run, name="replay", daemon=True)
    thread.start()
    try:
        yield path, ended
    finally:
        stopping.set()
        thread.join()
        os.close(master)


@contextmanager
def replayed_on_tcp(
    replay: Replay, told: Told = lambda step: None, port: int = 0
) -> Iterator[tuple[tuple[str, int], threading.Event]]:
    """Host and port on this machine, and what is set once all is played. Raises OSError where the port is taken."""
    stopping, ended = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(TICK_S)

        def run() -> None:
            while not stopping.is_set():
                try:
                    host, _ = server.accept()
                except TimeoutError:
                    continue
                with host:
                    host.setblocking(False)
                    _play(host.fileno(), replay, told, stopping)
                ended.set()
                return

        thread = threading.Thread(target=run, name="replay", daemon=True)
        thread.start()
        try:
            yield server.getsockname()[:2], ended
        finally:
            stopping.set()
            thread.join()


def _is_open(master: int) -> bool:
    """Whether anybody has the other end."""
    look = select.poll()
    look.register(master, 0)
    return not look.poll(0)


def _play(descriptor: int, replay: Replay, told: Told, stopping: threading.Event) -> None:
    replay.begin(time.monotonic())
    while not stopping.is_set() and not replay.ended:
        wait_s = replay.wait_s(time.monotonic())
        if select.select([descriptor], [], [], TICK_S if wait_s is None else min(wait_s, TICK_S))[0]:
            try:
                raw = os.read(descriptor, MOST_BYTES)
            except OSError:
                # Of a pseudo-terminal nobody has open; of a connection, its end.
                return
            if not raw:
                return
            for step in replay.heard(raw, time.monotonic()):
                told(step)
        due = replay.due(time.monotonic())
        if due is not None:
            os.write(descriptor, due.raw)
            told(due)
