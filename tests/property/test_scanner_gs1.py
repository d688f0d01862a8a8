"""Labels of GS1: whatever is scanned nothing breaks, and what was put into a label is read from it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loyalty.codes import gtin_check_digit, gtin_is_valid
from loyalty.label import Label
from terminal.scanner.gs1 import read_label

GS = "\x1d"
TRICKY = st.sampled_from(
    [GS, "01", "04600000000015", "21", "17", "261130", "3103", "000195", "91", "https://x.ru/01/", "?17=", "%zz"]
)  # fmt: skip
TEXT = st.lists(TRICKY | st.text(max_size=6), max_size=10).map("".join)
SYMBOLOGY = st.sampled_from(["", "]C1", "]d2", "]Q3", "]E0", "]e0"])
GTIN13 = st.integers(400_000_000_000, 699_999_999_999).map(lambda body: f"{body}{gtin_check_digit(str(body))}")
SERIAL = st.text("ABCabc012!-/+=_", min_size=1, max_size=20)
DAYS = st.integers(0, 12_000).map(lambda days: date(2015, 1, 1) + timedelta(days))


@given(TEXT, SYMBOLOGY)
def test_whatever_is_scanned_nothing_breaks_and_a_label_names_goods(text: str, symbology: str) -> None:
    label = read_label(text, symbology)
    if label is not None:
        assert gtin_is_valid(label.gtin)
        assert label.weight_g is None or 0 < label.weight_g <= 999_999_000
        assert label.until == "" or date.fromisoformat(label.until)


@given(GTIN13, SERIAL, DAYS, st.integers(1, 999_999), st.permutations(["serial", "until", "weight"]))
def test_what_stands_on_a_label_is_read_from_it_in_any_order(
    gtin: str, serial: str, until: date, weight_g: int, order: list[str]
) -> None:
    parts = {"serial": f"21{serial}{GS}", "until": f"17{until:%y%m%d}", "weight": f"3103{weight_g:06d}"}
    code = f"010{gtin}" + "".join(parts[each] for each in order)
    assert read_label(code.removesuffix(GS), "]d2") == Label(gtin, weight_g, until.isoformat())
