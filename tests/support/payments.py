"""A virtual payment terminal on a line of memory, one worked by hand whose cashier answers at once, and a book."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from devices.escpos.line import Line
from devices.model import DeviceInfo
from devices.payment.manual import ManualTerminal
from devices.payment.model import DayTotals, Step
from devices.payment.terminal import LineTerminal
from devices.virtual.payment import VirtualTerminal
from terminal.charges import Fate, Kept

INFO = DeviceInfo("payment", "payment", "virtual", "memory")


class MemoryLine:
    """Every byte arrives at once, or never where there is no power."""

    def __init__(self, terminal: VirtualTerminal) -> None:
        if not terminal.on:
            raise ConnectionRefusedError("no power")
        self._terminal = terminal
        self._came = b""

    def send(self, raw: bytes) -> None:
        self._came += self._terminal.receive(raw)

    def receive(self, wait_s: float) -> bytes:
        came, self._came = self._came, b""
        return came

    def close(self) -> None:
        """Nothing is open."""


def line_terminal(terminal: VirtualTerminal, pause: Callable[[float], object] = lambda seconds: None) -> LineTerminal:
    """As a till has it after a start; no time passes."""
    return LineTerminal(INFO, lambda: cast(Line, MemoryLine(terminal)), pause, answer_wait_s=0.0)


class ByHand(ManualTerminal):
    """A bank terminal beside the till, whose cashier answers at once: `types` is what they type for a step, None where
    they put it off."""

    def __init__(self, types: Callable[[Step], str | None]) -> None:
        super().__init__(DeviceInfo("payment", "payment", "by hand", ""))
        self._types = types
        self.steps: list[Step] = []
        self.open(lambda event: None)

    def answered(self, reference: str) -> Callable[[Step], None]:
        """A progress that answers."""

        def progress(step: Step) -> None:
            self.steps.append(step)
            text = self._types(step)
            self.cancel(reference) if text is None else self.enter(text)

        return progress


class KeptInMemory:
    """A PaymentJournal that outlives the till of a test."""

    def __init__(self) -> None:
        self.rows: dict[str, Kept] = {}
        self.days: list[tuple[str, str]] = []
        self.day_of: dict[str, str] = {}

    def kept_of(self, reference: str) -> Kept | None:
        return self.rows.get(reference)

    def with_fate(self, *fates: Fate) -> tuple[Kept, ...]:
        return tuple(kept for kept in self.rows.values() if kept.fate in fates)

    def keep(self, kept: Kept) -> None:
        self.rows[kept.reference] = kept

    def drop(self, reference: str) -> None:
        self.rows.pop(reference, None)

    def begin_day(self, terminal: str, reference: str) -> tuple[str, ...]:
        self.days.append((terminal, reference))
        for kept in self.rows.values():
            if kept.fate in ("done", "undone") and kept.terminal == terminal:
                self.day_of.setdefault(kept.reference, reference)
        return tuple(name for at, name in self.days if at == terminal)

    def sums_of_day(self, reference: str) -> DayTotals:
        done = [
            kept.operation for kept in self.rows.values()
            if kept.fate == "done" and self.day_of.get(kept.reference) == reference
        ]  # fmt: skip
        sales, refunds = ([each.amount_minor for each in done if each.kind == kind] for kind in ("sale", "refund"))
        return DayTotals(len(sales), sum(sales), len(refunds), sum(refunds))

    def end_day(self, reference: str) -> None:
        self.days = [each for each in self.days if each[1] != reference]

    def close(self) -> None:
        """Nothing is open."""
