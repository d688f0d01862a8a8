"""`kopilka devices`, and its devices without hardware, for trying a till and for tests of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.money import money_text
from terminal.cli.devices_doctor import doctor
from terminal.cli.devices_look import list_devices, listen
from terminal.cli.devices_probe import probe, sheet
from terminal.cli.told import in_language, language

if TYPE_CHECKING:
    from devices.virtual.shtrih_memory import Document

LOOK_S = 0.2
Played = tuple[str, Callable[[bytes], bytes], Callable[[], Iterator[str]]]
"""A virtual device: its name, its bytes, and what there is to tell of it since the last time."""
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
@click.argument("kind", type=click.Choice(["register", "printer"]))
@click.option("--link", type=click.Path(path_type=Path), help="A name for its serial port, kept while it runs.")
@in_language
def simulate(kind: str, link: Path | None, lang: str) -> None:
    """Play a KIND of device on a pseudo-terminal until Ctrl+C: a fiscal register (Shtrih-M), with what it makes; a
    receipt printer (ESC/POS), with what comes out of it."""
    import time

    from devices.virtual.served import on_pty

    ru = language(lang) == "ru"
    name, receive, news = _register(ru) if kind == "register" else _printer(ru)
    with on_pty(receive) as port:
        if link is not None:
            link.unlink(missing_ok=True)
            link.symlink_to(port)
        click.echo(f"{name}: {link or port}")
        try:
            while True:
                for line in news():
                    click.echo(line)
                time.sleep(LOOK_S)
        except KeyboardInterrupt:
            return
        finally:
            if link is not None:
                link.unlink(missing_ok=True)


def _register(ru: bool) -> Played:
    from devices.virtual.shtrih import VirtualShtrih

    register = VirtualShtrih(now=_clock)
    told = 0

    def news() -> Iterator[str]:
        nonlocal told
        for document in register.memory.documents[told:]:
            told += 1
            yield _said(document, ru)

    return "Касса (ККТ)" if ru else "The register", register.receive, news


def _printer(ru: bool) -> Played:
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

    return "Принтер чеков" if ru else "The receipt printer", printer.receive, news


def _said(document: Document, ru: bool) -> str:
    kind = KINDS[document.kind][0 if ru else 1]
    if document.operation == 2:
        kind = "чек возврата" if ru else "return"
    total = f" {money_text(document.total_minor, 'ru' if ru else 'en')}" if document.operation else ""
    return f"{'ФД' if ru else 'FD'} {document.number}: {kind}{total}"


def _clock() -> tuple[int, int, int, int, int]:
    import time

    now = time.localtime()
    return now.tm_year % 100, now.tm_mon, now.tm_mday, now.tm_hour, now.tm_min
