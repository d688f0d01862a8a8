"""Cash into and out of an ATOL register: tasks that have their uuid for ever, as receipts do; copies of documents."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from loyalty.sentences import sentence
from terminal.fiscal.atol_link import AtolLink, Outcome
from terminal.fiscal.atol_tasks import Task, uuid_of
from terminal.fiscal.drawer import CashMove, CashSums
from terminal.fiscal.port import InDoubt, NoAnswer, NotIssued

TASK_S = 30.0
MOST_ATTEMPTS = 30
TASKS = {"in": "cashIn", "out": "cashOut"}


class _Sum(msgspec.Struct, frozen=True):
    sum: Decimal = Decimal(0)


class ShiftTotals(msgspec.Struct, frozen=True):
    """What the register has counted in its shift; money in roubles."""

    income: _Sum = _Sum()
    outcome: _Sum = _Sum()

    def sums(self) -> CashSums:
        return CashSums(int(self.income.sum * 100), int(self.outcome.sum * 100))


def copy_task(number: int | None) -> Task:
    if number is None:
        return {"type": "printLastReceiptCopy"}
    return {"type": "printFnDocument", "fiscalDocumentNumber": number}


def move_cash(
    link: AtolLink, move: CashMove, by: Task, said: Callable[[Outcome], NotIssued], sums: Callable[[], CashSums]
) -> None:
    """`by` names the operator, `said` is what the register says of a task that failed, `sums` what it has counted.
    Raises NotIssued, InDoubt."""
    task = {"type": TASKS[move.kind], "cashSum": Decimal(move.amount_minor).scaleb(-2), **by}
    before = sums()
    for attempt in range(MOST_ATTEMPTS):
        uuid = uuid_of(move.key, attempt)
        try:
            put = link.put(uuid, [task])
        except InDoubt:
            put = "taken"
        if put == "bad":
            raise NotIssued(sentence("atol.bad_task"), sentence("atol.hint"))
        try:
            ended = link.wait(uuid, TASK_S)
            if ended is None or ended[0].status == "blocked":
                raise InDoubt
            if ended[0].status == "ready" or sums() == before.with_(move):
                return
        except NoAnswer:
            raise InDoubt from None
        if put != "known":
            raise said(ended[0])
    raise NotIssued(sentence("atol.attempts"), sentence("atol.attempts.hint"))
