"""Goods as the till knows them: a product, its prices by store and date, and what may be done to them."""

from typing import Literal

import msgspec

Vat = Literal["none", "0", "5", "7", "10", "20", "22"]
"""Value-added tax in percent; `none` is goods without VAT, which is not the same as 0 %."""
Unit = Literal["piece", "kg"]
Control = Literal["", "marked", "permission", "egais"]
"""What the state wants of a sale of these goods: their code of marking in the fiscal document; leave for each piece
beforehand, by the code; a record in EGAIS, as of alcohol."""


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """A price in minor units for one unit, from a moment on, in one store (or in all: `store` empty)."""

    price_minor: int
    valid_from_ms: int = 0
    store: str = ""


class Product(msgspec.Struct, frozen=True, omit_defaults=True):
    """One product; `code` is its GTIN as scanned (EAN-8/13, UPC as EAN-13) or the 5-digit PLU of weighed goods."""

    code: str
    name: str
    prices: tuple[Price, ...]
    vat: Vat = "20"
    unit: Unit = "piece"
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    no_discount: bool = False
    no_earn: bool = False
    no_redeem: bool = False
    min_price_minor: int = 0
    """Legal minimum price of one unit; no discount and no redeemed point may go below it."""
    gift_card: bool = False
    """Money on a card at its price: nothing of the programme touches it. Sold without VAT: the goods will have it."""
    control: Control = ""


def price_at(product: Product, store: str, at_ms: int) -> int | None:
    """The price in minor units now, or None where the product has no price yet.

    A price of the store itself goes before one of all stores; of each, the latest that has begun.
    """
    best: Price | None = None
    for price in product.prices:
        if price.valid_from_ms > at_ms or price.store not in ("", store):
            continue
        if best is None or (price.store != "", price.valid_from_ms) >= (best.store != "", best.valid_from_ms):
            best = price
    return best.price_minor if best else None
