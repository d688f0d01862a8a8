"""The power fails at any write or sync of journal.db, and writes not synced are dropped, reordered and torn.

The log is of the real journal in a real story. After every cut a stock SQLite and the real Journal open what is left:
everything promised is there, and of the transaction in hand all or nothing. KOPILKA_SOAK_SEEDS names more seeds, which
try each cut in every way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from unittest.mock import patch

import apsw
import pytest

from loyalty.errors import StoreFault
from terminal.offline_queue import journal_file
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.writer import Connection
from tests.simulation.cuts import SOAK, Story, Told, cut_everywhere, files_of, folder_in_memory
from tests.simulation.disk import Asked, Deleted, Disk, Log, Synced, Written
from tests.simulation.journal_story import JournalStory, each_commit, held_in
from tests.simulation.logged_sqlite import logged_sqlite
from tests.simulation.seeds import seeds_of
from tests.support.queue_samples import TERMINAL, fact_of, new_till, open_shift, receipt, sell

pytestmark = pytest.mark.simulation
STEPS = 60 if SOAK else 24


def played(seed: int, steps: int = STEPS) -> Story:
    with folder_in_memory() as folder:
        new_till(folder / "till").close()
        before = files_of(folder / "till", "journal.db")
        log, told = Log(), [Told(0, held_by(folder / "till"))]
        with logged_sqlite(folder / "till", ("journal.db",), log):
            with each_commit(lambda held: told.append(Told(len(log.asked), held))):
                story = JournalStory(folder / "till", seed)
                story.play(steps)
            story.close()
        return Story(before, log.asked, told)


def held_by(folder: Path) -> bytes:
    """What a stock SQLite and the journal find. Raises StoreFault where it is not whole."""
    journal = Journal(folder / "journal.db", TERMINAL)
    try:
        journal.verify()
        return journal.read(held_in)
    finally:
        journal.close()


def test_what_was_synced_stays_and_of_the_rest_each_sector_may_be_there_or_not() -> None:
    disk = Disk({"a": b"old" * 400})
    disk.follow(Written("a", 0, b"n" * 512))
    disk.follow(Synced("a"))
    disk.follow(Written("a", 500, b"x" * 600))
    disk.follow(Written("b", 3, b"b"))
    disk.follow(Deleted("a", durable=False))
    synced = b"n" * 512 + (b"old" * 400)[512:]
    assert disk.after_cut("dropped", Random(1)) == {"a": synced}
    assert disk.after_cut("kept", Random(1)) == {"b": b"\0\0\0b"}
    parts = ((500, 512), (512, 1024), (1024, 1100))
    wanted = set()
    for there in itertools.product((False, True), repeat=3):
        held = bytearray(synced)
        for (first, last), is_there in zip(parts, there, strict=True):
            held[first:last] = b"x" * (last - first) if is_there else held[first:last]
        wanted.add(bytes(held))
    torn = [disk.after_cut("torn", Random(seed)) for seed in range(200)]
    assert {image["a"] for image in torn if "a" in image} == wanted
    assert {image.get("b") for image in torn} == {None, b"", b"\0\0\0b"}


@pytest.mark.parametrize("seed", seeds_of(SOAK or "5"))
def test_whatever_was_told_is_there_and_nothing_by_half_wherever_the_power_is_cut(seed: int) -> None:
    story = played(seed)
    assert {type(asked).__name__ for asked in story.log} == {"Written", "Synced", "Shortened", "Deleted"}
    assert cut_everywhere(story, held_by, Random(seed)) > len(story.told)


def test_without_a_sync_at_each_commit_told_sales_are_lost_and_the_cuts_show_it() -> None:
    settings = journal_file.set_pragmas

    def hasty(connection: Connection) -> None:
        settings(connection)
        connection.execute("PRAGMA synchronous=NORMAL")

    with patch.object(journal_file, "set_pragmas", hasty):
        story = played(1)
    with pytest.raises(AssertionError, match="a promise is broken"):
        cut_everywhere(story, held_by, Random(1))


class WriteFailed(apsw.IOError):
    extendedresult = apsw.SQLITE_IOERR_WRITE


class SyncFailed(apsw.IOError):
    extendedresult = apsw.SQLITE_IOERR_FSYNC


class NoRoom(apsw.FullError):
    extendedresult = apsw.SQLITE_FULL


def io_error(asked: Asked) -> apsw.Error:
    return SyncFailed() if isinstance(asked, Synced) else WriteFailed()


def full(asked: Asked) -> apsw.Error | None:
    return NoRoom() if isinstance(asked, Written) else None


@pytest.mark.parametrize(
    ("failure", "code"), [(io_error, "store.disk"), (full, "store.full")], ids=["io error", "full"]
)
def test_a_disk_that_fails_any_write_or_sync_of_a_sale_keeps_all_of_it_or_nothing(failure: Failure, code: str) -> None:
    """The fault is said, the same sale made again is there once, and a power cut anywhere leaves nothing by half."""
    failures = 0
    for nth in itertools.count():
        with folder_in_memory() as folder:
            new_till(folder / "till").close()
            before, log, told = files_of(folder / "till", "journal.db"), Log(), [Told(0, held_by(folder / "till"))]
            with (
                logged_sqlite(folder / "till", ("journal.db",), log),
                each_commit(lambda held: told.append(Told(len(log.asked), held))),  # noqa: B023
            ):
                journal = Journal(folder / "till" / "journal.db", TERMINAL)
                open_shift(journal)
                sell(journal, 1)
                log.ask = fails_once(failure, nth)
                said = sell_again(journal, 2)
                log.ask = None
                assert journal.verify() == 3
                assert [each.number for each in journal.recent_receipts()] == ["1-000002", "1-000001"]
                journal.close()
        assert cut_everywhere(Story(before, log.asked, told), held_by, Random(nth))
        if not said:
            break
        assert said == [code]
        failures += 1
    assert failures >= 4, "a sale is two transactions, each of some writes"


Failure = Callable[[Asked], apsw.Error | None]


def fails_once(failure: Failure, after: int) -> Callable[[Asked], None]:
    left = [after]

    def ask(asked: Asked) -> None:
        error = failure(asked)
        if error is not None:
            left[0] -= 1
            if left[0] == -1:
                raise error

    return ask


def sell_again(journal: Journal, number: int) -> list[str]:
    """A whole sale, each half as often as it takes; the faults that were said."""
    made, said = receipt(number), list[str]()
    for work in (
        lambda: journal.prepare(made.receipt_id, b"basket", number),
        lambda: journal.record(fact_of(made), completes=made.receipt_id),
    ):
        try:
            work()
        except StoreFault as fault:
            said.append(fault.code)
            work()
    return said
