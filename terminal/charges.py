"""A card is charged once for a receipt that is recorded, and not at all for one that is not, whatever fails.

    ASKED, before a byte goes out -> the terminal -> APPROVED -> DONE, with the receipt that names it
                                                       `-> UNDOING -> UNDONE, where no receipt does

Each operation has a reference of ours, and names the terminal it was sent to. After any doubt that terminal is asked
what it knows of the reference, and nothing is sent again. What is UNDOING is taken back as soon as the terminal can be
asked; until then it stays listed, and a person may say what the bank's own papers say (`settled`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, Protocol

import msgspec
from msgspec.structs import astuple, replace

from devices.errors import DeviceError, Unproven
from devices.payment.model import Approval, DayTotals, Known, Operation, Progress, Voided
from devices.protocols import PaymentTerminal

Fate = Literal["asked", "approved", "undoing", "done", "undone"]
OPEN: tuple[Fate, ...] = ("asked", "approved", "undoing")


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """An operation as the book has it: when it was asked for, of which terminal, what became of it; `receipt` is the
    number of the one that names it, `why` the code of what keeps it from being undone."""

    operation: Operation
    at_ms: int
    terminal: str
    fate: Fate = "asked"
    receipt: str = ""
    why: str = ""

    @property
    def reference(self) -> str:
        return self.operation.reference


class PaymentJournal(Protocol):
    """Where operations are kept; each method is durable when it returns. Raises StoreFault."""

    def kept_of(self, reference: str) -> Kept | None: ...

    def with_fate(self, *fates: Fate) -> tuple[Kept, ...]:
        """Oldest first."""

    def keep(self, kept: Kept) -> None: ...

    def drop(self, reference: str) -> None:
        """No money has moved."""

    def begin_day(self, terminal: str, reference: str) -> tuple[str, ...]:
        """Count what has ended at this terminal to the day `reference`. The days that are not settled yet, this one
        last."""

    def sums_of_day(self, reference: str) -> DayTotals:
        """Of what is DONE."""

    def end_day(self, reference: str) -> None:
        """The terminal has settled it."""

    def close(self) -> None: ...


class Fates(msgspec.Struct, frozen=True):
    """What is known of payments when a till starts: reference -> number of the receipt that names it, among all the
    receipts since `since_ms`; and those named by receipts of which nobody knows yet whether they are recorded."""

    named: dict[str, str]
    since_ms: int
    in_doubt: frozenset[str]


class NotCharged(msgspec.Struct, frozen=True):
    """No money has moved: `code` is why, of the error of the device."""

    code: str


class InDoubt(msgspec.Struct, frozen=True):
    """It is not known whether money has moved; asking again under the same reference is safe."""

    code: str


class DayEnded(msgspec.Struct, frozen=True):
    """What receipts name, and what the terminal says; None: it keeps no totals."""

    ours: DayTotals
    told: DayTotals | None


Charged = Approval | NotCharged | InDoubt


class Charges:
    """A terminal over its book. Slow: called from a thread of its own, one call at a time."""

    def __init__(self, terminal: PaymentTerminal, book: PaymentJournal) -> None:
        self._terminal = terminal
        self._book = book

    def charge(self, operation: Operation, at_ms: int, progress: Progress) -> Charged:
        """Take or give back the money. Under a reference asked before, only what became of it. Raises StoreFault."""
        known = self._book.kept_of(operation.reference)
        if known is not None:
            return self._asked_again(known, progress)
        try:
            terminal = self._terminal.terminal_id()
        except DeviceError as why:
            return NotCharged(why.code)
        kept = Kept(operation, at_ms, terminal)
        self._book.keep(kept)
        do = self._terminal.authorize_sales if operation.kind == "sale" else self._terminal.authorize_refund
        try:
            approval = do(operation, progress)
        except Unproven:
            return self._asked_again(kept, progress)
        except DeviceError as why:
            self._book.drop(operation.reference)
            return NotCharged(why.code)
        self._keep_approved(kept, approval)
        return approval

    def take_up(self, fates: Fates) -> tuple[Kept, ...]:
        """What a till that was stopped has left is done, or to be undone. Returns what only time or a person decides:
        of a receipt in doubt, or older than the receipts that were looked through."""
        left = []
        for kept in self._book.with_fate("asked", "approved"):
            number = fates.named.get(kept.reference)
            if number is not None:
                self.recorded(kept.reference, number)
            elif kept.reference in fates.in_doubt or kept.at_ms < fates.since_ms:
                left.append(kept)
            else:
                self.release(kept.reference)
        return tuple(left)

    def recorded(self, reference: str, number: str) -> None:
        """A receipt that is recorded names it."""
        kept = self._book.kept_of(reference)
        if kept is not None:
            self._book.keep(replace(kept, fate="done", receipt=number, why=""))

    def release(self, reference: str) -> None:
        """No receipt names it nor ever will: it is to be undone."""
        kept = self._book.kept_of(reference)
        if kept is not None and kept.fate in ("asked", "approved"):
            self._book.keep(replace(kept, fate="undoing"))

    def undo_open(self, progress: Callable[[Kept], Progress]) -> Iterator[Kept]:
        """Take back what is to be undone, one by one: each as it stands then."""
        for kept in self._book.with_fate("undoing"):
            done = self._undo(kept, progress)
            yield done
            if done.why == "silent":
                return  # it would not answer for the others either

    def end_day(self, reference: str) -> DayEnded:
        """Settle the terminal. A day whose answer was lost is settled first, by its own name. Raises DeviceError: then
        it is settled the next time."""
        terminal = self._terminal.terminal_id()
        told, ours = DayTotals(), DayTotals()
        kept = True
        for day in self._book.begin_day(terminal, reference):
            try:
                told = _sum(told, self._terminal.access_daily_log(day, settle=True))
            except DeviceError as why:
                if why.code != "not_kept":
                    raise
                kept = False
            ours = _sum(ours, self._book.sums_of_day(day))
            self._book.end_day(day)
        return DayEnded(ours, told if kept else None)

    def _asked_again(self, kept: Kept, progress: Progress) -> Charged:
        """What became of an operation. It may have been asked for, and lost, at any time before."""
        if kept.fate not in ("asked", "approved"):
            return NotCharged("undone")
        if kept.operation.approval is not None:
            return kept.operation.approval
        try:
            known = self._ask(kept, progress)
        except DeviceError as why:
            return InDoubt(why.code)
        if isinstance(known, Approval):
            self._keep_approved(kept, known)
            return known
        self._book.drop(kept.reference)
        return NotCharged("not_taken")

    def _ask(self, kept: Kept, progress: Progress) -> Known:
        """Raises DeviceError: nobody can say now. Another terminal knows nothing of it, which says nothing."""
        if self._terminal.terminal_id() != kept.terminal:
            raise Unproven("other_terminal", "another terminal answers")
        return self._terminal.ask(kept.operation, progress)

    def _undo(self, kept: Kept, progress: Callable[[Kept], Progress]) -> Kept:
        """Only what was approved is voided, and only where that is not done yet."""
        try:
            known = kept.operation.approval or self._ask(kept, progress(kept))
            if isinstance(known, Approval):
                kept = replace(kept, operation=replace(kept.operation, approval=known))
                if self._terminal.terminal_id() != kept.terminal:
                    raise Unproven("other_terminal", "another terminal answers")
                self._terminal.authorize_void(kept.operation, progress(kept))
        except DeviceError as why:
            kept = replace(kept, why=why.code)
        else:
            kept = replace(kept, fate="undone", why="" if isinstance(known, Approval | Voided) else "none")
        self._book.keep(kept)
        return kept

    def _keep_approved(self, kept: Kept, approval: Approval) -> None:
        self._book.keep(replace(kept, fate="approved", operation=replace(kept.operation, approval=approval)))


def _sum(one: DayTotals, other: DayTotals) -> DayTotals:
    return DayTotals(*(a + b for a, b in zip(astuple(one), astuple(other), strict=True)))
