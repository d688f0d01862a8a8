"""Money as integers in minor units: rounding, exact sharing, reading and writing."""

import re
from collections.abc import Sequence
from typing import Literal

Rounding = Literal["half_up", "half_even", "floor", "ceil"]
MAX_MINOR = 10**12
"""The largest sum one receipt may hold, in minor units (ten billion roubles)."""


def divide(numerator: int, denominator: int, rounding: Rounding = "half_up") -> int:
    """numerator / denominator as an integer; `half_up` rounds halves away from zero."""
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    if rounding == "floor":
        return numerator // denominator
    if rounding == "ceil":
        return -(-numerator // denominator)
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    twice = rest * 2
    up = twice > denominator or (twice == denominator and (rounding == "half_up" or whole % 2 == 1))
    return sign * (whole + up)


def part_bp(amount_minor: int, rate_bp: int, rounding: Rounding = "half_up") -> int:
    """`rate_bp` hundredths of a percent of an amount."""
    return divide(amount_minor * rate_bp, 10_000, rounding)


def line_amount(price_minor: int, qty_milli: int, rounding: Rounding = "half_up") -> int:
    """Price per unit x quantity in thousandths of the unit."""
    return divide(price_minor * qty_milli, 1000, rounding)


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total over weights by largest remainder: the parts sum to the total exactly.

    Equal remainders go to the earlier place, so callers pass weights in a canonical order. With all
    weights zero, everything goes nowhere and only a total of 0 is allowed.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("nothing to share over")
        return [0] * len(weights)
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    left = abs(total) - sum(part for part, _ in parts)
    order = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    extra = set(order[:left])
    return [sign * (part + (place in extra)) for place, (part, _) in enumerate(parts)]


def share_capped(total: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """`share`, but no part above its cap; what a full place cannot take goes to the others.

    The parts sum to min(total, sum of the caps of places with weight).
    """
    parts = [0] * len(weights)
    left = total
    while left > 0:
        open_weights = [w if parts[i] < caps[i] else 0 for i, w in enumerate(weights)]
        if not any(open_weights):
            break
        for place, part in enumerate(share(left, open_weights)):
            taken = min(part, caps[place] - parts[place]) if open_weights[place] else 0
            parts[place] += taken
            left -= taken
    return parts


_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")


def parse_amount(text: str) -> int | None:
    """An amount as cashiers type it: `1234` is 12.34 and `12.3` or `12,30` is 12.30; None if it is no amount."""
    match = _AMOUNT.fullmatch(text.strip().replace(" ", "").replace("\u00a0", ""))
    if match is None:
        return None
    whole, fraction = match.groups()
    minor = int(whole) if fraction is None else int(whole) * 100 + int(fraction.ljust(2, "0"))
    return minor if minor <= MAX_MINOR else None


def money_text(minor: int, lang: str = "ru") -> str:
    """`1 234,50` in Russian, `1,234.50` in English; a minus sign stands before the figure."""
    sign = "\u2212" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 100)
    grouped = f"{whole:,}"
    if lang == "ru":
        return f"{sign}{grouped.replace(',', chr(0xA0))},{fraction:02d}"
    return f"{sign}{grouped}.{fraction:02d}"


def percent_text(rate_bp: int, lang: str = "ru") -> str:
    """`12,5 %` for 1250; no needless zeros."""
    whole, fraction = divmod(abs(rate_bp), 100)
    tail = f"{fraction:02d}".rstrip("0")
    mark = "," if lang == "ru" else "."
    sign = "\u2212" if rate_bp < 0 else ""
    return f"{sign}{whole}{mark + tail if tail else ''}\u00a0%"


def quantity_text(qty_milli: int, lang: str = "ru") -> str:
    """`3` for 3000, `0,456` for 456."""
    whole, fraction = divmod(abs(qty_milli), 1000)
    mark = "," if lang == "ru" else "."
    sign = "\u2212" if qty_milli < 0 else ""
    return sign + str(whole) + (f"{mark}{fraction:03d}" if fraction else "")


def points_text(points: int, lang: str = "ru") -> str:
    """`1,540`, in Russian `1 540` with a no-break space."""
    sign = "\u2212" if points < 0 else ""
    return sign + f"{abs(points):,}".replace(",", "\u00a0" if lang == "ru" else ",")
