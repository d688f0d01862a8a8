"""terminal.offline_queue.unpacking: a file that still grows, summed and unpacked, and never to more than agreed."""

from hashlib import sha256

import pytest
import zstandard

from loyalty.errors import LinkFault
from terminal.offline_queue.unpacking import Unpacking

PLAIN = b"".join(f"member {number};".encode() for number in range(50_000))
PACKED = zstandard.ZstdCompressor().compress(PLAIN)


@pytest.mark.parametrize("cuts", [(), (1,), (0, 3, 3, 70_000), (len(PACKED) - 1,)], ids=str)
def test_what_is_added_is_unpacked_wherever_the_file_was_cut(tmp_path, cuts):
    packed, fresh = tmp_path / "packed", tmp_path / "fresh"
    fresh.write_bytes(b"of another one")
    unpacking = Unpacking(packed, fresh, len(PLAIN))
    for end in (*cuts, len(PACKED)):
        packed.write_bytes(PACKED[:end])
        unpacking.follow()
        assert unpacking.sha256() == sha256(PACKED[:end]).hexdigest()
    assert fresh.read_bytes() == PLAIN
    assert unpacking.file_bytes == len(PLAIN)


def test_one_byte_more_than_agreed_is_refused(tmp_path):
    (tmp_path / "packed").write_bytes(PACKED)
    with pytest.raises(LinkFault) as caught:
        Unpacking(tmp_path / "packed", tmp_path / "fresh", len(PLAIN) - 1).follow()
    assert caught.value.said.args == {"what": "size"}


def test_a_little_that_unpacks_to_very_much_is_stopped_on_the_way(tmp_path):
    (tmp_path / "packed").write_bytes(zstandard.ZstdCompressor().compress(bytes(64 * 1024 * 1024)))
    unpacking = Unpacking(tmp_path / "packed", tmp_path / "fresh", 1_000_000)
    with pytest.raises(LinkFault):
        unpacking.follow()
    assert (tmp_path / "fresh").stat().st_size <= 1_000_000
    assert unpacking.file_bytes < 2_000_000


NOT_PACKED = {
    "a page": b"<html>" * 100,
    "a broken block": PACKED[:10] + b"\xff" * 50 + PACKED[60:],
    "more behind the end": PACKED + b"and more",
}


@pytest.mark.parametrize("packed", NOT_PACKED.values(), ids=NOT_PACKED)
def test_bytes_that_do_not_unpack_are_no_snapshot(tmp_path, packed):
    (tmp_path / "packed").write_bytes(packed)
    with pytest.raises(LinkFault) as caught:
        Unpacking(tmp_path / "packed", tmp_path / "fresh", len(PLAIN)).follow()
    assert caught.value.code == "cache.snapshot"
