"""Correction receipts: a settlement that was made without the register, put right afterwards, as a fiscal document.

With FFD 1.2 such a document has its goods, as a receipt does. With 1.05 it has sums alone, and it is of a sale only: a
wrong receipt is put right there by a return and a new one (order of the tax service ED-7-20/662@ of 14.09.2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid5

from loyalty.money import divide
from loyalty.sentences import sentence
from terminal.fiscal.document import Correction, FiscalDocument, FiscalLine, Form, Means
from terminal.fiscal.port import NotIssued
from terminal.fiscal.tags import Field, FiscalVat, find

NAMES = UUID("0c2a4a57-6f7b-4a0e-8b0e-6b4f3d0f9a11")
"""What their keys are made under, for all time: another one would make a correction sent before unknown."""
NAME = "Коррекция расчёта"
TAX: dict[FiscalVat, tuple[int, int]] = {
    "20": (20, 120), "10": (10, 110), "20/120": (20, 120), "10/110": (10, 110), "5": (5, 105), "7": (7, 107),
    "5/105": (5, 105), "7/107": (7, 107), "22": (22, 122), "22/122": (22, 122),
}  # fmt: skip


def correction_of(
    kind: Literal["sale", "return"],
    paid_minor: Mapping[Means, int],
    vat_minor: Mapping[FiscalVat, int],
    correction: Correction,
    cashier: str,
    *,
    name: str = NAME,
    nth: int = 1,
) -> FiscalDocument:
    """`vat_minor` are the sums with the tax in them, which come to as much as was paid. `key` follows from what is
    corrected, so the same correction is the same document, whoever asks for it; `nth` tells apart those alike."""
    total_minor = sum(paid_minor.values())
    sign = f"|{correction.wrong_sign}" if correction.wrong_sign else ""
    parts = f"{total_minor}|{_told(paid_minor)}|{_told(vat_minor)}|{correction.date}|{correction.order}|{nth}{sign}"
    key = uuid5(NAMES, f"{kind}|{parts}").hex
    return FiscalDocument(
        key=key,
        kind=kind,
        number=f"K-{key[:8]}",
        cashier=cashier,
        lines=tuple(FiscalLine(name, minor, 1000, minor, vat) for vat, minor in vat_minor.items()),
        paid_minor=dict(paid_minor),
        total_minor=total_minor,
        correction=correction,
    )


def _told(sums: Mapping[Means, int] | Mapping[FiscalVat, int]) -> str:
    """One way of paying or one rate by its name alone; several with their sums, in one order."""
    names = sorted(sums)
    return names[0] if len(names) == 1 else "+".join(f"{name}:{minor}" for name, minor in sorted(sums.items()))


def tax_minor(line: FiscalLine) -> int:
    """The VAT within the line; at 0 % and without VAT all of it, as tags 1104 and 1105 have it."""
    part = TAX.get(line.vat)
    return divide(line.amount_minor * part[0], part[1]) if part else line.amount_minor


def unix_s(date: str) -> int:
    """An ISO date as tag 1178 has it: seconds to its midnight."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


def raise_impossible(document: FiscalDocument, form: Form) -> None:
    """What no register makes. Raises NotIssued."""
    if document.correction is None or form.ffd != "1.05":
        return
    if document.kind == "return":
        raise NotIssued(sentence("fiscal.no_return_correction"), sentence("fiscal.no_return_correction.hint"))
    if document.correction.wrong_sign:
        raise NotIssued(sentence("fiscal.no_wrong_sign"), sentence("fiscal.no_return_correction.hint"))


def is_correction(fields: tuple[Field, ...], document: FiscalDocument) -> bool:
    """Whether a document of the memory may be this one: by what it says, and by our id where it has one."""
    if (find(fields, "operation"), find(fields, "total")) != (document.kind, document.total_minor):
        return False
    named = find(fields, "extra", "extra_name"), find(fields, "extra", "extra_value")
    return find(fields, "correction_kind") is not None and document.is_named(*named)
