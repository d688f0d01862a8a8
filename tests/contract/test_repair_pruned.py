"""A damaged journal that has let go of its first events: where it begins, and what those gave of a budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from loyalty.api import Position, ShareGiven
from loyalty.errors import LinkFault, StoreFault
from loyalty.receipt import Applied
from loyalty.shares import Amount
from terminal.offline_queue.forks import Fork, keep_fork
from terminal.offline_queue.journal_base import Base, read_base
from terminal.offline_queue.journal_file import set_state, state_value
from terminal.offline_queue.journal_shares import keep_shares
from terminal.offline_queue.repair import Repaired
from terminal.offline_queue.retention import KEPT_MS, prune
from terminal.offline_queue.store import open_store
from terminal.offline_queue.verify import verify
from tests.support.damaged import FILE, changed, flip, repaired, sound, spoiled
from tests.support.queue_samples import NOON_MS, fact_of, receipt
from tests.support.served_office import ServedOffice, served_office
from tests.support.tills_by_hand import ANNA, Till, enrolled, points

LONG_AFTER_MS = NOON_MS + KEPT_MS + 1_000_000
GRANTED = Amount(100, 5000)
GIVEN = (12, 12 * 200)
"""Receipts and money that twelve sales gave of the campaign."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    with served_office(tmp_path / "office") as served:
        yield served


@pytest.fixture
def folder(office: ServedOffice, tmp_path: Path) -> Path:
    """A till of 12 sales of which the head office has 10, safely. The first five are here no more; the segment of the
    others is."""
    till = enrolled(office, tmp_path / "a")
    gives(till, range(1, 6))
    assert till.syncs()
    gives(till, range(6, 11))
    assert till.syncs()
    till.journal.write(lambda c: set_state(c, "safe", state_value(c, "acked")))
    till.journal.write(lambda c: keep_shares(c, [ShareGiven("tea", GRANTED)], {"tea": Amount()}, "club/1"))
    gives(till, range(11, 13))
    assert prune(till.journal, LONG_AFTER_MS, least=1) == 5
    return till.close()


def gives(till: Till, numbers: range) -> None:
    """Sales, each of which gives 200 of the campaign `tea`."""
    for number in numbers:
        made = receipt(number, ANNA)
        (line,) = made.lines
        till.journal.record(fact_of(replace(made, lines=(replace(line, applied=(Applied("tea", "", "", 200),)),))))


def used(folder: Path) -> tuple[int, int]:
    """Receipts and money the till counts as given of its share."""
    store = open_store(folder)
    share = store.journal.kept_shares(["tea"])["tea"].share
    store.close()
    return share.used.times, share.used.minor


def based(folder: Path) -> Base:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        return read_base(connection)


def rebased(folder: Path, base: Base) -> None:
    """Another base stands in the file."""
    changed(folder, f"UPDATE base SET raw = x'{msgspec.json.encode(base).hex()}'")


def page_of(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        return int(connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])


def test_a_base_that_cannot_be_read_is_said_and_not_gone_on_with(folder):
    changed(folder, "UPDATE base SET raw = x'7b'")
    with pytest.raises(StoreFault) as refused:
        verify(folder)
    assert refused.value.code == "store.damaged"


def test_where_the_journal_begins_is_proved_and_all_of_the_share_counts_as_given(folder, office):
    assert used(folder) == GIVEN
    changed(folder, "UPDATE base SET raw = x'7b'")
    assert repaired(folder, None) == Repaired(7, 0, 0), "the segment that was kept says what the first event follows"
    assert used(folder) == (GRANTED.times, GRANTED.minor)
    assert based(folder).last.seq == 5
    sound(folder, office, 12, 7).close()


def test_a_page_of_the_base_that_is_nonsense_is_made_good_by_the_head_office(folder, office):
    changed(folder, "DELETE FROM segment")
    spoiled(folder, page_of(folder, "base"))
    with pytest.raises(LinkFault):
        repaired(folder, None)
    assert repaired(folder, office) == Repaired(7, 0, 0)
    assert used(folder) == (GRANTED.times, GRANTED.minor)
    sound(folder, office, 12, 7).close()


def test_another_hash_in_the_base_is_put_right_and_what_was_given_stays_counted(folder, office):
    base = based(folder)
    rebased(folder, replace(base, last=replace(base.last, hash="00" * 32)))
    assert repaired(folder, office) == Repaired(7, 0, 0)
    assert based(folder) == base
    assert used(folder) == GIVEN
    sound(folder, office, 12, 7).close()


def test_a_base_that_is_whole_holds_where_the_first_event_is_damaged(folder, office):
    base = based(folder)
    changed(folder, flip(6), "DELETE FROM segment")
    assert repaired(folder, office) == Repaired(7, 1, 1)
    assert based(folder) == base
    assert used(folder) == GIVEN
    sound(folder, office, 12, 7).close()


def test_a_base_that_says_more_is_gone_than_is_takes_nothing_along(folder, office):
    base = based(folder)
    rebased(folder, replace(base, last=replace(base.last, seq=8)))
    assert repaired(folder, office) == Repaired(7, 0, 0)
    assert based(folder).last == base.last
    sound(folder, office, 12, 7).close()


@pytest.mark.parametrize("unsure", ["shares", "safe"])
def test_where_it_cannot_be_told_what_may_be_gone_every_event_is_had_again(folder, office, unsure):
    if unsure == "shares":
        spoiled(folder, page_of(folder, "campaign_share"))
    else:
        fourth = msgspec.json.encode(Position(1, 4, "")).decode()
        changed(folder, f"UPDATE state SET value = '{fourth}' WHERE name = 'safe'")
    spoiled(folder, page_of(folder, "base"))
    assert repaired(folder, office) == Repaired(12, 5, 5)
    assert used(folder) == GIVEN, "by the receipts themselves"
    sound(folder, office, 12, 12).close()


def test_an_epoch_of_which_nothing_is_left_is_had_again_as_well(folder, office):
    till = Till(folder, office.url)
    assert till.syncs()
    till.journal.write(lambda c: keep_fork(c, Fork("copied", 0)))
    till.journal.look_again()
    assert till.mends() == 0
    gives(till, range(13, 14))
    assert till.syncs()
    till.journal.write(lambda c: set_state(c, "safe", ""))
    till.close()
    changed(folder, "DELETE FROM event WHERE epoch = 1", "DELETE FROM segment", flip(2))
    spoiled(folder, page_of(folder, "base"))
    done = repaired(folder, office)
    assert done == Repaired(12 + 2, 13, 13)
    assert used(folder) == (13, 13 * 200)
    till = Till(folder, office.url)
    assert points(office) == 130
    assert till.journal.verify() == 14
    till.close()
