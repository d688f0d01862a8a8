"""The line between an agent and its fiscal register, on which the agent is killed once so many bytes have passed.

It counts the bytes of both directions together. At the byte it was set to it kills the agent, and then, by `fault`:
what the agent had sent and the register has not got is lost (`request`) or still arrives (`answer`: what the register
says to it reaches nobody), the roll of paper ends at that byte (`no_paper`), or the register's power goes (`power`).
"""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Fault = Literal["request", "answer", "no_paper", "power"]
FAULTS: tuple[Fault, ...] = ("request", "answer", "no_paper", "power")
TICK_S = 0.05
SOON_S = 60.0
MOST_BYTES = 65_536


class KillingLine:
    """`paper_ends` happens to the register at the byte, `silence` after the last byte that still gets there."""

    def __init__(
        self, register: tuple[str, int], paper_ends: Callable[[], None], silence: Callable[[Fault], None]
    ) -> None:
        self._register = register
        self._paper_ends = paper_ends
        self._silence = silence
        self._lock = threading.Lock()
        self._pid = self._left = 0
        self._fault: Fault = "request"
        self.settled = threading.Event()
        """The agent is killed, and the register has done what it was still told."""

    def set(self, pid: int, after: int, fault: Fault) -> None:
        """Kill that agent once so many bytes have passed from now on."""
        with self._lock:
            self._pid, self._left, self._fault = pid, after, fault
            self.settled.clear()

    def unset(self) -> bool:
        """Whether it was still waiting for its byte."""
        with self._lock:
            waited, self._pid = self._pid != 0, 0
            return waited

    def carry(self, agent: socket.socket) -> None:
        """One connection, to its end."""
        with agent, socket.create_connection(self._register, SOON_S) as register:
            for each in (agent, register):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(ConnectionError):
                while self._carried(agent, register):
                    pass
            with suppress(OSError):
                register.shutdown(socket.SHUT_WR)
                _drain(register)

    def _carried(self, agent: socket.socket, register: socket.socket) -> bool:
        """Whether it goes on, after what has come from either side."""
        for source in select.select([agent, register], [], [])[0]:
            raw = source.recv(MOST_BYTES)
            if not raw:
                return False
            to_register = source is agent
            with self._lock:
                counts, passing = self._pid != 0, min(len(raw), self._left)
                self._left -= passing if counts else 0
                strikes = counts and self._left == 0
                pid, self._pid = self._pid, 0 if strikes else self._pid
            (register if to_register else agent).sendall(raw[:passing] if strikes else raw)
            if strikes:
                self._strike(pid, agent, register, raw[passing:] if to_register else b"")
                return False
        return True

    def _strike(self, pid: int, agent: socket.socket, register: socket.socket, rest: bytes) -> None:
        os.kill(pid, signal.SIGKILL)
        if self._fault == "no_paper":
            self._paper_ends()
        if self._fault in ("answer", "no_paper"):
            with suppress(ConnectionError):
                register.sendall(rest + _drain(agent))
        with suppress(ConnectionError):
            register.shutdown(socket.SHUT_WR)
            _drain(register)
        self._silence(self._fault)
        self.settled.set()


def _drain(side: socket.socket) -> bytes:
    """What still comes, to the end."""
    side.settimeout(SOON_S)
    came = b""
    with suppress(ConnectionError):
        while raw := side.recv(MOST_BYTES):
            came += raw
    return came


@contextmanager
def on_line(line: KillingLine) -> Iterator[int]:
    """The port of the line's end at which agents are, until the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(TICK_S)
        stopping = threading.Event()

        def accept() -> None:
            while not stopping.is_set():
                with suppress(TimeoutError):
                    agent, _ = server.accept()
                    agent.settimeout(None)
                    threading.Thread(target=line.carry, args=(agent,), name="line", daemon=True).start()

        thread = threading.Thread(target=accept, name="line", daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stopping.set()
            thread.join()
