"""A register that notes what it is asked, and how many events a till has."""

from __future__ import annotations

from loyalty.receipt import Receipt
from terminal.fiscal.register import Answer, NoRegister, Registered
from tests.support.small_till import Rig


class Spy(NoRegister):
    """A register that looks at the journal when it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.rig: Rig | None = None
        self.seen: list[tuple[int, Receipt | None]] = []
        self.answer: Answer = Registered()
        self.meanwhile = lambda: None

    def register(self, receipt: Receipt, key: str, buyer: str = "") -> Answer:
        assert self.rig is not None
        journal = self.rig.store.journal
        self.seen.append((len(journal.prepared()), journal.receipt(receipt.number)))
        self.meanwhile()
        return self.answer


def events_of(rig: Rig) -> int:
    return rig.store.journal.verify()
