"""A damaged journal whose events the head office has only without the personal data of a member erased since."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from msgspec.structs import replace
from zstandard import ZstdCompressor, ZstdDecompressor

from loyalty.chain import MAX_PAYLOAD_BYTES, header_for, pack_payload, unpack_payload
from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.events import EpochBegun, SaleCompleted, decode_body, decode_envelope
from loyalty.redacted import MAX_NOTE_BYTES, Redacted, read_redacted, write_redacted
from sync_server.backups import back_up, restore
from sync_server.erasing.erase import repeat_erasings
from sync_server.erasing.erased import Erased
from sync_server.own_segments import own_segment
from sync_server.schema import FLAG
from sync_server.verifying.verify import verify as verify_office
from terminal.offline_queue.keys import read_identity
from terminal.offline_queue.repair import Repaired, repair
from terminal.offline_queue.repair_sources import Sources
from tests.support.damaged import changed, flip, repaired, sound
from tests.support.queue_samples import NOON_MS, fact_of, hex_id, receipt
from tests.support.served_office import ServedOffice, served_office
from tests.support.tills_by_hand import ANNA, Till, enrolled, points

MASKED = "Пелагея К."
PARTS = (header_for(hex_id("till"), 1, 1, 1, bytes(32), bytes(32), 1, b"blob"), bytes(64), b"blob")
"""Of a segment: header, signature, blob."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    with served_office(tmp_path / "office") as served:
        yield served


@pytest.fixture
def folder(office: ServedOffice, tmp_path: Path) -> Path:
    """The till of `sell_by_name`, once the head office has erased the member."""
    folder = sell_by_name(office, tmp_path / "a")
    erased(office)
    return folder


def sell_by_name(office: ServedOffice, at: Path) -> Path:
    """A till of 12 sales, 5 and 8 of them by name. The head office has 10, in segments of 6 and 4."""
    till = enrolled(office, at)
    for sales in (range(1, 7), range(7, 11)):
        for number in sales:
            named = replace(receipt(number, ANNA), member_id=ANNA, member_name=MASKED if number in (5, 8) else "")
            till.journal.record(fact_of(named))
        assert till.syncs()
    till.journal.write(lambda c: c.execute("DELETE FROM segment"))
    till.sells(11, 12)
    return till.close()


def erased(office: ServedOffice) -> None:
    """The head office erases who bought."""
    office.office.apply()
    repeat_erasings(office.office.store, office.office.identity, [Erased(ANNA, ANNA, "olga", NOON_MS)], NOON_MS)


def names_in(folder: Path, office: ServedOffice) -> list[str]:
    """The names on the till's receipts, in order."""
    till = Till(folder, office.url)
    rows = till.journal.read(lambda c: c.execute("SELECT raw FROM event ORDER BY place").fetchall())
    till.close()
    bodies = [decode_body(decode_envelope(raw)) for (raw,) in rows]
    return [body.receipt.member_name for body in bodies if isinstance(body, SaleCompleted)]


@pytest.mark.parametrize("seq", [4, 6, 9])
def test_an_event_beside_an_erased_one_is_proved_by_the_chain_all_the_same(folder, office, seq):
    changed(folder, flip(seq))
    assert repaired(folder, office) == Repaired(12, 1, 1)
    assert names_in(folder, office) == ["", "", "", "", MASKED, "", "", MASKED, "", "", "", ""]
    sound(folder, office, 12, 12).close()


def test_what_is_whole_here_is_proved_by_the_hash_it_had_there(folder, office):
    changed(folder, flip(5, "hash"), flip(6, "hash"))
    assert repaired(folder, office) == Repaired(12, 2, 0)
    assert names_in(folder, office)[4] == MASKED


def test_an_erased_event_is_taken_by_a_person_s_word_and_all_from_there_goes_up_once_in_a_new_epoch(folder, office):
    changed(folder, flip(5))
    with pytest.raises(NotNow) as refused:
        repaired(folder, office)
    assert (refused.value.code, refused.value.said.args) == ("repair.told", {"count": 1, "epoch": 1, "seq": 5})
    done = repaired(folder, office, "Olga")
    assert done == Repaired(4 + 1 + 8, 1, 1, (), 2, 1)
    assert names_in(folder, office) == ["", "", "", "", "", "", "", MASKED, "", "", "", ""]
    till = sound(folder, office, 12, 13)
    (raw,) = till.journal.read(lambda c: c.execute("SELECT raw FROM event WHERE epoch = 2 AND seq = 1").fetchone())
    assert decode_body(decode_envelope(raw)) == EpochBegun("north", "Olga", "damaged", 1, 0, 8)
    till.sells(13)
    assert till.syncs()
    assert points(office) == 130
    till.close()
    with office.office.store.read() as tx:
        kinds = {kind for (kind,) in tx.execute(FLAG.select().with_only_columns(FLAG.c.kind))}
    assert kinds - {"clock"} == {"epoch_begun"}, "the head office knows each again by its id and its bytes"
    assert verify_office(office.office.store).findings == ()


def test_a_head_office_put_back_to_before_the_new_epoch_is_filled_up_again(tmp_path):
    at, backup, till = tmp_path / "office", tmp_path / "backup.db", tmp_path / "a"
    with served_office(at) as office:
        sell_by_name(office, till)
        back_up(at / "head_office.db", backup)
        erased(office)
        changed(till, flip(8), flip(5))
        assert repaired(till, office, "Olga").told == 2
        sound(till, office, 12, 13).close()
    restore(backup, at / "head_office.db", tmp_path / "aside.db", os.urandom)
    with served_office(at) as office:
        erased(office)
        sound(till, office, 12, 13).close()


@pytest.mark.parametrize("spoil", ["name", "another", "note", "signature", "cut"])
def test_only_what_the_chain_leaves_open_is_believed(folder, office, spoil):
    """An event that is not said to be redacted, of another segment, or under a note that does not lead to what was
    signed, is not put in the journal."""
    changed(folder, flip(4))
    data = own_segment(office.office.store, read_identity(folder).terminal, 1, 4)
    note, parts = read_redacted(data)
    signed, signature, blob = parts.signed, parts.signature, parts.blob
    match spoil:
        case "name":
            raws = unpack_payload(ZstdDecompressor().decompress(blob, MAX_PAYLOAD_BYTES))
            payload = pack_payload(
                raw.replace(b"ivanova", b"petrova") if at == 3 else raw for at, raw in enumerate(raws)
            )
            blob = ZstdCompressor().compress(payload)
        case "another":
            other = own_segment(office.office.store, read_identity(folder).terminal, 1, 8)
            blob = read_redacted(other)[1].blob
        case "note":
            note = replace(note, hashes={"5": "00" * 32})
        case "signature":
            signature = bytes(64)
    said = write_redacted(note, signed, signature, blob)[: -1 if spoil == "cut" else None]
    with pytest.raises(StoreFault) as refused:
        repair(folder, lambda epoch, seq: said, "Olga", lambda: (hex_id("x"), NOON_MS))
    assert refused.value.code == "repair.cannot"
    assert refused.value.said.args == {"epoch": 1, "seq": 4}


def test_what_unpacks_to_more_than_a_payload_takes_no_room_and_is_not_believed():
    """Its blob is signed by nobody: whoever answers may send some KB that unpack to whatever they like."""
    signed, signature, _ = PARTS
    data = write_redacted(Redacted(1, {}), signed, signature, ZstdCompressor().compress(bytes(64 * 1024 * 1024)))
    tracemalloc.start()
    try:
        assert Sources(hex_id("till"), [], [], lambda epoch, seq: data).find(1, 1) is None
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2 * MAX_PAYLOAD_BYTES


def test_a_note_has_so_many_bytes_and_no_more():
    def written(size: int) -> bytes:
        return write_redacted(Redacted(1, {"1" * (size - 100): "0" * 64}), *PARTS)

    assert read_redacted(written(MAX_NOTE_BYTES))[1].blob == b"blob"
    with pytest.raises(BadInput):
        written(MAX_NOTE_BYTES + 1)
    note = b'{"hashes":{},"payload_bytes":1}'
    rest = write_redacted(Redacted(1, {}), *PARTS)[8 + len(note) :]
    for size, taken in ((MAX_NOTE_BYTES, True), (MAX_NOTE_BYTES + 1, False)):
        data = b"KSR1" + size.to_bytes(4, "big") + note.ljust(size) + rest
        with nullcontext() if taken else pytest.raises(BadInput):
            assert read_redacted(data)[0] == Redacted(1, {})
