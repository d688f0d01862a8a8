"""Whatever is typed at whatever speed: no key is lost, doubled or moved, and a person's keys never wait long."""

from hypothesis import given
from hypothesis import strategies as st

from loyalty.codes import CodeRanges, is_scan
from terminal.scanner.wedge import Hold, Outcome, Pass, ScanFound, Swallowed, Wedge

KEYS = st.lists(
    st.tuples(
        st.sampled_from([*"0123456789*KPL:Й", "enter", "tab", "ctrl+j", "f5", "escape", "left", "\x1d"]),
        st.sampled_from([0.0, 0.001, 0.005, 0.02, 0.031, 0.09, 0.2]),
    ),
    max_size=60,
)
"""Each key with the time before it; a screen polls between keys, or is too busy to."""
CODES = st.sampled_from(["4600000000015", "KPL:2990000000019", "T1-22"])


def accepts(text: str) -> bool:
    return is_scan(text, CodeRanges())


def run(keys: list[tuple[str, float]], polls: bool) -> list[Pass | ScanFound | Swallowed]:
    wedge = Wedge(accepts)
    now_s = 0.0
    out: list[Outcome] = []
    for key, gap_s in keys:
        now_s += gap_s
        if polls and wedge.due_s is not None:
            out += wedge.poll(min(now_s, wedge.due_s))
        out += wedge.feed(key, now_s)
    return [outcome for outcome in out + wedge.flush(now_s) if not isinstance(outcome, Hold)]


@given(KEYS, st.booleans())
def test_every_key_comes_out_once_and_in_order(keys: list[tuple[str, float]], polls: bool) -> None:
    came_out = [key for outcome in run(keys, polls) for key in outcome.keys]
    assert came_out == [key for key, _ in keys]


@given(KEYS, st.booleans(), CODES, st.floats(0.0, 0.02))
def test_a_scan_after_any_typing_never_leaks_a_character(
    keys: list[tuple[str, float]], polls: bool, code: str, gap_s: float
) -> None:
    burst = [(code[0], 0.5), *((char, gap_s) for char in code[1:]), ("enter", gap_s)]
    out = run([*keys, *burst], polls)
    assert isinstance(out[-1], ScanFound)
    assert out[-1].keys == tuple(key for key, _ in burst)
    assert out[-1].text == code


@given(KEYS)
def test_nothing_is_held_for_longer_than_the_pause(keys: list[tuple[str, float]]) -> None:
    wedge = Wedge(accepts)
    now_s = 0.0
    for key, gap_s in keys:
        now_s += gap_s
        wedge.feed(key, now_s)
        due_s = wedge.due_s
        assert due_s is None or due_s - now_s <= 0.1 + 1e-9
