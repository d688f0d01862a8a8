"""A code as it is printed on what is held before the virtual camera: the kind of picture follows from the text."""

from __future__ import annotations

import re

MOST_CODE_BYTES = 300
DOTS = 8
"""Of a bar or a module, so that it stays sharp as the frame makes it smaller."""
GS1_LABEL = re.compile(r"01\d{14}(?:\D|\d\d)")
GTIN_KINDS = {8: "EAN-8", 12: "UPC-A", 13: "EAN-13"}


def kind_of(code: str) -> str:
    """`EAN-13`, `EAN-8` or `UPC-A` where the check digit is right, `DataMatrix` for GS1 elements, else `QR Code`."""
    if code.isascii() and code.isdigit() and len(code) in GTIN_KINDS and _check_is_right(code):
        return GTIN_KINDS[len(code)]
    return "DataMatrix" if "\x1d" in code or GS1_LABEL.match(code) else "QR Code"


def code_png(code: str) -> bytes:
    """The picture, with its quiet zone. Raises ValueError for a code that is empty or has more than 300 bytes."""
    if not 0 < len(code.encode()) <= MOST_CODE_BYTES:
        raise ValueError(f"1..{MOST_CODE_BYTES}")
    import cv2
    import numpy as np
    import zxingcpp

    made = zxingcpp.create_barcode(code, zxingcpp.barcode_format_from_str(kind_of(code)))
    return cv2.imencode(".png", np.asarray(made.to_image(scale=DOTS)))[1].tobytes()


def _check_is_right(code: str) -> bool:
    """GS1 General Specifications, 7.9: weights of 3 and 1 from the right, the check digit with 1."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code))) % 10 == 0
