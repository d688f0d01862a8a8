"""However a wire cuts the bytes, the codes are the same; whatever the bytes, nothing breaks and no control gets out."""

from hypothesis import given
from hypothesis import strategies as st

from terminal.scanner.framing import Dropped, Frame, Framer

TRICKY = st.sampled_from([0x02, 0x03, 0x09, 0x0A, 0x0D, 0x1D, 0x5D, 0x45, 0x30, 0x31, 0xD0, 0x81, 0xFF, 0x00])
STREAM = st.lists(TRICKY | st.integers(0, 255), max_size=60).map(bytes)


@given(STREAM, st.data())
def test_any_chunking_gives_the_same_frames(stream: bytes, data: st.DataObject) -> None:
    whole = Framer()
    expected = whole.feed(stream, 5.0) + whole.poll(6.0)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    chunked = Framer()
    got: list[Frame | Dropped] = []
    for number, piece in enumerate(pieces):
        got += chunked.feed(piece, 5.0 + number * 0.002)
        got += chunked.poll(5.0 + number * 0.002)
    assert got + chunked.poll(6.0) == expected


@given(STREAM)
def test_no_control_character_but_the_group_separator_gets_out(stream: bytes) -> None:
    framer = Framer()
    for item in framer.feed(stream, 0.0) + framer.poll(1.0):
        if isinstance(item, Frame):
            assert item.text
            assert all(char.isprintable() or char == "\x1d" for char in item.text)


@given(st.binary(max_size=300), st.integers(1, 40))
def test_no_frame_is_longer_than_the_limit(stream: bytes, most: int) -> None:
    from terminal.scanner.framing import Framing

    framer = Framer(Framing(max_bytes=most))
    for item in framer.feed(stream, 0.0) + framer.poll(1.0):
        assert isinstance(item, Dropped) or len(item.raw) <= most
