"""terminal.offline_queue.planner and sync_outcome: the tables, row by row."""

from typing import Any

import pytest

from loyalty.api import PersonalReply, Position, SnapshotManifest
from loyalty.feed import Applied, DeltaPage, FeedRow, Head, Heads
from loyalty.sentences import sentence
from terminal.offline_queue import round_work, sync_failures
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.planner import Round, State, Todo, hurried, loading_bp, next_step
from terminal.offline_queue.round_work import begin_round
from terminal.offline_queue.steps import (
    AskShares,
    BeginAnew,
    Done,
    Failed,
    GetDelta,
    GetHeads,
    GetManifest,
    GetPart,
    HeadsSeen,
    Install,
    Installed,
    Local,
    ManifestSeen,
    MarkLevel,
    Now,
    PartGot,
    Rewind,
    SendPersonal,
    SendSegment,
    Sent,
    SharesTaken,
    Stage,
    Staged,
    Swap,
    Wait,
)
from terminal.offline_queue.sync_failures import backoff_ms
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


NEXT = {
    "backing off before all else": (State(retry_mono_ms=NOW.mono_ms + 1), ALL, Wait(NOW.mono_ms + 1)),
    "a backoff that is over": (State(retry_mono_ms=NOW.mono_ms), ALL, SendPersonal()),
    "the head office's place first": (
        State(rewind=Position(1, 2, "h"), rewind_gen="g"),
        ALL,
        Rewind(Position(1, 2, "h"), "g"),
    ),
    "personal data before events": (State(), ALL, SendPersonal()),
    "events before heads": (State(), BUSY, SendSegment()),
    "events before shares": (State(), Local(False, 3, shares=True), SendSegment()),
    "shares before heads": (State(), SHARES, AskShares()),
    "shares before the rest of a round": (in_round(todo=(TODO,)), SHARES, AskShares()),
    "shares asked for lately leave heads": (State(shares_mono_ms=NOW.mono_ms + 1), SHARES, GetHeads()),
    "shares to be asked for again end a wait": (
        State(heads_mono_ms=NOW.mono_ms + 9, shares_mono_ms=NOW.mono_ms + 2),
        SHARES,
        Wait(NOW.mono_ms + 2),
    ),
    "shares nobody has anything to say of": (
        State(heads_mono_ms=NOW.mono_ms + 9, shares_mono_ms=NOW.mono_ms + 2),
        QUIET,
        Wait(NOW.mono_ms + 9),
    ),
    "events before the rest of a round": (in_round(todo=(TODO,)), BUSY, SendSegment()),
    "refused events leave personal data": (State(send_mono_ms=NOW.mono_ms + 1), ALL, SendPersonal()),
    "refused personal data leave events": (State(personal_mono_ms=NOW.mono_ms + 1), ALL, SendSegment()),
    "refused events leave heads": (State(send_mono_ms=NOW.mono_ms + 1), BUSY, GetHeads()),
    "stopped sending leaves heads": (State(stopped=sentence("x"), rewind=Position(1, 0, "")), ALL, GetHeads()),
    "heads when due": (State(heads_mono_ms=NOW.mono_ms), QUIET, GetHeads()),
    "idle until heads are due": (State(heads_mono_ms=NOW.mono_ms + 9), QUIET, Wait(NOW.mono_ms + 9)),
    "idle until sending may be tried": (
        State(heads_mono_ms=NOW.mono_ms + 9, send_mono_ms=NOW.mono_ms + 4),
        BUSY,
        Wait(NOW.mono_ms + 4),
    ),
    "the snapshot before rows": (in_round(snapshot=True, instead=(TODO,)), QUIET, GetManifest()),
    "its parts from where they end": (
        in_round(snapshot=True, manifest=MANIFEST, got_bytes=60),
        QUIET,
        GetPart(MANIFEST, 60),
    ),
    "staged when all is here": (in_round(snapshot=True, manifest=MANIFEST, got_bytes=100), QUIET, Stage(MANIFEST)),
    "own buckets before the swap": (
        in_round(snapshot=True, manifest=MANIFEST, staged=True, begin_anew=True, todo=(TODO,)),
        QUIET,
        GetDelta("g1", "bal", 7, 0),
    ),
    "the swap after own buckets": (
        in_round(snapshot=True, manifest=MANIFEST, staged=True, begin_anew=True),
        QUIET,
        Swap(),
    ),
    "an empty cache for another generation": (in_round(begin_anew=True, todo=(TODO,)), QUIET, BeginAnew("g1")),
    "rows of what differs": (in_round(todo=(Todo("goods", 3, 8), TODO)), QUIET, GetDelta("g1", "goods", 3, 8)),
    "the next page from the last": (
        in_round(todo=(TODO,), pages=(page(6, False),)),
        QUIET,
        GetDelta("g1", "bal", 7, 6),
    ),
    "a drained bucket is installed": (in_round(todo=(TODO,), pages=(page(),)), QUIET, Install((page(),), 40)),
    "level in the end": (in_round(), QUIET, MarkLevel(40, True)),
    "not level when something was given up": (in_round(fault=sentence("x")), QUIET, MarkLevel(40, False)),
}


@pytest.mark.parametrize(("state", "local", "step"), NEXT.values(), ids=NEXT)
def test_the_first_rule_that_applies_names_the_step(state, local, step):
    assert next_step(state, local, NOW) == step


def failed(code, step=None, state=None, chance=0.5, **more):
    return after(state or State(), step or GetHeads(), Failed(code, **more), NOW, chance)


@pytest.mark.parametrize("code", ["offline", "not_ours", "internal"])
def test_no_answer_of_the_head_office_is_offline_and_waits_longer_each_time(code):
    state, waits = State(online=True), []
    for _ in range(12):
        state = failed(code, state=state, chance=0.999)
        waits.append(state.retry_mono_ms - NOW.mono_ms)
    assert not state.online
    assert state.trouble is not None
    assert waits == sorted(waits)
    assert waits[0] < 1000
    assert waits[-1] <= 60_000


@pytest.mark.parametrize(
    ("failures", "chance", "wait"), [(0, 0.0, 100), (0, 0.5, 500), (3, 0.5, 4000), (99, 1.0, 60_000)]
)
def test_a_backoff_is_full_jitter_with_a_floor_and_a_cap(failures, chance, wait):
    assert backoff_ms(failures, chance) == wait


@pytest.mark.parametrize(("asked_s", "wait_ms"), [(0, 500), (7, 7500), (9999, 300_500)])
def test_a_busy_head_office_is_left_alone_for_as_long_as_it_asks_up_to_five_minutes(asked_s, wait_ms):
    """And by chance up to a second longer, at first; here half of one."""
    state = failed("busy", retry_after_s=asked_s)
    assert state.online
    assert state.retry_mono_ms - NOW.mono_ms == wait_ms


def test_an_answer_ends_the_outage():
    state = after(failed("offline"), SendSegment(), Sent(), NOW, 0.5)
    assert (state.online, state.failures, state.trouble, state.last_contact_ms) == (True, 0, None, 42)


@pytest.mark.parametrize("code", ["fork", "fence"])
def test_fork_and_fence_stop_sending_and_say_so_whatever_else_goes_well(code):
    state = failed(code, SendSegment())
    assert state.stopped == sentence(f"link.{code}")
    state = after(state, GetHeads(), heads(), NOW, 0.5)
    assert state.trouble == sentence(f"link.{code}")
    assert next_step(hurried(state), ALL, NOW) == MarkLevel(40, True)


def test_an_ack_that_is_not_ours_stops_sending():
    assert after(State(), SendSegment(), Sent(ours=False), NOW, 0.5).stopped == sentence("link.fork")


def test_revoked_asks_again_only_after_five_minutes():
    state = failed("revoked", SendSegment())
    assert state.trouble == sentence("link.revoked")
    assert next_step(state, ALL, NOW) == Wait(NOW.mono_ms + 300_000)


def test_a_gap_goes_to_the_head_offices_place_at_once_and_a_second_one_waits():
    first = failed("gap", SendSegment(), acked=Position(1, 2, "h"))
    assert next_step(first, BUSY, NOW) == Rewind(Position(1, 2, "h"), "")
    rewound = after(first, Rewind(Position(1, 2, "h"), ""), Sent(), NOW, 0.5)
    assert next_step(rewound, BUSY, NOW) == SendSegment()
    second = failed("gap", SendSegment(), rewound, acked=Position(1, 2, "h"))
    assert second.send_mono_ms > NOW.mono_ms


def test_a_new_generation_rewinds_and_compares_everything_anew():
    state = failed("gen", SendSegment(), in_round(todo=(TODO,)), acked=Position(1, 2, "h"), gen="g2")
    assert (state.round, state.rewind, state.rewind_gen) == (None, Position(1, 2, "h"), "g2")
    assert state.heads_mono_ms == NOW.mono_ms


def test_a_generation_that_keeps_changing_is_asked_less_and_less_often():
    state, waits = State(), []
    for _ in range(4):
        state = failed("gen", GetDelta("g1", "bal", 7, 0), state, chance=0.5)
        waits.append(state.retry_mono_ms - NOW.mono_ms)
    assert waits == [500, 1000, 2000, 4000]


@pytest.mark.parametrize("code", ["bad_request", "too_large", "unsigned", "clock", "something new"])
@pytest.mark.parametrize(("step", "then"), [(SendSegment(), SendPersonal()), (SendPersonal(), SendSegment())])
def test_what_is_refused_upwards_waits_and_everything_else_goes_on(code, step, then):
    state = failed(code, step)
    assert next_step(state, ALL, NOW) == then
    both = failed(code, then, state)
    assert next_step(both, ALL, NOW) == GetHeads()
    assert both.trouble is not None


def test_shares_answered_for_are_asked_for_again_five_seconds_later_or_when_someone_asks():
    state = after(State(heads_mono_ms=NOW.mono_ms + 90_000), AskShares(), SharesTaken(), NOW, 0.5)
    assert state.online
    assert next_step(state, SHARES, NOW) == Wait(NOW.mono_ms + 5_000)
    assert next_step(hurried(state), SHARES, NOW) == AskShares()


@pytest.mark.parametrize("code", ["unknown", "too_large"])
def test_a_head_office_that_refuses_shares_is_asked_for_them_a_minute_later_and_all_else_goes_on(code):
    state = failed(code, AskShares())
    assert state.shares_mono_ms == NOW.mono_ms + 60_000
    assert next_step(state, SHARES, NOW) == GetHeads()


def test_a_refused_bucket_is_given_up_for_this_round():
    state = failed("unknown", GetDelta("g1", "bal", 7, 0), in_round(todo=(TODO, Todo("bal", 8, 0))))
    assert next_step(state, QUIET, NOW) == GetDelta("g1", "bal", 8, 0)
    assert state.round
    assert state.round.fault is not None


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


def heads(gen="g1", cursors=(), have="g1", **streams):
    listed: dict[Any, tuple[Head, ...]] = {name: tuple(Head(*head) for head in made) for name, made in streams.items()}
    found = Heads(gen, 1, listed)
    return HeadsSeen(found, 40, have, {(c.stream, c.bucket): c for c in cursors})


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


def test_a_fault_of_our_own_disk_is_said_until_the_disk_takes_something_and_is_no_outage():
    state = failed(
        "store", Install((page(),), 40), in_round(todo=(TODO,), pages=(page(),)), said=sentence("store.full")
    )
    assert state.round is None
    assert state.trouble == sentence("store.full")
    state = after(state, GetHeads(), heads(bal=[(7, 2, 5)]), NOW, 0.5)
    assert state.trouble == sentence("store.full")
    state = after(state, GetDelta("g1", "bal", 7, 0), page(), NOW, 0.5)
    state = after(state, Install((page(),), 40), Installed(True), NOW, 0.5)
    state = after(state, MarkLevel(40, True), Done(), NOW, 0.5)
    assert state.trouble is None


def test_whoever_asks_for_it_ends_every_wait():
    state = State(retry_mono_ms=NOW.mono_ms + 9, send_mono_ms=NOW.mono_ms + 9, heads_mono_ms=NOW.mono_ms + 9)
    assert next_step(hurried(state), BUSY, NOW) == SendSegment()
    assert next_step(hurried(state), QUIET, NOW) == GetHeads()


def test_personal_data_stored_count_as_contact():
    assert after(State(), SendPersonal(), PersonalReply(("e",)), NOW, 0.5).online
