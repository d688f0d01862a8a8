"""What a till knows of its own receipt that stands nowhere in the receipt's bytes, kept in the row of its event.

It is local: neither chained nor sent. With it everything that a till asks of its own events follows from their rows.
"""

import msgspec

from loyalty.coupons.spent import SpentCoupon
from loyalty.events import canonical
from loyalty.quoting.uses import Use


class Beside(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of a return, which knew its sale and what of it is back: `freed` are its coupons where nothing of it is left,
    `sale_day` is its day, `uses` what comes off what the member has had of campaigns, negative."""

    freed: tuple[SpentCoupon, ...] = ()
    sale_day: str = ""
    uses: tuple[Use, ...] = ()


NOTHING = Beside()
_beside = msgspec.json.Decoder(Beside)


def written(beside: Beside) -> bytes | None:
    """None where there is nothing."""
    return None if beside == NOTHING else canonical(beside)


def read_beside(raw: bytes | None) -> Beside:
    """Raises msgspec.MsgspecError."""
    return NOTHING if raw is None else _beside.decode(raw)
