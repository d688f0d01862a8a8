"""Puts a till together: files, register, printer, sync and engine; and takes it apart in the right order."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uuid_utils

from loyalty.sentences import Lang, Sentence
from terminal.clock import now_ms
from terminal.effects import Effects
from terminal.engine import Engine
from terminal.fiscal.register import NoRegister
from terminal.lookups import Lookups
from terminal.offline_queue.client import Client
from terminal.offline_queue.runner import LinkStatus, Runner
from terminal.offline_queue.store import Store, open_store
from terminal.printing import Paper, Printing
from terminal.records import Records
from terminal.sales import Sales
from terminal.session import Link
from terminal.session import commands as c


@dataclass(frozen=True, slots=True)
class OpenedTill:
    """A till at work, with the parts that scripts and the local API also need."""

    engine: Engine
    store: Store
    runner: Runner
    lookups: Lookups
    records: Records


@contextmanager
def opened_till(
    folder: Path,
    *,
    lang: Lang,
    printer: Paper | None = None,
    url: str = "",
    screen: bool = True,
    clock: Callable[[], int] = now_ms,
) -> Iterator[OpenedTill]:
    """Open the till kept in `folder`. Raises KopilkaError with a sentence.

    `url` is where the head office is, if not where it was at enrolment. Without a `screen` the basket of a sale that
    never completed waits in the journal.
    """
    store = open_store(folder)
    client = Client(store.identity, store.key, clock, url=url)
    runner = Runner(store, client, clock, random.random)
    printing = Printing(printer, lambda what: engine.post(_not_printed(what))) if printer else None
    sales = Sales(store.journal, NoRegister(), store.identity, new_id)
    lookups = Lookups(store, lambda number: _asked(client, number), lambda found: engine.post(found))  # noqa: PLW0108
    records = Records(
        store, sales, new_id=new_id, new_salt=lambda: secrets.token_hex(16),
        put_slip=printing.put if printing else lambda slip: None, recorded=runner.kick, lang=lang,
    )  # fmt: skip
    effects = Effects(store, sales, lookups, records)
    engine = Engine(effects, clock)
    try:
        engine.start(screen=screen)
        runner.on_change(lambda status: engine.link_changed(link_from(status), status.programmes_changed))
        runner.start()
        yield OpenedTill(engine, store, runner, lookups, records)
    finally:
        runner.stop()
        engine.stop()
        if printing:
            printing.close()
        client.close()
        store.close()


def new_id() -> str:
    """A UUIDv7 in hex."""
    return uuid_utils.uuid7().hex


def link_from(status: LinkStatus) -> Link:
    return Link(
        status.online, status.pending, status.as_of_ms, status.last_contact_ms, status.trouble, status.loading_bp
    )


def _asked(client: Client, number: str) -> c.ReceiptFound:
    reply = client.receipt(number)
    return c.ReceiptFound(reply.receipt, reply.returned_milli)


def _not_printed(what: str) -> c.Notify:
    return c.Notify("warn", Sentence("print.failed", {"what": what}))
