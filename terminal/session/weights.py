"""Weights as cashiers say them: `0.456` and `456` are the same goods on the same scale.

A shop's scale weighs up to 30 kg and shows grams. A whole figure up to 30 is kilograms, one from 100 on is grams, and
what lies between may be either: it is asked for again. With a decimal mark a figure is always kilograms.
"""

import re

MOST_WHOLE_KG = 30
LEAST_WHOLE_G = 100
MOST_WHOLE_G = MOST_WHOLE_KG * 1000
_WHOLE = re.compile(r"[0-9]{1,12}")


def is_doubtful(text: str) -> bool:
    """Whether a typed figure may be kilograms or grams."""
    return _WHOLE.fullmatch(text) is not None and whole_milli(int(text)) is None


def whole_milli(figure: int) -> int | None:
    """What a whole figure weighs, in grams (thousandths of a kilogram); None: nobody can say."""
    if figure <= MOST_WHOLE_KG:
        return figure * 1000
    return figure if LEAST_WHOLE_G <= figure <= MOST_WHOLE_G else None
