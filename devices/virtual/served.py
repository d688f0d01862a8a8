"""A virtual device behind a pseudo-terminal or a TCP port: bytes of the host in, bytes of the device out."""

from __future__ import annotations

import os
import pty
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Receive = Callable[[bytes], bytes]
TICK_S = 0.05
MOST_BYTES = 4096


@contextmanager
def on_pty(receive: Receive, unasked: Callable[[], bytes] = bytes) -> Iterator[str]:
    """The path of a serial port behind which the device is, until the end. `unasked` gives what it sends by itself."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    stopping = threading.Event()
    thread = threading.Thread(
        target=_serve, args=(master, receive, unasked, stopping), name="virtual port", daemon=True
    )
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        stopping.set()
        thread.join()
        os.close(master)
        os.close(slave)


def _serve(master: int, receive: Receive, unasked: Callable[[], bytes], stopping: threading.Event) -> None:
    while not stopping.is_set():
        came = select.select([master], [], [], TICK_S)[0]
        out = unasked() + (receive(os.read(master, MOST_BYTES)) if came else b"")
        if out:
            os.write(master, out)


@contextmanager
def on_tcp(receive: Receive, port: int = 0, unasked: Callable[[], bytes] = bytes) -> Iterator[tuple[str, int]]:
    """Host and port behind which the device is, until the end; one host at a time, as registers have it. `port` 0 is a
    free one. Raises OSError."""
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(TICK_S)
        stopping = threading.Event()
        thread = threading.Thread(
            target=_accept, args=(server, receive, unasked, stopping), name="virtual port", daemon=True
        )
        thread.start()
        try:
            yield "127.0.0.1", server.getsockname()[1]
        finally:
            stopping.set()
            thread.join()


def _accept(server: socket.socket, receive: Receive, unasked: Callable[[], bytes], stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            host, _ = server.accept()
        except TimeoutError:
            continue
        with host:
            _talk(host, receive, unasked, stopping)


def _talk(host: socket.socket, receive: Receive, unasked: Callable[[], bytes], stopping: threading.Event) -> None:
    host.settimeout(TICK_S)
    while not stopping.is_set():
        try:
            came = select.select([host], [], [], TICK_S)[0]
            raw = host.recv(MOST_BYTES) if came else b""
            if came and not raw:
                return
            out = unasked() + (receive(raw) if raw else b"")
            if out:
                host.sendall(out)
        except OSError:
            return
