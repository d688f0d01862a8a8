"""What came out of a virtual receipt printer, piece by piece, and drawn as the eye and a phone's camera see it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

PAPER_DOTS = 576
"""Of 80 mm, at 8 dots a millimetre."""
SIGN_DOTS, LINE_DOTS = 12, 30
MARGIN_DOTS = 16


@dataclass(frozen=True, slots=True)
class Line:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code the printer has drawn itself, each module `dots` wide."""

    text: str
    dots: int
    centred: bool


@dataclass(frozen=True, slots=True)
class Raster:
    """Dots as they were sent: rows of bytes, the leftmost dot in the highest bit."""

    rows: tuple[bytes, ...]
    centred: bool


Piece = Line | Code | Raster


def text_of(pieces: Sequence[Piece]) -> str:
    """A slip as lines of text; what is no text is named."""
    return "".join(f"{_named(piece)}\n" for piece in pieces)


def _named(piece: Piece) -> str:
    match piece:
        case Line(text=text):
            return text
        case Code(text=text):
            return f"[QR] {text}"
        case Raster(rows=rows):
            return f"[{8 * len(rows[0])} x {len(rows)}]"


def drawn(pieces: Sequence[Piece], width_dots: int = PAPER_DOTS) -> Image:
    """A slip as a picture, a dot of the printer each."""
    from PIL import Image, ImageDraw

    pictures = [None if isinstance(piece, Line) else _picture(piece) for piece in pieces]
    heights = [picture.height + MARGIN_DOTS if picture else LINE_DOTS for picture in pictures]
    paper = Image.new("L", (width_dots, sum(heights) + 2 * MARGIN_DOTS), 255)
    pen = ImageDraw.Draw(paper)
    top = MARGIN_DOTS
    for piece, picture, height in zip(pieces, pictures, heights, strict=True):
        if isinstance(piece, Line):
            pen.text((0, top), piece.text, 0, _letters())
        elif picture is not None:
            left = (width_dots - picture.width) // 2 if piece.centred else 0
            paper.paste(picture, (left, top))
        top += height
    return paper


def _picture(piece: Code | Raster) -> Image:
    from PIL import Image, ImageOps

    if isinstance(piece, Raster):
        size = (8 * len(piece.rows[0]), len(piece.rows))
        return ImageOps.invert(Image.frombytes("1", size, b"".join(piece.rows)).convert("L"))
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(piece.text.encode())
    modules = code.get_matrix()
    side = len(modules)
    picture = Image.new("L", (side, side))
    picture.putdata([0 if dark else 255 for row in modules for dark in row])
    return picture.resize((side * piece.dots, side * piece.dots), Image.Resampling.NEAREST)


@cache
def _letters() -> FreeTypeFont:
    from PIL import ImageFont

    file = resources.files("barcode").joinpath("fonts/DejaVuSansMono.ttf")
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), SIGN_DOTS / 0.602)
