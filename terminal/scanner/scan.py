"""What every way of scanning comes to: one text, with where it came from."""

import msgspec

GROUP_SEPARATOR = "\x1d"
"""Parts GS1 fields of variable length; the only control character a code may hold."""


class Scan(msgspec.Struct, frozen=True):
    """One read code: its text, its AIM identifier where known ("]E0", ISO/IEC 15424), and its source ("wedge")."""

    text: str
    symbology: str | None
    source: str


def is_code_text(text: str) -> bool:
    """Whether every character is printable or the group separator."""
    return text.replace(GROUP_SEPARATOR, "").isprintable()


def is_linear(scan: Scan) -> bool:
    """Whether the code is 1D: its single check digit lets one read in some thousands be wrong."""
    return (scan.symbology or "").startswith(("]E", "]C"))
