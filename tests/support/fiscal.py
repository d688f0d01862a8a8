"""A virtual register on a wire of memory, and a fiscal journal in a dictionary."""

from __future__ import annotations

from msgspec.structs import replace

from devices.shtrih.link import STX
from devices.virtual.shtrih import VirtualShtrih
from devices.virtual.shtrih_link import command_of
from terminal.fiscal.once import FiscalRegister, Sent
from terminal.fiscal.port import Issued
from terminal.fiscal.shtrih import Shtrih


class MemoryWire:
    """Every byte arrives at once, or never where there is no power; `pull_after` a command the cable is out, once."""

    def __init__(self, register: VirtualShtrih) -> None:
        self.register = register
        self.pull_after: int | None = None
        self.out = False

    def transfer(self, raw: bytes, wait_s: float) -> bytes:
        if self.out:
            return b""
        came = self.register.receive(raw)
        if self.pull_after is not None and raw[:1] == bytes((STX,)) and command_of(raw[2:]) == self.pull_after:
            self.out, self.pull_after = True, None
            return b""
        return came

    def close(self) -> None:
        """Nothing is open."""


class KeptInMemory:
    """A FiscalJournal that outlives the till of a test."""

    def __init__(self) -> None:
        self.rows: dict[str, Sent] = {}

    def sent_of(self, key: str) -> Sent | None:
        return self.rows.get(key)

    def open_sent(self) -> tuple[Sent, ...]:
        return tuple(sent for sent in self.rows.values() if sent.issued is None)

    def keep_sent(self, sent: Sent) -> None:
        self.rows[sent.document.key] = sent

    def keep_issued(self, key: str, issued: Issued) -> None:
        self.rows[key] = replace(self.rows[key], issued=issued)

    def drop_sent(self, key: str) -> None:
        self.rows.pop(key, None)

    def close(self) -> None:
        """Nothing is open."""


def fiscal_register(register: VirtualShtrih, journal: KeptInMemory) -> FiscalRegister:
    """As a till has it after a start."""
    return FiscalRegister(Shtrih(MemoryWire(register)), journal)
