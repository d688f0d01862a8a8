"""Correction receipts of a virtual ATOL register: what their tasks must say, and the tags their documents have."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

OPERATIONS = {"sellCorrection": 1, "sellReturnCorrection": 2}
KINDS = {"self": 0, "instruction": 1}
DATE = re.compile(r"\d{4}\.\d{2}\.\d{2}")
OLD_TAXES = frozenset({"vat20", "vat10", "vat0", "none", "vat120", "vat110"})


def is_correction(task: dict[str, Any]) -> bool:
    """Its kind and day, and the order's number where there is an order."""
    if task.get("correctionType") not in KINDS or not DATE.fullmatch(str(task.get("correctionBaseDate"))):
        return False
    return task["correctionType"] == "self" or bool(task.get("correctionBaseNumber"))


def is_old(task: dict[str, Any]) -> bool:
    """As FFD 1.05 has it: no goods, taxes given, of a sale alone."""
    return "taxes" in task


def is_old_correction(task: dict[str, Any]) -> bool:
    taxes, payments = task["taxes"], task.get("payments")
    if task["type"] != "sellCorrection" or not isinstance(taxes, list) or not isinstance(payments, list):
        return False
    of_sums = [each.get("sum") for each in (*taxes, *payments) if isinstance(each, dict)]
    known = bool(taxes) and all(each.get("type") in OLD_TAXES for each in taxes)
    return known and bool(payments) and all(isinstance(each, (int, Decimal)) and each >= 0 for each in of_sums)


def tags(task: dict[str, Any]) -> dict[str, Any]:
    number = task.get("correctionBaseNumber")
    basis = {"1178": task["correctionBaseDate"], **({"1179": number} if number else {})}
    return {"1173": KINDS[task["correctionType"]], "1174": basis}
