"""Conditions of campaigns: one mechanic, one file, with its type, its check, its judgement and its sentences.

A condition answers that it holds, what is missing and how much, or what blocks it (loyalty.scene). `Products` and
`Combination` choose goods; the others apply to the receipt or to what is chosen.
"""

from loyalty.conditions import (
    before_event,
    birthday,
    channels,
    combination,
    coupon,
    dates,
    first_purchase,
    goods_total,
    hours,
    payment,
    products,
    quantity,
    receipt_total,
    recurrence,
    season,
    stores,
    sums,
    trial,
    weekdays,
    who,
)
from loyalty.conditions.before_event import BeforeEvent
from loyalty.conditions.birthday import Birthday
from loyalty.conditions.channels import Channels
from loyalty.conditions.combination import Combination, GoodsSet
from loyalty.conditions.coupon import PresentedCoupon
from loyalty.conditions.dates import Dates
from loyalty.conditions.first_purchase import FirstPurchase
from loyalty.conditions.goods_total import GoodsTotal
from loyalty.conditions.hours import Hours
from loyalty.conditions.payment import Paid
from loyalty.conditions.products import Products, ProductSet
from loyalty.conditions.quantity import Quantity
from loyalty.conditions.receipt_total import ReceiptTotal
from loyalty.conditions.recurrence import Recurrence
from loyalty.conditions.season import InSeason
from loyalty.conditions.stores import Stores
from loyalty.conditions.trial import Trial
from loyalty.conditions.weekdays import Weekdays
from loyalty.conditions.who import Who

__all__ = [
    "CONDITIONS", "SENTENCES", "BeforeEvent", "Birthday", "Channels", "Combination", "Condition", "Dates",
    "FirstPurchase", "GoodsSet", "GoodsTotal", "Hours", "InSeason", "Paid", "PresentedCoupon", "ProductSet",
    "Products", "Quantity", "ReceiptTotal", "Recurrence", "Stores", "Trial", "Weekdays", "Who",
]  # fmt: skip

Condition = (
    Dates | Hours | Weekdays | Recurrence | InSeason | BeforeEvent
    | Who | Birthday | FirstPurchase | Trial
    | Stores | Channels
    | Products | Combination | Quantity | GoodsTotal | ReceiptTotal | Paid | PresentedCoupon
)  # fmt: skip

CONDITIONS: dict[str, type[Condition]] = {
    "dates": Dates,
    "hours": Hours,
    "weekdays": Weekdays,
    "recurrence": Recurrence,
    "season": InSeason,
    "before_event": BeforeEvent,
    "who": Who,
    "birthday": Birthday,
    "first_purchase": FirstPurchase,
    "trial": Trial,
    "stores": Stores,
    "channels": Channels,
    "products": Products,
    "combination": Combination,
    "quantity": Quantity,
    "goods_total": GoodsTotal,
    "receipt_total": ReceiptTotal,
    "payment": Paid,
    "coupon": PresentedCoupon,
}
"""The `type` of a condition in a document -> its mechanic."""

_MECHANICS = (
    before_event, birthday, channels, combination, coupon, dates, first_purchase, goods_total, hours, payment,
    products, quantity, receipt_total, recurrence, season, stores, sums, trial, weekdays, who,
)  # fmt: skip
SENTENCES = {code: pair for mechanic in _MECHANICS for code, pair in mechanic.SENTENCES.items()}
