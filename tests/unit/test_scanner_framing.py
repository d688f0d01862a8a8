"""Bytes to codes: ends, identifiers, limits, repeats."""

import pytest

from terminal.scanner.framing import CUT_SHORT, NOT_TEXT, TOO_LONG, Dropped, Frame, Framer, Framing

CODE = b"4600000000015"


def texts(done: list[Frame | Dropped]) -> list[str]:
    return [frame.text for frame in done if isinstance(frame, Frame)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b"\x03", b"\x03\r\n"])
def test_a_frame_ends_with_any_suffix(end: bytes) -> None:
    framer = Framer()
    assert texts(framer.feed(CODE + end, 0.0)) == [CODE.decode()]
    assert framer.poll(10.0) == []


def test_a_frame_without_suffix_ends_by_idle_time() -> None:
    framer = Framer()
    assert framer.feed(CODE, 1.0) == []
    assert framer.poll(1.039) == []
    assert texts(framer.poll(1.041)) == [CODE.decode()]


def test_silence_ends_a_frame_even_if_nobody_polled() -> None:
    framer = Framer()
    framer.feed(b"4600000000015", 1.0)
    assert texts(framer.feed(b"4600000000022\r", 1.1)) == ["4600000000015", "4600000000022"]


def test_a_scanner_known_to_send_a_suffix_is_not_cut_by_a_busy_computer() -> None:
    framer = Framer()
    framer.feed(b"4600000000022\r", 1.0)
    framer.feed(CODE[:5], 2.0)
    assert framer.poll(2.3) == []
    assert texts(framer.feed(CODE[5:] + b"\r", 2.4)) == [CODE.decode()]


def test_a_scanner_that_no_longer_sends_a_suffix_is_waited_for_only_once() -> None:
    framer = Framer()
    framer.feed(b"4600000000022\r", 1.0)
    framer.feed(CODE, 2.0)
    assert texts(framer.poll(2.5)) == [CODE.decode()]
    framer.feed(b"4600000000039", 3.0)
    assert texts(framer.poll(3.05)) == ["4600000000039"]


def test_the_aim_identifier_becomes_the_symbology() -> None:
    (frame,) = Framer().feed(b"]E0" + CODE + b"\r", 0.0)
    assert frame == Frame(CODE.decode(), "]E0", b"]E0" + CODE)


def test_stx_and_etx_are_taken_off_and_what_stood_before_stx_is_dropped() -> None:
    done = Framer().feed(b"junk\x02" + CODE + b"\x03", 0.0)
    assert done == [Dropped(CUT_SHORT, 4), Frame(CODE.decode(), None, CODE)]


def test_a_prefix_and_a_postfix_of_the_scanner_are_taken_off() -> None:
    framer = Framer(Framing(prefix=b"F", postfix=b"#"))
    assert texts(framer.feed(b"F" + CODE + b"#\r", 0.0)) == [CODE.decode()]


def test_the_group_separator_and_spaces_inside_a_code_stay() -> None:
    code = "010460000000001521ab c\x1d93dGVz "
    assert texts(Framer().feed(f"]d2{code}\r".encode(), 0.0)) == [code]


@pytest.mark.parametrize(
    "bad", [b"46\x0000", b"46\x1b00", "46\x8500".encode(), b"46\x7f00", b"46\xff00", "46\u202e".encode()]
)
def test_controls_and_broken_bytes_never_pass(bad: bytes) -> None:
    assert Framer().feed(bad + b"\r", 0.0) == [Dropped(NOT_TEXT, len(bad))]


def test_a_frame_at_the_limit_passes_and_one_byte_more_is_dropped_whole() -> None:
    framer = Framer()
    assert texts(framer.feed(b"1" * 4096 + b"\r", 0.0)) == ["1" * 4096]
    assert framer.feed(b"1" * 4097 + b"2" * 9000 + b"\r", 9.0) == [Dropped(TOO_LONG, 13097)]
    assert texts(framer.feed(CODE + b"\r", 18.0)) == [CODE.decode()]


def test_the_same_text_within_half_a_second_is_one_scan() -> None:
    framer = Framer()
    assert texts(framer.feed(CODE + b"\r" + CODE + b"\r", 0.0)) == [CODE.decode()]
    assert texts(framer.feed(CODE + b"\r", 0.4)) == []
    assert texts(framer.feed(CODE + b"\r", 0.95)) == [CODE.decode()]


def test_another_text_in_between_is_a_scan_of_its_own() -> None:
    assert texts(Framer().feed(b"4600000000015\r4600000000022\r", 0.0)) == ["4600000000015", "4600000000022"]


def test_an_identifier_without_data_is_nothing() -> None:
    assert Framer().feed(b"]E0\r\r\n", 0.0) == []
