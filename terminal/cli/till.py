"""`kopilka enrol`, `kopilka terminal`, `kopilka agent`: bring a till in, run it with a screen, run it without one."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

from terminal.cli.told import by_authority, errors_in, in_folder, in_language, language

if TYPE_CHECKING:
    from devices.virtual.printer import VirtualPrinter
    from loyalty.sentences import Lang, Templates
    from terminal.opened import OpenedTill
    from terminal.session.commands import Command


with_scanner = click.option(
    "--scanner", default="", help="A scanner on a serial port, as in /dev/ttyACM0; one that types needs none."
)
with_camera = click.option(
    "--camera", default="", help="Read codes with a camera: its number, a device, an address or a video file."
)


@click.command("enrol")
@click.argument("url")
@click.argument("code")
@click.option("--name", default="", help="What the head office is to call this till.")
@by_authority
@in_folder
@in_language
def enrol_till(url: str, code: str, name: str, ca: Path | None, data: Path, lang: str) -> None:
    """Bring this till in: a one-time code against a key that never leaves this machine.

    URL is where the head office is, as in https://office.example; CODE the one-time code it gave.
    """
    import socket

    from terminal.offline_queue.enrol import enrol

    with errors_in(lang):
        _keep_ca(data, ca)
        identity = enrol(url, code, name or socket.gethostname(), data)
    ru = language(lang) == "ru"
    click.echo(f"{'Касса подключена' if ru else 'Enrolled'}: T{identity.terminal_no}, {identity.store_name}")
    click.echo(f"{'Папка' if ru else 'Folder'}: {data}")


@click.command
@in_folder
@in_language
@click.option("--theme", default="auto", show_default=True, help="dark, light, ansi (16 colours) or auto.")
@with_scanner
@with_camera
@click.option("--slips", type=click.Path(path_type=Path), help="A folder to write each slip to, as a text file.")
@by_authority
def terminal(data: Path, lang: str, theme: str, scanner: str, camera: str, slips: Path | None, ca: Path | None) -> None:
    """Run the till with the cashier's screen."""
    with errors_in(lang):
        _keep_ca(data, ca)
    with _uncollected() as collect:
        _run_screen(data, lang, theme, scanner, camera, slips, collect)


@click.command
@in_folder
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="On 127.0.0.1; 0 takes any free one."
)
@click.option("--host", default="127.0.0.1", hidden=True)
@with_scanner
@with_camera
@by_authority
@in_language
def agent(data: Path, port: int, host: str, scanner: str, camera: str, ca: Path | None, lang: str) -> None:
    """Run the till without a screen, for other tills and programs of this machine (docs/AGENT.md)."""
    from terminal.agent.scanning import Readers
    from terminal.agent.serve import serve
    from terminal.cli.logs import log_to

    log_to(data)
    with errors_in(lang):
        _keep_ca(data, ca)
        readers = Readers(scanner, camera)
        serve(data, language(lang), lambda line: print(line, flush=True), host=host, port=port, readers=readers)


def _keep_ca(data: Path, ca: Path | None) -> None:
    """Raises BadInput for a file without a certificate."""
    if ca is not None:
        from terminal.offline_queue.trust import keep_ca

        keep_ca(data, ca)


def _run_screen(
    data: Path, asked: str, theme: str, scanner: str, camera: str, slips: Path | None, collect: Callable[[], None]
) -> None:
    from textual.events import Event

    from loyalty.codes import is_scan
    from terminal.cli.logs import log_to
    from terminal.opened import opened_till
    from terminal.scanner.gate import KeyGate
    from terminal.scanner.gs1 import read_label
    from terminal.ui.app import TillApp

    log_to(data)
    lang = language(asked)
    printer = _slips_in(slips)
    with errors_in(asked), opened_till(data, lang=lang, printer=printer, sync_at_once=False) as till:
        if printer is not None:
            from terminal.device_reports import watch_device

            watch_device(till.supervising, printer, str(slips))

        def standing() -> None:
            collect()
            till.start_sync()
            Thread(target=_sentences, name="sentences", daemon=True).start()

        def accepts(text: str) -> bool:
            return is_scan(text, till.engine.view().programme.codes) or read_label(text) is not None

        keys: KeyGate[Event] = KeyGate(accepts)
        app = TillApp(till.engine, lang, keys, theme, sentences=_sentences, standing=standing)
        with _scanning(till, scanner, camera, app.bring), _showing(till, lang):
            app.run()
    if app.return_code:
        sys.exit(app.return_code)


def _sentences() -> Templates:
    """Those of every room: forty modules that the first picture does without, and that are read once it stands."""
    from terminal.words import TEMPLATES

    return TEMPLATES


@contextmanager
def _uncollected() -> Iterator[Callable[[], None]]:
    """Put garbage collection off until what this gives is called.

    A start loads what stays: looking for garbage in it, a hundred times, is a fifteenth of the start. What stays is
    left out of every later search too, which would hold up a scan.
    """
    gc.disable()

    def collect() -> None:
        gc.freeze()
        gc.enable()

    try:
        yield collect
    finally:
        gc.enable()


@contextmanager
def _scanning(till: OpenedTill, scanner: str, camera: str, post: Callable[[Command], None]) -> Iterator[None]:
    """Whatever reads codes beside the keyboard."""
    supervising = till.supervising
    with ExitStack() as readers:
        if any(device.kind == "scanner" for device in till.devices):
            from terminal.scanning import configured_scanners

            till.engine.refused = readers.enter_context(configured_scanners(till.devices, post, supervising))
        if scanner:
            from terminal.scanning import serial_scanner

            readers.enter_context(serial_scanner(scanner, post, supervising))
        if camera:
            from terminal.scanning import camera_scanner

            readers.enter_context(camera_scanner(camera, post, supervising))
        yield


@contextmanager
def _showing(till: OpenedTill, lang: Lang) -> Iterator[None]:
    """The customer's display, where the till's file names one."""
    if not any(device.kind == "display" for device in till.devices):
        yield
        return
    from terminal.showing import configured_display

    with configured_display(till.devices, till.engine, lang, till.supervising):
        yield


def _slips_in(folder: Path | None) -> VirtualPrinter | None:
    if folder is None:
        return None
    from devices.model import DeviceInfo
    from devices.virtual.printer import VirtualPrinter

    printer = VirtualPrinter(DeviceInfo("slips", "printer", "text files", str(folder)), folder)
    printer.open(lambda event: None)
    return printer
