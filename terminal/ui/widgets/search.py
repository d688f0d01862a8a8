"""Goods a search found, to choose from by arrows or by number; and any other numbered list."""

from textual.strip import Strip

from loyalty.catalogue import Product, price_at
from terminal.ui.cells import clean, left, right
from terminal.ui.rows import row
from terminal.ui.sight import Sight
from terminal.ui.widgets.lines import window

PRICE, CODE, NUMBER = 13, 16, 5


def search_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    found = sight.view.state.found
    first, last = window([1] * len(found), sight.desk.choice, height - 1)
    _ = sight.words.text
    head = left("  " + _("Found"), width - PRICE - CODE - 1) + left(_("Code"), CODE) + right(_("Price"), PRICE)
    rows = [_row(sight, place, found[place], width) for place in range(first, last)]
    return [row(sight.palette, width, [(head, "head")]), *rows]


def _row(sight: Sight, place: int, product: Product, width: int) -> Strip:
    here = place == sight.desk.choice
    price_minor = price_at(product, sight.view.state.basket.store, sight.now_ms)
    price = sight.words.money(price_minor) if price_minor is not None else "—"
    mark = sight.palette.signs.here if here else " "
    return row(
        sight.palette, width,
        [(f"{mark}{place + 1:>2}  ", "accent"), (left(clean(product.name), width - PRICE - CODE - NUMBER - 1), "text"),
         (left(clean(product.code), CODE), "dim"), (right(price, PRICE), "strong")],
        "selected" if here else "base",
    )  # fmt: skip
