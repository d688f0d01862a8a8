"""What the planner has fetched: by heads that differ, by a snapshot, page by page, and never what does not fit."""

import pytest

from loyalty.api import SnapshotManifest
from loyalty.sentences import sentence
from terminal.offline_queue import round_work, sync_failures
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.planner import Todo, loading_bp, next_step
from terminal.offline_queue.round_work import begin_round
from terminal.offline_queue.steps import (
    BeginAnew,
    Done,
    GetDelta,
    GetHeads,
    GetManifest,
    GetPart,
    Install,
    Installed,
    ManifestSeen,
    MarkLevel,
    PartGot,
    Stage,
    Staged,
    Swap,
)
from terminal.offline_queue.sync_outcome import after
from tests.support.planned import MANIFEST, NOW, QUIET, TODO, failed, heads, in_round, page, rows

SNAPSHOT = in_round(snapshot=True, instead=(TODO,), begin_anew=True)


@pytest.mark.parametrize(
    ("code", "step"),
    [("unknown", GetManifest()), ("bad_request", GetPart(MANIFEST, 0)), ("bad_snapshot", Stage(MANIFEST))],
)
def test_without_a_snapshot_the_rows_are_fetched_bucket_by_bucket(code, step):
    state = failed(code, step, SNAPSHOT)
    assert next_step(state, QUIET, NOW) == BeginAnew("g1")
    state = after(state, BeginAnew("g1"), Done(), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetDelta("g1", "bal", 7, 0)


@pytest.mark.parametrize(("code", "given_up"), [("busy", True), ("internal", True), ("offline", False)])
def test_a_snapshot_that_is_never_ready_is_given_up_but_not_for_an_outage(code, given_up):
    state = SNAPSHOT
    for _ in range(sync_failures.SNAPSHOT_TRIES + 1):
        state = failed(code, GetManifest(), state)
    assert state.round
    assert state.round.snapshot is not given_up


def test_a_snapshot_of_another_generation_is_not_taken():
    other = SnapshotManifest("5" * 32, "g0", 1, 100, "", 400, {}, {})
    state = after(SNAPSHOT, GetManifest(), ManifestSeen(other, 0), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == BeginAnew("g1")


def test_the_way_of_a_snapshot_from_manifest_to_swap():
    state = after(SNAPSHOT, GetManifest(), ManifestSeen(MANIFEST, 10), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetPart(MANIFEST, 10)
    assert loading_bp(state) == 1000
    state = after(state, GetPart(MANIFEST, 10), PartGot(100), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == Stage(MANIFEST)
    state = after(state, Stage(MANIFEST), Staged((7, 8)), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetDelta("g1", "bal", 7, 9)
    state = after(state, GetDelta("g1", "bal", 7, 9), page(9, from_seq=9), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == Install((page(9, from_seq=9),), 40, staged=True)
    state = after(state, Install((page(9, from_seq=9),), 40, staged=True), Installed(True), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetDelta("g1", "bal", 8, 0)
    state = after(state, GetDelta("g1", "bal", 8, 0), page(0, bucket=8), NOW, 0.5)
    state = after(state, Install((page(0, bucket=8),), 40, staged=True), Installed(True), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == Swap()
    state = after(state, Swap(), Done(), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetHeads()
    assert loading_bp(state) is None


DIFFERS = {
    "nothing new": (heads(bal=[(7, 5, 1)], cursors=[Cursor("bal", 7, 5, 1)]), ()),
    "never fetched": (heads(bal=[(7, 5, 1)]), (Todo("bal", 7, 0),)),
    "behind": (heads(bal=[(7, 9, 1)], cursors=[Cursor("bal", 7, 5, 1)]), (Todo("bal", 7, 5),)),
    "ahead": (heads(bal=[(7, 4, 1)], cursors=[Cursor("bal", 7, 5, 1)]), (Todo("bal", 7, 0, afresh=True),)),
    "another sum": (heads(bal=[(7, 5, 2)], cursors=[Cursor("bal", 7, 5, 1)]), (Todo("bal", 7, 0, afresh=True),)),
    "gone": (heads(cursors=[Cursor("bal", 7, 5, 1)]), (Todo("bal", 7, 0, afresh=True),)),
    "empty on both sides": (heads(bal=[(7, 0, 0)]), ()),
    "in the order of streams and buckets": (
        heads(bal=[(2, 1, 1)], ident=[(9, 1, 1), (3, 1, 1)], goods=[(0, 1, 1)], programmes=[(0, 1, 1)]),
        (Todo("programmes", 0, 0), Todo("goods", 0, 0), Todo("ident", 3, 0), Todo("ident", 9, 0), Todo("bal", 2, 0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "todo"), DIFFERS.values(), ids=DIFFERS)
def test_what_differs_from_the_heads_is_fetched(seen, todo):
    assert begin_round(seen).todo == todo


SNAPSHOTS = {
    "a new cache": (heads(have="", bal=[(7, 5, 1)]), True),
    "another generation": (heads(have="g0", bal=[(7, 5, 1)], cursors=[Cursor("bal", 7, 5, 1)]), True),
    "nothing to take": (heads(have=""), False),
    "far behind": (heads(bal=[(7, 30_000, 1)], cursors=[Cursor("bal", 7, 9_999, 1)]), True),
    "far, but less than half": (heads(bal=[(7, 90_000, 1)], cursors=[Cursor("bal", 7, 69_999, 1)]), False),
    "at the limit": (heads(bal=[(7, 30_000, 1)], cursors=[Cursor("bal", 7, 10_000, 1)]), False),
}


@pytest.mark.parametrize(("seen", "taken"), SNAPSHOTS.values(), ids=SNAPSHOTS)
def test_a_cache_that_is_new_or_far_behind_takes_the_snapshot(seen, taken):
    work = begin_round(seen)
    assert work.snapshot is taken
    assert bool(work.instead) is taken
    assert work.begin_anew is (seen.gen != seen.heads.gen)


def test_a_cache_far_behind_does_not_take_one_snapshot_after_another():
    far = heads(bal=[(7, 30_000, 1)])
    assert begin_round(far, may_catch_up=False).todo == (Todo("bal", 7, 0),)
    taken = after(in_round(snapshot=True, manifest=MANIFEST, staged=True), Swap(), Done(), NOW, 0.5)
    state = after(taken, GetHeads(), far, NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetDelta("g1", "bal", 7, 0)


UNFIT = {
    "another generation": page(gen="g2"),
    "another stream": page(stream="ident"),
    "another bucket": page(bucket=8),
    "another place": page(from_seq=1),
    "rows past its end": page(2, rows=rows(3)),
    "rows from before": page(2, rows=rows(0)),
    "an end before its beginning": page(-1),
    "no rows and no end": page(2, drained=False),
    "rows and no way on": page(0, drained=False, rows=rows(1)),
    "refetch from the beginning": page(must_refetch=True),
}


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_a_page_that_is_not_what_was_asked_for_is_never_installed(unfit):
    state = after(in_round(todo=(TODO,)), GetDelta("g1", "bal", 7, 0), unfit, NOW, 0.5)
    assert state.round
    assert (state.round.todo, state.round.pages) == ((), ())
    assert next_step(state, QUIET, NOW) == MarkLevel(40, False)


def test_a_bucket_has_a_limit_of_rows(monkeypatch):
    monkeypatch.setattr(round_work, "MAX_BUCKET_ROWS", 3)
    start = in_round(todo=(TODO,))
    fits = after(start, GetDelta("g1", "bal", 7, 0), page(3, rows=rows(1, 2, 3)), NOW, 0.5)
    assert isinstance(next_step(fits, QUIET, NOW), Install)
    over = after(start, GetDelta("g1", "bal", 7, 0), page(4, rows=rows(1, 2, 3, 4)), NOW, 0.5)
    assert next_step(over, QUIET, NOW) == MarkLevel(40, False)


def test_must_refetch_begins_the_bucket_afresh_and_only_once():
    behind = in_round(todo=(Todo("bal", 7, 5),))
    state = after(behind, GetDelta("g1", "bal", 7, 5), page(9, from_seq=5, must_refetch=True), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == GetDelta("g1", "bal", 7, 0)
    state = after(state, GetDelta("g1", "bal", 7, 0), page(9, rows=rows(9)), NOW, 0.5)
    assert next_step(state, QUIET, NOW) == Install((page(9, rows=rows(9)),), 40, afresh=True)


@pytest.mark.parametrize("afresh", [True, False])
def test_a_bucket_larger_than_a_page_is_fetched_though_its_second_page_is_below_the_tombstones(afresh):
    first, second = page(2, False, rows(1, 2)), page(9, rows=rows(9), from_seq=2, must_refetch=True)
    middle = in_round(todo=(Todo("bal", 7, 0, afresh=afresh),), pages=(first,))
    state = after(middle, GetDelta("g1", "bal", 7, 2), second, NOW, 0.5)
    assert next_step(state, QUIET, NOW) == Install((first, second), 40, afresh=afresh)


def test_a_bucket_that_does_not_add_up_is_fetched_afresh_once_then_given_up():
    start = in_round(todo=(Todo("bal", 7, 5),), pages=(page(from_seq=5),))
    once = after(start, Install((page(from_seq=5),), 40), Installed(False), NOW, 0.5)
    assert next_step(once, QUIET, NOW) == GetDelta("g1", "bal", 7, 0)
    twice = after(once, Install((page(),), 40, afresh=True), Installed(False), NOW, 0.5)
    assert next_step(twice, QUIET, NOW) == MarkLevel(40, False)
    over = after(twice, MarkLevel(40, False), Done(), NOW, 0.5)
    assert over.trouble == sentence("link.checksum", stream="bal", bucket="7")
    assert over.online is False
