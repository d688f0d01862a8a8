"""A picture -> the codes in it: zxing-cpp first, turned copies next, zbar last.

zxing reads 1D codes near the level and near the upright; copies turned by 30 and 60 degrees cover what lies between.
OpenCV, zxing, zbar and numpy are imported when the first picture comes: a till without a camera starts without them.
"""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from loyalty.codes import gtin_is_valid
from loyalty.errors import BadInput
from loyalty.sentences import sentence
from terminal.scanner.scan import Scan, is_code_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]

MOST_PIXELS = 25_000_000
MOST_FILE_BYTES = 32 * 1024 * 1024
MOST_CODES_A_FRAME = 20
TURNS_DEG = (0, 30, 60)
SECOND_LOOK_DEG = 6
SOURCE = "camera"
FORMATS = "EAN-13,EAN-8,UPC-A,Code128,QRCode,DataMatrix"
"""Only symbologies with a check of their own: others give wrong texts from noise."""
ZBAR_AIM = {"EAN13": "]E0", "EAN8": "]E4", "UPCA": "]E0", "CODE128": "]C0", "QRCODE": "]Q1"}

SENTENCES = {
    "picture.too_large": (
        "Снимок слишком велик: не больше {limit} млн точек и 32 МБ. Уменьшите его",
        "The picture is too large: {limit} million pixels and 32 MB at most. Make it smaller",
    ),
    "picture.unreadable": (
        "Файл {name} не открывается как снимок",
        "The file {name} does not open as a picture",
    ),
}

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in dots."""

Effort = Literal["fast", "thorough", "full"]
"""fast: one quick pass; thorough: any direction, scale and inversion too; full: from all sides, certain alone."""


def decode(frame: Frame, effort: Effort = "full") -> list[Scan]:
    """The codes of a grey (h, w) or BGR (h, w, 3) frame of uint8.

    A single 1D read of a lesser effort than full may be wrong: the caller waits for a second equal one.
    """
    if frame.shape[0] * frame.shape[1] > MOST_PIXELS:
        raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000))
    if effort == "fast":
        return tidy(zxing(frame, anyhow=False))
    if effort == "thorough":
        return tidy(zxing(frame, anyhow=True))
    return tidy(zxing_from_all_sides(frame) or zbar(frame))


def tidy(scans: list[Scan]) -> list[Scan]:
    """Each right code once, so many at most as a frame can show."""
    return list(dict.fromkeys(scan for scan in scans if is_right(scan)))[:MOST_CODES_A_FRAME]


def decode_image(path: Path) -> list[Scan]:
    """The codes in a picture file; BadInput where it is none or too large."""
    from PIL import Image, ImageOps

    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000))
                return decode(grey(ImageOps.exif_transpose(image)))
    except Image.DecompressionBombError as error:
        raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000)) from error
    except (OSError, ValueError, SyntaxError) as error:
        # Pillow reports a damaged file in any of these ways.
        raise BadInput(sentence("picture.unreadable", name=path.name)) from error


def grey(image: Any) -> Frame:
    import numpy as np

    return np.asarray(image.convert("L"))


def is_right(scan: Scan) -> bool:
    """Whether a text is a code: printable, and with the right check digit if it is a GTIN."""
    if not scan.text or not is_code_text(scan.text):
        return False
    return gtin_is_valid(scan.text) if is_gtin(scan) else True


def is_gtin(scan: Scan) -> bool:
    return (scan.symbology or "").startswith("]E")


def is_linear(scan: Scan) -> bool:
    """Whether the code is 1D: its single check digit lets one read in some thousands be wrong."""
    return (scan.symbology or "").startswith(("]E", "]C"))


@cache
def formats() -> Any:
    import zxingcpp

    return zxingcpp.barcode_formats_from_str(FORMATS)


def zxing(frame: Frame, *, anyhow: bool) -> list[Scan]:
    import zxingcpp

    found = zxingcpp.read_barcodes(
        frame,
        formats=formats(),
        try_rotate=anyhow,
        try_downscale=anyhow,
        try_invert=anyhow,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return undisputed([(Scan(code.text, code.symbology_identifier, SOURCE), box(code.position)) for code in found])


def undisputed(found: list[tuple[Scan, Box]]) -> list[Scan]:
    """Without 1D codes that lie on one another and differ: in a slanted code zxing may see a second, wrong one."""

    def is_disputed(scan: Scan, place: Box) -> bool:
        return is_linear(scan) and any(
            other.text != scan.text and is_linear(other) and overlap(place, elsewhere) for other, elsewhere in found
        )

    return [scan for scan, place in found if not is_disputed(scan, place)]


def box(position: Any) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(across), min(down), max(across), max(down)


def overlap(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def zxing_from_all_sides(frame: Frame) -> list[Scan]:
    """What the frame or a turned copy shows; a 1D code counts only if a copy turned a little further shows it as well.

    A slanted or noisy 1D code is read wrong now and then with a right check digit, but not twice alike from two angles.
    """
    easy = [scan for scan in zxing(frame, anyhow=False) if is_right(scan) and not is_linear(scan)]
    if easy:
        return easy
    for turn_deg in TURNS_DEG:
        scans = [scan for scan in zxing(turned(frame, turn_deg), anyhow=True) if is_right(scan)]
        sure = [scan for scan in scans if not is_linear(scan)] + confirmed(frame, turn_deg, scans)
        if sure:
            return sure
    return []


def confirmed(frame: Frame, turn_deg: float, scans: list[Scan]) -> list[Scan]:
    linear = [scan for scan in scans if is_linear(scan)]
    for second_deg in (turn_deg + SECOND_LOOK_DEG, turn_deg - SECOND_LOOK_DEG):
        if not linear:
            return []
        seen = zxing(turned(frame, second_deg), anyhow=True)
        both = [scan for scan in linear if scan in seen]
        if both:
            return both
    return []


def turned(frame: Frame, turn_deg: float) -> Frame:
    """A copy turned about its middle, on a canvas large enough to lose nothing."""
    if turn_deg == 0:
        return frame
    import cv2
    import numpy as np

    height, width = frame.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = int(width * cos + height * sin), int(width * sin + height * cos)
    matrix[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return np.asarray(cv2.warpAffine(frame, matrix, (wide, high), borderValue=(255, 255, 255)), np.uint8)


def zbar(frame: Frame) -> list[Scan]:
    """What zbar reads; nothing on a machine without its library."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return []
    symbols = [pyzbar.ZBarSymbol[name] for name in ZBAR_AIM]
    found = pyzbar.decode(frame if frame.ndim == 2 else frame.mean(axis=2).astype("uint8"), symbols=symbols)
    return [Scan(code.data.decode(errors="replace"), ZBAR_AIM.get(code.type), SOURCE) for code in found]
