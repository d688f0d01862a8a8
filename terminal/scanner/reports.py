"""Input reports of an HID-POS scanner -> whole codes with their AIM identifiers.

A report has 64 bytes: its number (2), the length of the data in it, an AIM identifier of 3, up to 56 of data, 2 of the
maker, and at the end whether more of the same code follows (USB HID Point of Sale Usage Tables 1.02, 3.10; the places
as Honeywell, Datalogic, Zebra and Access-IS have them). Some scanners put the identifier and the data a byte later.
"""

import msgspec

REPORT_BYTES = 64
SCANNED_DATA = 2
AIM_FLAG = ord("]")
DATA_END = 61
MORE_AT = 63
MOST_BYTES = 4097
"""One more than any framing allows: what is longer is cut here, and told as too long there."""


class Message(msgspec.Struct, frozen=True):
    """One code as the scanner gave it: "]E0" or no identifier, and the data."""

    aim: str
    data: bytes


class Messages:
    """Collects reports into messages; the same bytes give the same messages in any chunking."""

    def __init__(self) -> None:
        self._wire = bytearray()
        self._data = bytearray()

    @property
    def amid(self) -> bool:
        """Whether a report or a message has begun and not ended."""
        return bool(self._wire or self._data)

    def feed(self, raw: bytes) -> list[Message]:
        self._wire += raw
        done: list[Message] = []
        while len(self._wire) >= REPORT_BYTES:
            report = bytes(self._wire[:REPORT_BYTES])
            del self._wire[:REPORT_BYTES]
            done += self._take(report)
        return done

    def forget(self) -> int:
        """Let go what has begun, as its rest is lost; returns its size in bytes."""
        lost_bytes = len(self._wire) + len(self._data)
        self._wire.clear()
        self._data.clear()
        return lost_bytes

    def _take(self, report: bytes) -> list[Message]:
        if report[0] != SCANNED_DATA:
            return []
        aim, data = parts_of(report)
        self._data += data[: MOST_BYTES - len(self._data)]
        if report[MORE_AT]:
            return []
        whole = bytes(self._data)
        self._data.clear()
        return [Message(aim, whole)] if whole else []


def parts_of(report: bytes) -> tuple[str, bytes]:
    """The AIM identifier, empty where the scanner gives none, and the data of one report."""
    at = 3 if report[3] == AIM_FLAG != report[2] else 2
    end = DATA_END + at - 2
    aim = report[at : at + 3]
    known = aim[0] == AIM_FLAG and aim.isascii() and aim[1:].isalnum()
    return aim.decode("ascii") if known else "", report[at + 3 : min(at + 3 + report[1], end)]
