"""Sales that use coupons, and their returns, put into a head office."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from loyalty.coupons.spent import SpentCoupon
from loyalty.events import ReturnCompleted, SaleCompleted
from loyalty.receipt import Receipt
from tests.support.server import T0_MS, Till, hex_id

ANNA = hex_id("anna")
ONE, TWO = hex_id("coupon one"), hex_id("coupon two")


def sold(till: Till, *coupons: str, at_ms: int = T0_MS, counted: bool = False, **more) -> Receipt:
    spent = tuple(SpentCoupon(coupon, "spring", single=True, counted=counted) for coupon in coupons)
    return replace(till.receipt(at_ms=at_ms, **more), coupons=coupons, spent=spent)


def back(till: Till, sale: Receipt, qty: int = 1000, by_number: bool = False) -> Receipt:
    cited: dict[str, Any] = {"original_number": sale.number} if by_number else {"original_id": sale.receipt_id}
    made = till.receipt(kind="return", account=sale.account_id, qty=qty, total=qty * 10, **cited)
    return replace(made, lines=tuple(replace(line, base_minor=line.total_minor) for line in made.lines))


def put(till: Till, *receipts: Receipt) -> None:
    for receipt in receipts:
        body = SaleCompleted(receipt) if receipt.kind == "sale" else ReturnCompleted(receipt)
        till.put(till.event(body))
