"""A fiscal document for people: each of its tags by name and number, groups moved in."""

from __future__ import annotations

from collections.abc import Iterator

from loyalty.money import money_text, quantity_text
from loyalty.sentences import Lang
from terminal.fiscal.tags import TAGS, Field, Value

MEANT = {
    "sale": ("приход", "sale"),
    "return": ("возврат прихода", "return of a sale"),
    "full": ("полный расчёт", "paid in full"),
    "advance": ("аванс", "advance"),
    "goods": ("товар", "goods"),
    "marked_goods": ("маркированный товар", "marked goods"),
    "payment": ("платёж", "payment"),
    "piece": ("штука", "piece"),
    "kg": ("килограмм", "kilogram"),
    "none": ("без НДС", "no VAT"),
    "own": ("самостоятельно", "of one's own accord"),
    "order": ("по предписанию", "by order"),
}
INDENT = "  "


def shown(fields: tuple[Field, ...], lang: Lang, indent: str = "") -> Iterator[str]:
    """`1020 Total: 2,864.80`, a line for each tag."""
    for name, value in fields:
        tag = TAGS.get(name)
        title = f"{tag.number} {tag.title_ru if lang == 'ru' else tag.title_en}" if tag else name
        if isinstance(value, tuple):
            yield f"{indent}{title}"
            yield from shown(value, lang, indent + INDENT)
        else:
            yield f"{indent}{title}: {_text(name, value, lang)}"


def _text(name: str, value: Value, lang: Lang) -> str:
    tag = TAGS.get(name)
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, int) and tag is not None and tag.kind == "money":
        return money_text(value, lang)
    if isinstance(value, int) and tag is not None and tag.kind == "quantity":
        return quantity_text(value, lang)
    if name == "vat" and value != "none":
        return f"{value} %"
    meant = MEANT.get(str(value)) if tag is not None and tag.kind == "byte" else None
    return meant[0 if lang == "ru" else 1] if meant else str(value)
