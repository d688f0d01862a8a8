"""What a customer or a cashier holds before a camera: cards, goods, receipts and marked goods, each a picture anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import barcode
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from loyalty.codes import card_number, gtin_check_digit
from terminal.cards import CardFace, Colour, draw_card, font, paste_qr

Frame = NDArray[np.uint8]

INK: Colour = (24, 22, 20)
WHITE: Colour = (255, 255, 255)
DOTS = 8
"""Of a module of goods' bars and of marked goods; a card's and a receipt's are as `terminal.cards` draws them."""
WORDS = ("Молоко пастеризованное", "Кофе молотый", "Печенье овсяное", "Чай чёрный", "Вода питьевая", "Сыр твёрдый")


@dataclass(frozen=True, slots=True)
class Thing:
    """A picture with one code: its text, its symbology, its middle (x, y), its size and its module, all in dots."""

    kind: str
    text: str
    symbology: str
    face: Frame
    middle: tuple[float, float]
    wide: float
    high: float
    module: float


def card_qr(chance: Random) -> Thing:
    """A member card as `kopilka member card` draws it."""
    number = card_number("299", chance.randrange(10**8))
    face = draw_card(CardFace(number, "Иван И.", "Клуб", "qr"))
    size = 25 + 8
    dot = 384 // size
    return Thing("card, QR", f"KPL:{number}", "QR", _bgr(face), (510, 353), 25 * dot, 25 * dot, dot)


def card_bars(chance: Random) -> Thing:
    number = card_number("299", chance.randrange(10**8))
    face = draw_card(CardFace(number, "Мария П.", "Клуб", "barcode"))
    return Thing("card, EAN-13", number, "EAN", _bgr(face), (510, 348), 95 * 7, 288, 7)


def card_128(chance: Random) -> Thing:
    """A card with a number of the shop's own: 8 to 12 letters and digits in Code 128."""
    number = "".join(chance.choices("ABCDEFGHKLMNPRSTUVWXYZ0123456789", k=chance.randint(8, 12)))
    face = draw_card(CardFace(number, "Олег С.", "Клуб", "barcode"))
    modules = _modules("code128", number)
    dot = 828 // (modules + 20)
    return Thing("card, Code 128", number, "Code 128", _bgr(face), (510, 348), modules * dot, 288, dot)


def goods_ean13(chance: Random) -> Thing:
    return _goods(chance, "ean13", "46" + _digits(chance, 10), "goods, EAN-13", 60)


def goods_ean8(chance: Random) -> Thing:
    return _goods(chance, "ean8", "46" + _digits(chance, 5), "goods, EAN-8", 48)


def receipt(chance: Random) -> Thing:
    """The foot of a till's receipt: lines of text and the fiscal QR."""
    text = (
        f"t=202604{chance.randint(10, 28)}T{chance.randint(10, 21)}{chance.randint(10, 59)}"
        f"&s={chance.randint(10, 9000)}.{chance.randint(10, 99)}&fn=99604403{_digits(chance, 8)}"
        f"&i={chance.randint(1, 90000)}&fp={_digits(chance, 10)}&n={chance.choice((1, 2))}"
    )
    slip = Image.new("RGB", (640, 960), WHITE)
    pen = ImageDraw.Draw(slip)
    for line in range(8):
        _write(pen, (30, 40 + line * 36), f"{chance.choice(WORDS)} {chance.randint(1, 9)} x {chance.randint(10, 999)}")
    paste_qr(slip, text, left_mm=8, top_mm=32, room_mm=38)
    middle = ((8 + 19) * 12, (32 + 19) * 12)
    size, dot = _qr_size(np.asarray(slip.convert("L")), middle)
    return Thing("receipt, fiscal QR", text, "QR", _bgr(slip), middle, size, size, dot)


def marked(chance: Random) -> Thing:
    """Marked goods: a DataMatrix by GS1 with serial number and check code (AI 01, 21, 93, or 91 and 92)."""
    gtin = "04" + _digits(chance, 11)
    letters = "ABCDEFGHabcdefgh0123456789"
    serial = "".join(chance.choices(letters, k=6))
    tail = "".join(chance.choices(letters, k=4))
    code = f"(01){gtin}{gtin_check_digit(gtin)}(21)5{serial}"
    if chance.random() < 0.5:
        fields = f"{code}(93){tail}"
    else:
        fields = f"{code}(91)EE08(92){''.join(chance.choices(letters, k=44))}"
    made = zxingcpp.create_barcode(fields, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    bars = np.asarray(made.to_image(scale=1, add_quiet_zones=False))
    high, wide = bars.shape
    pack = _pack(chance, (wide + 60) * DOTS, (high + 40) * DOTS)
    left, top = (pack.width - wide * DOTS) // 2, (pack.height - high * DOTS) // 2
    label = Image.new("RGB", ((wide + 6) * DOTS, (high + 6) * DOTS), WHITE)
    label.paste(Image.fromarray(bars).resize((wide * DOTS, high * DOTS), Image.Resampling.NEAREST), (3 * DOTS,) * 2)
    pack.paste(label, (left - 3 * DOTS, top - 3 * DOTS))
    middle = (left + wide * DOTS / 2, top + high * DOTS / 2)
    text = _element_string(fields)
    return Thing("marked goods", text, "DataMatrix", _bgr(pack), middle, wide * DOTS, high * DOTS, DOTS)


MAKERS: tuple[Callable[[Random], Thing], ...] = (
    card_qr, card_bars, card_128, goods_ean13, goods_ean8, receipt, marked,
)  # fmt: skip


def _goods(chance: Random, symbology: str, digits: str, kind: str, high: int) -> Thing:
    """A pack with its bars on a white label, digits below."""
    text = digits + str(gtin_check_digit(digits))
    modules = _modules(symbology, text)
    pack = _pack(chance, (modules + 70) * DOTS, (high + 70) * DOTS)
    pen = ImageDraw.Draw(pack)
    left, top = (pack.width - modules * DOTS) // 2, (pack.height - high * DOTS) // 2
    pen.rectangle((left - 11 * DOTS, top - 3 * DOTS, left + (modules + 9) * DOTS, top + (high + 12) * DOTS), WHITE)
    bars = Image.new("1", (modules, 1), 1)
    bars.putdata([0 if bit == "1" else 1 for bit in barcode.get_barcode_class(symbology)(text).build()[0]])
    pack.paste(bars.resize((modules * DOTS, high * DOTS)), (left, top))
    pen.text((pack.width // 2, top + (high + 6) * DOTS), text, INK, font(9 * DOTS), anchor="mm")
    middle = (pack.width / 2, top + high * DOTS / 2)
    return Thing(kind, text, "EAN", _bgr(pack), middle, modules * DOTS, high * DOTS, DOTS)


def _pack(chance: Random, wide: int, high: int) -> Image.Image:
    """A coloured pack with its name and a stripe."""
    light = tuple(chance.randint(110, 235) for _ in range(3))
    pack = Image.new("RGB", (wide, high), light)
    pen = ImageDraw.Draw(pack)
    stripe = chance.randint(0, high // 6)
    pen.rectangle((0, stripe, wide, stripe + high // 12), fill=tuple(chance.randint(20, 120) for _ in range(3)))
    _write(pen, (20, high - 50), chance.choice(WORDS))
    return pack


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str) -> None:
    pen.text(at, text, INK, font(26))


def _modules(symbology: str, text: str) -> int:
    return len(barcode.get_barcode_class(symbology)(text).build()[0])


def _qr_size(grey: Frame, middle: tuple[int, int]) -> tuple[int, float]:
    """Of the QR code about the middle: its side, and its module by the seven of a finder pattern's upper edge."""
    room = grey[middle[1] - 228 : middle[1] + 228, middle[0] - 228 : middle[0] + 228] < 128
    rows = np.flatnonzero(room.any(axis=1))
    row = room[rows[0]]
    first = int(np.flatnonzero(row)[0])
    finder = int(np.flatnonzero(~row[first:])[0])
    return int(rows[-1] - rows[0] + 1), finder / 7


def _element_string(fields: str) -> str:
    """What a reader gives for "(01)…(21)…(93)…": the group separator after the serial and after 91, which may vary in
    length (GS1 General Specifications 7.8)."""
    (_, gtin), (_, serial), *rest = [field.split(")") for field in fields.split("(")[1:]]
    return f"01{gtin}21{serial}" + "".join(f"\x1d{ai}{value}" for ai, value in rest)


def _digits(chance: Random, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _bgr(picture: Image.Image) -> Frame:
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
