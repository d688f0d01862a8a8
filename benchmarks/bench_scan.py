"""Scanner byte to Scan: from the bytes a scanner sends to the Scan the till gets, by the till's own serial reader.

Ours is the source a till opens: pyserial on a pseudo-terminal, its reader thread, the framing, and a queue in which the
Scan is waited for. The codes end in CR, so no silence has to pass. The peer is the bare round trip: a thread
that waits for the bytes of another pseudo-terminal as ours does, for a tick at a time since it must hear when to stop,
reads them by `os.read` and puts them into such a queue.
"""

from __future__ import annotations

import os
import pty
import queue
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

from benchmarks.measure import Finding, Goal, compare
from benchmarks.scratch import Scratch
from devices.model import DeviceInfo, StatusUpdate
from devices.transport.reader import MOST_BYTES_A_READ, QUIET_TICK_S
from devices.transport.serial import SerialSettings
from terminal.scanner.framing import Framing
from terminal.scanner.serial_source import SerialSource

TURN = 20
TURNS = 10
PAIRS = 11
"""A pair is 200 codes of each, twenty by turns."""
REST_S = 0.001
"""Before each code: what a scanner meets is a reader that waits."""
WAIT_S = 10.0
GOAL = Goal(2.0)
CODES = {
    "13 digits": "460{:010d}",
    "marked goods, 88 characters": "010460{:010d}215Abc93dEf\x1d91EE08\x1d92" + "kQ7+" * 11 + "=",
}

RoundTrip = Callable[[bytes], float]
"""Sends bytes as a scanner does, waits until they are there; how long that took, in microseconds."""


def run(scratch: Scratch) -> Iterator[Finding]:
    numbers = count()
    with scanner_of_a_till() as ours, bare_reader() as peer:
        for name, code in CODES.items():
            yield compare(
                f"scanner byte to Scan, {name}",
                "µs",
                scratch.times(PAIRS),
                partial(_each_us, ours, code, numbers),
                partial(_each_us, peer, code, numbers),
                GOAL,
                turns=scratch.times(TURNS),
            )


def _each_us(round_trip: RoundTrip, code: str, numbers: Iterator[int]) -> list[float]:
    """Codes that are each another: what comes again at once is no second scan."""
    return [round_trip(f"{code.format(next(numbers))}\r".encode()) for _ in range(TURN)]


@contextmanager
def scanner_of_a_till() -> Iterator[RoundTrip]:
    """A pseudo-terminal that the till's own source reads."""
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()
    states: queue.SimpleQueue[StatusUpdate] = queue.SimpleQueue()
    with _wire() as (scanner, port):
        source = SerialSource(
            DeviceInfo("front", "scanner", "virtual", "pty"),
            SerialSettings(os.ttyname(port)),
            on_scan=heard.put,
            on_status=states.put,
            on_dropped=heard.put,
            framing=Framing(suffix_known=True),
        )
        source.open()
        try:
            assert states.get(timeout=WAIT_S).code == "ready"
            yield lambda raw: _round_trip_us(scanner, raw, heard)
        finally:
            source.close()


@contextmanager
def bare_reader() -> Iterator[RoundTrip]:
    """A pseudo-terminal with a thread that reads it."""
    stopping = threading.Event()
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()
    with _wire() as (scanner, port):

        def read() -> None:
            waiting = select.poll()
            waiting.register(port, select.POLLIN)
            while not stopping.is_set():
                if waiting.poll(QUIET_TICK_S * 1000):
                    heard.put(os.read(port, MOST_BYTES_A_READ))

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        try:
            yield lambda raw: _round_trip_us(scanner, raw, heard)
        finally:
            stopping.set()
            thread.join()


@contextmanager
def _wire() -> Iterator[tuple[int, int]]:
    """The scanner's end and the till's."""
    scanner, port = pty.openpty()
    tty.setraw(port)
    try:
        yield scanner, port
    finally:
        os.close(scanner)
        os.close(port)


def _round_trip_us(scanner: int, raw: bytes, heard: queue.SimpleQueue[object]) -> float:
    time.sleep(REST_S)
    began = time.perf_counter_ns()
    os.write(scanner, raw)
    heard.get(timeout=WAIT_S)
    return (time.perf_counter_ns() - began) / 1000
