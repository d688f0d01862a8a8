"""What the catalogue says of goods, for receipts that know their codes alone: a CSV file as the head office imports.

`code`, `category`, `brand`, `tags` (with bars), `unit`, `no_discount`, `no_earn`, `no_redeem`, `min_price`; the other
columns of that import (`name`, `price`, `vat`) may be there and change no quote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import NODEFAULT
from msgspec.structs import fields, replace

from loyalty.documents.basket_file import LineDoc
from loyalty.errors import BadInput
from loyalty.sentences import Lang, say, sentence
from loyalty.simulation import ReceiptDoc

MAX_GOODS = 1_000_000
Goods = Mapping[str, Mapping[str, object]]
"""code -> fields of a line that are not as they usually are."""
_UNITS = {"": "piece", "piece": "piece", "шт": "piece", "шт.": "piece", "kg": "kg", "кг": "kg"}
_USUAL = {field.name: field.default for field in fields(LineDoc) if field.default is not NODEFAULT}


def goods_of(path: Path, lang: Lang) -> Goods:
    """The goods of a file. Raises BadInput with the line of the first that cannot be used."""
    from sync_server import csv_rows, import_fields

    found: dict[str, Mapping[str, object]] = {}
    known = ("code", "name", "price", "vat", *_readers())
    words = {**csv_rows.SENTENCES, **import_fields.SENTENCES}
    try:
        for row in csv_rows.read_rows(path, known, ("code",)):
            if len(found) >= MAX_GOODS:
                raise BadInput(sentence("simulate.goods_many", limit=MAX_GOODS))
            try:
                found[row.fields["code"]] = _unusual(row.fields)
            except (import_fields.Unfit, KeyError) as error:
                why = say(error.reason, lang, words) if isinstance(error, import_fields.Unfit) else "…"
                raise BadInput(sentence("simulate.goods", line=row.line, why=why)) from error
    except OSError as error:
        raise BadInput(sentence("file.unread", name=str(path), why=error.strerror or str(error))) from error
    except BadInput as error:
        if error.code in words:
            raise BadInput(sentence("simulate.goods_file", why=say(error.said, lang, words))) from error
        raise
    return found


def with_goods(doc: ReceiptDoc, goods: Goods) -> ReceiptDoc:
    """A receipt with what the catalogue says of its goods, where the receipt itself says nothing."""
    return replace(doc, lines=tuple(_line(line, goods.get(line.code)) for line in doc.lines))


def _line(line: LineDoc, known: Mapping[str, object] | None) -> LineDoc:
    if not known:
        return line
    return replace(line, **{name: value for name, value in known.items() if getattr(line, name) == _USUAL[name]})


def _unusual(row: Mapping[str, str]) -> dict[str, object]:
    read = {field: reader(row[column]) for column, (field, reader) in _readers().items() if column in row}
    return {field: value for field, value in read.items() if value != _USUAL[field]}


def _readers() -> dict[str, tuple[str, Callable[[str], object]]]:
    """A column -> the field of a line, and what makes its value of the text. They raise Unfit."""
    from sync_server import import_fields as read

    return {
        "category": ("category", read.name),
        "brand": ("brand", read.name),
        "tags": ("tags", lambda text: tuple(tag.strip() for tag in text.split("|") if tag.strip())),
        "unit": ("unit", lambda text: read.choice(text, _UNITS)),
        "no_discount": ("no_discount", read.truth),
        "no_earn": ("no_earn", read.truth),
        "no_redeem": ("no_redeem", read.truth),
        "min_price": ("min_price_minor", lambda text: read.price(text, empty_minor=0)),
    }
