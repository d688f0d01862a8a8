"""A fiscal register and a payment terminal for the demo, without hardware: the same drivers talk to virtual ones.

What they do stands in `register.txt` and `bank.txt` of the demo's folder, for whoever looks; what they remember is kept
beside it, since a till would not believe a register and a bank that have forgotten its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from devices.virtual.payment import Done, VirtualTerminal
from devices.virtual.served import on_pty
from devices.virtual.shtrih import VirtualShtrih
from devices.virtual.shtrih_memory import FiscalMemory
from loyalty.sentences import Lang
from terminal.clock import local_text, now_ms
from terminal.device_file import Configured, configured
from terminal.offline_queue.disk import write_whole
from terminal.played_said import document_said, payment_said

REGISTER, BANK = "register.txt", "bank.txt"
KEPT = ".kept"
T = TypeVar("T")
FILE_MODE = 0o600
MOST_LINES = 200
ZONE = "Europe/Moscow"
"""Where the demo's shop is, as its programme has it."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Those that were asked for, as `devices.toml` would name them and as they are."""

    devices: tuple[Configured, ...]
    register: VirtualShtrih
    bank: VirtualTerminal


@contextmanager
def played_beside(folder: Path, lang: Lang, *, register: bool, bank: bool) -> Iterator[Beside]:
    """Until the block ends; `folder` gets what they do."""
    shtrih = VirtualShtrih(_kept(folder / REGISTER, FiscalMemory) if register else None, _clock)
    terminal = VirtualTerminal(done=_kept(folder / BANK, dict[str, Done]) if bank else None)
    ru = lang == "ru"

    def documents() -> list[str]:
        return [document_said(each, ru) for each in shtrih.memory.documents]

    def operations() -> list[str]:
        return [said for each in tuple(terminal.done.values()) if (said := payment_said(each, ru))]

    with ExitStack() as ports:
        tables: list[dict[str, Any]] = []
        if register:
            port = ports.enter_context(on_pty(_told(shtrih.receive, folder / REGISTER, shtrih.memory, documents)))
            tables.append({"kind": "fiscal", "driver": "shtrih", "port": port})
        if bank:
            port = ports.enter_context(on_pty(_told(terminal.receive, folder / BANK, terminal.done, operations)))
            tables.append({"kind": "payment", "driver": "virtual", "port": port})
        yield Beside(configured({"device": tables}), shtrih, terminal)


def _told(
    receive: Callable[[bytes], bytes], file: Path, memory: object, lines: Callable[[], list[str]]
) -> Callable[[bytes], bytes]:
    """The device's `receive`, with what it has done in the file, and what it remembers beside it, once that changes."""
    before = b""

    def told(raw: bytes) -> bytes:
        nonlocal before
        out = receive(raw)
        if (now := msgspec.msgpack.encode(memory)) != before:
            before = now
            write_whole(file.with_suffix(KEPT), now, FILE_MODE)
            write_whole(file, "".join(f"{line}\n" for line in lines()[-MOST_LINES:]).encode(), FILE_MODE)
        return out

    return told


def _kept(file: Path, kind: type[T]) -> T | None:
    """What the device remembers of the demo's last start; None where there was none, or nothing that can be read."""
    try:
        return msgspec.msgpack.decode(file.with_suffix(KEPT).read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _clock() -> tuple[int, int, int, int, int]:
    """Year of the century, month, day, hour, minute."""
    at = datetime.fromisoformat(local_text(now_ms(), ZONE))
    return at.year % 100, at.month, at.day, at.hour, at.minute
