"""Conditions of campaigns: one mechanic, one file, with its type, its check, its judgement and its sentences.

A condition answers that it holds, what is missing and how much, or what blocks it (loyalty.scene). `Products`
selects lines; the others apply to the receipt.
"""

from loyalty.conditions import birthday, dates, hours, products, quantity, receipt_total, weekdays, who
from loyalty.conditions.birthday import Birthday
from loyalty.conditions.dates import Dates
from loyalty.conditions.hours import Hours
from loyalty.conditions.products import Products, ProductSet
from loyalty.conditions.quantity import Quantity
from loyalty.conditions.receipt_total import ReceiptTotal
from loyalty.conditions.weekdays import Weekdays
from loyalty.conditions.who import Who

__all__ = [
    "CONDITIONS", "SENTENCES", "Birthday", "Condition", "Dates", "Hours", "ProductSet", "Products",
    "Quantity", "ReceiptTotal", "Weekdays", "Who",
]  # fmt: skip

Condition = Dates | Hours | Weekdays | Who | Birthday | Products | Quantity | ReceiptTotal

CONDITIONS: dict[str, type[Condition]] = {
    "dates": Dates,
    "hours": Hours,
    "weekdays": Weekdays,
    "who": Who,
    "birthday": Birthday,
    "products": Products,
    "quantity": Quantity,
    "receipt_total": ReceiptTotal,
}
"""The `type` of a condition in a document -> its mechanic."""

SENTENCES = {
    code: pair
    for mechanic in (birthday, dates, hours, products, quantity, receipt_total, weekdays, who)
    for code, pair in mechanic.SENTENCES.items()
}
