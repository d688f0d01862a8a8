"""The link of Shtrih-M registers: frames as they were seen on real wires, and what a host makes of what comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.shtrih import commands as k
from devices.shtrih.link import ACK, ENQ, NAK, TRIES, Answer, Lost, Silent, answer_of, exchange, framed, message
from devices.shtrih.wire import run
from devices.virtual.shtrih_link import RegisterLink


def test_frames_are_those_seen_on_real_wires() -> None:
    assert framed(k.short_status()) == bytes.fromhex("0205101E0000000B")
    assert framed(k.memory_status()) == bytes.fromhex("0206FF011E000000E6")
    seen = bytes.fromhex("1000 1E B202 02 00 00 9FF8 000000 750800")
    assert framed(seen)[-1] == 0xB6
    answer = answer_of(seen)
    assert (answer.command, answer.error) == (0x10, 0)
    assert k.read_short_status(answer.data) == k.ShortStatus(2, 0)


def test_the_longest_message_fits_and_one_byte_more_does_not() -> None:
    assert len(message(0x17, bytes(254))) == 255
    with pytest.raises(ValueError, match="255"):
        message(0x17, bytes(255))


def test_a_line_carries_millionths_kopecks_and_its_own_sum() -> None:
    raw = k.item(False, 456, 80_000, 36_480, 0x02, 4, 1, "Сыр")
    assert raw.hex() == (
        "ff46" "01000000" "01" "40f506000000" "8038010000" "808e000000" "ffffffffff" "02" "00" "04" "01" "d1fbf0"
    )  # fmt: skip


def test_a_name_is_cut_where_the_register_would_refuse_it() -> None:
    assert len(k.item(False, 1000, 1, 1, 1, 4, 1, "я" * 129)) == len(k.item(False, 1000, 1, 1, 1, 4, 1, "я" * 128))


def test_an_answer_shorter_than_its_command_allows_is_named() -> None:
    with pytest.raises(k.BadAnswer):
        k.read_memory_status(bytes(29))
    assert k.read_memory_status(bytes(30)).last_document == 0


class Script:
    """A wire that answers each thing sent with what stands next in a list."""

    def __init__(self, *replies: bytes) -> None:
        self.replies = list(replies)
        self.sent: list[bytes] = []

    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        if not raw or raw == bytes((ACK,)):
            return b""
        self.sent.append(raw)
        return self.replies.pop(0) if self.replies else b""

    def close(self) -> None:
        """Nothing is open."""


ASK = k.short_status()
DONE = framed(bytes((0x10, 0, 7)))
READY = bytes((NAK,))


def test_a_garbled_command_is_sent_again_and_an_answer_garbled_is_asked_for_again() -> None:
    bad = DONE[:-1] + bytes((DONE[-1] ^ 1,))
    wire = Script(READY, bytes((NAK,)), bytes((ACK,)) + bad, bytes((ACK,)) + DONE)
    assert run(exchange(ASK, 1.0), wire) == Answer(0x10, 0, b"\x07")
    assert wire.sent == [bytes((ENQ,)), framed(ASK), framed(ASK), bytes((NAK, ENQ))]


def test_an_answer_left_over_from_before_is_taken_off_the_wire_first() -> None:
    other = framed(bytes((0x85, 0, 1)))
    wire = Script(bytes((ACK,)) + other, READY, bytes((ACK,)) + DONE)
    assert run(exchange(ASK, 1.0), wire) == Answer(0x10, 0, b"\x07")


def test_nobody_there_is_silence_after_so_many_tries() -> None:
    wire = Script()
    with pytest.raises(Silent):
        run(exchange(ASK, 1.0), wire)
    assert wire.sent == [bytes((ENQ,))] * TRIES


def test_a_register_that_took_a_command_and_has_no_answer_leaves_a_doubt() -> None:
    with pytest.raises(Lost):
        run(exchange(ASK, 1.0), Script(READY, bytes((ACK,)), READY))
    with pytest.raises(Lost):
        run(exchange(ASK, 1.0), Script(READY, bytes((ACK,))))


@given(noise=st.binary(max_size=40), more=st.lists(st.binary(max_size=40), max_size=30))
def test_no_bytes_from_a_wire_do_more_than_end_the_exchange(noise: bytes, more: list[bytes]) -> None:
    wire = Script(noise, *more)
    try:
        run(exchange(ASK, 1.0), wire)
    except (Silent, Lost):
        return


@given(chunks=st.lists(st.binary(max_size=60), max_size=30))
def test_no_bytes_from_a_host_bring_a_register_down(chunks: list[bytes]) -> None:
    link = RegisterLink(lambda raw: raw[:1] + b"\0")
    for chunk in chunks:
        link.receive(chunk)
    link.power_on()
    assert link.receive(bytes((ENQ,))) == READY
