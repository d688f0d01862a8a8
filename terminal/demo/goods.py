"""What the demo sells and to whom: read from the till's own cache, beside the till that has it open."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import msgspec

from loyalty.catalogue import Product
from loyalty.codes import card_number, gtin_check_digit
from loyalty.feed import BalanceRow, IdentRow
from loyalty.ledger import MAIN_WALLET

GIFT_CARDS = tuple(card_number("298", number) for number in (1, 2))
"""The demo's head office has put money on these."""
COUPON = {"ru": "ГОЛ26", "en": "GOAL26"}
"""A promo code of the club's programme, in either language."""
NEW_GIFT_CARD = card_number("298", 3)


@dataclass(frozen=True, slots=True)
class Goods:
    """Codes to scan: cards of members who have points, goods by piece, one weighed label (456 g)."""

    cards: tuple[str, ...]
    pieces: tuple[str, ...]
    weighed: str
    experience: str
    """Something that points buy."""
    gift_card: str
    """Goods that are a gift card."""


def pick_goods(till_folder: Path, cards: int = 16, pieces: int = 24) -> Goods:
    """A handful, the same each time: from different categories and of different members."""
    with sqlite3.connect(f"file:{till_folder / 'cache.db'}?mode=ro", uri=True) as connection:
        products = [
            msgspec.json.decode(body, type=Product)
            for (body,) in connection.execute("SELECT body FROM goods WHERE body IS NOT NULL ORDER BY key")
        ]
        members = _members_with_points(connection, cards)
    by_piece = [product for product in products if product.unit == "piece" and not product.gift_card]
    stride = max(1, len(by_piece) // pieces)
    plu = next(product.code for product in products if product.unit == "kg")
    label = f"21{plu}00456"
    return Goods(
        cards=tuple(members),
        pieces=tuple(product.code for product in by_piece[::stride][:pieces]),
        weighed=label + gtin_check_digit(label),
        experience=next(product.code for product in by_piece if "experience" in product.tags),
        gift_card=next(product.code for product in products if product.gift_card),
    )


def _members_with_points(connection: sqlite3.Connection, wanted: int) -> list[str]:
    found: list[str] = []
    for (body,) in connection.execute("SELECT body FROM ident WHERE body IS NOT NULL ORDER BY key LIMIT 500"):
        ident = msgspec.json.decode(body, type=IdentRow)
        row = connection.execute("SELECT body FROM bal WHERE key = ?", (bytes.fromhex(ident.account_id),)).fetchone()
        balance = msgspec.json.decode(row[0], type=BalanceRow) if row and row[0] else None
        if ident.cards and not ident.blocked and balance and balance.wallets.get(MAIN_WALLET, 0) >= 500:
            found.append(ident.cards[0])
        if len(found) == wanted:
            break
    return found
