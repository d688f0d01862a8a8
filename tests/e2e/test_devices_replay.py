"""`kopilka devices listen --record` and `replay`, as they are typed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from devices.transport.trace_read import read_trace
from devices.virtual.replay import Replay
from devices.virtual.replayed import replayed_on_pty
from terminal.cli import main
from tests.support.agent import KOPILKA, ROOT
from tests.support.traces import written

SOON_S = 60
CARD = b"KPL:2990001000018\r"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return written(tmp_path / "front.jsonl", [(0.0, "opened", b""), (0.5, "in", CARD[:7]), (0.51, "in", CARD[7:])])


def test_what_is_listened_to_is_recorded_and_played_back_it_is_heard_the_same(
    trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def heard(port: str, *more: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["devices", "listen", port, "--count", "1", "--data", str(tmp_path), "--lang", "en", *more])
        assert not ended.value.code
        return capsys.readouterr().out.splitlines()[-1]

    again = tmp_path / "again.jsonl"
    with replayed_on_pty(Replay(read_trace(trace).steps)) as (port, _):
        assert heard(port, "--record", str(again)) == "  KPL:2990001000018  a card"
    assert b"".join(step.raw for step in read_trace(again).steps) == CARD
    link = tmp_path / "scanner"
    command = [*KOPILKA, "devices", "replay", str(again), "--link", str(link), "--fast", "--lang", "en"]
    playing = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert playing.stdout is not None
    assert playing.stdout.readline().endswith(f": {link}\n")
    assert heard(str(link)) == "  KPL:2990001000018  a card"
    out, _ = playing.communicate(timeout=SOON_S)
    assert playing.returncode == 0
    pieces = [line.partition("from the device  ")[2] for line in out.splitlines()]
    assert "".join(pieces) == "KPL:2990001000018<CR>"  # as many as the recorder read at a time
    assert not link.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no trace\n", "bad.jsonl is no trace: line 1, "),
        (None, "bad.jsonl cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_no_trace_is_refused_with_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "bad.jsonl").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["devices", "replay", str(tmp_path / "bad.jsonl"), "--lang", "en"])
    assert ended.value.code == 1
    assert said in capsys.readouterr().err
