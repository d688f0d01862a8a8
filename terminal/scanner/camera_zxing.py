"""zxing and zbar asked for the codes of a grey picture, each with its AIM identifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from loyalty.codes import gtin_is_valid
from terminal.scanner.scan import Scan, is_code_text, is_linear

SOURCE = "camera"
BARS = zxingcpp.barcode_formats_from_str("EAN-13,EAN-8,UPC-A,Code128")
SQUARES = zxingcpp.barcode_formats_from_str("QRCodeModel2,DataMatrix")
ANY = zxingcpp.barcode_formats_from_str("EAN-13,EAN-8,UPC-A,Code128,QRCodeModel2,DataMatrix")
"""Only symbologies with a check of their own: others, Micro QR among them, are seen in mere noise."""
ZBAR_AIM = {"EAN13": "]E0", "EAN8": "]E4", "UPCA": "]E0", "CODE128": "]C0", "QRCODE": "]Q1"}

Grey = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in dots."""


def upright(grey: Grey) -> list[Scan]:
    """A quick look: bars near the level and squares as they come, dark on light."""
    return undisputed(_found(grey, ANY, anyhow=False))


def anyhow(grey: Grey) -> list[Scan]:
    """Bars near the upright, small and light codes on dark too."""
    return undisputed(_found(grey, ANY, anyhow=True))


def squares(grey: Grey) -> list[Scan]:
    return [scan for scan, _ in _found(grey, SQUARES, anyhow=True)]


def bars(grey: Grey) -> list[tuple[Scan, int]]:
    """Bars across a picture, with how many dots of it each takes."""
    return [(scan, box[2] - box[0]) for scan, box in _found(grey, BARS, anyhow=False)]


def zbar(grey: Grey) -> list[Scan]:
    """What zbar reads; nothing on a machine without its library."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return []
    found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol[name] for name in ZBAR_AIM])
    scans = [Scan(code.data.decode(errors="replace"), ZBAR_AIM.get(code.type), SOURCE) for code in found]
    return [scan for scan in scans if is_right(scan)]


def is_right(scan: Scan) -> bool:
    """Whether a text is a code: printable, and with the right check digit if it is a GTIN."""
    if not scan.text or not is_code_text(scan.text):
        return False
    return gtin_is_valid(scan.text) if (scan.symbology or "").startswith("]E") else True


def _found(grey: Grey, formats: Any, *, anyhow: bool) -> list[tuple[Scan, Box]]:
    found = zxingcpp.read_barcodes(
        grey,
        formats=formats,
        try_rotate=anyhow,
        try_downscale=anyhow,
        try_invert=anyhow,
        text_mode=zxingcpp.TextMode.Plain,
    )
    read = [(Scan(code.text, code.symbology_identifier, SOURCE), _box(code.position)) for code in found]
    return [(scan, box) for scan, box in read if is_right(scan)]


def undisputed(found: list[tuple[Scan, Box]]) -> list[Scan]:
    """Without 1D codes that lie on one another and differ: in a slanted code zxing may see a second, wrong one."""

    def is_disputed(scan: Scan, place: Box) -> bool:
        return is_linear(scan) and any(
            other.text != scan.text and is_linear(other) and _overlap(place, elsewhere) for other, elsewhere in found
        )

    return [scan for scan, place in found if not is_disputed(scan, place)]


def _box(position: Any) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(across), min(down), max(across), max(down)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
