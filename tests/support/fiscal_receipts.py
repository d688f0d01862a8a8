"""A sale and its return as a fiscal register gets them: a piece, a weight, a discount, points, change."""

from __future__ import annotations

import msgspec

from loyalty.basket import Moment
from loyalty.receipt import Applied, Payment, ProgrammeRef, Receipt, ReceiptLine

MOMENT = Moment(1_795_338_000_000, "2026-11-22", 14 * 60 + 5, 6)
SCARF = ReceiptLine(
    1, "4600000000015", "Шарф клубный", "piece", "20", 2000, 150_000, 300_000, 30_000, 20_000, 200, 250_000, 75,
    (Applied("scarves", "Шарфы −10 %", "Scarves −10%", 30_000),),
)  # fmt: skip
CHEESE = ReceiptLine(2, "2100123004560", "Сыр", "kg", "10", 456, 80_000, 36_480, 0, 0, 0, 36_480, 10)
SALE = Receipt(
    "aa" * 16, "T1-17", "sale", "s1", "t1", "Анна", "bb" * 16, MOMENT, (ProgrammeRef("club", 3, "1"),), (SCARF, CHEESE),
    336_480, 30_000, 20_000, 200, 286_480, 85, (Payment("card", 200_000), Payment("cash", 90_000)), 3_520,
    "01" * 16, "02" * 16, "Мария И.", "card", "fan", 1000,
)  # fmt: skip
RETURN = msgspec.structs.replace(
    SALE, kind="return", number="T1-18", original_number="T1-17", payments=(Payment("cash", 286_480),), change_minor=0
)
