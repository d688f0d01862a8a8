"""Which payment terminal a till has: `devices.toml` in its folder says it, and this brings it to work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from devices.payment.manual import ManualTerminal
from devices.protocols import PaymentTerminal
from loyalty.errors import BadInput
from loyalty.sentences import sentence
from terminal.charges import OPEN, Fate, Kept
from terminal.committing import Committing
from terminal.device_file import Configured
from terminal.device_reports import watch_device
from terminal.offline_queue.journal import Journal
from terminal.paid_cards import PaidCards
from terminal.paying import Paying
from terminal.payment_book import FILE, PaymentBook
from terminal.session import commands as c
from terminal.supervising import Supervising


def terminal_of(devices: Sequence[Configured]) -> Configured | None:
    """The payment terminal among a till's devices; it has one at most."""
    return next((each for each in devices if each.kind == "payment"), None)


def made_terminal(terminal: Configured) -> PaymentTerminal:
    return cast("PaymentTerminal", terminal.make(terminal.settings))


def opened_terminal(
    devices: Sequence[Configured],
    folder: Path,
    tell: Callable[[c.Command], None],
    new_id: Callable[[], str],
    journal: Journal,
    committing: Committing,
    supervising: Supervising,
    hashed: Callable[[str], str],
) -> PaidCards | None:
    """Nothing is sent to it yet. Raises StoreFault."""
    found = terminal_of(devices)
    if found is None:
        return None
    book, terminal = PaymentBook(folder), made_terminal(found)
    if isinstance(terminal, ManualTerminal):
        terminal.open(lambda event: None)
    else:
        watch_device(supervising, terminal, found.place)
    return PaidCards(Paying(terminal, book, tell, new_id, hashed), journal, committing)


def open_payments(folder: Path) -> tuple[Kept, ...]:
    """What is not settled, oldest first; nothing where there never was a terminal. Raises StoreFault."""
    if not (folder / FILE).exists():
        return ()
    with closing(PaymentBook(folder)) as book:
        return book.with_fate(*OPEN)


def settle_payment(folder: Path, reference: str, receipt: str | None) -> None:
    """A person has looked: this receipt names it, or without one no money of it is moved. `reference` may be the end of
    one. Raises BadInput where that is not one of those that are open, or is several."""
    found = [kept for kept in open_payments(folder) if kept.reference.endswith(reference)] if reference else []
    if len(found) != 1:
        raise BadInput(sentence("payment.no_such", reference=reference))
    with closing(PaymentBook(folder)) as book:
        fate: Fate = "done" if receipt else "undone"
        book.keep(replace(found[0], fate=fate, receipt=receipt or "", why=""))
