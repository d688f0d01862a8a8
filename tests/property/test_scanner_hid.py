"""HID-POS reports and key events: any chunking gives the same codes, any bytes break nothing, what is sent is read."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.driver import Sends
from devices.virtual.hid import keys_of, reports_of
from terminal.scanner.codec import codec_of
from terminal.scanner.framing import Dropped, Frame, Framing

ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\x1d"), min_size=1, max_size=180)
CODE = ASCII.filter(lambda text: text[0] != "]")
REPORT = st.tuples(
    st.sampled_from([2, 2, 2, 3, 0]), st.integers(0, 255), st.sampled_from([b"]E0", b"\0]Q", b"\0\0\0", b"]\xff0"]),
    st.binary(max_size=56), st.sampled_from([0, 0, 1, 9]),
).map(lambda r: bytes((r[0], r[1])) + r[2] + r[3].ljust(58, b"\0") + bytes((r[4],)))  # fmt: skip
KEYS = st.sampled_from([2, 5, 15, 27, 28, 29, 30, 42, 54, 56, 58, 71, 82, 86, 96, 97, 200])
EVENT = st.tuples(st.sampled_from([1, 1, 1, 1, 0, 4, 0x11]), KEYS | st.sampled_from([0, 1, 3]), st.integers(-1, 2)).map(
    lambda e: struct.pack("llHHi", 0, 0, *e)
)
STREAMS: dict[Sends, st.SearchStrategy[bytes]] = {
    "reports": st.lists(REPORT | st.binary(max_size=70), max_size=8).map(b"".join),
    "keys": st.lists(EVENT | st.binary(max_size=30), max_size=60).map(b"".join),
}


def read(sends: Sends, *pieces: bytes) -> list[Frame | Dropped]:
    """Pieces a millisecond apart, then silence."""
    codec = codec_of(sends)
    done: list[Frame | Dropped] = []
    for number, piece in enumerate(pieces):
        done += codec.feed(piece, 5.0 + number * 0.001) + codec.poll(5.0 + number * 0.001)
    return done + codec.poll(7.0)


@pytest.mark.parametrize("sends", ["reports", "keys"])
@given(data=st.data())
def test_any_chunking_gives_the_same_codes(sends: Sends, data: st.DataObject) -> None:
    stream = data.draw(STREAMS[sends])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(sends, *pieces) == read(sends, stream)


@pytest.mark.parametrize("sends", ["reports", "keys"])
@given(data=st.data())
def test_whatever_comes_nothing_breaks_and_no_control_character_but_the_group_separator_gets_out(
    sends: Sends, data: st.DataObject
) -> None:
    for item in read(sends, data.draw(STREAMS[sends] | st.binary(max_size=400))):
        if isinstance(item, Frame):
            assert item.text
            assert all(char.isprintable() or char == "\x1d" for char in item.text)
            assert item.symbology is None or len(item.symbology) == 3


@given(CODE, st.booleans())
def test_a_code_in_reports_is_read_as_it_was_sent(code: str, shifted: bool) -> None:
    raw = code.encode()
    assert read("reports", reports_of(b"]Q1" + raw, shifted=shifted)) == [Frame(code, "]Q1", raw)]


@given(CODE)
def test_a_code_that_is_typed_is_read_as_it_was_meant(code: str) -> None:
    assert read("keys", keys_of(code.encode() + b"\r")) == [Frame(code, None, code.encode())]


@pytest.mark.parametrize("sends", ["text", "reports", "keys"])
@given(code=CODE, aim=st.sampled_from(["", "]E0", "]d2"]), affixes=st.sampled_from([("", ""), ("~~", "#")]))
def test_whatever_brings_a_code_it_is_read_alike(sends: Sends, code: str, aim: str, affixes: tuple[str, str]) -> None:
    """Prefix and postfix off, the AIM identifier told apart, every character kept; the same at once is nothing."""
    prefix, postfix = affixes
    framing = Framing(prefix=prefix.encode(), postfix=postfix.encode(), idle_s=0.25)
    ways: dict[Sends, Callable[[bytes], bytes]] = {"text": bytes, "keys": keys_of, "reports": reports_of}
    end = b"" if sends == "reports" else b"\r"
    raw = ways[sends](f"{prefix}{aim}{code}{postfix}".encode() + end)
    codec = codec_of(sends, framing)
    assert [(each.text, each.symbology) for each in codec.feed(raw, 1.0) if isinstance(each, Frame)] == [
        (code, aim or None)
    ]
    assert codec.feed(raw, 1.2) == []
    assert len(codec.feed(raw, 1.8)) == 1
