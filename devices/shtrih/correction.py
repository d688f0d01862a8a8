"""The correction receipt of FFD 1.05 on Shtrih-M registers: begun, given its tags, then built by one command.

Since FFD 1.2 a correction is opened, filled and closed as a receipt is.
"""

from __future__ import annotations

from devices.shtrih.commands import ADMINISTRATOR, BadAnswer, Command, money, plain
from devices.shtrih.link import message

PAYMENTS = 5
"""Cash, electronic, advance, credit, counter-provision."""
TAXES = 6
"""At 20 %, at 10 %, at 0 %, without VAT, at 20/120, at 10/110."""
DOCUMENT_OPEN = 0x14
"""What the memory calls it while it is open."""


def begin_correction() -> bytes:
    return plain(Command.BEGIN_CORRECTION, ADMINISTRATOR)


def build_correction(
    is_ordered: bool,
    operation: int,
    total_minor: int,
    paid_minor: dict[int, int],
    taxes_minor: dict[int, int],
    tax: int,
) -> bytes:
    """`paid_minor` and `taxes_minor` by their places, from 0; `operation` is tag 1054, `tax` the bit of tag 1055."""
    sums = [paid_minor.get(place, 0) for place in range(PAYMENTS)]
    sums += [taxes_minor.get(place, 0) for place in range(TAXES)]
    body = bytes((is_ordered, operation)) + b"".join(money(minor) for minor in (total_minor, *sums)) + bytes((tax,))
    return message(Command.BUILD_CORRECTION, ADMINISTRATOR.to_bytes(4, "little") + body)


def read_built(data: bytes) -> tuple[int, int]:
    """Number and sign of the document. Raises BadAnswer."""
    if len(data) < 10:
        raise BadAnswer(f"{len(data)} bytes where 10 were due")
    return int.from_bytes(data[2:6], "little"), int.from_bytes(data[6:10], "little")
