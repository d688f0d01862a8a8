"""Work the books out again beside those in use, and say where they differ."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from sync_server.migrate import migrate
from sync_server.programmes import read_published, read_rules
from sync_server.rebuilding.compare import TABLES, Difference, differences
from sync_server.rebuilding.replace import replace_buckets, segment_heads
from sync_server.rebuilding.work_out import Tell, buckets_of, work_out
from sync_server.standing import date_at
from sync_server.store import Store, Tx, open_store

MAX_TOLD = 20
"""Of each table; the rest is counted."""


class Rebuilt(msgspec.Struct, frozen=True):
    """Where the books in use differ from those worked out: how many rows by table, the first of each, and the
    buckets they are in."""

    found: dict[str, int]
    differences: tuple[Difference, ...]
    buckets: tuple[int, ...] = ()

    @property
    def same(self) -> bool:
        return not self.found


def rebuild(
    store: Store, folder: Path, now_ms: int, aside: Path | None = None, tell: Tell = lambda done, whole: None
) -> Rebuilt:
    """Compare; `folder` holds the fresh database meanwhile, about as large as the books.

    With `aside`, a file not there yet, the buckets that differ are replaced, and what was in them is kept there.
    Raises NotNow while something stored is not in the books yet, or has come meanwhile.
    """
    with fresh(folder) as scratch:
        with store.read() as tx:
            heads = segment_heads(tx)
            work_out(tx, scratch, read_rules(store), now_ms, tell)
            done = compare(tx, scratch, now_ms)
        if aside is not None and done.buckets:
            replace_buckets(store, scratch, done.buckets, aside, heads)
        return done


@contextmanager
def fresh(folder: Path) -> Iterator[Store]:
    """An empty database in a folder of its own, gone afterwards."""
    with TemporaryDirectory(prefix="rebuild-", dir=folder) as place:
        scratch = open_store(f"sqlite:///{Path(place) / 'rebuilt.db'}")
        try:
            migrate(scratch)
            yield scratch
        finally:
            scratch.close()


def compare(tx: Tx, scratch: Store, now_ms: int) -> Rebuilt:
    found: Counter[str] = Counter()
    told: list[Difference] = []
    buckets: list[int] = []
    programme = read_published(scratch)
    today = date_at(programme, now_ms)
    with scratch.read() as made:
        for bucket in sorted({*buckets_of(tx, TABLES), *buckets_of(made, TABLES)}):
            for each in differences(tx, made, bucket, programme, today):
                found[each.table] += 1
                buckets += [] if bucket in buckets else [bucket]
                if found[each.table] <= MAX_TOLD:
                    told.append(each)
    return Rebuilt(dict(found), tuple(told), tuple(buckets))


def rebuilt_lines(done: Rebuilt) -> Iterator[str]:
    """The result as lines of text."""
    words = {"missing": "is missing", "extra": "follows from nothing", "other": "is not what follows from the segments"}
    for each in done.differences:
        yield f"{each.table}, bucket {each.bucket}, {' '.join(map(str, each.key))} {words[each.kind]}"
    for table, count in done.found.items():
        if count > MAX_TOLD:
            yield f"{table}: {count} in all, the first {MAX_TOLD} are above."
    yield "The books are what follows from the segments." if done.same else f"{sum(done.found.values())} DIFFERENCES."
