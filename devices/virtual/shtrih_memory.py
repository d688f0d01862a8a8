"""The fiscal memory of a virtual Shtrih-M register: what stays there, whatever happens to the power."""

from __future__ import annotations

from dataclasses import dataclass, field

RECEIPT, SHIFT_OPENED, SHIFT_CLOSED, CORRECTION = 3, 2, 5, 31


@dataclass(frozen=True, slots=True)
class Line:
    """What FF46 said: quantity in millionths, money in kopecks."""

    qty_micro: int
    price_minor: int
    amount_minor: int
    vat: int
    method: int
    subject: int
    name: str
    tags: tuple[tuple[int, bytes], ...] = ()
    mark: bytes = b""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the fiscal memory."""

    number: int
    kind: int
    at: bytes
    sign: int
    operation: int = 0
    total_minor: int = 0
    lines: tuple[Line, ...] = ()
    payments_minor: dict[int, int] = field(default_factory=dict)
    tags: tuple[tuple[int, bytes], ...] = ()
    tax_system: int = 0
    change_minor: int = 0
    tlv: bytes = b""
    """All of it, as the memory gives it."""

    @property
    def settled_minor(self) -> dict[int, int]:
        """What is paid for it: without the change."""
        return {place: minor - (self.change_minor if place == 1 else 0) for place, minor in self.payments_minor.items()}


@dataclass(slots=True)
class FiscalMemory:
    """The chip: what is in here stays, whatever happens to the power."""

    serial: str = "9999078900001234"
    documents: list[Document] = field(default_factory=list)
    shift_number: int = 0
    shift_open: bool = False
    opened_at_min: int = 0
    receipts_in_shift: int = 0
    cash_minor: int = 0
    cash_in_minor: int = 0
    """Put into the drawer beside sales in this shift, and below taken out of it."""
    cash_out_minor: int = 0
    sent: int = 0
    """How many of the first documents the operator of fiscal data has had."""

    def unsent(self) -> bytes:
        """The answer to FF39: how many documents wait, the number and the time of the first."""
        waiting = self.documents[self.sent :]
        head = b"\0\0" + len(waiting).to_bytes(2, "little")
        return head + (waiting[0].number.to_bytes(4, "little") + waiting[0].at[:5] if waiting else bytes(9))

    def receipts(self) -> list[Document]:
        return [each for each in self.documents if each.kind == RECEIPT]

    def corrections(self) -> list[Document]:
        return [each for each in self.documents if each.kind == CORRECTION]
