"""QR codes read off a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def read_off(picture: Image) -> set[str]:
    import zxingcpp

    return {code.text for code in zxingcpp.read_barcodes(picture)}


def read_off_by_zbar(picture: Image) -> set[str]:
    """A decoder that knows nothing of the other; for tests marked `camera`."""
    from pyzbar import pyzbar

    return {code.data.decode() for code in pyzbar.decode(picture)}
