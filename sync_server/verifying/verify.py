"""The whole check, in one snapshot of the database: chains and events by terminal, then bucket by bucket."""

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import func, select

from loyalty.events import BUCKETS
from loyalty.sentences import Lang
from sync_server.schema import SEGMENT, TSHARD_APPLIED
from sync_server.segment_events import arrived_of, segments_of
from sync_server.store import Store, Tx
from sync_server.verifying.chains import Chain, strangers, terminals
from sync_server.verifying.found import Finding, told
from sync_server.verifying.kept import check_bucket, check_whole
from sync_server.verifying.stored import check_stored, without_source

MAX_TOLD = 20
"""Of each kind; the rest is counted."""
Tell = Callable[[int, int], None]
"""(steps done, steps in all)."""


class Verified(msgspec.Struct, frozen=True):
    """What was read, and what is wrong: `found` how often by kind, `findings` the first of each."""

    terminals: int
    segments: int
    events: int
    waiting: int
    """Events stored and not applied yet, which are no fault."""
    found: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not self.found


def verify(store: Store, tell: Tell = lambda done, whole: None) -> Verified:
    """Read everything there is; nothing is changed. Memory holds a page, and the sums of one bucket at a time."""
    read: Counter[str] = Counter()
    found: Counter[str] = Counter()
    findings: list[Finding] = []
    with store.read() as tx:
        whole = int(tx.execute(select(func.count()).select_from(SEGMENT)).scalar_one()) + BUCKETS
        for finding in _all(tx, read, lambda: tell(read["segments"] + read["buckets"], whole)):
            found[finding.code] += 1
            if found[finding.code] <= MAX_TOLD:
                findings.append(finding)
    return Verified(
        read["terminals"], read["segments"], read["events"], read["waiting"], dict(found), tuple(findings)
    )  # fmt: skip


def verified_lines(done: Verified, lang: Lang) -> Iterator[str]:
    """The result as lines of text."""
    yield from (told(finding, lang) for finding in done.findings)
    for code, count in done.found.items():
        if count > MAX_TOLD:
            yield f"{code}: {count} in all, the first {MAX_TOLD} are above."
    yield (
        f"{done.terminals} terminals, {done.segments} segments, {done.events} events, {done.waiting} not applied yet: "
        f"{'all is sound' if done.sound else f'{sum(done.found.values())} FAULTS'}."
    )


def _all(tx: Tx, read: Counter[str], tell: Callable[[], None]) -> Iterator[Finding]:
    applied = {row.tshard: row.tseq for row in tx.execute(select(TSHARD_APPLIED))}
    placed: Counter[str] = Counter()
    yield from strangers(tx)
    for terminal in terminals(tx):
        chain = Chain(tx, terminal)
        read["terminals"] += 1
        for row in segments_of(tx, terminal.terminal):
            yield from chain.take(row)
            events = arrived_of(row, enumerate(chain.raws, row.first_seq))
            if row.tseq <= applied.get(row.tshard, 0):
                yield from check_stored(tx, events, placed)
            else:
                read["waiting"] += len(events)
            read["events"] += len(events)
            read["segments"] += 1
            tell()
        yield from chain.tip()
    yield from without_source(tx, placed)
    for bucket in range(BUCKETS):
        yield from check_bucket(tx, bucket)
        read["buckets"] += 1
        tell()
    yield from check_whole(tx)
