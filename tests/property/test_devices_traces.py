"""A recorded trace gives the same scans, however the bytes came and whatever brought them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from devices.driver import Sends
from devices.transport.trace import Step, Way
from devices.transport.trace_read import read_trace
from devices.virtual.hid import keys_of, reports_of
from devices.virtual.replay import Replay
from terminal.scanner.framing import Framing
from tests.support.traces import scans_of, written

CODES = st.lists(st.sampled_from([b"4600000000015", b"KPL:2990001000018", b"2100123004560", b"]C10104600"]), max_size=4)
SUFFIX = {"text": b"\r\n", "keys": b"\r", "reports": b""}
ENCODE: dict[Sends, Callable[[bytes], bytes]] = {"text": bytes, "keys": keys_of, "reports": reports_of}
Piece = tuple[float, Way, bytes]


@st.composite
def recorded(draw: st.DrawFn) -> tuple[Sends, list[Piece]]:
    """A scanner and what came from it: codes cut anywhere, with pauses short and long, its cable out now and then."""
    sends: Sends = draw(st.sampled_from(sorted(ENCODE)))
    encode = ENCODE[sends]
    at_s, pieces = 0.0, list[Piece]()
    for code in draw(CODES):
        raw = encode(code + SUFFIX[sends])
        while raw:
            size = draw(st.integers(1, 64))
            at_s += draw(st.sampled_from([0.0, 0.001, 0.02, 0.06, 0.7, 3.0]))
            pieces.append((at_s, "in", raw[:size]))
            raw = raw[size:]
    return sends, pieces


def steps_of(pieces: list[Piece]) -> list[Step]:
    return [Step(round((at_s - pieces[0][0]) * 1_000_000), way, raw.hex()) for at_s, way, raw in pieces]


@given(recorded(), st.booleans())
def test_a_trace_written_and_read_gives_the_scans_that_were(
    found: tuple[Sends, list[Piece]], suffix_known: bool
) -> None:
    sends, pieces = found
    framing = Framing(suffix_known=suffix_known)
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "trace", [*pieces, (pieces[-1][0] + 1.0 if pieces else 0.0, "gone", b"")])
        read = read_trace(path).steps
    assert scans_of(read, framing, sends) == scans_of([*steps_of(pieces), read[-1]], framing, sends)


@given(recorded(), st.booleans())
def test_a_replay_at_either_speed_gives_the_scans_of_its_trace(found: tuple[Sends, list[Piece]], fast: bool) -> None:
    sends, pieces = found
    steps = steps_of(pieces)
    replay, now_s, sent = Replay(steps, fast=fast), 0.0, list[Step]()
    replay.begin(now_s)
    while not replay.ended:
        now_s += replay.wait_s(now_s) or 0.0
        step = replay.due(now_s + 1e-9)
        if step is not None:
            sent.append(Step(round(now_s * 1_000_000), "in", step.hex))
    assert scans_of(sent, sends=sends) == scans_of(steps, sends=sends)
