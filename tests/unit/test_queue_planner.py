"""terminal.offline_queue.planner and sync_outcome: the tables, row by row."""

import pytest

from loyalty.api import PersonalReply, Position
from loyalty.sentences import sentence
from terminal.offline_queue.planner import State, Todo, hurried, next_step
from terminal.offline_queue.steps import (
    AskShares,
    BeginAnew,
    Done,
    GetDelta,
    GetHeads,
    GetManifest,
    GetPart,
    Install,
    Installed,
    Local,
    MarkLevel,
    Rewind,
    SendPersonal,
    SendSegment,
    Sent,
    SharesTaken,
    Stage,
    Swap,
    Wait,
)
from terminal.offline_queue.sync_failures import backoff_ms
from terminal.offline_queue.sync_outcome import after
from tests.support.planned import ALL, BUSY, MANIFEST, NOW, QUIET, SHARES, TODO, failed, heads, in_round, page

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
