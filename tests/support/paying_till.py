"""A till at its payment terminal, with registers that fail it, and what its book of charges holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devices.model import Health
from devices.payment.manual import ManualTerminal
from devices.protocols import PaymentTerminal
from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from terminal.charges import Kept
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.register import Answer, NoRegister, Recalled, Refused, Registered, Unknown
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from terminal.payment_book import PaymentBook
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.fiscal import MemoryWire
from tests.support.fiscal_receipts import SALE
from tests.support.payments import INFO
from tests.support.small_till import Rig, opened_rig

TEA_MINOR = 100_00


class InTheDark(NoRegister):
    """A register that never answers."""

    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        return Unknown(sentence("fiscal.doubt", number=receipt.number))

    def recall(self, key: str) -> Recalled | None:
        return Recalled(SALE, Unknown(sentence("fiscal.doubt", number=SALE.number)))


class Paper(NoRegister):
    """A register out of paper until `roll` is put in."""

    def __init__(self) -> None:
        self.roll = False

    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        if not self.roll:
            return Refused(sentence("fiscal.no_paper"), sentence("fiscal.no_paper.hint"))
        return Registered("7")


def at_payment(rig: Rig) -> None:
    for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay()):
        rig.engine.dispatch(command)


def kept(folder: Path) -> list[Kept]:
    """What the book holds once the till has ended."""
    book = PaymentBook(folder)
    try:
        return list(book.with_fate("asked", "approved", "undoing", "done", "undone"))
    finally:
        book.close()


@contextmanager
def with_shtrih(folder: Path, wire: MemoryWire, terminal: PaymentTerminal) -> Iterator[Rig]:
    register = FiscalRegister(Shtrih(wire), FiscalBook(folder))
    with opened_rig(folder, register, terminal=terminal) as rig:
        yield rig
    register.close()


def args(state: State) -> dict[str, object]:
    return dict(state.notice.said.args) if state.notice else {}


def by_hand() -> ManualTerminal:
    terminal = ManualTerminal(INFO)
    assert terminal.check_health() is Health.CLOSED
    terminal.open(lambda event: None)
    return terminal
