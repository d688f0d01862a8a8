"""The fiscal memory of a virtual ATOL register, and what a JSON task does to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from devices.virtual import atol_correction as correcting

RECEIPT, SHIFT_OPENED, SHIFT_CLOSED, CORRECTION = 3, 2, 5, 31
KINDS = {RECEIPT: "receipt", CORRECTION: "receiptCorrection", SHIFT_OPENED: "openShift", SHIFT_CLOSED: "closeShift"}
OPERATIONS = {"sell": 1, "sellReturn": 2}
PAYMENTS = frozenset({"cash", "electronically", "prepaid", "credit", "other"})
TAXES = frozenset({
    "none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "vat105", "vat107", "vat110", "vat120", "vat122",
})  # fmt: skip
TASKS = frozenset({
    "openShift", "closeShift", "reportX", "continuePrint", "getDeviceStatus", "getFnInfo", "getFnStatus",
    "getShiftStatus", "getFnDocument", "ofdExchangeStatus", "setDateTime", "getShiftTotals",
    "cashIn", "cashOut", "printLastReceiptCopy", "printFnDocument", *OPERATIONS,
    *correcting.OPERATIONS,
})  # fmt: skip
DESCRIPTIONS = {
    0: "Ошибок нет", 4: "Нет связи", 44: "Нет бумаги", 45: "Открыта крышка",
    68: "Смена превысила 24 часа", 82: "Неверное состояние смены",
    101: "Неверные данные", 148: "Документ не найден", 73: "Оплата меньше итога",
}  # fmt: skip
"""Codes are this register's own; what a real one says is read as text."""
SHIFT_MINUTES = 24 * 60


class TaskFault(Exception):
    """The register refuses a task."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
        self.description = DESCRIPTIONS[code]


@dataclass(frozen=True, slots=True)
class AtolDocument:
    """One document of the memory; `task` is what made it."""

    number: int
    kind: int
    at: str
    sign: int
    task: dict[str, Any]
    operation: int = 0
    total_minor: int = 0


@dataclass(slots=True)
class AtolMemory:
    """The chip: what is in here stays, whatever happens to the power."""

    serial: str = "9999078900001234"
    documents: list[AtolDocument] = field(default_factory=list)
    shift_number: int = 0
    opened_at: str = ""
    """Empty: no shift is open."""
    copies: list[int] = field(default_factory=list)
    """The numbers of the documents that were printed once more."""
    cash: dict[str, Decimal] = field(default_factory=lambda: {"cashIn": Decimal(0), "cashOut": Decimal(0)})
    """Put into the drawer beside sales in this shift, and taken out of it."""
    sent: int = 0
    """How many of the first documents the operator of fiscal data has had."""

    def unsent(self) -> dict[str, Any]:
        waiting = self.documents[self.sent :]
        first = (
            {"notSentFirstDocNumber": waiting[0].number, "notSentFirstDocDateTime": waiting[0].at} if waiting else {}
        )
        return {"status": {"notSentCount": len(waiting), **first}}

    def receipts(self) -> list[AtolDocument]:
        return [each for each in self.documents if each.kind == RECEIPT]

    def corrections(self) -> list[AtolDocument]:
        return [each for each in self.documents if each.kind == CORRECTION]


def is_task(task: object) -> bool:
    """Whether the server takes it into its queue at all."""
    if not isinstance(task, dict) or task.get("type") not in TASKS:
        return False
    if task["type"] in correcting.OPERATIONS:
        is_made = correcting.is_old_correction(task) if correcting.is_old(task) else _is_receipt(task)
        return is_made and correcting.is_correction(task)
    return task["type"] not in OPERATIONS or _is_receipt(task)


def _is_receipt(task: dict[str, Any]) -> bool:
    items, payments = task.get("items"), task.get("payments")
    if not isinstance(items, list) or not items or not isinstance(payments, list):
        return False
    if not all(isinstance(item, dict) and _is_item(item) for item in items):
        return False
    lines = positions(task)
    numbers = [item.get(name) for item in lines for name in ("price", "quantity", "amount")]
    numbers += [payment.get("sum") for payment in payments]
    named = lines and all(item.get("name") and item.get("tax", {}).get("type") in TAXES for item in lines)
    if not all(_is_marked(item) for item in lines):
        return False
    paid = all(payment.get("type") in PAYMENTS for payment in payments)
    return bool(named) and paid and all(_is_amount(each) for each in numbers)


def _is_item(item: dict[str, Any]) -> bool:
    """Goods, or a requisite of the whole receipt: tag 1084 with its name, or 1192, which has 16 characters at most."""
    if item.get("type") == "additionalAttribute":
        value = item.get("value")
        return isinstance(value, str) and 0 < len(value) <= 16
    return item.get("type") in ("position", "userAttribute")


def _is_marked(item: dict[str, Any]) -> bool:
    """Marked goods come with their code, all others without one."""
    marked = item.get("paymentObject") == "commodityWithMarking"
    return marked == ("imcParams" in item)


def positions(task: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in task["items"] if item["type"] == "position"]


def _is_amount(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value >= 0


def carried_out(memory: AtolMemory, task: dict[str, Any], now: str) -> dict[str, Any]:
    """The result of a task. Raises TaskFault."""
    kind = task["type"]
    if kind in OPERATIONS:
        return _receipt(memory, task, now, RECEIPT, OPERATIONS[kind])
    if kind in correcting.OPERATIONS:
        return _receipt(memory, task, now, CORRECTION, correcting.OPERATIONS[kind])
    if kind in ("openShift", "closeShift"):
        return _shift(memory, task, now)
    if kind == "reportX":
        return {}
    if kind in memory.cash:
        return _cash(memory, task, now)
    if kind == "getShiftTotals":
        return {"shiftTotals": {"income": {"sum": memory.cash["cashIn"]}, "outcome": {"sum": memory.cash["cashOut"]}}}
    if kind in ("printLastReceiptCopy", "printFnDocument"):
        return _copy(memory, task)
    if kind == "ofdExchangeStatus":
        return memory.unsent()
    if kind == "getFnInfo":
        return {"fnInfo": {"serial": memory.serial, "version": "fn debug"}}
    if kind == "getFnStatus":
        return {"fnStatus": {"fiscalDocumentNumber": len(memory.documents), "fiscalReceiptNumber": 0}}
    if kind == "getShiftStatus":
        return {"shiftStatus": {"expiredTime": "", "number": memory.shift_number, "state": _stands(memory, now)}}
    return _document(memory, task)


def _receipt(memory: AtolMemory, task: dict[str, Any], now: str, kind: int, operation: int) -> dict[str, Any]:
    stands = _stands(memory, now)
    if stands != "opened":
        raise TaskFault(68 if stands == "expired" else 82)
    for item in positions(task):
        if abs(item["price"] * item["quantity"] - item["amount"]) > Decimal("0.01"):
            raise TaskFault(101)
    paid = sum(payment["sum"] for payment in task["payments"])
    total = paid if correcting.is_old(task) else sum(item["amount"] for item in positions(task))
    change = paid - total
    cash = sum(payment["sum"] for payment in task["payments"] if payment["type"] == "cash")
    if change < 0 or change > cash:
        raise TaskFault(73)
    if task.get("total", total) != total:
        raise TaskFault(101)
    made = _stored(memory, kind, task, now, operation, int(total * 100))
    return {"fiscalParams": {**_params(memory, made), "total": total}}


def _cash(memory: AtolMemory, task: dict[str, Any], now: str) -> dict[str, Any]:
    if _stands(memory, now) != "opened":
        raise TaskFault(82)
    if not _is_amount(task.get("cashSum")):
        raise TaskFault(101)
    memory.cash[task["type"]] += task["cashSum"]
    return {"counters": {"cashSum": memory.cash["cashIn"] - memory.cash["cashOut"]}}


def _copy(memory: AtolMemory, task: dict[str, Any]) -> dict[str, Any]:
    number = task.get("fiscalDocumentNumber", len(memory.documents))
    if not isinstance(number, int) or not 1 <= number <= len(memory.documents):
        raise TaskFault(148)
    memory.copies.append(number)
    return {}


def _shift(memory: AtolMemory, task: dict[str, Any], now: str) -> dict[str, Any]:
    is_opening = task["type"] == "openShift"
    if is_opening == bool(memory.opened_at):
        raise TaskFault(82)
    memory.opened_at = now if is_opening else ""
    memory.shift_number += is_opening
    if is_opening:
        memory.cash.update(cashIn=Decimal(0), cashOut=Decimal(0))
    return {"fiscalParams": _params(memory, _stored(memory, SHIFT_OPENED if is_opening else SHIFT_CLOSED, task, now))}


def _document(memory: AtolMemory, task: dict[str, Any]) -> dict[str, Any]:
    number = task.get("fiscalDocumentNumber")
    if not isinstance(number, int) or not 1 <= number <= len(memory.documents):
        raise TaskFault(148)
    found = memory.documents[number - 1]
    tags: dict[str, Any] = {"1040": number, "1012": f"{found.at}:00", "1077": str(found.sign)}
    if found.kind == CORRECTION:
        tags |= correcting.tags(found.task)
    if found.kind in (RECEIPT, CORRECTION):
        tags |= {"1054": found.operation, "1020": Decimal(found.total_minor).scaleb(-2)}
        extra, additional = (_requisite(found.task, kind) for kind in ("userAttribute", "additionalAttribute"))
        tags |= {"1084": {"1085": extra["name"], "1086": extra["value"]}} if extra else {}
        tags |= {"1192": additional["value"]} if additional else {}
    return {"documentTLV": {"fiscalDocumentType": KINDS[found.kind], "short": False, **tags}}


def _requisite(task: dict[str, Any], kind: str) -> dict[str, Any] | None:
    return next((item for item in task["items"] if item["type"] == kind), None)


def _stored(
    memory: AtolMemory, kind: int, task: dict[str, Any], now: str, operation: int = 0, total_minor: int = 0
) -> AtolDocument:
    number = len(memory.documents) + 1
    made = AtolDocument(number, kind, now, number * 2_654_435_761 % 2**32, task, operation, total_minor)
    memory.documents.append(made)
    return made


def _params(memory: AtolMemory, made: AtolDocument) -> dict[str, Any]:
    return {
        "fiscalDocumentNumber": made.number, "fiscalDocumentSign": str(made.sign),
        "fiscalDocumentDateTime": f"{made.at}:00+03:00", "shiftNumber": memory.shift_number, "fnNumber": memory.serial,
    }  # fmt: skip


def _stands(memory: AtolMemory, now: str) -> str:
    if not memory.opened_at:
        return "closed"
    minutes = (datetime.fromisoformat(now) - datetime.fromisoformat(memory.opened_at)).total_seconds() / 60
    return "expired" if minutes >= SHIFT_MINUTES else "opened"
