"""Who reads the frames: ours in each of its efforts, and three libraries by their defaults.

A reader gives the texts of one BGR frame, and says which symbologies it knows, so that none is asked for another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import zxingcpp

from benchmarks.things import Frame
from terminal.scanner.camera import Effort, decode

Read = Callable[[Frame], list[str]]
ALL = frozenset({"QR", "EAN", "Code 128", "DataMatrix"})


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    read: Read
    knows: frozenset[str] = ALL


def ours(effort: Effort) -> Reader:
    return Reader(f"ours, {effort}", lambda frame: [scan.text for scan in decode(frame, effort)])


def _zxing(frame: Frame) -> list[str]:
    found = zxingcpp.read_barcodes(frame, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found]


def _zbar(frame: Frame) -> list[str]:
    from pyzbar import pyzbar

    return [code.data.decode(errors="replace") for code in pyzbar.decode(frame)]


def _opencv() -> Read:
    flat, bars = cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector()

    def read(frame: Frame) -> list[str]:
        _, squares, *_ = flat.detectAndDecodeMulti(frame)
        _, lines, *_ = bars.detectAndDecodeMulti(frame)
        return [text for text in (*squares, *lines) if text]

    return read


ZXING = Reader("zxing-cpp", _zxing)
ZBAR = Reader("zbar", _zbar, frozenset({"QR", "EAN", "Code 128"}))
OPENCV = Reader("OpenCV", _opencv(), frozenset({"QR", "EAN"}))
PEERS = (ZXING, ZBAR, OPENCV)
