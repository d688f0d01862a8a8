"""Member cards: one as a picture, many on A4 sheets to print and cut.

A card has the size of a bank card (ISO/IEC 7810 ID-1 rounded to 85 x 54 mm) and carries a QR code, a barcode, or both.
The letters are DejaVu Sans Mono, which python-barcode brings along and which has Cyrillic.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from loyalty.codes import gtin_is_valid
from loyalty.errors import BadInput
from loyalty.sentences import sentence

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

CardKind = Literal["qr", "barcode", "both"]
Colour = tuple[int, int, int]

DOTS_PER_MM = 12
DPI = round(DOTS_PER_MM * 25.4)
WIDTH_MM, HEIGHT_MM = 85, 54
SHEET_WIDTH_MM, SHEET_HEIGHT_MM = 210, 297
COLUMNS, ROWS = 2, 5
CARDS_A_SHEET = COLUMNS * ROWS
MOST_CARDS = 100
MOST_CODE_CHARS = 20
"""So many characters of Code 128 still get bars of two dots (0.17 mm), which printers print and scanners read."""

START_C = 105
"""The symbol that begins a Code 128 in set C, pairs of digits."""

INK: Colour = (20, 24, 40)
QUIET: Colour = (108, 114, 134)
BAND: Colour = (22, 58, 112)
ACCENT: Colour = (233, 178, 52)
WHITE: Colour = (255, 255, 255)
HAIRLINE: Colour = (196, 200, 210)

SENTENCES = {
    "card.bad_number": (
        "Номер карты «{text}» нельзя напечатать: нужны 1–{limit} цифр и латинских букв",
        "The card number “{text}” cannot be printed: it must be 1 to {limit} digits and Latin letters",
    ),
    "card.too_many": (
        "За один раз печатается от 1 до {limit} карт, а не {count}",
        "From 1 to {limit} cards are printed at a time, not {count}",
    ),
}


class CardFace(msgspec.Struct, frozen=True):
    """What one card says."""

    card_number: str
    name_masked: str
    programme: str
    kind: CardKind = "both"
    qr_prefix: str = "KPL:"
    """What stands before the number in the QR code, as the programme's `[codes]` say."""


def card_png(
    card_number: str, name_masked: str, programme: str, kind: CardKind = "both", qr_prefix: str = "KPL:"
) -> bytes:
    """One card as a PNG of 1020 x 648 dots (85 x 54 mm at 305 dpi); BadInput for a number no code can carry."""
    out = io.BytesIO()
    face = CardFace(card_number, name_masked, programme, kind, qr_prefix)
    draw_card(face).save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def card_sheet(cards: Sequence[CardFace]) -> bytes:
    """A PDF of A4 pages with ten cards each in true size; the hairlines are where to cut."""
    pages = sheet_pages(cards)
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=DPI, save_all=True, append_images=pages[1:])
    return out.getvalue()


def sheet_pages(cards: Sequence[CardFace]) -> list[Picture]:
    """The pages of `card_sheet` as pictures of 2520 x 3564 dots."""
    if not 1 <= len(cards) <= MOST_CARDS:
        raise BadInput(sentence("card.too_many", limit=MOST_CARDS, count=len(cards)))
    return [draw_page(cards[start : start + CARDS_A_SHEET]) for start in range(0, len(cards), CARDS_A_SHEET)]


def draw_page(cards: Sequence[CardFace]) -> Picture:
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (dots(SHEET_WIDTH_MM), dots(SHEET_HEIGHT_MM)), WHITE)
    pen = ImageDraw.Draw(page)
    left_mm = (SHEET_WIDTH_MM - COLUMNS * WIDTH_MM) / 2
    top_mm = (SHEET_HEIGHT_MM - ROWS * HEIGHT_MM) / 2
    for place, card in enumerate(cards):
        row, column = divmod(place, COLUMNS)
        corner = (dots(left_mm + column * WIDTH_MM), dots(top_mm + row * HEIGHT_MM))
        page.paste(draw_card(card), corner)
        pen.rectangle((*corner, corner[0] + dots(WIDTH_MM), corner[1] + dots(HEIGHT_MM)), outline=HAIRLINE)
    return page


def draw_card(card: CardFace) -> Picture:
    """The face: a coloured band with the programme, the codes in the middle, name and number below."""
    from PIL import Image, ImageDraw

    require_number(card.card_number)
    face = Image.new("RGB", (dots(WIDTH_MM), dots(HEIGHT_MM)), WHITE)
    pen = ImageDraw.Draw(face)
    pen.rectangle((0, 0, dots(WIDTH_MM), dots(11)), fill=BAND)
    pen.rectangle((0, dots(11), dots(WIDTH_MM), dots(11.8)), fill=ACCENT)
    write(pen, (5, 5.5), card.programme, size_mm=5.2, colour=WHITE, room_mm=75)
    if card.kind == "qr":
        paste_qr(face, card.qr_prefix + card.card_number, left_mm=26.5, top_mm=13.4, room_mm=32)
    elif card.kind == "barcode":
        paste_barcode(face, card.card_number, left_mm=8, top_mm=17, room_mm=69, high_mm=24)
    else:
        paste_qr(face, card.qr_prefix + card.card_number, left_mm=3, top_mm=14, room_mm=30)
        paste_barcode(face, card.card_number, left_mm=34, top_mm=18, room_mm=49, high_mm=21)
    write(pen, (5, 48.7), card.name_masked, size_mm=4, colour=INK, room_mm=42)
    write(pen, (80, 48.7), spaced(card.card_number), size_mm=3.6, colour=QUIET, room_mm=32.5, right=True)
    return face


def require_number(card_number: str) -> None:
    plain = card_number.isascii() and card_number.isalnum()
    if not plain or len(card_number) > MOST_CODE_CHARS:
        raise BadInput(sentence("card.bad_number", text=card_number[:MOST_CODE_CHARS], limit=MOST_CODE_CHARS))


def paste_qr(face: Picture, text: str, *, left_mm: float, top_mm: float, room_mm: float) -> None:
    """A QR code of the text with its quiet zone (4 modules, ISO/IEC 18004), as large as whole dots allow."""
    import qrcode
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    modules = code.get_matrix()
    size = len(modules)
    picture = Image.new("1", (size, size), 1)
    picture.putdata([0 if dark else 1 for row in modules for dark in row])
    dot = max(dots(room_mm) // size, 1)
    spare = (dots(room_mm) - dot * size) // 2
    face.paste(picture.resize((dot * size, dot * size)), (dots(left_mm) + spare, dots(top_mm) + spare))


def paste_barcode(
    face: Picture, card_number: str, *, left_mm: float, top_mm: float, room_mm: float, high_mm: float
) -> None:
    """EAN-13 for a 13-digit number with its check digit, Code 128 for any other, in the middle of its room."""
    from PIL import Image

    modules = barcode_modules(card_number)
    dot = max(dots(room_mm) // (len(modules) + 20), 1)
    bars = Image.new("1", (len(modules), 1), 1)
    bars.putdata([0 if module == "1" else 1 for module in modules])
    picture = bars.resize((dot * len(modules), dots(high_mm)))
    face.paste(picture, (dots(left_mm) + (dots(room_mm) - picture.width) // 2, dots(top_mm)))


def barcode_modules(card_number: str) -> str:
    """The bars as "1" and "0", without quiet zones."""
    import barcode

    if len(card_number) == 13 and gtin_is_valid(card_number):
        modules: list[str] = barcode.get_barcode_class("ean13")(card_number).build()
    else:
        modules = code_128()(card_number).build()
    return modules[0]


@cache
def code_128() -> Any:
    """python-barcode's Code 128, which alone loses the first two digits of a number that begins with 99.

    In set C, 99 is data like any pair of digits (ISO/IEC 15417); it is taken for the change to set C, which 99 is in
    the sets A and B, and left out.
    """
    from barcode.codex import Code128

    class Whole(Code128):  # type: ignore[misc]
        def _try_to_optimize(self, encoded: list[int]) -> list[int]:
            if encoded[:2] == [START_C, 99]:
                return encoded
            shorter: list[int] = super()._try_to_optimize(encoded)
            return shorter

    return Whole


def write(
    pen: ImageDraw,
    at_mm: tuple[float, float],
    text: str,
    *,
    size_mm: float,
    colour: Colour,
    room_mm: float,
    right: bool = False,
) -> None:
    """One line about the height `at_mm[1]`: a long one in smaller letters, a longer one ends in an ellipsis."""
    full_size = dots(size_mm)
    fitting = int(full_size * dots(room_mm) / max(font(full_size).getlength(text), 1))
    letters = font(max(min(full_size, fitting), full_size * 6 // 10))
    most_chars = int(dots(room_mm) / letters.getlength("0"))
    shown = text if len(text) <= most_chars else text[: most_chars - 1].rstrip() + "…"
    pen.text((dots(at_mm[0]), dots(at_mm[1])), shown, colour, letters, anchor="rm" if right else "lm")


@cache
def font(size_dots: int) -> FreeTypeFont:
    from PIL import ImageFont

    file = resources.files("barcode").joinpath("fonts/DejaVuSansMono.ttf")
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), size_dots)


def spaced(card_number: str) -> str:
    """A 13-digit number in the groups printed under an EAN-13; any other in fours."""
    if len(card_number) == 13 and card_number.isdigit():
        return f"{card_number[0]} {card_number[1:7]} {card_number[7:]}"
    return " ".join(card_number[start : start + 4] for start in range(0, len(card_number), 4))


def dots(size_mm: float) -> int:
    return round(size_mm * DOTS_PER_MM)
