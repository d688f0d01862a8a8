"""What a register does with cash beside receipts, and a copy of a document: the values, and what a driver can do."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import msgspec
from msgspec.structs import replace


class CashMove(msgspec.Struct, frozen=True):
    """`key` names it for ever; `shift_id` is the till's, `at_ms` the till's clock."""

    key: str
    kind: Literal["in", "out"]
    amount_minor: int
    cashier: str
    shift_id: str
    at_ms: int


class CashSums(msgspec.Struct, frozen=True):
    """What the register has counted in its shift."""

    in_minor: int
    out_minor: int

    def with_(self, move: CashMove) -> CashSums:
        if move.kind == "in":
            return replace(self, in_minor=self.in_minor + move.amount_minor)
        return replace(self, out_minor=self.out_minor + move.amount_minor)


@runtime_checkable
class MovesCash(Protocol):
    """A register that counts its drawer. Every method may raise NoAnswer."""

    def cash_sums(self) -> CashSums: ...

    def move_cash(self, move: CashMove) -> None:
        """Raises NotIssued, InDoubt."""

    def cash_moved(self, move: CashMove, before: CashSums) -> bool:
        """Whether it was done, after a doubt; it never will be once this has said no."""


@runtime_checkable
class Copies(Protocol):
    def print_copy(self, number: int | None) -> None:
        """Of a fiscal document, None for the last. Raises NotIssued, NoAnswer."""
