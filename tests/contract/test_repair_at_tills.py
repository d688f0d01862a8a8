"""A damaged journal made whole: bytes flipped, pages gone, files cut; nothing lost that anybody has."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.chain import MAX_PAYLOAD_BYTES, check_events, event_hash, read_segment, unpack_payload
from loyalty.errors import LinkFault, NotNow, StoreFault
from loyalty.events import EpochBegun, decode_body, decode_envelope
from sync_server.own_segments import own_segment
from sync_server.refusals import Refused
from terminal.offline_queue import journal_read, repair_swap
from terminal.offline_queue import repair as repairing
from terminal.offline_queue.disk import put_in_place
from terminal.offline_queue.keys import read_identity
from terminal.offline_queue.outbox import Run
from terminal.offline_queue.repair import Repaired, repair
from terminal.offline_queue.repair_sources import Ask
from terminal.offline_queue.repair_swap import DAMAGED, MADE
from terminal.offline_queue.segments import close
from terminal.offline_queue.verify import verify
from tests.support.damaged import FILE, PAGE, changed, flip, pages_of, repaired, sound, spoiled
from tests.support.queue_samples import NOON_MS, hex_id
from tests.support.served_office import ServedOffice, served_office
from tests.support.tills_by_hand import Till, enrolled, points

ALL_FROM_35 = "UPDATE event SET raw = x'00', hash = zeroblob(32) WHERE seq >= 35"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    with served_office(tmp_path / "office") as served:
        yield served


@pytest.fixture
def folder(office, tmp_path) -> Path:
    """A till of 60 sales, of which the head office has 40: up to 30 in segments kept here, then in others."""
    till = enrolled(office, tmp_path / "a")
    for first, last in ((1, 30), (31, 40)):
        till.sells(*range(first, last + 1))
        assert till.syncs()
    till.journal.write(lambda c: c.execute("DELETE FROM segment WHERE first_seq > 30"))
    till.sells(*range(41, 61))
    return till.close()


@pytest.mark.parametrize(("seq", "given"), [(1, 0), (30, 0), (31, 1), (40, 1)])
@pytest.mark.parametrize("column", ["raw", "hash"])
def test_a_changed_byte_of_what_the_head_office_has_is_put_right(folder, office, seq, given, column):
    changed(folder, flip(seq, column))
    done = repaired(folder, office)
    # the hash of an event that the next one follows is proved by that one
    assert done == Repaired(60, 1, given if column == "raw" else 0)
    sound(folder, office, 60, 60).close()


def test_a_changed_hash_of_what_nobody_else_has_is_proved_by_the_next_event(folder, office):
    changed(folder, flip(50, "hash"))
    assert repaired(folder, None) == Repaired(60, 1, 0)
    sound(folder, office, 60, 60).close()


def test_without_a_link_what_is_here_is_enough_or_nothing_is_changed(folder):
    before = (folder / FILE).read_bytes()
    changed(folder, flip(35))
    damaged = (folder / FILE).read_bytes()
    assert damaged != before
    with pytest.raises(LinkFault):
        repaired(folder, None)
    assert (folder / FILE).read_bytes() == damaged
    assert not (folder / MADE).exists()


def test_an_event_that_nobody_has_is_lost_by_name_and_the_others_go_up_in_a_new_epoch(folder, office):
    changed(folder, flip(50), "DELETE FROM event WHERE seq = 55")
    with pytest.raises(NotNow) as refused:
        repaired(folder, office)
    assert refused.value.code == "repair.lost"
    assert refused.value.said.args == {"count": 2, "epoch": 1, "seq": 50}
    done = repaired(folder, office, "Olga")
    assert done == Repaired(40 + 1 + 18, 0, 0, ((1, 50), (1, 55)), 2)
    till = sound(folder, office, 58, 59)
    (raw,) = till.journal.read(lambda c: c.execute("SELECT raw FROM event WHERE epoch = 2 AND seq = 1").fetchone())
    body = EpochBegun("north", "Olga", "damaged", old_epoch=1, last_seq=40, reissued=18)
    assert decode_body(decode_envelope(raw)) == body
    till.sells(70)
    assert till.syncs()
    assert points(office) == 590
    till.close()


def test_any_page_of_the_file_may_become_nonsense(folder, office, tmp_path):
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    whole = lost = 0
    for page in range(1, pages_of(folder) + 1):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        spoiled(folder, page)
        try:
            verify(folder)
        except StoreFault:
            done = repaired(folder, office, "Olga")
        else:
            continue  # a page that nothing stands on
        whole += 1
        lost += len(done.lost)
        assert all(epoch == 1 and seq > 40 for epoch, seq in done.lost)
        held = verify(folder).events
        assert held == (60 if not done.lost else 61 - len(done.lost))
        with closing(sqlite3.connect(folder / FILE)) as connection:
            first = [row for (row,) in connection.execute("SELECT seq FROM event WHERE epoch = 1 ORDER BY seq")]
        assert first[:40] == list(range(1, 41))
    assert whole > 20
    assert lost


@pytest.mark.parametrize("kept_pages", [0, 1, 3, 10, 17])
def test_a_file_cut_short_has_again_what_the_head_office_has(folder, office, kept_pages):
    with (folder / FILE).open("r+b") as file:
        file.truncate(kept_pages * PAGE)
    done = repaired(folder, office, "Olga")
    assert all(seq > 40 for _, seq in done.lost)
    till = Till(folder, office.url)
    for _ in range(2):
        till.steps(30)
        if till.journal.fork is not None and till.journal.fork.stops_sending:  # its fence is gone with the file
            till.mends()
    assert till.syncs()
    assert points(office) == 10 * (60 - len(done.lost))
    till.close()


def test_nothing_is_done_to_a_journal_that_is_whole(folder, office):
    before = (folder / FILE).read_bytes()
    with pytest.raises(NotNow) as refused:
        repaired(folder, office)
    assert refused.value.code == "repair.whole"
    assert (folder / FILE).read_bytes() == before


def test_a_till_that_runs_is_not_repaired(folder, office):
    till = Till(folder, office.url)
    with pytest.raises(StoreFault) as refused:
        repaired(folder, office)
    assert refused.value.code == "store.owned"
    till.close()


class _PowerCutError(Exception):
    pass


@pytest.mark.parametrize("at", range(8))
def test_cut_anywhere_the_old_journal_is_there_or_the_new(folder, office, monkeypatch, at):
    changed(folder, flip(35))
    damaged = (folder / FILE).read_bytes()
    steps = iter(range(at + 1))

    def cut(work: Callable[..., object]) -> Callable[..., object]:
        def done(*args: object) -> object:
            if next(steps, None) == at:
                raise _PowerCutError
            return work(*args)

        return done

    with monkeypatch.context() as patched:
        patched.setattr(journal_read, "verify", cut(journal_read.verify))
        patched.setattr(repairing, "put_in_place", cut(put_in_place))
        patched.setattr(repair_swap, "put_in_place", cut(put_in_place))
        patched.setattr(repair_swap, "forget_database", cut(repair_swap.forget_database))
        patched.setattr(os, "replace", cut(os.replace))
        with pytest.raises(_PowerCutError):
            repaired(folder, office)
    if (folder / MADE).exists():
        Till(folder, office.url).close()
        assert (folder / DAMAGED).read_bytes() == damaged
    else:
        assert (folder / FILE).read_bytes() == damaged
        assert repaired(folder, office).put_right == 1
    sound(folder, office, 60, 60).close()


def test_a_till_gets_its_own_segments_and_nobody_elses(folder, office, tmp_path):
    mine = read_identity(folder).terminal
    store = office.office.store
    data = own_segment(store, mine, 1, 35)
    assert data == own_segment(store, mine, 1, 40)
    other = enrolled(office, tmp_path / "b")
    for terminal, epoch, seq in ((other.store.identity.terminal, 1, 35), (mine, 1, 41), (mine, 2, 1), (mine, 0, 1),
                                 (mine, 1, 0), (mine, 2**31, 1), (mine, 1, 2**62)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            own_segment(store, terminal, epoch, seq)
        assert refused.value.reply.code == "unknown"
    other.close()


def saying(said: bytes) -> Ask:
    """Somebody who gives the same answer to everything."""
    return lambda epoch, seq: said


@pytest.mark.parametrize("damage", [flip(35), ALL_FROM_35], ids=["one", "all"])
def test_what_is_not_signed_by_this_till_is_not_put_in_its_journal(folder, office, tmp_path, damage):
    """Where all from there is nonsense, no hash that was kept shows what is forged: only the signature does."""
    other = enrolled(office, tmp_path / "b")
    other.sells(*range(101, 141))
    assert other.syncs()
    strange = own_segment(office.office.store, other.store.identity.terminal, 1, 35)
    other.close()
    changed(folder, damage)
    for said in (strange, strange[:-1], b"", forged(folder, office)):
        with pytest.raises(StoreFault) as refused:
            repair(folder, saying(said), "Olga", lambda: (hex_id("x"), NOON_MS))
        assert (refused.value.code, refused.value.said.args) == ("repair.cannot", {"epoch": 1, "seq": 35})


def forged(folder: Path, office: ServedOffice) -> bytes:
    """Another event 35 that follows the one before it, signed by somebody else."""
    mine = read_identity(folder).terminal
    segment = read_segment(own_segment(office.office.store, mine, 1, 35))
    raws = unpack_payload(zstandard.ZstdDecompressor().decompress(segment.blob, MAX_PAYLOAD_BYTES))
    before = bytes.fromhex(segment.header.prev_hash)
    hashes = check_events(segment.header, raws)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    made = raws[35 - segment.header.first_seq].replace(b"ivanova", b"petrova")
    at = 35 - segment.header.first_seq
    run = Run(1, 35, (made,), hashes[at - 1] if at else before, event_hash(hashes[at - 1], mine, 1, 35, made))
    return close(run, mine, other)
