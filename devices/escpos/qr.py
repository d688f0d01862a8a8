"""QR codes for ESC/POS: drawn by the printer itself (GS ( k), or by us, dot by dot, for printers that cannot.

Sources: Epson's command reference, functions 165, 167, 169, 180 and 181 of GS ( k, and GS v 0; ISO/IEC 18004.
"""

from __future__ import annotations

from typing import Literal

from devices.errors import DeviceError

QrBy = Literal["native", "raster"]
MOST_QR_BYTES = 300
"""With error correction M that is version 13, 69 modules: at six dots each it fits paper of 80 mm."""
QUIET_MODULES = 4
CENTRED, AT_LEFT = b"\x1ba\x01", b"\x1ba\x00"
MODEL_2 = b"\x1d(k\x04\x001A2\x00"
CORRECTION_M = b"\x1d(k\x03\x001E1"
PRINT = b"\x1d(k\x03\x001Q0"


def qr_bytes(text: str, by: QrBy, dots: int) -> bytes:
    """A QR code in the middle of the paper, each of its modules `dots` wide. Raises DeviceError for a text too long."""
    data = text.encode()
    if len(data) > MOST_QR_BYTES:
        raise DeviceError("code_too_long", f"A QR code holds {MOST_QR_BYTES} bytes at most.")
    return CENTRED + (_native(data, dots) if by == "native" else _raster(data, dots)) + b"\n" + AT_LEFT


def _native(data: bytes, dots: int) -> bytes:
    size = b"\x1d(k\x03\x001C" + bytes((dots,))
    store = b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data
    return MODEL_2 + size + CORRECTION_M + store + PRINT


def _raster(data: bytes, dots: int) -> bytes:
    rows = [[dark for dark in row for _ in range(dots)] for row in _modules(data)]
    width_bytes = -(-len(rows[0]) // 8)
    head = b"\x1dv0\x00" + width_bytes.to_bytes(2, "little") + (len(rows) * dots).to_bytes(2, "little")
    return head + b"".join(_packed(row, width_bytes) * dots for row in rows)


def _modules(data: bytes) -> list[list[bool]]:
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(data)
    modules: list[list[bool]] = code.get_matrix()
    return modules


def _packed(row: list[bool], width_bytes: int) -> bytes:
    """Eight dots a byte, the leftmost in its highest bit."""
    bits = "".join("1" if dark else "0" for dark in row).ljust(width_bytes * 8, "0")
    return int(bits, 2).to_bytes(width_bytes, "big")
