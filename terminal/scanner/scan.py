"""What every way of scanning comes to: one text, with where it came from."""

import msgspec


class Scan(msgspec.Struct, frozen=True):
    """One read code: its text, its AIM identifier where known ("]E0", ISO/IEC 15424), and its source ("wedge")."""

    text: str
    symbology: str | None
    source: str
