"""Puts a till together: files, register, printer, sync and engine; and takes it apart in the right order."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uuid_utils

from loyalty.sentences import Lang
from terminal.clock import now_ms
from terminal.committing import Committing
from terminal.confirming import Confirming
from terminal.effects import Effects
from terminal.engine import Engine
from terminal.errands import OnThread
from terminal.fiscal.register import Coded, NoRegister, Register
from terminal.fiscal.slip import DEFAULT_WIDTH
from terminal.holding import Holding
from terminal.lookups import Lookups
from terminal.offline_queue.keys import token_hash
from terminal.offline_queue.store import Store, open_store
from terminal.records import Records
from terminal.sales import Sales
from terminal.session import Link
from terminal.session import commands as c
from terminal.supervising import Supervising
from terminal.syncing import Syncing, fork_state
from terminal.unprinted import FOLDER

if TYPE_CHECKING:
    from terminal.device_file import Configured
    from terminal.paid_cards import PaidCards
    from terminal.printing import Paper, Printing

LAST_RECEIPTS = 100


class OpenedTill(msgspec.Struct, frozen=True):
    """A till at work, with the parts that scripts and the local API also need."""

    engine: Engine
    store: Store
    sync: Syncing
    lookups: Lookups
    records: Records
    confirming: Confirming
    holding: Holding
    supervising: Supervising
    devices: tuple[Configured, ...] = ()

    def start_sync(self) -> None:
        """Ask the head office from now on; first what a till that was killed has left held there is given back."""
        self.sync.start()
        self.holding.give_back_left(self._named_holds)

    def _named_holds(self) -> set[str]:
        """Those of the last receipts: more cannot have been under way when the till was killed."""
        return {receipt.hold_id for receipt in self.store.journal.recent_receipts(LAST_RECEIPTS)}


@contextmanager
def opened_till(
    folder: Path,
    *,
    lang: Lang,
    printer: Paper | None = None,
    url: str = "",
    screen: bool = True,
    sync_at_once: bool = True,
    clock: Callable[[], int] = now_ms,
    beside: tuple[Configured, ...] = (),
) -> Iterator[OpenedTill]:
    """Open the till kept in `folder`. Raises KopilkaError with a sentence.

    `url` is where the head office is, if not where it was at enrolment. Without a `screen` the basket of a sale that
    never completed waits in the journal. Without `sync_at_once` the head office is left alone until `start_sync`.
    `beside` are devices beside those of the till's file.
    """
    devices = (*_devices(folder), *beside)
    supervising = Supervising(
        lambda notice: engine.post(notice), lambda: engine.post(c.Refresh()), clock_ms=clock  # noqa: PLW0108
    )  # fmt: skip
    register = _register(devices, folder, supervising)
    store = open_store(folder)
    sync = Syncing(store, clock, lambda link, changed: engine.link_changed(link, changed), url)  # noqa: PLW0108
    printing, width = _printing(printer, devices, folder, lambda notice: engine.post(notice), supervising)  # noqa: PLW0108
    sales = Sales(store.journal, register, store.identity, new_id, store.cache)
    lookups = Lookups(store, lambda number: _asked(sync, number), lambda found: engine.post(found))  # noqa: PLW0108
    records = Records(
        store, sales, new_id=new_id, new_salt=lambda: secrets.token_hex(16),
        put_slip=printing.put if printing else lambda slip, number: None, recorded=sync.kick, lang=lang,
        open_drawer=printing.open_drawer if printing else lambda: None, paper_width=width,
        fiscal_code=register.code_of if isinstance(register, Coded) else lambda key: "",
        paper_of=printing.paper_of if printing else None,
    )  # fmt: skip
    confirming = Confirming(sync, lambda answer: engine.post(answer), new_id, lang)  # noqa: PLW0108
    holding = Holding(
        sync, lambda answer: engine.post(answer), new_id, folder,  # noqa: PLW0108
        in_doubt=lambda: {each.hold_id for each in sales.committing.undecided()},
    )  # fmt: skip
    cards = _cards(devices, folder, lambda answer: engine.post(answer), store, sales, supervising)  # noqa: PLW0108
    errands = OnThread(lambda then: engine.answer(then)) if screen else None  # noqa: PLW0108
    effects = Effects(store, sales, lookups, records, confirming, sync.kick, holding, cards, errands)
    _follow_doubts(sales.committing, holding, records, effects)
    engine = Engine(effects, clock, supervising.devices)
    engine.link_changed(Link(as_of_ms=store.cache.as_of_ms(), fork=fork_state(store.journal.fork)))
    try:
        engine.start(screen=screen)
        if printing:
            printing.start()
        supervising.start()
        till = OpenedTill(engine, store, sync, lookups, records, confirming, holding, supervising, devices)
        if sync_at_once:
            till.start_sync()
        yield till
    finally:
        sync.stop()
        if errands:
            errands.close()
        engine.stop()
        supervising.close()
        if cards:
            cards.close()
        if printing:
            printing.close()
        register.close()
        store.close()


def _follow_doubts(committing: Committing, holding: Holding, records: Records, effects: Effects) -> None:
    """What became of a receipt in doubt: its points are captured or go back, and its slip is printed late too."""
    committing.decided = holding.decided
    committing.recorded_late = lambda receipt: records.print_receipt(receipt, effects.programme())


def new_id() -> str:
    """A UUIDv7 in hex."""
    return uuid_utils.uuid7().hex


def _asked(sync: Syncing, number: str) -> c.ReceiptFound:
    reply = sync.receipt(number)
    return c.ReceiptFound(reply.receipt, reply.returned_milli, reply.parts)


def _devices(folder: Path) -> tuple[Configured, ...]:
    """What the till's file names. A till without one starts without the modules that read it."""
    if not (folder / "devices.toml").exists():
        return ()
    from terminal.device_file import read_devices

    return read_devices(folder)


def _register(devices: Sequence[Configured], folder: Path, supervising: Supervising) -> Register:
    if not devices:
        return NoRegister()
    from terminal.registers import opened_register

    return opened_register(devices, folder, supervising)


def _cards(
    devices: Sequence[Configured],
    folder: Path,
    tell: Callable[[c.Command], None],
    store: Store,
    sales: Sales,
    supervising: Supervising,
) -> PaidCards | None:
    if not any(each.kind == "payment" for each in devices):
        return None
    from terminal.payment_terminals import opened_terminal

    hashed = partial(token_hash, store.identity.scope_key)
    return opened_terminal(devices, folder, tell, new_id, store.journal, sales.committing, supervising, hashed)


def _printing(
    given: Paper | None,
    devices: Sequence[Configured],
    folder: Path,
    tell: Callable[[c.Notify], None],
    supervising: Supervising,
) -> tuple[Printing | None, int]:
    """The printer given, else the one the till's file names, and the width of its paper."""
    if given is None and not devices:
        return None, DEFAULT_WIDTH
    from terminal.printing import Printing, configured_printer

    printer, width = (given, DEFAULT_WIDTH) if given is not None else configured_printer(devices, supervising)
    return (Printing(printer, tell, folder / FOLDER) if printer is not None else None), width
