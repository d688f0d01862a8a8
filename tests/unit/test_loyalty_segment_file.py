"""The file a till's segments travel in by hand: what is not exactly what was written is refused as a whole."""

import struct
from contextlib import suppress
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loyalty import segment_file
from loyalty.chain import ZERO_HASH, fork_hash
from loyalty.errors import BadInput
from loyalty.events import canonical
from loyalty.segment_file import Manifest, Place, read_segment_file, write_segment_file
from tests.support.server import signed_segment

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TILL, OTHER = "01932c0700007000800000000000000f", "01932c0700007000800000000000000e"


def segments(*counts: int, terminal: str = TILL, epoch: int = 1, before: bytes = ZERO_HASH) -> list[bytes]:
    """One after another, of so many events each."""
    made, seq = [], 1
    for count in counts:
        events = [b'{"event":%d}' % (seq + each) for each in range(count)]
        data, before = signed_segment(KEY, terminal, epoch, seq, before, events)
        made.append(data)
        seq += count
    return made


def written(held: list[bytes], **told: object) -> bytes:
    """A file of these whose manifest says what is told: checksum and length are right."""
    body = b"".join(struct.pack(">I", len(each)) + each for each in held)
    manifest = {
        "v": 1, "terminal": TILL, "terminal_no": 1, "store": "s1", "made_at_ms": 5, "first": {"epoch": 1, "seq": 1},
        "last": {"epoch": 1, "seq": 3}, "events": 3, "segments": 2, "bytes": len(body),
        "sha256": sha256(body).hexdigest(), **told,
    }  # fmt: skip
    head = canonical(manifest)
    return b"KSF1" + struct.pack(">I", len(head)) + head + body


FILE = written(segments(2, 1))


def test_the_file_is_as_the_protocol_has_it() -> None:
    assert write_segment_file(1, "s1", 5, segments(2, 1)) == FILE


def test_what_was_written_is_read() -> None:
    held = read_segment_file(FILE, "x")
    assert held.segments == tuple(segments(2, 1))
    body = b"".join(struct.pack(">I", len(each)) + each for each in held.segments)
    ends = Place(1, 1), Place(1, 3)
    assert held.manifest == Manifest(1, TILL, 1, "s1", 5, *ends, 3, 2, len(body), sha256(body).hexdigest())


def test_segments_of_a_new_epoch_follow_those_of_the_old() -> None:
    anew = segments(1, epoch=2, before=fork_hash(TILL, 1, ZERO_HASH))
    held = read_segment_file(write_segment_file(1, "s1", 5, [*segments(2), *anew]), "x")
    assert (held.manifest.first, held.manifest.last, held.manifest.events) == (Place(1, 1), Place(2, 1), 3)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_taken_for_what_was_written(at: int, by: int) -> None:
    """In the manifest's words a change may pass (a store's name); what is held never changes."""
    spoilt = FILE[:at] + bytes([FILE[at] ^ by]) + FILE[at + 1 :]
    with suppress(BadInput):
        assert read_segment_file(spoilt, "x").segments == tuple(segments(2, 1))


@given(st.integers(0, len(FILE) - 1))
def test_a_file_cut_short_is_refused(size: int) -> None:
    with pytest.raises(BadInput):
        read_segment_file(FILE[:size], "x")


def test_a_file_with_something_after_it_is_refused() -> None:
    with pytest.raises(BadInput):
        read_segment_file(FILE + b"\0", "x")


@pytest.mark.parametrize(
    "file",
    [
        written(segments(2, 1), v=2),
        written(segments(2, 1), terminal=OTHER),
        written(segments(2, 1), events=4),
        written(segments(2, 1), segments=3),
        written(segments(2, 1), first={"epoch": 1, "seq": 2}),
        written(segments(2, 1), last={"epoch": 2, "seq": 3}),
        written([segments(1, 1, 1)[0], segments(1, 1, 1)[2]], events=2),
        written([segments(2)[0], segments(2)[0]], last={"epoch": 1, "seq": 2}, events=4),
        written([segments(2)[0], segments(2, 1, before=bytes([1]) * 32)[1]]),
        written([*segments(2), *segments(1, terminal=OTHER)], last={"epoch": 1, "seq": 1}),
        written([*segments(2), *segments(2, 1, epoch=2)[1:]], last={"epoch": 2, "seq": 3}),
        written([segments(2)[0], b"KSG1"]),
        written([], first={"epoch": 1, "seq": 1}, events=0, segments=0),
    ],
    ids=[
        "version",
        "till",
        "events",
        "segments",
        "first",
        "last",
        "gap",
        "twice",
        "chain",
        "mixed",
        "epoch",
        "none",
        "empty",
    ],
)
def test_a_file_that_contradicts_itself_is_refused(file: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_segment_file(file, "stick.kopilka")
    assert (refused.value.code, refused.value.said.args["name"]) == ("carried.damaged", "stick.kopilka")


def test_something_else_is_no_file_of_events() -> None:
    with pytest.raises(BadInput) as refused:
        read_segment_file(b"PK\x03\x04 something", "photo.zip")
    assert refused.value.code == "carried.none"


@pytest.mark.parametrize(("room", "fits"), [(0, True), (-1, False)])
def test_a_file_has_a_largest_size(monkeypatch: pytest.MonkeyPatch, room: int, fits: bool) -> None:
    monkeypatch.setattr(segment_file, "MAX_FILE_BYTES", len(FILE) + room)
    if fits:
        assert read_segment_file(write_segment_file(1, "s1", 5, segments(2, 1)), "x").manifest.events == 3
        return
    with pytest.raises(BadInput) as refused:
        write_segment_file(1, "s1", 5, segments(2, 1))
    assert refused.value.code == "carried.too_much"
    with pytest.raises(BadInput):
        read_segment_file(FILE, "x")
