"""Steps of the sync's planner for its tests: a round amid its work, an answer, a failure."""

from typing import Any

from loyalty.api import SnapshotManifest
from loyalty.feed import Applied, DeltaPage, FeedRow, Head, Heads
from terminal.offline_queue.planner import Round, State, Todo
from terminal.offline_queue.steps import Failed, GetHeads, HeadsSeen, Local, Now
from terminal.offline_queue.sync_outcome import after
from tests.support.queue_samples import balance_row

NOW = Now(1_000_000, 42)
QUIET, BUSY, ALL = Local(False, 0), Local(False, 3), Local(True, 3)
SHARES = Local(False, 0, shares=True)
TODO = Todo("bal", 7, 0)
MANIFEST = SnapshotManifest("5" * 32, "g1", 1, 100, "", 400, {}, {"bal": (Head(7, 9, 1),)})


def page(to_seq=2, drained=True, rows=(), **changed):
    values: dict[str, Any] = {
        "gen": "g1",
        "stream": "bal",
        "bucket": 7,
        "from_seq": 0,
        "checksum": 5,
        "must_refetch": False,
    }
    values |= {"to_seq": to_seq, "drained": drained, "rows": tuple(rows), "your_applied": Applied()} | changed
    return DeltaPage(**values)


def rows(*seqs):
    return [FeedRow(str(seq), seq, balance_row("0" * 32, 1).body) for seq in seqs]


def in_round(**work):
    return State(heads_mono_ms=NOW.mono_ms + 5, round=Round("g1", 40, **work))


def failed(code, step=None, state=None, chance=0.5, **more):
    return after(state or State(), step or GetHeads(), Failed(code, **more), NOW, chance)


def heads(gen="g1", cursors=(), have="g1", **streams):
    listed: dict[Any, tuple[Head, ...]] = {name: tuple(Head(*head) for head in made) for name, made in streams.items()}
    found = Heads(gen, 1, listed)
    return HeadsSeen(found, 40, have, {(c.stream, c.bucket): c for c in cursors})
