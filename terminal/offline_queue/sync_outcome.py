"""What came of a step, and where the sync stands after it; what failed is sync_failures' table."""

from msgspec.structs import replace

from loyalty.api import PersonalReply
from loyalty.feed import DeltaPage
from loyalty.sentences import sentence
from terminal.offline_queue.planner import Round, State, Todo
from terminal.offline_queue.round_work import begin_round, given_up, stage_own, take_page
from terminal.offline_queue.steps import (
    BeginAnew,
    Done,
    Failed,
    HeadsSeen,
    Installed,
    KeysTaken,
    ManifestSeen,
    MarkLevel,
    Now,
    Outcome,
    PartGot,
    Rewind,
    Sent,
    SharesTaken,
    Staged,
    Step,
    Swap,
)
from terminal.offline_queue.sync_failures import SNAPSHOT_AGAIN_MS, failed, heard, troubled, without_snapshot

HEADS_EVERY_MS = 30_000
SHARES_EVERY_MS = 5_000
KEYS_EVERY_MS = 60_000
"""Announced again when the head office does not know us: that it still does not is no reason to ask at once."""


def after(state: State, step: Step, outcome: Outcome, now: Now, chance: float) -> State:
    """The state once `outcome` has come of `step`; `chance` in [0, 1) spreads retries."""
    match outcome:
        case Failed():
            return failed(state, step, outcome, now, chance)
        case Sent():
            return _sent(heard(state, now), step, outcome)
        case PersonalReply() | SharesTaken() | KeysTaken():
            return _answered(heard(state, now), outcome, now)
        case HeadsSeen():
            work = begin_round(outcome, now.mono_ms >= state.snapshot_mono_ms)
            state = replace(state, outdated=None)
            return replace(heard(state, now), round=work, heads_mono_ms=now.mono_ms + HEADS_EVERY_MS)
        case Done():
            return _done(state, step, now)
    if state.round is None:
        return state
    match outcome:
        case DeltaPage():
            return replace(heard(state, now), round=take_page(state.round, outcome))
        case Installed():
            return _installed(state, state.round, outcome)
        case ManifestSeen():
            if outcome.manifest.gen != state.round.gen:
                return without_snapshot(heard(state, now), now)
            had = replace(state.round, manifest=outcome.manifest, got_bytes=outcome.got_bytes)
            return replace(heard(state, now), round=had)
        case PartGot():
            return replace(heard(state, now), round=replace(state.round, got_bytes=outcome.got_bytes))
        case Staged():
            return replace(state, round=stage_own(state.round, outcome))


def _sent(state: State, step: Step, outcome: Sent) -> State:
    if not outcome.ours:
        return replace(state, rewind=None, stopped=sentence("link.fork"), trouble=sentence("link.fork"))
    if isinstance(step, Rewind):
        return replace(state, rewind=None)
    return replace(state, send_failures=0, disk=None)


def _answered(state: State, outcome: PersonalReply | SharesTaken | KeysTaken, now: Now) -> State:
    if isinstance(outcome, PersonalReply):
        return state
    if isinstance(outcome, KeysTaken):
        return replace(state, keys_mono_ms=now.mono_ms + KEYS_EVERY_MS)
    return replace(state, shares_mono_ms=now.mono_ms + SHARES_EVERY_MS, disk=None)


def _done(state: State, step: Step, now: Now) -> State:
    state = replace(state, disk=None)
    if state.round is None:
        return state
    if isinstance(step, BeginAnew):
        return replace(state, round=replace(state.round, begin_anew=False))
    if isinstance(step, Swap):
        again = now.mono_ms + SNAPSHOT_AGAIN_MS
        return replace(state, round=None, heads_mono_ms=now.mono_ms, snapshot_mono_ms=again)
    if isinstance(step, MarkLevel):
        return replace(troubled(state), round=None)
    return state


def _installed(state: State, work: Round, outcome: Installed) -> State:
    first = work.todo[0]
    state = replace(state, disk=None)
    if outcome.sound:
        return replace(state, round=replace(work, todo=work.todo[1:], pages=()))
    if not first.afresh:
        again = Todo(first.stream, first.bucket, 0, afresh=True)
        return replace(state, round=replace(work, todo=(again, *work.todo[1:]), pages=()))
    return replace(
        state, round=given_up(work, sentence("link.checksum", stream=first.stream, bucket=str(first.bucket)))
    )
