"""A till with a virtual Shtrih register in memory, at work in a folder; what it says, what the register has made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from tests.support.fiscal import MemoryWire
from tests.support.small_till import Rig, make_till, opened_rig


@contextmanager
def at_work(folder: Path, wire: MemoryWire) -> Iterator[Rig]:
    if not folder.exists():
        make_till(folder)
    register = FiscalRegister(Shtrih(wire), FiscalBook(folder))
    with opened_rig(folder, register) as rig:
        yield rig
    register.close()


def made(wire: MemoryWire) -> list[tuple[int, int]]:
    return [(each.operation, each.total_minor) for each in wire.register.memory.receipts()]


def numbers(rig: Rig) -> list[tuple[str, str]]:
    return [(each.number, each.fiscal_number) for each in rig.store.journal.recent_receipts()]
