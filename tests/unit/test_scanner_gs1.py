"""GS1 codes as scanners give them: the goods, the weight, the last day of use, and what is no GS1 code."""

from __future__ import annotations

import pytest

from loyalty.label import Label
from terminal.scanner.gs1 import MAX_CHARS, read_label

GS = "\x1d"
WATER = "4600000000015"


@pytest.mark.parametrize(
    ("text", "symbology", "label"),
    [
        ("0104600000000015215Qbag!", "]d2", Label(WATER)),
        (f"0104600000000015215Qbag!{GS}91EE06{GS}92Zm9v+/=", "", Label(WATER)),
        (f"{GS}0104600000000015215Qbag!{GS}93Zjqw", "]d1", Label(WATER)),
        ("010460000000001517261130", "]C1", Label(WATER, None, "2026-11-30")),
        ("010460000000001517261100", "]C1", Label(WATER, None, "2026-11-30")),
        (f"0104600000000015215Qbag{GS}70032611231545{GS}93Zjqw", "]d2", Label(WATER, None, "2026-11-23")),
        ("019460000000001831030001951726113010LOT7", "]e0", Label("94600000000018", 195, "2026-11-30")),
        ("01946000000000183105000195", "]e0", Label("94600000000018", 2)),
        ("01946000000000183105000249", "]e0", Label("94600000000018", 2)),
        ("01946000000000183105000250", "]e0", Label("94600000000018", 3)),
        ("01946000000000183103000000", "]e0", Label("94600000000018")),
        ("0100000096385074", "]C1", Label("96385074")),
        ("10LOT7" + GS + "0104600000000015", "]C1", Label(WATER)),
        ("https://id.gs1.org/01/04600000000015/21/5Qbag?17=261130", "]Q1", Label(WATER, None, "2026-11-30")),
        ("HTTPS://SHOP.RU/x/01/4600000000015?3103=000195", "", Label(WATER, 195)),
    ],
)
def test_a_code_of_gs1_says_its_goods_their_weight_and_their_last_day(text: str, symbology: str, label: Label) -> None:
    assert read_label(text, symbology) == label


@pytest.mark.parametrize("price", ["3922012345", "393264301234"])
def test_a_price_on_the_label_is_passed_over(price: str) -> None:
    assert read_label(f"0194600000000018{price}{GS}3103000195", "]e0") == Label("94600000000018", 195)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("0104600000000015215Qbag!93ZjqwWithoutTheSeparatorsItIsFarTooLong", Label(WATER)),
        (f"0104600000000015215Qbag{GS}17999999", Label(WATER)),
    ],
    ids=["separators left out", "no such day"],
)
def test_what_is_not_as_gs1_has_it_is_still_these_goods(text: str, label: Label) -> None:
    assert read_label(text, "") == label


@pytest.mark.parametrize(
    ("text", "symbology"),
    [
        (WATER, "]E0"),
        ("04600000000015", "]I1"),
        ("0104600000000015", ""),
        ("0104600000000016215Qbag", ""),
        ("0104600000000016215Qbag", "]d2"),
        ("00146000000000000012", "]C1"),
        ("KPL:2990001000018", "]Q1"),
        ("t=20260414T1530&s=1249.90&fn=9960440301234567&i=20461&fp=3812976540&n=1", "]Q1"),
        ("https://example.com/01/catalogue", "]Q1"),
        ("https://example.com/01/4600000000016", "]Q1"),
        ("", "]d2"),
        (GS, ""),
    ],
)
def test_what_names_no_goods_is_no_label(text: str, symbology: str) -> None:
    assert read_label(text, symbology) is None


def test_a_label_may_be_long_and_not_too_long() -> None:
    code = f"0104600000000015215Qbag{GS}" + f"91{'x' * 90}{GS}" * 20
    at_most = code[:MAX_CHARS]
    assert read_label(at_most) == Label(WATER)
    assert read_label(at_most + "x") is None


def test_a_measure_is_of_the_goods_and_a_package_is_other_goods() -> None:
    assert Label("94600000000018").goods == ("94600000000018", "4600000000015")
    assert Label("14600000000012").goods == ("14600000000012",)
    assert Label("4600000000015").goods == ("4600000000015",)
