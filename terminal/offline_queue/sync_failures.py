"""What a step that failed leads to: one table, by code of the head office's ErrorReply or of our own.

Only fork, fence, replaced and revoked need a person. Everything else is tried again: when the head office does not
answer, after a full-jitter backoff of at most a minute; when it names a time, then, up to 5 minutes, and such a backoff
later.
"""

from collections.abc import Callable

from msgspec.structs import replace

from loyalty.sentences import sentence
from terminal.offline_queue.planner import State
from terminal.offline_queue.round_work import given_up
from terminal.offline_queue.steps import (
    AskShares,
    Failed,
    GetDelta,
    GetManifest,
    GetPart,
    Install,
    Now,
    Rewind,
    SendPersonal,
    SendSegment,
    Stage,
    Step,
    TellKeys,
)

FIRST_RETRY_MS = 1_000
LEAST_RETRY_MS = 100
LAST_RETRY_MS = 60_000
LONGEST_WAIT_MS = 300_000
"""The longest the head office can ask for, and how often one that has revoked this till is asked."""
PERSONAL_AGAIN_MS = 60_000
SHARES_AGAIN_MS = 60_000
KEYS_AGAIN_MS = 60_000
SNAPSHOT_TRIES = 3
SNAPSHOT_AGAIN_MS = 6 * 3600 * 1000
Reaction = Callable[[State, Step, Failed, Now, float], State]


def failed(state: State, step: Step, failure: Failed, now: Now, chance: float) -> State:
    """The state after `failure`; `chance` in [0, 1) spreads retries."""
    return _FAILURES.get(failure.code, _refused)(state, step, failure, now, chance)


def heard(state: State, now: Now) -> State:
    """The head office has answered."""
    return troubled(replace(state, online=True, last_contact_ms=now.wall_ms, failures=0))


def troubled(state: State) -> State:
    """What stays wrong while the head office answers: what needs a person first."""
    return replace(
        state, trouble=state.stopped or state.outdated or state.disk or (state.round.fault if state.round else None)
    )


def without_snapshot(state: State, now: Now) -> State:
    """There is no ready file to be had: bucket by bucket then."""
    assert state.round is not None
    work = replace(
        state.round, snapshot=False, manifest=None, staged=False, todo=state.round.instead, pages=(), instead=()
    )
    return replace(state, round=work, snapshot_mono_ms=now.mono_ms + SNAPSHOT_AGAIN_MS)


def backoff_ms(failures: int, chance: float) -> int:
    """Full jitter: anything up to twice as long each time, at most a minute."""
    most = min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** min(failures, 20))
    return max(LEAST_RETRY_MS, int(most * chance))


def _offline(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """No answer, or not the head office's: HTML of a captive portal, a proxy's 502, a cut reply."""
    if failed.code != "offline" and _tried_enough(state, step):
        return without_snapshot(heard(state, now), now)
    retry = now.mono_ms + backoff_ms(state.failures, chance)
    said = state.stopped or failed.said or sentence("link.offline")
    return replace(state, online=False, trouble=said, failures=state.failures + 1, retry_mono_ms=retry)


def _busy(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """The head office answers and asks for time; more than that, so that those it asked at once do not come at once."""
    if _tried_enough(state, step):
        return without_snapshot(heard(state, now), now)
    asked_ms = min(failed.retry_after_s * 1000, LONGEST_WAIT_MS)
    retry = now.mono_ms + asked_ms + backoff_ms(state.failures, chance)
    return replace(heard(state, now), failures=state.failures + 1, retry_mono_ms=retry)


def _tried_enough(state: State, step: Step) -> bool:
    return isinstance(step, GetManifest | GetPart) and state.failures >= SNAPSHOT_TRIES and state.round is not None


def _store(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """Our own disk: the link is as it was, the round begins anew."""
    retry = now.mono_ms + backoff_ms(state.failures, chance)
    state = replace(state, disk=failed.said, failures=state.failures + 1, retry_mono_ms=retry, round=None)
    return troubled(state)


def _refused(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """Refused for a reason that asking again will not change soon: the other directions go on."""
    said = failed.said or sentence("link.refused", code=failed.code, detail="")
    failures = state.failures
    state = replace(heard(state, now), trouble=state.stopped or said)
    match step:
        case SendPersonal():
            return replace(state, personal_mono_ms=now.mono_ms + PERSONAL_AGAIN_MS)
        case AskShares():
            return replace(state, shares_mono_ms=now.mono_ms + SHARES_AGAIN_MS)
        case TellKeys():
            return replace(state, keys_mono_ms=now.mono_ms + KEYS_AGAIN_MS)
        case SendSegment() | Rewind():
            wait = backoff_ms(state.send_failures, chance)
            return replace(state, rewind=None, send_failures=state.send_failures + 1, send_mono_ms=now.mono_ms + wait)
        case GetManifest() | GetPart() | Stage() if state.round:
            return without_snapshot(state, now)
        case GetDelta() | Install() if state.round and state.round.todo:
            return replace(state, round=given_up(state.round, said))
    return replace(state, failures=failures + 1, retry_mono_ms=now.mono_ms + backoff_ms(failures, chance))


def _gap(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """The head office has less, or more, than we thought: go to its place. Twice in a row, not at once."""
    if failed.acked is None:
        return _refused(state, step, failed, now, chance)
    wait = backoff_ms(state.send_failures, chance) if state.send_failures else 0
    state = replace(heard(state, now), send_failures=state.send_failures + 1, send_mono_ms=now.mono_ms + wait)
    return replace(state, rewind=failed.acked, rewind_gen=failed.gen)


def _gen(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """The head office was set back: send again what it lost, and compare everything."""
    failures = state.failures
    state = _gap(state, step, failed, now, chance) if failed.acked else heard(state, now)
    retry = now.mono_ms + backoff_ms(failures, chance)
    return replace(state, round=None, heads_mono_ms=now.mono_ms, failures=failures + 1, retry_mono_ms=retry)


def _stop_sending(code: str) -> Reaction:
    def stop(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
        return replace(heard(state, now), stopped=sentence(code), trouble=sentence(code))

    return stop


def _revoked(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """Nothing more is answered; once in 5 minutes we ask whether that still holds."""
    said = sentence("link.revoked")
    return replace(heard(state, now), trouble=said, retry_mono_ms=now.mono_ms + LONGEST_WAIT_MS)


def _replaced(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
    """A copy of this till has a newer key: as for one that is revoked."""
    said = sentence("link.replaced")
    return replace(heard(state, now), stopped=said, trouble=said, retry_mono_ms=now.mono_ms + LONGEST_WAIT_MS)


def _of_other_version(code: str) -> Reaction:
    """Asked again in 5 minutes; what waits in the journal is sent meanwhile: segments are taken from any version."""

    def wait(state: State, step: Step, failed: Failed, now: Now, chance: float) -> State:
        state = heard(replace(state, outdated=sentence(code)), now)
        later = now.mono_ms + LONGEST_WAIT_MS
        match step:
            case SendPersonal():
                return replace(state, personal_mono_ms=later)
            case AskShares():
                return replace(state, shares_mono_ms=later)
            case TellKeys():
                return replace(state, keys_mono_ms=later)
        return replace(state, round=None, heads_mono_ms=later)

    return wait


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
    "replaced": _replaced,
    "version": _of_other_version("link.version"),
    "old_office": _of_other_version("link.old_office"),
}
"""By code of ErrorReply or of Failed; all others are refusals."""
