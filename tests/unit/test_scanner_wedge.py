"""A scanner that types: found by speed and text, never at the cost of what a person types."""

import pytest

from loyalty.codes import CodeRanges, is_scan
from terminal.scanner.gate import KeyGate
from terminal.scanner.gs1 import read_label
from terminal.scanner.wedge import (
    MOST_KEYS,
    Hold,
    Outcome,
    Pass,
    ScanFound,
    Swallowed,
    Wedge,
    WedgeProfile,
)

EAN = "4600000000015"
CARD = "KPL:2990000000019"


def accepts(text: str) -> bool:
    return is_scan(text, CodeRanges())


def typed(wedge: Wedge, keys: list[str], start_s: float = 0.0, gap_s: float = 0.002) -> list[Outcome]:
    """Feed keys at an even speed, polling when it is due, and return everything but the holds."""
    out: list[Outcome] = []
    for number, key in enumerate(keys):
        now_s = start_s + number * gap_s
        if wedge.due_s is not None and wedge.due_s <= now_s:
            out += wedge.poll(wedge.due_s)
        out += wedge.feed(key, now_s)
    return [outcome for outcome in out if not isinstance(outcome, Hold)]


@pytest.mark.parametrize("end", ["enter", "tab"])
@pytest.mark.parametrize("code", [EAN, CARD, "T12-345"])
def test_a_fast_burst_with_its_suffix_is_a_scan(code: str, end: str) -> None:
    assert typed(Wedge(accepts), [*code, end]) == [ScanFound(code, (*code, end))]


def test_ctrl_with_a_bracket_is_the_group_separator_of_a_label() -> None:
    keys = [*"0104600000000015215Q", "ctrl+right_square_bracket", *"93Zjqw", "enter"]
    text = "0104600000000015215Q\x1d93Zjqw"
    wedge = Wedge(lambda typed: read_label(typed) is not None)
    assert typed(wedge, keys) == [ScanFound(text, (*text, "enter"))]


def test_a_burst_without_suffix_is_a_scan_after_a_pause() -> None:
    wedge = Wedge(accepts)
    assert typed(wedge, list(EAN)) == []
    assert wedge.due_s == pytest.approx(12 * 0.002 + 0.1)
    assert wedge.poll(0.1) == []
    assert wedge.poll(0.125) == [ScanFound(EAN, tuple(EAN))]


def test_a_whole_burst_read_at_one_instant_is_a_scan() -> None:
    assert typed(Wedge(accepts), [*EAN, "enter"], gap_s=0.0) == [ScanFound(EAN, (*EAN, "enter"))]


def test_a_line_feed_behind_the_carriage_return_is_swallowed() -> None:
    out = typed(Wedge(accepts), [*EAN, "enter", "ctrl+j"])
    assert out == [ScanFound(EAN, (*EAN, "enter")), Swallowed(("ctrl+j",))]


def test_enter_pressed_by_a_person_after_a_scan_passes() -> None:
    wedge = Wedge(accepts)
    typed(wedge, [*EAN, "enter"])
    assert wedge.feed("enter", 0.2) == [Pass(("enter",))]


def test_enter_behind_another_key_is_no_rest_of_a_suffix_however_quick() -> None:
    out = typed(Wedge(accepts), [*EAN, "enter", "f2", "enter"])
    assert out == [ScanFound(EAN, (*EAN, "enter")), Pass(("f2",)), Pass(("enter",))]


def test_a_scan_through_the_russian_layout_is_understood() -> None:
    keys = [*"ЛЗДЖ2990000000019", "enter"]
    assert typed(Wedge(accepts), keys) == [ScanFound(CARD, tuple(keys))]


def test_slow_typing_passes_key_by_key() -> None:
    wedge = Wedge(accepts)
    out = typed(wedge, [*EAN, "enter"], gap_s=0.12)
    assert out == [Pass((key,)) for key in [*EAN, "enter"]]


def test_a_single_key_waits_thirty_milliseconds_and_no_more() -> None:
    wedge = Wedge(accepts)
    assert wedge.feed("5", 1.0) == [Hold(1.03)]
    assert wedge.poll(1.029) == []
    assert wedge.poll(1.03) == [Pass(("5",))]
    assert wedge.due_s is None


def test_a_fast_burst_that_is_no_code_is_let_go_in_order_with_its_enter() -> None:
    keys = [*"4600000000016", "enter"]
    assert typed(Wedge(accepts), keys) == [Pass(tuple(keys[:-1])), Pass(("enter",))]


def test_a_key_held_down_is_no_scan_though_its_text_is_a_valid_code() -> None:
    assert accepts("00000000")
    assert typed(Wedge(accepts), [*"00000000", "enter"]) == [Pass(tuple("00000000")), Pass(("enter",))]
    assert typed(Wedge(accepts), [*"100000000", "enter"]) == [Pass(tuple("100000000")), Pass(("enter",))]


def test_keys_typed_just_before_a_scan_pass_and_the_scan_is_found() -> None:
    out = typed(Wedge(accepts), [*"3*", *EAN, "enter"])
    assert out == [Pass(("3", "*")), ScanFound(EAN, (*EAN, "enter"))]


def test_a_digit_typed_just_before_a_scan_is_told_apart_by_its_gap() -> None:
    wedge = Wedge(accepts)
    wedge.feed("3", 0.0)
    assert typed(wedge, [*EAN, "enter"], start_s=0.02) == [Pass(("3",)), ScanFound(EAN, (*EAN, "enter"))]


def test_the_tail_of_a_misread_code_is_not_a_code() -> None:
    misread = "1460000000002"
    assert not accepts(misread)
    assert accepts(misread[1:])
    assert typed(Wedge(accepts), [*misread, "enter"]) == [Pass(tuple(misread)), Pass(("enter",))]


def test_another_key_ends_a_burst_and_stays_behind_it() -> None:
    assert typed(Wedge(accepts), [*"12", "escape"]) == [Pass(("1", "2")), Pass(("escape",))]
    assert typed(Wedge(accepts), [*EAN, "f5"]) == [ScanFound(EAN, tuple(EAN)), Pass(("f5",))]


def test_a_stumble_of_the_computer_inside_a_scan_is_forgiven() -> None:
    wedge = Wedge(accepts)
    assert typed(wedge, list(EAN[:3])) == []
    assert wedge.poll(0.06) == []
    assert typed(wedge, [*EAN[3:], "enter"], start_s=0.09) == [ScanFound(EAN, (*EAN, "enter"))]


def test_keys_read_late_by_a_busy_computer_are_still_one_scan() -> None:
    wedge = Wedge(accepts)
    wedge.feed(EAN[0], 0.0)
    for number, key in enumerate(EAN[1:]):
        assert wedge.feed(key, 0.05 + number * 0.001)[0] == Hold(wedge.due_s or 0.0)
    assert wedge.feed("enter", 0.07) == [ScanFound(EAN, (*EAN, "enter"))]


def test_a_slow_scanner_needs_its_profile() -> None:
    keys = [*EAN, "enter"]
    slow = WedgeProfile(hold_s=0.12, mean_gap_s=0.1, pause_s=0.25)
    assert typed(Wedge(accepts, slow), keys, gap_s=0.085) == [ScanFound(EAN, tuple(keys))]
    assert typed(Wedge(accepts), keys, gap_s=0.085) == [Pass((key,)) for key in keys]


def test_a_profile_that_holds_nothing_passes_every_key_at_once() -> None:
    assert typed(Wedge(accepts, WedgeProfile(hold_s=0.0)), [*EAN, "enter"]) == [Pass((key,)) for key in [*EAN, "enter"]]


def test_the_group_separator_belongs_to_the_burst() -> None:
    wedge = Wedge(lambda text: text == "0104\x1d93ab")
    assert typed(wedge, [*"0104", "\x1d", *"93ab", "enter"])[0] == ScanFound("0104\x1d93ab", (*"0104\x1d93ab", "enter"))


def test_a_burst_is_held_up_to_its_limit_and_let_go_one_past_it() -> None:
    wedge = Wedge(lambda text: False)
    keys = ["a", "b"] * (MOST_KEYS // 2)
    assert typed(wedge, keys, gap_s=0.0) == []
    assert typed(wedge, ["c"], gap_s=0.0) == [Pass(tuple(keys))]


def test_only_a_few_tails_are_tried_however_long_the_burst() -> None:
    asked: list[str] = []

    def refuse(text: str) -> bool:
        asked.append(text)
        return False

    wedge = Wedge(refuse)
    typed(wedge, [*"ab" * 1000, "enter"], gap_s=0.0)
    assert len(asked) == 9


def test_the_gate_gives_events_back_in_order_and_a_scan_as_text() -> None:
    gate: KeyGate[int] = KeyGate(accepts)
    out: list[int | str] = []
    for number, key in enumerate([*"3*", *EAN, "enter", "ctrl+j", "f2"]):
        out += gate.key(key, number * 0.001, number)
    assert out == [0, 1, EAN, 17]
    assert gate.due_s is None


def test_a_screen_that_looks_late_looks_again_before_it_decides() -> None:
    gate: KeyGate[int] = KeyGate(accepts)
    assert gate.look_again_s(1.0, 1.004) is None
    assert gate.look_again_s(1.0, 1.1) == pytest.approx(1.115)


def test_a_pasted_code_is_a_scan_and_other_pasted_text_is_not() -> None:
    gate: KeyGate[str] = KeyGate(accepts)
    assert gate.key("7", 0.0, "seven") == []
    assert gate.paste(f"{EAN}\r\n", 0.01, "paste") == ["seven", EAN]
    assert gate.paste("hello", 1.0, "paste 2") == ["paste 2"]


def test_a_key_is_alone_until_another_comes_or_it_is_let_through() -> None:
    gate: KeyGate[str] = KeyGate(lambda text: text == "4600000000015")
    assert gate.alone is None
    gate.key("4", 0.0, "first")
    assert gate.alone == "first"
    gate.key("6", 0.002, "second")
    assert gate.alone is None
    gate.poll(5.0)
    assert gate.alone is None
    gate.key("x", 9.0, "third")
    assert gate.alone == "third"
    assert gate.poll(10.0) == ["third"]
    assert gate.alone is None


@pytest.mark.parametrize("typed_as", [f"]E0{EAN}", f"ъУ0{EAN}"], ids=["as it is", "in the Russian layout"])
def test_an_aim_identifier_that_is_typed_too_is_taken_off(typed_as: str) -> None:
    assert typed(Wedge(accepts), [*typed_as, "enter"]) == [ScanFound(EAN, (*typed_as, "enter"))]


def test_the_same_code_again_within_half_a_second_is_one_scan_and_none_of_its_keys_gets_through() -> None:
    gate: KeyGate[str] = KeyGate(accepts)

    def scanned(start_s: float) -> list[str]:
        keys = [*EAN, "enter"]
        return [item for n, key in enumerate(keys) for item in gate.key(key, start_s + n * 0.002, key)]

    assert scanned(1.0) == [EAN]
    assert scanned(1.45) == []
    assert scanned(2.0) == [EAN]
