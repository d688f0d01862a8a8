"""Tags of fiscal data: bytes worked out by hand, names both ways, and what comes of bytes that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.shtrih.tagged import MOST_TLV, line_tag, receipt_tag
from devices.shtrih.tlv import MOST_VALUE, BadTlv, field, fields
from terminal.fiscal.tags import MEANINGS, MOST_DEPTH, TAGS, VAT, find, read, written


@pytest.mark.parametrize(
    ("name", "value", "raw"),
    [
        ("cashier", "Анна", "fd03 0400 80adada0"),
        ("measure", 11, "3c08 0100 0b"),
        ("total", 286_480, "fc03 0300 105f04"),
        ("total", 0, "fc03 0100 00"),
        ("quantity", 456, "ff03 0300 03c801"),
        ("cashier_inn", "123456789012", "b304 0c00 313233343536373839303132"),
        ("cashier_inn", "1", "b304 0c00 312020202020202020202020"),
        ("document", 20461, "1004 0400 ed4f0000"),
        ("extra", (("extra_name", "K"), ("extra_value", "T1")), "3c04 0b00 3d04 0100 4b 3e04 0200 5431"),
    ],
)
def test_a_tag_is_written_as_the_format_has_it(name: str, value: object, raw: str) -> None:
    assert written(name, value).hex() == bytes.fromhex(raw).hex()  # type: ignore[arg-type]


def test_text_that_is_too_long_is_cut_and_what_the_page_lacks_is_a_question_mark() -> None:
    assert len(written("cashier", "я" * 65)) == len(written("cashier", "я" * 64)) == 68
    assert read(written("cashier", "Ёлкина — №1 ₽")) == (("cashier", "Ёлкина ? №1 ?"),)


def test_what_is_written_is_read_by_its_names() -> None:
    raw = written("operation", 2) + written("vat", 11) + field(1012, (1_795_348_800).to_bytes(4, "little"))
    assert read(raw) == (("operation", "return"), ("vat", "22"), ("time", "2026-11-22T12:00"))


def test_a_tag_nobody_here_knows_keeps_its_number_and_bytes_and_a_figure_without_a_meaning_stays_one() -> None:
    assert read(field(9999, b"\x01\x02") + written("vat", 77)) == (("9999", b"\x01\x02"), ("vat", 77))


@pytest.mark.parametrize(("raw", "milli"), [("06 40420f", 1000), ("00 02", 2000), ("03 c801", 456), ("04 0f", 1)])
def test_a_quantity_has_its_own_number_of_decimals(raw: str, milli: int) -> None:
    assert read(field(1023, bytes.fromhex(raw))) == (("quantity", milli),)


def test_numbers_and_names_of_tags_are_all_different_and_each_meaning_too() -> None:
    assert len({tag.number for tag in TAGS.values()}) == len(TAGS)
    assert all(len(set(codes.values())) == len(codes) for codes in MEANINGS.values())
    assert all(tag.most == 1 for tag in TAGS.values() if tag.kind == "byte")


def test_the_rates_of_tag_1199_are_those_of_the_tax_service() -> None:
    in_order = ["20", "10", "20/120", "10/110", "0", "none", "5", "7", "5/105", "7/107", "22", "22/122"]
    assert [name for name, _ in sorted(VAT.items(), key=lambda pair: pair[1])] == in_order
    assert sorted(VAT.values()) == list(range(1, 13))


def test_a_name_is_found_within_groups_and_nothing_where_it_is_not() -> None:
    document = read(written("extra", (("extra_name", "K"), ("extra_value", "T1"))) + written("total", 5))
    assert (find(document, "extra", "extra_value"), find(document, "total")) == ("T1", 5)
    assert find(document, "cashier") is find(document, "total", "extra_value") is None


def test_groups_within_groups_end() -> None:
    raw = b""
    for _ in range(MOST_DEPTH):
        raw = field(1059, raw)
    assert read(raw)[0][0] == "item"
    with pytest.raises(BadTlv):
        read(field(1059, raw))


@given(st.binary(max_size=64))
def test_any_bytes_are_fields_or_are_named_broken(raw: bytes) -> None:
    try:
        found = list(fields(raw))
    except BadTlv:
        return
    assert b"".join(field(tag, value) for tag, value in found) == raw


@given(st.binary(max_size=64))
def test_any_bytes_are_a_document_or_are_named_broken(raw: bytes) -> None:
    try:
        read(raw)
    except BadTlv:
        return


def test_the_longest_value_fits_and_one_byte_more_does_not() -> None:
    assert len(field(1, bytes(MOST_VALUE))) == MOST_VALUE + 4
    with pytest.raises(ValueError, match="65536"):
        field(1, bytes(MOST_VALUE + 1))
    assert receipt_tag(bytes(MOST_TLV))
    assert line_tag(bytes(MOST_TLV))
    with pytest.raises(ValueError, match="255"):
        receipt_tag(bytes(MOST_TLV + 1))
