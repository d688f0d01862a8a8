"""What came of a step, and where the sync stands after it: one table of outcomes, one of failures.

Only fork, fence and revoked need a person. Everything else is tried again: when the head office does not answer, after
a full-jitter backoff of at most 5 minutes; when it names a time, then.
"""

from collections.abc import Callable

from msgspec.structs import replace

from loyalty.api import PersonalReply
from loyalty.feed import STREAMS, DeltaPage, Head
from loyalty.sentences import Sentence, sentence
from terminal.offline_queue.planner import Round, State, Todo
from terminal.offline_queue.steps import (
    BeginAnew,
    Done,
    Failed,
    GetDelta,
    GetManifest,
    GetPart,
    HeadsSeen,
    Install,
    Installed,
    ManifestSeen,
    MarkLevel,
    Now,
    Outcome,
    PartGot,
    Rewind,
    SendPersonal,
    SendSegment,
    Sent,
    Stage,
    Staged,
    Step,
    Swap,
)

HEADS_EVERY_MS = 30_000
FIRST_RETRY_MS = 1_000
LEAST_RETRY_MS = 100
LAST_RETRY_MS = 300_000
PERSONAL_AGAIN_MS = 60_000
FAR_BEHIND_ROWS = 20_000
"""A cache missing more rows than this, and more than half of all, takes the snapshot."""
MAX_BUCKET_ROWS = 200_000
SNAPSHOT_TRIES = 3
SNAPSHOT_AGAIN_MS = 6 * 3600 * 1000


def after(state: State, step: Step, outcome: Outcome, now: Now, chance: float) -> State:
    """The state once `outcome` has come of `step`; `chance` in [0, 1) spreads retries."""
    match outcome:
        case Failed():
            return _FAILURES.get(outcome.code, _refused)(state, step, outcome, now, chance)
        case Sent():
            return _sent(_heard(state, now), step, outcome)
        case PersonalReply():
            return _heard(state, now)
        case HeadsSeen():
            work = begin_round(outcome, now.mono_ms >= state.snapshot_mono_ms)
            return replace(_heard(state, now), round=work, heads_mono_ms=now.mono_ms + HEADS_EVERY_MS)
        case Done():
            return _done(state, step, now)
    if state.round is None:
        return state
    match outcome:
        case DeltaPage():
            return replace(_heard(state, now), round=_page(state.round, outcome))
        case Installed():
            return _installed(state, state.round, outcome)
        case ManifestSeen():
            if outcome.manifest.gen != state.round.gen:
                return _without_snapshot(_heard(state, now), now)
            had = replace(state.round, manifest=outcome.manifest, got_bytes=outcome.got_bytes)
            return replace(_heard(state, now), round=had)
        case PartGot():
            return replace(_heard(state, now), round=replace(state.round, got_bytes=outcome.got_bytes))
        case Staged():
            return replace(state, round=_staged(state.round, outcome))


# -- what goes well


def _heard(state: State, now: Now) -> State:
    """The head office has answered."""
    return _troubled(replace(state, online=True, last_contact_ms=now.wall_ms, failures=0))


def _troubled(state: State) -> State:
    """What stays wrong while the head office answers: what needs a person first."""
    return replace(state, trouble=state.stopped or state.disk or (state.round.fault if state.round else None))


def _sent(state: State, step: Step, outcome: Sent) -> State:
    if not outcome.ours:
        return replace(state, rewind=None, stopped=sentence("link.fork"), trouble=sentence("link.fork"))
    if isinstance(step, Rewind):
        return replace(state, rewind=None)
    return replace(state, send_failures=0, disk=None)


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
        return replace(_troubled(state), round=None)
    return state


def begin_round(seen: HeadsSeen, may_catch_up: bool = True) -> Round:
    """What differs between the heads and the cache, in the order of STREAMS, and whether the snapshot goes first:
    for another generation it does, for a cache far behind if it `may_catch_up` so."""
    same_gen = seen.gen == seen.heads.gen
    todo: list[Todo] = []
    total = missing = 0
    for stream in STREAMS:
        heads = {head.bucket: head for head in seen.heads.streams.get(stream, ())}
        cursors = {bucket: cursor for (of, bucket), cursor in seen.cursors.items() if of == stream and same_gen}
        for bucket in sorted({*heads, *cursors}):
            head, cursor = heads.get(bucket, Head(bucket, 0, 0)), cursors.get(bucket)
            at = cursor.seq if cursor else 0
            total += head.seq
            missing += max(0, head.seq - at)
            if at == head.seq and (cursor is None or cursor.checksum == head.checksum):
                continue
            todo.append(Todo(stream, bucket, at) if at < head.seq else Todo(stream, bucket, 0, afresh=True))
    behind = may_catch_up and missing > FAR_BEHIND_ROWS and missing * 2 > total
    work = Round(seen.heads.gen, seen.asked_at_ms, begin_anew=not same_gen)
    if (behind or not same_gen) and total:
        return replace(work, snapshot=True, instead=tuple(todo))
    return replace(work, todo=tuple(todo))


def _page(work: Round, page: DeltaPage) -> Round:
    """One more page of the bucket in hand; a page that does not fit what was asked gives the bucket up."""
    first = work.todo[0]
    at = work.pages[-1].to_seq if work.pages else first.from_seq
    asked = (page.gen, page.stream, page.bucket, page.from_seq) == (work.gen, first.stream, first.bucket, at)
    if asked and page.must_refetch and at and not first.afresh:
        return replace(work, todo=(Todo(first.stream, first.bucket, 0, afresh=True), *work.todo[1:]), pages=())
    pages = (*work.pages, page)
    in_order = all(at < row.change_seq <= page.to_seq for row in page.rows) and page.to_seq >= at
    moves = page.drained or (page.rows and page.to_seq > at)
    if not (asked and in_order and moves) or page.must_refetch or sum(len(p.rows) for p in pages) > MAX_BUCKET_ROWS:
        return _given_up(work, sentence("link.bad_page", stream=page.stream, bucket=str(page.bucket)))
    return replace(work, pages=pages)


def _installed(state: State, work: Round, outcome: Installed) -> State:
    first = work.todo[0]
    state = replace(state, disk=None)
    if outcome.sound:
        return replace(state, round=replace(work, todo=work.todo[1:], pages=()))
    if not first.afresh:
        again = Todo(first.stream, first.bucket, 0, afresh=True)
        return replace(state, round=replace(work, todo=(again, *work.todo[1:]), pages=()))
    return replace(
        state, round=_given_up(work, sentence("link.checksum", stream=first.stream, bucket=str(first.bucket)))
    )


def _given_up(work: Round, why: Sentence) -> Round:
    """Go on without the bucket in hand; the next round tries it again."""
    return replace(work, todo=work.todo[1:], pages=(), fault=why)


def _staged(work: Round, outcome: Staged) -> Round:
    """The file is everyone's, so it does not say how far *this* till's events are in it: its buckets are asked for
    before the file is used, or own sales would be counted twice (I17)."""
    assert work.manifest is not None
    at = {head.bucket: head.seq for head in work.manifest.vectors.get("bal", ())}
    return replace(
        work, staged=True, todo=tuple(Todo("bal", bucket, at.get(bucket, 0)) for bucket in outcome.own_buckets)
    )


def _without_snapshot(state: State, now: Now) -> State:
    """There is no ready file to be had: bucket by bucket then."""
    assert state.round is not None
    work = replace(
        state.round, snapshot=False, manifest=None, staged=False, todo=state.round.instead, pages=(), instead=()
    )
    return replace(state, round=work, snapshot_mono_ms=now.mono_ms + SNAPSHOT_AGAIN_MS)


# -- what goes wrong

Reaction = Callable[[State, Step, Failed, Now, float], State]


def backoff_ms(failures: int, chance: float) -> int:
    """Full jitter: anything up to twice as long each time, at most 5 minutes."""
    most = min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** min(failures, 20))
    return max(LEAST_RETRY_MS, int(most * chance))


def _offline(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """No answer, or not the head office's: HTML of a captive portal, a proxy's 502, a cut reply."""
    if failed.code != "offline" and _tried_enough(state, step):
        return _without_snapshot(_heard(state, now), now)
    retry = now.mono_ms + backoff_ms(state.failures, chance)
    said = state.stopped or failed.said or sentence("link.offline")
    return replace(state, online=False, trouble=said, failures=state.failures + 1, retry_mono_ms=retry)


def _busy(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """The head office answers and asks for time."""
    if _tried_enough(state, step):
        return _without_snapshot(_heard(state, now), now)
    asked_ms = min(failed.retry_after_s * 1000, LAST_RETRY_MS)
    retry = now.mono_ms + max(asked_ms, backoff_ms(state.failures, chance))
    return replace(_heard(state, now), failures=state.failures + 1, retry_mono_ms=retry)


def _tried_enough(state: State, step: Step) -> bool:
    return isinstance(step, GetManifest | GetPart) and state.failures >= SNAPSHOT_TRIES and state.round is not None


def _store(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """Our own disk: the link is as it was, the round begins anew."""
    retry = now.mono_ms + backoff_ms(state.failures, chance)
    state = replace(state, disk=failed.said, failures=state.failures + 1, retry_mono_ms=retry, round=None)
    return _troubled(state)


def _refused(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """Refused for a reason that asking again will not change soon: the other directions go on."""
    said = failed.said or sentence("link.refused", code=failed.code, detail="")
    failures = state.failures
    state = replace(_heard(state, now), trouble=state.stopped or said)
    match step:
        case SendPersonal():
            return replace(state, personal_mono_ms=now.mono_ms + PERSONAL_AGAIN_MS)
        case SendSegment() | Rewind():
            wait = backoff_ms(state.send_failures, chance)
            return replace(state, rewind=None, send_failures=state.send_failures + 1, send_mono_ms=now.mono_ms + wait)
        case GetManifest() | GetPart() | Stage() if state.round:
            return _without_snapshot(state, now)
        case GetDelta() | Install() if state.round and state.round.todo:
            return replace(state, round=_given_up(state.round, said))
    return replace(state, failures=failures + 1, retry_mono_ms=now.mono_ms + backoff_ms(failures, chance))


def _gap(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """The head office has less, or more, than we thought: go to its place. Twice in a row, not at once."""
    if failed.acked is None:
        return _refused(state, step, failed, now, chance)
    wait = backoff_ms(state.send_failures, chance) if state.send_failures else 0
    state = replace(_heard(state, now), send_failures=state.send_failures + 1, send_mono_ms=now.mono_ms + wait)
    return replace(state, rewind=failed.acked, rewind_gen=failed.gen)


def _gen(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """The head office was set back: send again what it lost, and compare everything."""
    failures = state.failures
    state = _gap(state, step, failed, now, chance) if failed.acked else _heard(state, now)
    retry = now.mono_ms + backoff_ms(failures, chance)
    return replace(state, round=None, heads_mono_ms=now.mono_ms, failures=failures + 1, retry_mono_ms=retry)


def _stop_sending(code: str) -> Reaction:
    def stop(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
        return replace(_heard(state, now), stopped=sentence(code), trouble=sentence(code))

    return stop


def _revoked(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """Nothing more is answered; once in 5 minutes we ask whether that still holds."""
    said = sentence("link.revoked")
    return replace(_heard(state, now), trouble=said, retry_mono_ms=now.mono_ms + LAST_RETRY_MS)


_FAILURES: dict[str, Reaction] = {
    "offline": _offline,
    "not_ours": _offline,
    "internal": _offline,
    "busy": _busy,
    "store": _store,
    "gap": _gap,
    "gen": _gen,
    "fork": _stop_sending("link.fork"),
    "fence": _stop_sending("link.fence"),
    "revoked": _revoked,
}
"""By code of ErrorReply or of Failed; all others are refusals."""
