"""`kopilka devices`, and its devices without hardware, for trying a till and for tests of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.money import money_text
from terminal.cli.devices_doctor import doctor
from terminal.cli.devices_heard import DRIVERS
from terminal.cli.devices_look import list_devices, listen
from terminal.cli.devices_payment import played_payments
from terminal.cli.devices_probe import probe, sheet
from terminal.cli.devices_scanner import played_scanner
from terminal.cli.told import in_language, language

if TYPE_CHECKING:
    from devices.virtual.atol import VirtualAtol
    from devices.virtual.atol_memory import AtolDocument
    from devices.virtual.payment import Fault
    from devices.virtual.shtrih_memory import Document

LOOK_S = 0.2
Played = tuple[str, AbstractContextManager[str], Callable[[], Iterator[str]]]
"""A virtual device: its name, the place it is at while it runs, and what there is to tell of it since the last time."""
KINDS = {
    2: ("смена открыта", "shift opened"),
    3: ("чек", "receipt"),
    5: ("смена закрыта", "shift closed"),
}


@click.group
def devices() -> None:
    """Devices: what there is, what it sends, and virtual ones."""


for command in (list_devices, listen, sheet, probe, doctor):
    devices.add_command(command)


@devices.command
@click.argument("kind", type=click.Choice(["register", "atol", "printer", "display", "scanner", "payment"]))
@click.option("--link", type=click.Path(path_type=Path), help="A name for its serial port, kept while it runs.")
@click.option("--port", type=click.IntRange(1, 65_535), default=16732, show_default=True, help="The port of `atol`.")
@click.option("--driver", type=click.Choice(DRIVERS), default="serial", show_default=True, help="What `scanner` is.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    type=click.Choice(["decline", "slow", "no_answer", "cable"]),
    help="What goes wrong at `payment`; may be given again.",
)
@in_language
def simulate(kind: str, link: Path | None, port: int, driver: str, faults: tuple[Fault, ...], lang: str) -> None:
    """Play a KIND of device until Ctrl+C. On a pseudo-terminal: a fiscal register (Shtrih-M), with what it makes; a
    receipt printer (ESC/POS), with what comes out of it; a customer's display, with what stands on it; a scanner, which
    scans each line typed here; a payment terminal. On a port of this computer: `atol`, the web server of ATOL."""
    import time

    ru = language(lang) == "ru"
    played = {
        "register": lambda: _register(link, ru),
        "atol": lambda: _atol(port, ru),
        "display": lambda: _display(link, ru),
        "scanner": lambda: played_scanner(link, driver, ru),
        "payment": lambda: played_payments(_on_pty, link, faults, ru),
    }
    name, running, news = played.get(kind, lambda: _printer(link, ru))()
    with running as place:
        click.echo(f"{name}: {place}")
        try:
            while True:
                for line in news():
                    click.echo(line)
                time.sleep(LOOK_S)
        except KeyboardInterrupt:
            return


@contextmanager
def _on_pty(receive: Callable[[bytes], bytes], link: Path | None) -> Iterator[str]:
    from devices.virtual.served import on_pty

    with on_pty(receive) as port:
        if link is not None:
            link.unlink(missing_ok=True)
            link.symlink_to(port)
        try:
            yield str(link or port)
        finally:
            if link is not None:
                link.unlink(missing_ok=True)


def _register(link: Path | None, ru: bool) -> Played:
    from devices.virtual.shtrih import VirtualShtrih

    register = VirtualShtrih(now=lambda: (_clock()[0] % 100, *_clock()[1:]))
    running = _on_pty(register.receive, link)
    return "Касса (ККТ)" if ru else "The register", running, _documents(register.memory.documents, ru)


def _atol(port: int, ru: bool) -> Played:
    from devices.virtual.atol import VirtualAtol

    register = VirtualAtol(now=lambda: "{:04}-{:02}-{:02}T{:02}:{:02}".format(*_clock()))
    running = _on_http(register, port)
    return "Касса (ККТ)" if ru else "The register", running, _documents(register.memory.documents, ru)


@contextmanager
def _on_http(register: VirtualAtol, port: int) -> Iterator[str]:
    from devices.virtual.atol_served import on_http

    try:
        with on_http(register, port) as url:
            yield url
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error


def _documents(made: Sequence[Document | AtolDocument], ru: bool) -> Callable[[], Iterator[str]]:
    told = 0

    def news() -> Iterator[str]:
        nonlocal told
        for document in made[told:]:
            told += 1
            yield _said(document, ru)

    return news


def _printer(link: Path | None, ru: bool) -> Played:
    from devices.virtual.escpos import VirtualEscPos

    printer = VirtualEscPos()
    kicks = 0

    def news() -> Iterator[str]:
        nonlocal kicks
        while kicks < printer.drawer_kicks:
            kicks += 1
            yield "[денежный ящик]" if ru else "[cash drawer]"
        while printer.slips:
            yield printer.slips.popleft() + "- - - 8< - - -"

    return "Принтер чеков" if ru else "The receipt printer", _on_pty(printer.receive, link), news


def _display(link: Path | None, ru: bool) -> Played:
    from devices.virtual.display import COLUMNS, VirtualDisplay

    display = VirtualDisplay()
    edge = f"+{'-' * COLUMNS}+"

    def news() -> Iterator[str]:
        while display.shown:
            yield "\n".join((edge, *(f"|{line:<{COLUMNS}}|" for line in display.shown.popleft()), edge))

    return "Дисплей покупателя" if ru else "The customer's display", _on_pty(display.receive, link), news


def _said(document: Document | AtolDocument, ru: bool) -> str:
    kind = KINDS[document.kind][0 if ru else 1]
    if document.operation == 2:
        kind = "чек возврата" if ru else "return"
    total = f" {money_text(document.total_minor, 'ru' if ru else 'en')}" if document.operation else ""
    return f"{'ФД' if ru else 'FD'} {document.number}: {kind}{total}"


def _clock() -> tuple[int, int, int, int, int]:
    import time

    now = time.localtime()
    return now.tm_year, now.tm_mon, now.tm_mday, now.tm_hour, now.tm_min
