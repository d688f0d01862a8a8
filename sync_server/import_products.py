"""Products from another system. A product imported again with other figures is changed; with the same, it is not."""

from collections.abc import Sequence
from functools import partial
from typing import cast

from loyalty.catalogue import Control, Price, Product, Unit, Vat
from loyalty.codes import CodeRanges
from loyalty.events import bucket_of, canonical
from loyalty.sentences import sentence
from sync_server import import_fields
from sync_server.csv_rows import Row
from sync_server.heads import Change, put_rows
from sync_server.import_fields import Unfit
from sync_server.import_report import NotTaken, Tally
from sync_server.rows import select_by
from sync_server.schema import FEED
from sync_server.seen import Seen
from sync_server.store import Bucket, Store, Tx

COLUMNS = (
    "code", "name", "price", "vat", "unit", "category", "brand", "tags", "no_discount", "no_earn", "no_redeem",
    "min_price", "gift_card", "free", "control",
)  # fmt: skip
NEEDED = ("code", "name", "price")
MAX_TAGS = 20
_VAT: dict[str, str] = {
    **{form: rate for rate in ("0", "5", "7", "10", "20", "22") for form in (rate, f"{rate}%", f"{rate} %")},
    "none": "none", "без ндс": "none", "": "20",
}  # fmt: skip
_CONTROL = {
    **dict.fromkeys(("", "no", "нет", "0"), ""), **dict.fromkeys(("marked", "yes", "да", "1"), "marked"),
    "permission": "permission", "разрешение": "permission", "egais": "egais", "егаис": "egais",
}  # fmt: skip
_UNIT = {"piece": "piece", "шт": "piece", "шт.": "piece", "": "piece", "kg": "kg", "кг": "kg"}


def import_products(
    store: Store, codes: CodeRanges, rows: Sequence[Row], dry_run: bool, seen: Seen, tally: Tally
) -> None:
    """Take one batch of rows in; each is counted once."""
    products = [found for row in rows if (found := _checked(row, codes, seen, tally))]
    buckets: dict[int, list[tuple[int, Product]]] = {}
    for line, product in products:
        buckets.setdefault(bucket_of(product.code), []).append((line, product))
    groups = [products] if store.sqlite else [buckets[bucket] for bucket in sorted(buckets)]
    for group in groups:
        bucket: Bucket = "many" if store.sqlite else bucket_of(group[0][1].code)
        counts = store.write(partial(_put, products=group, dry_run=dry_run), bucket)
        tally.count("added", counts[0])
        tally.count("changed", counts[1])
        for line, product in counts[2]:
            tally.leave("known", NotTaken(line, product.code, sentence("import.same"), sentence("import.same.mend")))


SENTENCES = {
    "import.same": ("такой товар уже есть, и он такой же", "this product is there already, and the same"),
    "import.same.mend": ("ничего", "nothing"),
    "import.no_price": ("цена 0", "the price is 0"),
    "import.no_price.mend": (
        "впишите цену; если товар бесплатный — yes в столбец free",
        "write the price; where the product is free, yes in the column free",
    ),
    "import.not_free": ("бесплатный товар с ценой", "a free product with a price"),
    "import.not_free.mend": ("уберите цену (0) или отметку free", "make the price 0, or leave free empty"),
    "import.control_unit": ("маркированный товар — штука", "marked goods are pieces"),
    "import.control_unit.mend": ("укажите unit = piece или очистите control", "give piece as its unit, or no control"),
    "import.gift_unit": ("подарочная карта — штука", "a gift card is a piece"),
    "import.gift_unit.mend": ("укажите unit = piece", "give piece as its unit"),
}


def _checked(row: Row, codes: CodeRanges, seen: Seen, tally: Tally) -> tuple[int, Product] | None:
    try:
        product = _product(row, codes)
        line = seen.first("code", product.code, row.line)
        if line != row.line:
            raise Unfit(product.code, sentence("import.twice", line=line), sentence("import.twice.mend"))
        return row.line, product
    except Unfit as unfit:
        tally.leave("refused", NotTaken(row.line, unfit.value, unfit.reason, unfit.mend))
        return None


def _product(row: Row, ranges: CodeRanges) -> Product:
    import_fields.check_whole(row)
    fields = {name: row.fields.get(name, "") for name in COLUMNS}
    unit = import_fields.choice(fields["unit"], _UNIT)
    gift_card = import_fields.truth(fields["gift_card"])
    if gift_card and unit != "piece":
        raise Unfit(fields["unit"], sentence("import.gift_unit"), sentence("import.gift_unit.mend"))
    control = import_fields.choice(fields["control"], _CONTROL)
    if control == "marked" and (gift_card or unit != "piece"):
        raise Unfit(fields["control"], sentence("import.control_unit"), sentence("import.control_unit.mend"))
    return Product(
        code=import_fields.product_code(fields["code"], unit, ranges),
        name=import_fields.filled(fields["name"], "name"),
        prices=(Price(_price_minor(fields["price"], import_fields.truth(fields["free"]))),),
        vat="none" if gift_card else cast(Vat, import_fields.choice(fields["vat"], _VAT)),
        unit=cast(Unit, unit),
        category=import_fields.name(fields["category"]),
        brand=import_fields.name(fields["brand"]),
        tags=tuple(tag.strip() for tag in fields["tags"].split("|") if tag.strip())[:MAX_TAGS],
        no_discount=import_fields.truth(fields["no_discount"]),
        no_earn=import_fields.truth(fields["no_earn"]),
        no_redeem=import_fields.truth(fields["no_redeem"]),
        min_price_minor=import_fields.price(fields["min_price"], empty_minor=0),
        gift_card=gift_card,
        control=cast(Control, control),
    )


def _price_minor(text: str, free: bool) -> int:
    """A price of nothing is a slip of the pen, unless the row says that it is meant."""
    price_minor = import_fields.price(text)
    if free and price_minor:
        raise Unfit(text, sentence("import.not_free"), sentence("import.not_free.mend"))
    if not free and not price_minor:
        raise Unfit(text, sentence("import.no_price"), sentence("import.no_price.mend"))
    return price_minor


def _put(tx: Tx, products: Sequence[tuple[int, Product]], dry_run: bool) -> tuple[int, int, list[tuple[int, Product]]]:
    """(added, changed, those that were the same)."""
    keys = [(bucket_of(product.code), product.code) for _, product in products]
    found = select_by(tx, FEED["goods"], ("bucket", "key", "h", "body"), ("bucket", "key"), keys, lock=True)
    old = {row.key: row for row in found}
    same = [
        (line, product)
        for line, product in products
        if product.code in old and old[product.code].body == canonical(product)
    ]
    known = {product.code for _, product in same}
    changes = [
        Change(
            bucket_of(product.code),
            product.code,
            canonical(product),
            old[product.code].h if product.code in old else None,
        )
        for _, product in products
        if product.code not in known
    ]
    if not dry_run:
        put_rows(tx, {"goods": changes})
    added = sum(change.old_h is None for change in changes)
    return added, len(changes) - added, same
