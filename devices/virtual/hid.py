"""What scanners send that are no serial ports, for a `VirtualScanner`: HID-POS reports, and keys as typed."""

from __future__ import annotations

import re
import struct

from devices.keys import (
    DOWN,
    ENTER,
    EV_KEY,
    EV_SYN,
    EVENT,
    LEFT_CONTROL,
    LEFT_SHIFT,
    PLAIN,
    SHIFTED,
    TAB,
    UP,
)

REPORT = struct.Struct("<BB3s56s2sB")
"""Number, length, AIM identifier, data, of the maker, whether more follows."""
DATA_BYTES = 56
AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
KEY_OF = {sign: (code, False) for code, sign in PLAIN.items()} | {
    sign: (code, True) for code, sign in reversed(SHIFTED.items()) if sign not in PLAIN.values()
}
CONTROL_KEYS = {"\r": ENTER, "\t": TAB}


def reports_of(code: bytes, *, shifted: bool = False) -> bytes:
    """The input reports of one code: an AIM identifier before it goes into its own place. `shifted` as some scanners
    have it, identifier and data a byte later."""
    found = AIM.match(code)
    aim, data = (found.group(), code[3:]) if found else (bytes(3), code)
    pieces = [data[start : start + DATA_BYTES] for start in range(0, len(data), DATA_BYTES)] or [b""]
    reports = (
        REPORT.pack(2, len(piece), aim, piece, bytes(2), number < len(pieces)) for number, piece in enumerate(pieces, 1)
    )
    return b"".join(_later(report) if shifted else report for report in reports)


def _later(report: bytes) -> bytes:
    return report[:2] + b"\0" + report[2:62] + report[63:]


def keys_of(code: bytes) -> bytes:
    """The key events of a scanner that types this on a US keyboard; control characters with Ctrl, as Ctrl+]."""
    return b"".join(_stroke(sign) for sign in code.decode("ascii"))


def _stroke(sign: str) -> bytes:
    if sign in CONTROL_KEYS:
        return _press(CONTROL_KEYS[sign])
    if sign < " ":
        return _with(LEFT_CONTROL, KEY_OF[chr(ord(sign) | 0x40).lower()][0])
    key, shift = KEY_OF[sign]
    return _with(LEFT_SHIFT, key) if shift else _press(key)


def _with(holding: int, key: int) -> bytes:
    return _event(holding, DOWN) + _press(key) + _event(holding, UP)


def _press(key: int) -> bytes:
    return _event(key, DOWN) + _event(key, UP)


def _event(key: int, value: int) -> bytes:
    return struct.pack(EVENT, 0, 0, EV_KEY, key, value) + struct.pack(EVENT, 0, 0, EV_SYN, 0, 0)
