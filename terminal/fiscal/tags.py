"""Tags of fiscal data by name: number, how the value is written, its greatest length, and what their figures mean.

Source: order of the tax service ED-7-20/662@ of 14.09.2020 (FFD 1.05 and 1.2), with the rates of later orders. Here are
the tags that our documents have; of any other a document is shown by its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec

from devices.shtrih.tlv import BadTlv, field, fields
from loyalty.marks import gtin_and_serial

Ffd = Literal["1.05", "1.2"]
Kind = Literal["text", "digits", "byte", "number", "money", "quantity", "time", "bytes", "group"]
"""`digits` is text of a fixed length, filled up with blanks; `byte` is one of a list of meanings."""
Value = str | int | bytes | tuple["Field", ...]
Field = tuple[str, Value]
"""A tag's name, or its number where it has none here, and what it says: text, a figure (money in kopecks, a quantity in
thousandths), ISO time, bytes, or the fields of a group."""


class Tag(msgspec.Struct, frozen=True):
    """`most` is in bytes; `since` is the first version of the format that has it."""

    number: int
    kind: Kind
    most: int
    title_ru: str
    title_en: str
    since: Ffd = "1.05"


TAGS: Mapping[str, Tag] = {
    "buyer": Tag(1008, "text", 64, "Телефон или почта покупателя", "Buyer's phone or e-mail"),
    "time": Tag(1012, "time", 4, "Дата, время", "Date, time"),
    "total": Tag(1020, "money", 6, "Итог", "Total"),
    "cashier": Tag(1021, "text", 64, "Кассир", "Cashier"),
    "quantity": Tag(1023, "quantity", 8, "Количество", "Quantity"),
    "item_name": Tag(1030, "text", 128, "Наименование", "Name"),
    "paid_cash": Tag(1031, "money", 6, "Наличными", "In cash"),
    "register": Tag(1037, "digits", 20, "Регистрационный номер ККТ", "Register's registration number"),
    "shift": Tag(1038, "number", 4, "Смена", "Shift"),
    "document": Tag(1040, "number", 4, "Номер ФД", "Document number"),
    "memory": Tag(1041, "digits", 16, "Номер ФН", "Fiscal memory"),
    "receipt": Tag(1042, "number", 4, "Номер чека за смену", "Receipt of the shift"),
    "amount": Tag(1043, "money", 6, "Стоимость", "Amount"),
    "operation": Tag(1054, "byte", 1, "Признак расчёта", "Operation"),
    "tax_system": Tag(1055, "byte", 1, "Система налогообложения", "Tax system"),
    "item": Tag(1059, "group", 1024, "Предмет расчёта", "Item"),
    "sign": Tag(1077, "bytes", 6, "Фискальный признак", "Fiscal sign"),
    "price": Tag(1079, "money", 6, "Цена за единицу", "Price of a unit"),
    "paid_electronic": Tag(1081, "money", 6, "Безналичными", "Electronic"),
    "extra": Tag(1084, "group", 320, "Дополнительный реквизит", "Extra requisite"),
    "extra_name": Tag(1085, "text", 64, "Наименование реквизита", "Its name"),
    "extra_value": Tag(1086, "text", 256, "Значение реквизита", "Its value"),
    "vat_20": Tag(1102, "money", 6, "НДС по ставке 20 %", "VAT at 20 %"),
    "vat_10": Tag(1103, "money", 6, "НДС по ставке 10 %", "VAT at 10 %"),
    "taxed_0": Tag(1104, "money", 6, "С НДС по ставке 0 %", "Taxed at 0 %"),
    "untaxed": Tag(1105, "money", 6, "Без НДС", "Without VAT"),
    "vat_20_120": Tag(1106, "money", 6, "НДС по ставке 20/120", "VAT at 20/120"),
    "vat_10_110": Tag(1107, "money", 6, "НДС по ставке 10/110", "VAT at 10/110"),
    "product_code_105": Tag(1162, "bytes", 32, "Код товара", "Product code"),
    "product_code": Tag(1163, "group", 64, "Код товара", "Product code", "1.2"),
    "correction_kind": Tag(1173, "byte", 1, "Тип коррекции", "Kind of correction"),
    "basis": Tag(1174, "group", 292, "Основание для коррекции", "Basis of the correction"),
    "basis_date": Tag(1178, "time", 4, "Дата корректируемого расчёта", "Date of the settlement corrected"),
    "basis_number": Tag(1179, "text", 32, "Номер предписания", "Number of the order"),
    "place": Tag(1187, "text", 256, "Место расчётов", "Place of settlement"),
    "additional": Tag(1192, "text", 16, "Дополнительный реквизит чека", "Additional requisite of the receipt"),
    "vat": Tag(1199, "byte", 1, "Ставка НДС", "VAT rate"),
    "cashier_inn": Tag(1203, "digits", 12, "ИНН кассира", "Cashier's tax number"),
    "ffd": Tag(1209, "byte", 1, "Версия ФФД", "Version of the format"),
    "subject": Tag(1212, "byte", 1, "Признак предмета расчёта", "Subject"),
    "method": Tag(1214, "byte", 1, "Признак способа расчёта", "Method"),
    "paid_advance": Tag(1215, "money", 6, "Зачётом аванса", "By an advance"),
    "paid_credit": Tag(1216, "money", 6, "В кредит", "On credit"),
    "paid_counter_provision": Tag(1217, "money", 6, "Встречным предоставлением", "By counter-provision"),
    "gs1_code": Tag(1305, "text", 38, "Код GS1.М", "GS1.M code", "1.2"),
    "mark": Tag(2000, "text", 256, "Код маркировки", "Marking code", "1.2"),
    "mark_checked": Tag(2106, "byte", 1, "Результат проверки сведений о товаре", "Check of the mark", "1.2"),
    "marks_checked": Tag(2107, "byte", 1, "Результаты проверки маркированных товаров", "Check of all marks", "1.2"),
    "measure": Tag(2108, "byte", 1, "Мера количества", "Unit of measure", "1.2"),
}
NAMES = {tag.number: name for name, tag in TAGS.items()}

FiscalVat = Literal["20", "10", "20/120", "10/110", "0", "none", "5", "7", "5/105", "7/107", "22", "22/122"]
"""A rate, or one worked out of a sum that has the tax in it, as an advance has."""
VAT: Mapping[FiscalVat, int] = {
    "20": 1, "10": 2, "20/120": 3, "10/110": 4, "0": 5, "none": 6, "5": 7, "7": 8, "5/105": 9, "7/107": 10, "22": 11,
    "22/122": 12,
}  # fmt: skip
Method = Literal["advance", "full"]
"""How a line is paid: before there are any goods, as a gift card is, or in full with the goods."""
METHOD: Mapping[Method, int] = {"advance": 3, "full": 4}
Subject = Literal["goods", "payment", "marked_goods"]
SUBJECT: Mapping[Subject, int] = {"goods": 1, "payment": 10, "marked_goods": 33}
"""Marked goods have a subject of their own since FFD 1.2."""
OPERATION: Mapping[Literal["sale", "return"], int] = {"sale": 1, "return": 2}
BY_ORDER: Mapping[Literal["own", "order"], int] = {"own": 0, "order": 1}
"""Why a correction is made: of the shop's own accord, or because the tax service has ordered it."""
MEASURE: Mapping[Literal["piece", "kg"], int] = {"piece": 0, "kg": 11}
MEANINGS: Mapping[str, Mapping[str, int]] = {
    "vat": {str(name): code for name, code in VAT.items()},
    "method": {str(name): code for name, code in METHOD.items()},
    "subject": {str(name): code for name, code in SUBJECT.items()},
    "operation": {str(name): code for name, code in OPERATION.items()},
    "measure": {str(name): code for name, code in MEASURE.items()},
    "correction_kind": {str(name): code for name, code in BY_ORDER.items()},
    "ffd": {"1.05": 2, "1.1": 3, "1.2": 4},
}
MOST_DEPTH = 4
_TEXT = "cp866"


def piece_code(raw: str) -> bytes:
    """A code of marking as tag 1162 has it: the kind of the code, the GTIN in six bytes, the serial number."""
    gtin, serial = gtin_and_serial(raw)
    return b"\x44\x4d" + int(gtin).to_bytes(6, "big") + serial.encode("ascii", "replace")


def written(name: str, value: Value) -> bytes:
    """The field of a tag as bytes. Text longer than the tag allows is cut, what its code page lacks is a `?`."""
    tag = TAGS[name]
    return field(tag.number, _raw(tag, value))


def _raw(tag: Tag, value: Value) -> bytes:
    if isinstance(value, tuple):
        return b"".join(written(name, inner) for name, inner in value)
    if isinstance(value, bytes):
        return value[: tag.most]
    if isinstance(value, str):
        text = value.encode(_TEXT, "replace")[: tag.most]
        return text.ljust(tag.most) if tag.kind == "digits" else text
    if tag.kind in ("money", "quantity"):
        short = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "little")
        return short if tag.kind == "money" else b"\x03" + short
    return value.to_bytes(tag.most, "little")


def read(raw: bytes, depth: int = MOST_DEPTH) -> tuple[Field, ...]:
    """The fields of a document by their names, groups within groups as deep as documents have them. Raises BadTlv."""
    return tuple(_read(number, value, depth) for number, value in fields(raw))


def _read(number: int, raw: bytes, depth: int) -> Field:
    name = NAMES.get(number)
    if name is None:
        return str(number), raw
    return name, _value(name, TAGS[name].kind, raw, depth)


def _value(name: str, kind: Kind, raw: bytes, depth: int) -> Value:
    if kind == "group":
        if not depth:
            raise BadTlv("groups within groups without end")
        return read(raw, depth - 1)
    if kind == "bytes":
        return raw
    if kind in ("text", "digits"):
        return raw.decode(_TEXT).rstrip()
    if kind == "quantity":
        return _milli(raw)
    number = int.from_bytes(raw, "little")
    if kind == "time":
        return datetime.fromtimestamp(number % 2**32, UTC).strftime("%Y-%m-%dT%H:%M")
    return next((text for text, code in MEANINGS.get(name, {}).items() if code == number), number)


def _milli(raw: bytes) -> int:
    """A figure with its number of decimals before it, in thousandths."""
    if not raw:
        raise BadTlv("a quantity of no bytes")
    figure = int.from_bytes(raw[1:], "little")
    scale: int = 10 ** abs(3 - raw[0])
    return figure * scale if raw[0] <= 3 else figure // scale


def find(document: tuple[Field, ...], *path: str) -> Value | None:
    """What a document says under a name, within groups by their names; None where it does not."""
    for name, value in document:
        if name == path[0]:
            if len(path) == 1:
                return value
            if isinstance(value, tuple):
                return find(value, *path[1:])
    return None
