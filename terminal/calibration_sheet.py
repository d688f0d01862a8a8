"""The sheet with the two codes that `kopilka devices probe` asks for: A4, as a PDF or a picture."""

from __future__ import annotations

import io

from terminal.cards import DPI, INK, QUIET, SHEET_HEIGHT_MM, SHEET_WIDTH_MM, WHITE, dots, paste_barcode, write
from terminal.scanner.calibration import DIGITS, LETTERS

HEAD = ("Kopilka: калибровка сканера", "Kopilka: calibrating a scanner")
STEPS = (
    ("Отсканируйте код 1, затем код 2, когда об этом просит", "kopilka devices probe ПОРТ"),
    ("Scan code 1, then code 2, when asked by", "kopilka devices probe PORT"),
)


def calibration_sheet(kind: str) -> bytes:
    """The sheet as `PDF` or `PNG`, in true size: bars of EAN-13 and of Code 128."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (dots(SHEET_WIDTH_MM), dots(SHEET_HEIGHT_MM)), WHITE)
    pen = ImageDraw.Draw(page)
    height_mm = 25.0
    for lines, size_mm, colour in ((HEAD, 6.0, INK), *((step, 4.0, QUIET) for step in STEPS)):
        for line in lines:
            write(pen, (25, height_mm), line, size_mm=size_mm, colour=colour, room_mm=170)
            height_mm += size_mm * 1.8
    for place, code in enumerate((DIGITS, LETTERS)):
        top_mm = 95 + place * 80
        write(pen, (25, top_mm), f"{place + 1}", size_mm=10, colour=INK, room_mm=20)
        paste_barcode(page, code, left_mm=45, top_mm=top_mm, room_mm=110, high_mm=30)
        write(pen, (75, top_mm + 35), code, size_mm=4, colour=INK, room_mm=80)
    out = io.BytesIO()
    if kind == "PDF":
        page.save(out, "PDF", resolution=DPI)
    else:
        page.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()
