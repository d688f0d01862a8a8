"""Traces: what is written, what of it is read back, how long the file gets, and who may read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.protocols import Listener
from devices.transport.trace import Head, Step, Trace, Way
from devices.transport.trace_read import BadTrace, read_trace
from devices.transport.traced import TracedExchange, TracedScanner, TracedWire
from devices.virtual.replay import FAST_PAUSE_S, Replay
from tests.support.traces import NOON, scans_of, written

HEAD = '{"kopilka_trace":1,"device":"front","kind":"scanner","begun":"2026-11-22T12:00:00.000+00:00"}\n'
Piece = tuple[float, Way, bytes]
STEP = '{"at_us":0,"way":"in","hex":"34"}\n'


def test_a_line_is_a_time_a_way_and_bytes_after_a_head_that_says_of_what(tmp_path: Path) -> None:
    path = written(tmp_path / "t", [(5.0, "opened", b""), (5.0125, "in", b"46\r"), (6.0, "out", b"\x06")])
    assert path.read_text() == (
        f"{HEAD}"
        '{"at_us":0,"way":"opened"}\n'
        '{"at_us":12500,"way":"in","hex":"34360d"}\n'
        '{"at_us":1000000,"way":"out","hex":"06"}\n'
    )
    read = read_trace(path)
    assert read.head == Head(device="front", kind="scanner", begun="2026-11-22T12:00:00.000+00:00")
    assert read.steps == (Step(0, "opened"), Step(12500, "in", "34360d"), Step(1_000_000, "out", "06"))


def test_only_its_owner_may_read_a_trace(tmp_path: Path) -> None:
    assert written(tmp_path / "t", [(0.0, "in", b"4")]).stat().st_mode & 0o777 == 0o600


def test_a_file_holds_its_limit_and_one_byte_past_it_the_next_begins(tmp_path: Path) -> None:
    limit = len(HEAD) + 2 * len(STEP)
    two: list[Piece] = [(0.0, "in", b"4"), (0.0, "in", b"4")]
    full = written(tmp_path / "full", two, most_bytes=limit)
    assert full.stat().st_size == limit
    assert not (tmp_path / "full.1").exists()
    past = written(tmp_path / "past", two, most_bytes=limit - 1)
    assert past.read_text() == HEAD + STEP
    assert (tmp_path / "past.1").read_text() == HEAD + STEP


def test_however_much_comes_two_files_are_kept_and_each_is_a_trace_by_itself(tmp_path: Path) -> None:
    written(tmp_path / "t", [(float(each), "in", b"4") for each in range(100)], most_bytes=300)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t", "t.1"]
    for name in ("t", "t.1"):
        assert (tmp_path / name).stat().st_size <= 300
        assert read_trace(tmp_path / name).steps[0].at_us == 0


def test_each_run_begins_a_file_and_keeps_the_one_before(tmp_path: Path) -> None:
    for byte in (b"1", b"2", b"3"):
        written(tmp_path / "t", [(0.0, "in", byte)])
    assert [read_trace(tmp_path / name).steps[0].raw for name in ("t", "t.1")] == [b"3", b"2"]


def test_where_a_trace_cannot_be_written_the_device_works_on(tmp_path: Path) -> None:
    trace = Trace(tmp_path / "no" / "t", "front", "scanner", now=lambda: NOON)
    trace.note("in", b"4")
    trace.note("in", b"6")
    trace.close()
    assert list(tmp_path.iterdir()) == []


def test_a_last_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_text(HEAD + STEP + '{"at_us":9,"wa')
    assert read_trace(path).steps == (Step(0, "in", "34"),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("not json\n", 1),
        ('{"at_us":0,"way":"in","hex":"34"}\n', 1),
        (HEAD.replace(":1,", ":2,"), 1),
        (HEAD + '{"at_us":0,"way":"sideways"}\n', 2),
        (HEAD + '{"at_us":-1,"way":"in"}\n', 2),
        (HEAD + STEP + '{"at_us":5,"way":"in","hex":"3"}\n', 3),
        (HEAD + '{"at_us":5,"way":"in"}\n' + STEP, 3),
        (HEAD + "\n", 2),
    ],
)
def test_what_is_no_trace_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "t"
    path.write_text(text)
    with pytest.raises(BadTrace) as bad:
        read_trace(path)
    assert bad.value.line == line


class Played:
    """A scanner whose events a test makes."""

    info = DeviceInfo("front", "scanner", "played", "memory")

    def __init__(self) -> None:
        self.tell: Listener = lambda event: None

    def open(self, listener: Listener) -> None:
        self.tell = listener

    def close(self) -> None: ...

    def check_health(self) -> Health:
        return Health.ENABLED


def test_a_scanner_s_events_are_noted_and_handed_on_as_they_are(tmp_path: Path) -> None:
    inner, heard = Played(), list[DeviceEvent]()
    scanner = TracedScanner(inner, Trace(tmp_path / "t", "front", "scanner", clock_s=lambda: 8.0))
    scanner.open(heard.append)
    events: list[DeviceEvent] = [
        StatusUpdate(Health.ENABLED, "ready", "x"), DataEvent(b"46\r", 8.5), StatusUpdate(Health.OFFLINE, "gone", "x"),
    ]  # fmt: skip
    for event in events:
        inner.tell(event)
    scanner.close()
    assert heard == events
    assert (scanner.info, scanner.check_health()) == (Played.info, Health.ENABLED)
    assert [(step.way, step.raw) for step in read_trace(tmp_path / "t").steps[:2]] == [("opened", b""), ("in", b"46\r")]


def test_what_goes_over_a_line_and_over_a_register_s_wire_is_noted_in_its_order(tmp_path: Path) -> None:
    class Both:
        def send(self, raw: bytes) -> None: ...

        def receive(self, wait_s: float) -> bytes:
            return b"\x16"

        def transfer(self, raw: bytes, wait_s: float) -> bytes:
            return b"\x15" if raw else b""

        def close(self) -> None: ...

    line = TracedWire(Both(), Trace(tmp_path / "line", "printer", "printer"))
    line.send(b"\x10\x04\x01")
    assert line.receive(1.0) == b"\x16"
    line.close()
    wire = TracedExchange(Both(), Trace(tmp_path / "wire", "kkt", "fiscal"))
    assert (wire.transfer(b"\x05", 1.0), wire.transfer(b"", 1.0)) == (b"\x15", b"")
    wire.close()
    ways = [[(each.way, each.hex) for each in read_trace(tmp_path / name).steps] for name in ("line", "wire")]
    assert ways == [
        [("opened", ""), ("out", "100401"), ("in", "16"), ("gone", "")],
        [("out", "05"), ("in", "15")],
    ]


# -- replaying

CODES = (Step(0, "opened"), Step(100_000, "in", "3436"), Step(150_000, "in", "0d"), Step(5_150_000, "in", "37"))


def test_what_came_from_a_device_is_sent_at_the_pace_of_the_trace() -> None:
    replay = Replay(CODES)
    replay.begin(50.0)
    first = replay.due(50.0)
    assert first is not None
    assert first.raw == b"46"
    assert replay.due(50.04) is None
    assert replay.wait_s(50.04) == pytest.approx(0.01)
    second = replay.due(50.06)
    assert second is not None
    assert replay.wait_s(50.06) == pytest.approx(5.0)


def test_a_fast_replay_keeps_no_pause_longer_than_its_limit() -> None:
    replay = Replay(CODES, fast=True)
    replay.begin(50.0)
    assert replay.due(50.0)
    assert replay.due(50.05)
    assert replay.wait_s(50.05) == pytest.approx(FAST_PAUSE_S)
    assert replay.due(50.06 + FAST_PAUSE_S)
    assert replay.ended


def test_an_answer_waits_for_its_question_however_it_is_cut_and_another_question_is_counted() -> None:
    steps = (Step(0, "out", "0102"), Step(10, "in", "aa"), Step(20, "out", "03"), Step(30, "in", "bb"))
    replay = Replay(steps)
    replay.begin(0.0)
    assert (replay.wait_s(0.0), replay.due(99.0)) == (None, None)
    assert replay.heard(b"\x01", 99.0) == []
    assert replay.heard(b"\x02\x07", 99.0) == [steps[0]]
    assert replay.due(99.1) == steps[1]
    assert replay.heard(b"", 99.2) == [steps[2]]
    assert replay.differed == 1
    assert replay.due(99.3) == steps[3]
    assert (replay.ended, replay.due(99.4), replay.wait_s(99.4)) == (True, None, None)


def test_the_scans_of_a_trace_are_those_of_its_silences(tmp_path: Path) -> None:
    pieces: list[Piece] = [(0.0, "in", b"46"), (0.02, "in", b"00"), (0.2, "in", b"78"), (1.0, "in", b"78")]
    steps = read_trace(written(tmp_path / "t", pieces)).steps
    assert [getattr(each, "text", None) for each in scans_of(steps)] == ["4600", "78", "78"]
    assert json.loads((tmp_path / "t").read_text().splitlines()[0])["kopilka_trace"] == 1
