"""A virtual register on a wire of memory, and a fiscal journal in a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import httpx
from msgspec.structs import replace

from devices.shtrih.link import STX
from devices.virtual.atol import Gone, Request, Silence, VirtualAtol
from devices.virtual.atol import Refused as NobodyThere
from devices.virtual.shtrih import VirtualShtrih
from devices.virtual.shtrih_link import command_of
from terminal.fiscal.atol import Atol
from terminal.fiscal.atol_link import AtolLink
from terminal.fiscal.cash import CashSent
from terminal.fiscal.correction import NAME, correction_of
from terminal.fiscal.document import Correction, FiscalDocument, Form, Means
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.port import Issued
from terminal.fiscal.sent import Sent
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal.tags import FiscalVat


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
        self.cash: dict[str, CashSent] = {}
        self.recorded: set[str] = set()
        self.memories: list[tuple[str, str]] = []

    def sent_of(self, key: str) -> Sent | None:
        return self.rows.get(key)

    def open_sent(self) -> tuple[Sent, ...]:
        return tuple(sent for sent in self.rows.values() if sent.issued is None)

    def keep_sent(self, sent: Sent) -> None:
        self.rows[sent.document.key] = sent

    def keep_issued(self, key: str, issued: Issued) -> None:
        self.rows[key] = replace(self.rows[key], issued=issued)

    def corrections_left(self) -> tuple[Sent, ...]:
        issued = (sent for sent in self.rows.values() if sent.issued is not None)
        return tuple(sent for sent in issued if sent.receipt is None and sent.document.key not in self.recorded)

    def correction_recorded(self, key: str) -> None:
        self.recorded.add(key)

    def cash_sent(self) -> tuple[CashSent, ...]:
        return tuple(self.cash.values())

    def keep_cash(self, sent: CashSent) -> None:
        self.cash[sent.move.key] = sent

    def drop_cash(self, key: str) -> None:
        self.cash.pop(key, None)

    def memory(self) -> str:
        return self.memories[-1][0] if self.memories else ""

    def keep_memory(self, serial: str, by: str) -> None:
        self.memories.append((serial, by))

    def drop_sent(self, key: str) -> None:
        self.rows.pop(key, None)

    def close(self) -> None:
        """Nothing is open."""


def fiscal_register(register: VirtualShtrih, journal: KeptInMemory) -> FiscalRegister:
    """As a till has it after a start."""
    return FiscalRegister(Shtrih(MemoryWire(register)), journal)


class AtolWire(httpx.BaseTransport):
    """Requests arrive at once, and time passes only where the till waits: twenty times as fast."""

    def __init__(self, register: VirtualAtol) -> None:
        self.register = register
        self.now_s = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = request.headers.get("authorization", "")
        try:
            reply = self.register.answer(Request(request.method, request.url.path, request.read(), key))
        except NobodyThere:
            raise httpx.ConnectError("refused", request=request) from None
        except Gone:
            raise httpx.ReadError("reset", request=request) from None
        except Silence:
            raise httpx.ReadTimeout("silence", request=request) from None
        headers = {"content-type": reply.content_type}
        body = reply.body[: len(reply.body) // 2] if reply.is_cut else reply.body
        return httpx.Response(reply.status, headers=headers, stream=Body(body, reply.is_cut))

    def pause(self, seconds: float) -> None:
        self.now_s += seconds * 20


class Body(httpx.SyncByteStream):
    def __init__(self, raw: bytes, is_cut: bool = False) -> None:
        self._raw = raw
        self._is_cut = is_cut

    def __iter__(self) -> Iterator[bytes]:
        yield self._raw
        if self._is_cut:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def atol_port(register: VirtualAtol, login: str = "", password: str = "", form: Form | None = None) -> Atol:
    wire = AtolWire(register)
    link = AtolLink("http://register:16732", login, password, transport=wire, now=lambda: wire.now_s, pause=wire.pause)
    return Atol(link, form=form)


def atol_register(register: VirtualAtol, journal: KeptInMemory) -> FiscalRegister:
    """As a till has it after a start."""
    return FiscalRegister(atol_port(register), journal)


def correction_document(
    kind: Literal["sale", "return"],
    amount_minor: int,
    paid_by: Means,
    vat: FiscalVat,
    correction: Correction,
    cashier: str,
    *,
    name: str = NAME,
    nth: int = 1,
) -> FiscalDocument:
    """Of one sum, paid in one way, at one rate."""
    return correction_of(kind, {paid_by: amount_minor}, {vat: amount_minor}, correction, cashier, name=name, nth=nth)
