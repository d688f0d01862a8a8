"""HID-POS reports, byte by byte as the makers' manuals have them."""

from __future__ import annotations

import pytest

from terminal.scanner.codec import codec_of
from terminal.scanner.framing import CUT_SHORT, NOT_TEXT, TOO_LONG, Dropped, Frame, Framing
from terminal.scanner.reports import Message, Messages, parts_of

BOARDING = b"M1GATHERGOOD/MICHAEL YABCDEF LHRDURAK 3542052Y003D23  0100"


def report(data: bytes, aim: bytes = b"]E0", more: int = 0, *, number: int = 2, length: int | None = None) -> bytes:
    """As the manual of the Access-IS LSR118 draws it (appendix B.1)."""
    head = bytes((number, len(data) if length is None else length)) + aim
    return head + data.ljust(56, b"\0") + b"s\0" + bytes((more,))


def test_a_short_code_is_one_report() -> None:
    assert len(report(b"4600000000015")) == 64
    assert Messages().feed(report(b"4600000000015")) == [Message("]E0", b"4600000000015")]


def test_a_code_of_more_than_56_bytes_goes_on_in_the_next_report() -> None:
    assert len(BOARDING) == 58
    messages = Messages()
    assert messages.feed(report(BOARDING[:56], b"]Q0", 1)) == []
    assert messages.feed(report(BOARDING[56:], b"]Q0")) == [Message("]Q0", BOARDING)]


def test_a_scanner_that_puts_everything_a_byte_later_is_read_too() -> None:
    later = bytes((2, 13, 0)) + b"]E0" + b"4600000000015".ljust(57, b"\0") + b"\0"
    assert len(later) == 64
    assert Messages().feed(later) == [Message("]E0", b"4600000000015")]


def test_a_scanner_that_gives_no_identifier_gives_its_data() -> None:
    assert Messages().feed(report(b"4600000000015", bytes(3))) == [Message("", b"4600000000015")]


def test_reports_that_are_no_scanned_data_and_empty_ones_say_nothing() -> None:
    messages = Messages()
    assert messages.feed(report(b"4600000000015", number=4)) == []
    assert messages.feed(report(b"")) == []


@pytest.mark.parametrize("length", [57, 200, 255])
def test_a_length_past_the_end_of_the_data_reads_no_further(length: int) -> None:
    assert parts_of(report(b"x" * 56, length=length)) == ("]E0", b"x" * 56)


def frames(*reports: bytes, framing: Framing | None = None) -> list[Frame | Dropped]:
    codec = codec_of("reports", framing)
    return [item for each in reports for item in codec.feed(each, 1.0)]


def test_the_identifier_becomes_the_symbology_and_what_a_suffix_adds_is_taken_off() -> None:
    assert frames(report(b"4600000000015\r\n")) == [Frame("4600000000015", "]E0", b"4600000000015")]
    assert frames(report(b"#010460\x1d93\t", b"]d2"), framing=Framing(prefix=b"#")) == [
        Frame("010460\x1d93", "]d2", b"#010460\x1d93")
    ]


def test_an_identifier_amid_the_data_is_taken_off_where_the_scanner_puts_it_there() -> None:
    assert frames(report(b"]E04600000000015", bytes(3))) == [Frame("4600000000015", "]E0", b"]E04600000000015")]


def test_what_is_no_text_is_told_with_its_size() -> None:
    assert frames(report(b"46\x0100")) == [Dropped(NOT_TEXT, 5)]


def test_the_same_code_again_at_once_is_one_scan() -> None:
    assert len(frames(report(b"4600000000015"), report(b"4600000000015"))) == 1


def test_a_code_of_4096_bytes_is_read_and_one_more_is_too_long() -> None:
    whole = [report(b"7" * 56, b"]Q0", 1)] * 73
    assert frames(*whole, report(b"7" * 8, b"]Q0")) == [Frame("7" * 4096, "]Q0", b"7" * 4096)]
    assert frames(*whole, report(b"7" * 9, b"]Q0")) == [Dropped(TOO_LONG, 4097)]
    assert frames(*[report(b"7" * 56, b"]Q0", 1)] * 200, report(b"7", b"]Q0")) == [Dropped(TOO_LONG, 4097)]


def test_a_code_whose_rest_never_comes_is_dropped_and_the_next_is_whole() -> None:
    codec = codec_of("reports")
    assert codec.feed(report(b"7" * 56, b"]Q0", 1), 1.0) == []
    assert codec.poll(1.49) == []
    assert codec.poll(1.5) == [Dropped(CUT_SHORT, 56)]
    assert codec.feed(report(b"8"), 2.0) == [Frame("8", "]E0", b"8")]


def test_a_report_of_which_a_piece_came_is_dropped_before_the_next_scan() -> None:
    codec = codec_of("reports")
    codec.feed(report(b"4600000000015")[:30], 1.0)
    assert codec.feed(report(b"8"), 2.0) == [Dropped(CUT_SHORT, 30), Frame("8", "]E0", b"8")]
