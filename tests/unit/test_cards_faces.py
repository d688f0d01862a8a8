"""Cards as pictures and sheets: size, codes, limits; what a card carries is read back from its picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from loyalty.errors import BadInput
from terminal.cards import (
    DOTS_PER_MM,
    MOST_CARDS,
    MOST_CODE_CHARS,
    CardFace,
    CardKind,
    barcode_modules,
    card_png,
    card_sheet,
    font,
    sheet_pages,
)
from terminal.scanner.camera import decode, grey

NUMBER = "2990000000019"
NAME = "Иван И."
CLUB = "Клуб «Локомотив»"


def codes_in(picture: Image.Image) -> set[str]:
    return {scan.text for scan in decode(grey(picture), "thorough")}


@pytest.mark.camera
@pytest.mark.parametrize(
    ("kind", "texts"),
    [("qr", {f"KPL:{NUMBER}"}), ("barcode", {NUMBER}), ("both", {f"KPL:{NUMBER}", NUMBER})],
)
def test_a_card_carries_its_number(kind: CardKind, texts: set[str]) -> None:
    picture = Image.open(io.BytesIO(card_png(NUMBER, NAME, CLUB, kind)))
    assert picture.size == (85 * DOTS_PER_MM, 54 * DOTS_PER_MM)
    assert codes_in(picture) == texts


@pytest.mark.camera
@pytest.mark.parametrize("number", ["A" * MOST_CODE_CHARS, "2990000000010", "7", "KPL0042", "9930AB", "99123456"])
def test_any_number_up_to_the_limit_is_readable_as_code_128(number: str) -> None:
    picture = Image.open(io.BytesIO(card_png(number, NAME, CLUB, "both")))
    assert codes_in(picture) == {f"KPL:{number}", number}


@pytest.mark.parametrize("number", ["", "A" * (MOST_CODE_CHARS + 1), "12 3", "Ж1", "1\n"])
def test_a_number_that_no_code_carries_is_refused_with_a_sentence(number: str) -> None:
    with pytest.raises(BadInput) as error:
        card_png(number, NAME, CLUB)
    assert error.value.code == "card.bad_number"


def test_a_valid_gtin_gets_the_bars_of_an_ean_13_and_others_of_code_128() -> None:
    assert len(barcode_modules(NUMBER)) == 95
    assert barcode_modules("2990000000010").startswith("1101")


def test_a_long_name_is_shortened_inside_the_card() -> None:
    short = Image.open(io.BytesIO(card_png(NUMBER, "И.", "К")))
    long = Image.open(io.BytesIO(card_png(NUMBER, "И" * 200, "К" * 200)))
    assert short.size == long.size
    edge = (long.width - 1, 0, long.width, long.height)
    assert long.crop(edge).tobytes() == short.crop(edge).tobytes()


def test_the_letters_have_cyrillic() -> None:
    shapes = {bytes(font(40).getmask(char)) for char in "ЖПЯё№"}
    assert len(shapes) == 5


@pytest.mark.parametrize(("cards", "pages"), [(1, 1), (10, 1), (11, 2)])
def test_a_sheet_holds_ten_cards(cards: int, pages: int) -> None:
    drawn = sheet_pages([CardFace(NUMBER, NAME, CLUB)] * cards)
    assert [page.size for page in drawn] == [(2520, 3564)] * pages


def test_the_sheet_is_a_pdf_of_a4_in_true_size() -> None:
    pdf = card_sheet([CardFace(NUMBER, NAME, CLUB)])
    assert pdf.startswith(b"%PDF")
    box = pdf.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [round(float(side) / 72 * 25.4) for side in box] == [0, 0, 210, 297]


@pytest.mark.parametrize("count", [0, MOST_CARDS + 1])
def test_no_card_at_all_and_one_too_many_are_refused(count: int) -> None:
    with pytest.raises(BadInput) as error:
        sheet_pages([CardFace(NUMBER, NAME, CLUB)] * count)
    assert error.value.code == "card.too_many"
