"""Key events of Linux, one by one, and what a scanner meant by them."""

from __future__ import annotations

import struct

import pytest

from terminal.scanner.codec import codec_of
from terminal.scanner.framing import CUT_SHORT, NOT_TEXT, Dropped, Frame, Framing
from terminal.scanner.typed import Typed

SHIFT, RIGHT_SHIFT, CTRL, ALT, CAPS, ENTER, TAB, PAD_ENTER = 42, 54, 29, 56, 58, 28, 15, 96
A, B, M, J, BRACKET, ONE, SLASH, SEMICOLON = 30, 48, 50, 36, 27, 2, 53, 39
PAD_0, PAD_2, PAD_9 = 82, 80, 73


def event(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 1_700_000_000, 5, kind, code, value)


def down(key: int) -> bytes:
    return event(1, key, 1)


def up(key: int) -> bytes:
    return event(1, key, 0)


def press(*keys: int) -> bytes:
    return b"".join(event(4, 4, key) + down(key) + event(0, 0, 0) + up(key) for key in keys)


def test_keys_are_read_by_their_places_on_a_us_keyboard() -> None:
    row = [ONE, 16, 17, A, 44, SLASH, SEMICOLON, 41, 43, 12, 13, 57]
    assert Typed().feed(press(*row)) == b"1qwaz/;`\\-= "
    assert Typed().feed(down(SHIFT) + press(*row) + up(SHIFT) + press(A)) == b"!QWAZ?:~|_+ a"


@pytest.mark.parametrize("shift", [SHIFT, RIGHT_SHIFT])
def test_each_shift_shifts_and_both_are_let_go_by_themselves(shift: int) -> None:
    assert Typed().feed(down(shift) + press(A) + up(shift) + press(A)) == b"Aa"


def test_caps_lock_turns_letters_and_nothing_else() -> None:
    typed = Typed()
    assert typed.feed(press(CAPS, A, ONE) + down(SHIFT) + press(A, ONE) + up(SHIFT) + press(CAPS, A)) == b"A1a!a"
    assert typed.feed(event(0x11, 1, 1) + press(A) + event(0x11, 1, 0) + press(A)) == b"Aa"


def test_the_number_pad_types_digits_and_signs() -> None:
    assert Typed().feed(press(79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 74, 78, 55, 98, 83)) == b"1234567890-+*/."


def test_ctrl_with_a_bracket_is_the_group_separator_and_with_letters_the_ends() -> None:
    assert Typed().feed(down(CTRL) + press(BRACKET, M, J, B, ONE) + up(CTRL)) == b"\x1d\r\n\x02"


def test_alt_with_digits_of_the_pad_is_the_character_of_that_number() -> None:
    typed = Typed()
    assert typed.feed(down(ALT) + press(PAD_0, PAD_2, PAD_9)) == b""
    assert typed.feed(up(ALT) + press(A)) == b"\x1da"


@pytest.mark.parametrize("digits", [[PAD_2] * 3, [PAD_0], [PAD_9] * 9])
def test_alt_with_a_number_that_is_no_ascii_makes_no_text(digits: list[int]) -> None:
    assert Typed().feed(down(ALT) + press(*digits) + up(ALT)) == b"\0"


def test_a_key_held_down_counts_once() -> None:
    assert Typed().feed(down(A) + event(1, A, 2) * 5 + up(A)) == b"a"


def test_the_key_us_keyboards_lack_is_less_and_greater() -> None:
    assert Typed().feed(press(86) + down(SHIFT) + press(86)) == b"<>"


def test_keys_that_type_nothing_type_nothing() -> None:
    assert Typed().feed(press(1, 14, 59, 103, 125, 183, 767)) == b""


def frames(*pieces: bytes, framing: Framing | None = None) -> list[Frame | Dropped]:
    codec = codec_of("keys", framing)
    return [item for piece in pieces for item in codec.feed(piece, 1.0)]


@pytest.mark.parametrize("end", [ENTER, PAD_ENTER, TAB])
def test_a_code_ends_with_enter_or_tab(end: int) -> None:
    assert frames(press(5, 7, end)) == [Frame("46", None, b"46")]


def test_without_enter_silence_ends_a_code_and_keys_that_type_nothing_are_no_silence() -> None:
    codec = codec_of("keys", Framing(idle_s=0.25))
    assert codec.feed(press(5), 1.0) == []
    assert codec.feed(down(SHIFT), 1.2) == []
    assert codec.feed(press(7), 1.4) == []
    assert codec.poll(1.64) == []
    assert codec.poll(1.65) == [Frame("4^", None, b"4^")]


def test_after_keys_were_lost_the_code_is_given_up_until_its_end() -> None:
    lost = event(0, 3, 0)
    assert frames(press(5, 7), lost + press(8, ENTER), press(9, ENTER)) == [
        Dropped(CUT_SHORT, 2), Frame("8", None, b"8")
    ]  # fmt: skip


def test_after_keys_were_lost_silence_begins_anew_too() -> None:
    codec = codec_of("keys")
    assert codec.feed(event(0, 3, 0) + press(5), 1.0) == []
    assert codec.feed(press(7, ENTER), 1.5) == [Frame("6", None, b"6")]


def test_a_sign_nobody_knows_spoils_its_code_only() -> None:
    spoiled = down(ALT) + press(PAD_2, PAD_2, PAD_2) + up(ALT)
    assert frames(press(5) + spoiled + press(ENTER), press(7, ENTER)) == [Dropped(NOT_TEXT, 2), Frame("6", None, b"6")]
