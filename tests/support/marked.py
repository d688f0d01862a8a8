"""Goods that the state controls, and codes of single pieces of them."""

from __future__ import annotations

from loyalty.catalogue import Price, Product
from tests.support.counter import gtin

WATER = Product(gtin(20), "Вода", (Price(50_00),), control="marked")
SHOES = Product(gtin(21), "Кеды", (Price(2_000_00),), control="marked")
CIGARETTES = Product(gtin(22), "Сигареты", (Price(200_00),), control="permission")
WINE = Product(gtin(23), "Вино", (Price(700_00),), vat="20", control="egais")
CONTROLLED = (WATER, SHOES, CIGARETTES, WINE)


def mark_of(product: Product, serial: str = "5!aB(x)*+d") -> str:
    """As a scanner reads it from the DataMatrix code, with the group separators."""
    return f"010{product.code}21{serial}\x1d91EE06\x1d92aB+/=9"
