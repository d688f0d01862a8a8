"""`kopilka fiscal`: the fiscal register of this till, and a receipt of which nobody knows whether it was issued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from terminal.cli.told import errors_in, in_folder, in_language, language, spoken


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """The till's folder for this command alone: a running till has the register. Raises StoreFault."""
    from terminal.offline_queue.lock import FolderLock

    lock = FolderLock(folder)
    try:
        yield
    finally:
        lock.release()


@click.group
def fiscal() -> None:
    """The fiscal register."""


@fiscal.command
@in_folder
@in_language
def status(data: Path, lang: str) -> None:
    """How the register stands, and which receipts are in doubt. Not while the till runs: it has the register."""
    from loyalty.sentences import Sentence, sentence
    from terminal.device_file import read_devices
    from terminal.fiscal.once import Sent
    from terminal.fiscal.port import NoAnswer
    from terminal.fiscal_book import FILE, FiscalBook
    from terminal.registers import port_of, register_of

    ru = language(lang) == "ru"
    with errors_in(lang):
        register = register_of(read_devices(data))
        if register is None:
            click.echo(spoken(sentence("fiscal.none"), language(lang)))
            return
        with alone_in(data), closing(port_of(register)) as port:
            silence: Sentence | None = None
            try:
                state = port.state()
            except NoAnswer as why:
                state, silence = None, why.said
            open_sent: tuple[Sent, ...] = ()
            if (data / FILE).exists():
                with closing(FiscalBook(data)) as book:
                    open_sent = book.open_sent()
    if state is None:
        click.echo(spoken(silence or sentence("fiscal.silent"), language(lang)))
    else:
        rows = [
            ("Фискальный накопитель" if ru else "Fiscal memory", state.serial),
            ("Последний документ" if ru else "Last document", str(state.last_document)),
            ("Смена" if ru else "Shift", state.shift),
            ("Бумага" if ru else "Paper", state.paper),
            ("Часы кассы" if ru else "Its clock", state.local_time),
        ]
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            click.echo(f"{name.ljust(width)}  {value}")
    for sent in open_sent:
        said = "Неизвестно, пробит ли чек" if ru else "Not known whether it was issued: receipt"
        click.echo(f"{said} {sent.document.number}")
    if state is None:
        raise SystemExit(1)


@fiscal.command
@click.argument("number", type=click.IntRange(1))
@in_folder
@in_language
def document(number: int, data: Path, lang: str) -> None:
    """Show fiscal document NUMBER of the register's memory, tag by tag. Not while the till runs."""
    from loyalty.errors import BadInput, LinkFault
    from loyalty.sentences import sentence
    from terminal.device_file import read_devices
    from terminal.fiscal.port import NoAnswer, Remembering
    from terminal.fiscal.shown import shown
    from terminal.registers import port_of, register_of

    with errors_in(lang):
        register = register_of(read_devices(data))
        if register is None:
            raise BadInput(sentence("fiscal.none"))
        with alone_in(data), closing(port_of(register)) as port:
            try:
                found = port.document(number) if isinstance(port, Remembering) else None
            except NoAnswer as why:
                raise LinkFault(why.said or sentence("fiscal.silent"), why.hint) from None
        if found is None:
            raise BadInput(sentence("fiscal.no_document", number=number), sentence("fiscal.no_document.hint"))
    for line in shown(found, language(lang)):
        click.echo(line)


@fiscal.command
@click.argument("number")
@click.option("--issued", type=int, help="The number of the fiscal document on the tape.")
@click.option("--not-issued", is_flag=True, help="The tape has no such document.")
@in_folder
@in_language
def settle(number: str, issued: int | None, not_issued: bool, data: Path, lang: str) -> None:
    """Say what the tape says of receipt NUMBER that is in doubt: the register it was sent to is gone."""
    from loyalty.errors import BadInput
    from loyalty.sentences import sentence
    from terminal.fiscal.port import Issued
    from terminal.fiscal_book import FiscalBook

    if (issued is None) != not_issued:
        raise click.UsageError("--issued N, or --not-issued")
    with errors_in(lang), alone_in(data), closing(FiscalBook(data)) as book:
        found = next((sent for sent in book.open_sent() if sent.document.number == number), None)
        if found is None:
            raise BadInput(sentence("fiscal.no_doubt", number=number))
        if issued is None:
            book.drop_sent(found.document.key)
        else:
            book.keep_issued(found.document.key, Issued(issued, 0))
    click.echo(spoken(sentence("fiscal.settled", number=number), language(lang)))
