"""Whatever way a scanner frames its codes: what two scans tell is how all of its codes are read, in any chunking."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from terminal.scanner.bursts import SILENCE_S, Burst, Bursts
from terminal.scanner.calibration import DIGITS, LETTERS, Inferred, infer
from terminal.scanner.framing import AIM_IDENTIFIER, Frame, Framer
from terminal.scanner.layout import RUSSIAN, US

TYPED = str.maketrans(US, RUSSIAN)
ASCII = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
AFFIX = st.text(ASCII, max_size=6) | st.sampled_from(["\x01", "код", "#", "№"])
SUFFIX = st.sampled_from([b"", b"\r", b"\n", b"\r\n", b"\t", b"\x03", b"\x03\r\n"])
CODE = st.text(ASCII | st.just("\x1d"), min_size=1, max_size=40)
PIECES = st.lists(st.integers(1, 9), max_size=30)
GAP_S = st.sampled_from([0.0, 0.001, 0.016, 0.05, 0.2])


def framed(code: str, aim: str, prefix: str, postfix: str, stx: bool, suffix: bytes, russian: bool) -> bytes:
    data = aim + code
    typed = data.translate(TYPED) if russian else data
    return b"\x02" * stx + (prefix + typed + postfix).encode() + suffix


def chunks(raw: bytes, pieces: list[int]) -> list[bytes]:
    """The bytes in pieces of these sizes, the rest in one."""
    out = []
    for size in pieces:
        out.append(raw[:size])
        raw = raw[size:]
    return [piece for piece in [*out, raw] if piece]


def heard(raw: bytes, pieces: list[int], gap_s: float) -> Burst:
    bursts = Bursts()
    now_s = 10.0
    for piece in chunks(raw, pieces):
        now_s += gap_s
        assert bursts.feed(piece, now_s) == []
    (burst,) = bursts.poll(now_s + SILENCE_S + 0.001)
    assert burst.raw == raw
    return burst


@given(AFFIX, AFFIX, st.booleans(), st.booleans(), SUFFIX, st.booleans(), PIECES, PIECES, GAP_S, CODE)
@example("", "", False, False, b"", False, [], [], 0.2, "4600000000022")
@example("", "", True, True, b"\x03\r\n", True, [3, 1], [2], 0.016, "KPL:2990001000018")
def test_any_framing_is_inferred_so_that_every_code_is_read(
    prefix: str, postfix: str, stx: bool, aim: bool, suffix: bytes, russian: bool,
    pieces: list[int], more: list[int], gap_s: float, code: str,
) -> None:  # fmt: skip
    assume(not AIM_IDENTIFIER.match(code))
    assume(DIGITS not in prefix and LETTERS not in prefix)
    how = (prefix, postfix, stx, suffix, russian)
    one = heard(framed(DIGITS, "]E0" * aim, *how), pieces, gap_s)
    other = heard(framed(LETTERS, "]C0" * aim, *how), more, gap_s)
    found = infer(one, other)
    assert isinstance(found, Inferred)
    assert infer(other, one) == found
    assert (found.suffix_known, found.russian_layout) == (bool(suffix), russian)
    framer = Framer(found.framing)
    raw, now_s, read = framed(code, "]Q1" * aim, *how), 100.0, []
    for piece in chunks(raw, pieces):
        read += framer.feed(piece, now_s)
        now_s += gap_s
    read += framer.poll(now_s + 1.0)
    assert [item.text if isinstance(item, Frame) else "" for item in read] == [code]


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_inferred_from_or_refused(one: bytes, other: bytes) -> None:
    found = infer(Burst(one), Burst(other))
    assert found in {"not_read", "no_check_digit", "varies", "affix", "unreadable"}
