"""`kopilka fiscal`: the fiscal register of this till, and a receipt of which nobody knows whether it was issued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from terminal.cli.fiscal_correct import correct
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from terminal.fiscal.port import FiscalPort
    from terminal.fiscal.standing import Seen
    from terminal.session.commands import Command


SHIFTS = {"closed": ("закрыта", "closed"), "open": ("открыта", "open"), "over_24h": ("больше 24 часов", "over 24 h")}
PAPERS = {"there": ("есть", "there"), "none": ("нет", "none"), "waits": ("документ ждёт", "a document waits")}


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


fiscal.add_command(correct)


@fiscal.command
@in_folder
@in_language
def status(data: Path, lang: str) -> None:
    """How the register stands, and which receipts are in doubt. Not while the till runs: it has the register."""
    from loyalty.sentences import sentence
    from terminal.cli.shop_clock import shop_clock
    from terminal.device_file import read_devices
    from terminal.doctoring import doubt_findings
    from terminal.fiscal_book import FILE, FiscalBook
    from terminal.registers import port_of, register_of

    ru = language(lang) == "ru"
    with errors_in(lang):
        register = register_of(read_devices(data))
        if register is None:
            click.echo(spoken(sentence("fiscal.none"), language(lang)))
            return
        with alone_in(data), closing(port_of(register)) as port:
            known = ""
            doubts: tuple[str, ...] = ()
            if (data / FILE).exists():
                with closing(FiscalBook(data)) as book:
                    known, doubts = book.memory(), tuple(sent.document.number for sent in book.open_sent())
            seen = _seen(port, known, shop_clock(data))
    for line in _rows(seen, ru):
        click.echo(line)
    for trouble in seen.troubles:
        click.echo(f"{spoken(trouble.said, language(lang))}. {spoken(trouble.hint, language(lang))}")
    for finding in doubt_findings("", doubts):
        click.echo(f"{spoken(finding.what, language(lang))}. {spoken(finding.do, language(lang))}")
    if seen.state is None:
        raise SystemExit(1)


def _seen(port: FiscalPort, known: str, now: str) -> Seen:
    """`now` is the shop's local time, which the register's clock is compared with."""
    from loyalty.sentences import sentence
    from terminal.fiscal.port import NoAnswer
    from terminal.fiscal.standing import Seen, Trouble, look

    try:
        return look(port, known, now)
    except NoAnswer as why:
        hint = why.hint or sentence("fiscal.silent_report.hint")
        return Seen(None, troubles=(Trouble(why.said or sentence("fiscal.silent"), hint),))


def _rows(seen: Seen, ru: bool) -> Iterator[str]:
    state = seen.state
    if state is None:
        return
    rows = [
        ("Фискальный накопитель" if ru else "Fiscal memory", state.serial),
        ("Последний документ" if ru else "Last document", f"{state.last_document}"),
        ("Смена" if ru else "Shift", SHIFTS[state.shift][not ru]),
        ("Бумага" if ru else "Paper", PAPERS[state.paper][not ru]),
        ("Часы кассы" if ru else "Its clock", seen.clock.replace("T", " ") or "-"),
        ("Не передано в ОФД" if ru else "Not sent yet", f"{seen.unsent.count} {seen.unsent.since.replace('T', ' ')}"),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"{name.ljust(width)}  {value}".rstrip()


@fiscal.command
@click.option("--by", required=True, help="The manager's name; it is kept.")
@in_folder
@in_language
def accept(by: str, data: Path, lang: str) -> None:
    """Take the register that is connected now for this till's own, though it has another fiscal memory."""
    from loyalty.errors import BadInput, LinkFault
    from loyalty.sentences import sentence
    from terminal.device_file import read_devices
    from terminal.fiscal.port import NoAnswer
    from terminal.fiscal_book import FiscalBook
    from terminal.registers import port_of, register_of

    with errors_in(lang):
        register = register_of(read_devices(data))
        if register is None:
            raise BadInput(sentence("fiscal.none"))
        with alone_in(data), closing(port_of(register)) as port, closing(FiscalBook(data)) as book:
            try:
                serial = port.state().serial
            except NoAnswer as why:
                raise LinkFault(why.said or sentence("fiscal.silent"), why.hint) from why
            book.keep_memory(serial, by)
    click.echo(spoken(sentence("fiscal.accepted", now=serial), language(lang)))


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


@fiscal.command("cash-in")
@click.argument("amount")
@in_folder
@in_language
def cash_in(amount: str, data: Path, lang: str) -> None:
    """Put AMOUNT of cash into the drawer, at the register and in the shift of this till. Not while the till runs."""
    _move_cash("in", amount, data, lang)


@fiscal.command("cash-out")
@click.argument("amount")
@in_folder
@in_language
def cash_out(amount: str, data: Path, lang: str) -> None:
    """Take AMOUNT of cash out of the drawer, as with `cash-in`."""
    _move_cash("out", amount, data, lang)


@fiscal.command("copy")
@click.argument("number", type=click.IntRange(1), required=False)
@in_folder
@in_language
def copy(number: int | None, data: Path, lang: str) -> None:
    """Print a copy of fiscal document NUMBER, or of the last one. Not while the till runs."""
    from terminal.session import commands as c

    _at_till(data, lang, c.PrintCopy(number))


def _move_cash(kind: Literal["in", "out"], amount: str, data: Path, lang: str) -> None:
    from loyalty.money import parse_amount
    from terminal.session import commands as c

    amount_minor = parse_amount(amount)
    if amount_minor is None or amount_minor <= 0:
        raise click.UsageError(f"{amount}: 12.34")
    _at_till(data, lang, c.MoveCash(kind, amount_minor))


def _at_till(data: Path, lang: str, command: Command) -> None:
    """Have the till of the folder do it, without a screen, and say what it says."""
    from terminal.opened import opened_till

    with errors_in(lang), opened_till(data, lang=language(lang), screen=False, sync_at_once=False) as till:
        notice = till.engine.dispatch(command).state.notice
    if notice is None:
        return
    click.echo(spoken(notice.said, language(lang)), err=notice.level == "error")
    if notice.hint is not None:
        click.echo(spoken(notice.hint, language(lang)), err=notice.level == "error")
    if notice.level == "error":
        raise SystemExit(1)


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
