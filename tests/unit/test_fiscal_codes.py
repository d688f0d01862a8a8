"""What stands in the QR codes of slips: a fiscal document's, the programme's link, a new member's card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.codes import CardCode, classify
from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.programme import Label, Programme, SlipCodes
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.port import Issued
from terminal.fiscal.slip_codes import below_receipt, card_slip, code_line, fiscal_code, parts_of
from tests.support.counter import PROGRAMME
from tests.support.fiscal_receipts import SALE

CARD = "2990001000018"
DOCUMENT = replace(fiscal_document(SALE), total_minor=1_249_90)
ISSUED = Issued(20461, 3812976540, "2026-04-14T15:30")
MEMORY = "9960440301234567"
CORNER = parse_programme(PROGRAMME)


def test_a_fiscal_code_is_as_the_tax_service_has_it() -> None:
    expected = "t=20260414T1530&s=1249.90&fn=9960440301234567&i=20461&fp=3812976540&n=1"
    assert fiscal_code(DOCUMENT, MEMORY, ISSUED) == expected


def test_a_return_has_its_own_sign_kopecks_two_figures_and_seconds_stay() -> None:
    back = replace(DOCUMENT, kind="return", total_minor=5)
    issued = replace(ISSUED, local_time="2026-04-15T09:12:07")
    assert fiscal_code(back, MEMORY, issued) == (
        "t=20260415T091207&s=0.05&fn=9960440301234567&i=20461&fp=3812976540&n=2"
    )


@pytest.mark.parametrize("lacking", [{"local_time": ""}, {"sign": 0}])
def test_a_document_the_register_told_only_half_of_has_no_code(lacking: dict[str, object]) -> None:
    assert fiscal_code(DOCUMENT, MEMORY, replace(ISSUED, **lacking)) == ""
    assert fiscal_code(DOCUMENT, "", ISSUED) == ""


@given(st.lists(st.tuples(st.booleans(), st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1))))
def test_lines_and_codes_come_off_a_kept_slip_in_their_order(pieces: list[tuple[bool, str]]) -> None:
    slip = "\n".join(code_line(text) if is_code else text for is_code, text in pieces)
    found = [(is_code, line) for is_code, text in parts_of(slip) for line in text.split("\n")]
    assert found == (pieces or [(False, "")])


def test_what_a_printer_would_obey_is_in_no_code() -> None:
    assert code_line("https://a\n\x1b@\fb") == "\fhttps://a@b"


def test_below_a_receipt_stand_its_fiscal_code_and_the_programme_s_link_each_with_its_name() -> None:
    linked = replace(CORNER, slip=SlipCodes(link="https://a.example/app", link_name=Label("Приложение", "Our app")))
    assert tuple(below_receipt("", CORNER, "ru", 32)) == ()
    rule = "-" * 32
    assert tuple(line.lstrip(" ") for line in below_receipt("t=1", linked, "ru", 32)) == (
        rule, "Проверить чек", "\ft=1", rule, "Приложение", "\fhttps://a.example/app",
    )  # fmt: skip
    assert tuple(below_receipt("", linked, "en", 32))[1:] == ("            Our app", "\fhttps://a.example/app")


@pytest.mark.parametrize("width", [32, 42, 48])
def test_a_card_on_paper_is_read_as_the_card_and_names_nobody(width: int) -> None:
    slip = card_slip(CARD, CORNER, "ru", "Уголок", width)
    (code,) = [text for is_code, text in parts_of("\n".join(slip)) if is_code]
    assert classify(code, CORNER.codes) == CardCode(CARD)
    assert [line.strip() for line in slip if line != "-" * width] == [
        "Уголок", "Уголок", "Карта участника", CARD, f"KPL:{CARD}", "Покажите этот код на кассе",
    ]  # fmt: skip


LINK = '\n[slip]\nlink = "{}"\nlink_name = {{ ru = "Приложение", en = "Our app" }}\n'


def read(text: str) -> Programme:
    return parse_programme(PROGRAMME + text)


def test_a_programme_says_what_codes_stand_on_paper() -> None:
    assert CORNER.slip == SlipCodes(member_card=True, link="")
    assert read(LINK.format("https://a.example/app?x=1")).slip == SlipCodes(
        True, "https://a.example/app?x=1", Label("Приложение", "Our app")
    )
    assert read("\n[slip]\nmember_card = false\n").slip == SlipCodes(member_card=False)


@pytest.mark.parametrize(
    "link", ["ftp://a.example", "https://", "https://a b", "https://пример.рф", "https://" + "a" * 193]
)
def test_a_link_that_no_phone_opens_is_refused(link: str) -> None:
    with pytest.raises(BadProgramme) as caught:
        read(LINK.format(link))
    assert [problem.path for problem in caught.value.problems] == ["slip.link"]


def test_a_link_has_a_name_and_is_of_200_signs_at_most() -> None:
    with pytest.raises(BadProgramme) as caught:
        read('\n[slip]\nlink = "https://a.example"\n')
    assert [problem.path for problem in caught.value.problems] == ["slip.link_name"]
    longest = "https://" + "a" * 192
    assert read(LINK.format(longest)).slip.link == longest
