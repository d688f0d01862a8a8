"""Decides what to do next with the head office; no I/O, no clock, no chance of its own.

`next_step` reads RULES from the top: the first that applies names the step. Whoever carries it out tells what came of
it to `sync_outcome.after`, which gives the next state.

A round: keys of new epochs, to prove the rest by; personal data and segments up; shares of budgets; heads; what
differs, bucket by bucket; level. A cache that is new, of another generation or far behind takes the ready file
(snapshot) first.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from loyalty.api import Position, SnapshotManifest
from loyalty.feed import DeltaPage, Stream
from loyalty.sentences import Sentence
from terminal.offline_queue.forks import Fork, fork_said
from terminal.offline_queue.steps import (
    AskShares,
    BeginAnew,
    GetDelta,
    GetHeads,
    GetManifest,
    GetPart,
    Install,
    Local,
    MarkLevel,
    Now,
    Rewind,
    SendPersonal,
    SendSegment,
    Stage,
    Step,
    Swap,
    TellKeys,
    Wait,
)


class Todo(msgspec.Struct, frozen=True):
    """One bucket that differs; `afresh`: all of it again, from 0."""

    stream: Stream
    bucket: int
    from_seq: int
    afresh: bool = False


class Round(msgspec.Struct, frozen=True):
    """One comparison with the head office and what it takes to become level.

    `snapshot`: wanted, then had in parts, then staged beside the cache until `todo` is done there; `instead` is what
    to do should there be none after all.
    """

    gen: str
    asked_at_ms: int
    todo: tuple[Todo, ...] = ()
    pages: tuple[DeltaPage, ...] = ()
    """Of the first of `todo`, so far."""
    snapshot: bool = False
    manifest: SnapshotManifest | None = None
    got_bytes: int = 0
    staged: bool = False
    instead: tuple[Todo, ...] = ()
    begin_anew: bool = False
    """The cache is of another generation: without a snapshot it is emptied first."""
    fault: Sentence | None = None
    """Why a bucket was given up on the way: then the cache is not level."""


class State(msgspec.Struct, frozen=True):
    """Where the sync stands; `_mono_ms` are moments of the monotonic clock."""

    online: bool = False
    last_contact_ms: int = 0
    trouble: Sentence | None = None
    disk: Sentence | None = None
    """Why our own files could not take something; until they take something again."""
    failures: int = 0
    retry_mono_ms: int = 0
    send_failures: int = 0
    send_mono_ms: int = 0
    """Before this no events are sent: the head office refused them."""
    personal_mono_ms: int = 0
    """The same for personal data, so that neither waits for the other."""
    shares_mono_ms: int = 0
    """Before this nothing is asked of shares of budgets."""
    keys_mono_ms: int = 0
    """Before this no keys are announced: they have just been."""
    stopped: Sentence | None = None
    """Why sending has ended until a person has mended it."""
    outdated: Sentence | None = None
    """Which side is of too old a version for the other, until heads are answered again; events go up all the same."""
    heads_mono_ms: int = 0
    snapshot_mono_ms: int = 0
    """Before this being behind is no reason for a snapshot: one has just been tried."""
    rewind: Position | None = None
    rewind_gen: str = ""
    round: Round | None = None


def next_step(state: State, local: Local, now: Now) -> Step:
    """What to do now. `local` is what waits in the journal."""
    for applies, step in RULES:
        if applies(state, local, now):
            return step(state, local)
    assert state.round is not None  # else one of the last two rules has applied
    return next(step(state.round) for applies, step in ROUND_RULES if applies(state.round))


def hurried(state: State) -> State:
    """Someone asked: try at once, whatever was being waited for."""
    return replace(
        state, retry_mono_ms=0, send_mono_ms=0, personal_mono_ms=0, shares_mono_ms=0, heads_mono_ms=0,
        keys_mono_ms=0,
    )  # fmt: skip


def knowing(state: State, fork: Fork | None) -> State:
    """What the journal knows of a fork stops sending, also after a restart; mended, sending goes on at once."""
    stopped = fork_said(fork) if fork is not None and fork.stops_sending else None
    if stopped == state.stopped:
        return state
    trouble = stopped if stopped or state.trouble == state.stopped else state.trouble
    return replace(state, stopped=stopped, trouble=trouble, rewind=None, send_mono_ms=0, send_failures=0)


def loading_bp(state: State) -> int | None:
    """How much of the ready file is here, in hundredths of a percent; None when none is being fetched."""
    work = state.round
    if work is None or work.manifest is None:
        return None
    return min(10_000, work.got_bytes * 10_000 // max(1, work.manifest.bytes))


def _backing_off(state: State, local: Local, now: Now) -> bool:
    return now.mono_ms < state.retry_mono_ms


def _keys_due(state: State, local: Local, now: Now) -> bool:
    return local.keys and now.mono_ms >= state.keys_mono_ms


def _must_rewind(state: State, local: Local, now: Now) -> bool:
    return state.rewind is not None and state.stopped is None


def _has_personal(state: State, local: Local, now: Now) -> bool:
    return local.personal and state.stopped is None and now.mono_ms >= state.personal_mono_ms


def _has_events(state: State, local: Local, now: Now) -> bool:
    return local.pending > 0 and state.stopped is None and now.mono_ms >= state.send_mono_ms


def _shares_due(state: State, local: Local, now: Now) -> bool:
    return local.shares and now.mono_ms >= state.shares_mono_ms


def _heads_due(state: State, local: Local, now: Now) -> bool:
    return state.round is None and now.mono_ms >= state.heads_mono_ms


def _idle(state: State, local: Local, now: Now) -> bool:
    return state.round is None


def _rewind(state: State, local: Local) -> Step:
    return Rewind(state.rewind or Position(1, 0, ""), state.rewind_gen)


def _idle_until(state: State, local: Local) -> Step:
    moments = [state.heads_mono_ms]
    moments += [state.shares_mono_ms] if local.shares else []
    moments += [state.keys_mono_ms] if local.keys else []
    if state.stopped is None:
        moments += [state.personal_mono_ms] if local.personal else []
        moments += [state.send_mono_ms] if local.pending else []
    return Wait(min(moments))


RULES: tuple[tuple[Callable[[State, Local, Now], bool], Callable[[State, Local], Step]], ...] = (
    (_backing_off, lambda state, local: Wait(state.retry_mono_ms)),
    (_keys_due, lambda state, local: TellKeys()),
    (_must_rewind, _rewind),
    (_has_personal, lambda state, local: SendPersonal()),
    (_has_events, lambda state, local: SendSegment()),
    (_shares_due, lambda state, local: AskShares()),
    (_heads_due, lambda state, local: GetHeads()),
    (_idle, _idle_until),
)
"""The way up goes before the way down, also between two buckets of a round."""


def _drained(work: Round) -> bool:
    return bool(work.pages) and work.pages[-1].drained


def _get_part(work: Round) -> Step:
    return Stage(work.manifest) if work.manifest and work.got_bytes >= work.manifest.bytes else _part(work)


def _part(work: Round) -> Step:
    assert work.manifest is not None
    return GetPart(work.manifest, work.got_bytes)


def _get_delta(work: Round) -> Step:
    first = work.todo[0]
    at = work.pages[-1].to_seq if work.pages else first.from_seq
    return GetDelta(work.gen, first.stream, first.bucket, at)


ROUND_RULES: tuple[tuple[Callable[[Round], bool], Callable[[Round], Step]], ...] = (
    (lambda work: work.snapshot and work.manifest is None, lambda work: GetManifest()),
    (lambda work: work.snapshot and not work.staged, _get_part),
    (lambda work: work.begin_anew and not work.staged, lambda work: BeginAnew(work.gen)),
    (_drained, lambda work: Install(work.pages, work.asked_at_ms, work.todo[0].afresh, work.staged)),
    (lambda work: bool(work.todo), _get_delta),
    (lambda work: work.staged, lambda work: Swap()),
    (lambda work: True, lambda work: MarkLevel(work.asked_at_ms, work.fault is None)),
)
