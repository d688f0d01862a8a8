"""`kopilka enrol`, `kopilka terminal`, `kopilka agent`: bring a till in, run it with a screen, run it without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terminal.cli.told import Folder, Language, errors_in, language, till_folder

if TYPE_CHECKING:
    from terminal.engine import Engine
    from terminal.printing import Paper


def enrol_till(
    url: Annotated[str, typer.Argument(help="Where the head office is, as in https://office.example.")],
    code: Annotated[str, typer.Argument(help="The one-time code the head office gave.")],
    name: Annotated[str, typer.Option("--name", help="What the head office is to call this till.")] = "",
    data: Folder = till_folder(),  # noqa: B008 - typer reads defaults
    lang: Language = "",
) -> None:
    """Bring this till in: a one-time code against a key that never leaves this machine."""
    import socket

    from terminal.offline_queue.enrol import enrol

    with errors_in(lang):
        identity = enrol(url, code, name or socket.gethostname(), data)
    ru = language(lang) == "ru"
    typer.echo(f"{'Касса подключена' if ru else 'Enrolled'}: T{identity.terminal_no}, {identity.store_name}")
    typer.echo(f"{'Папка' if ru else 'Folder'}: {data}")


def terminal(
    data: Folder = till_folder(),  # noqa: B008 - typer reads defaults
    lang: Language = "",
    theme: Annotated[str, typer.Option("--theme", help="dark, light, ansi (16 colours) or auto.")] = "auto",
    scanner: Annotated[
        str,
        typer.Option("--scanner", help="A scanner on a serial port, as in /dev/ttyACM0; one that types needs none."),
    ] = "",
    camera: Annotated[
        str,
        typer.Option("--camera", help="Read codes with a camera: its number, a device, an address or a video file."),
    ] = "",
    slips: Annotated[
        Path | None, typer.Option("--slips", help="A folder to write each slip to, as a text file.")
    ] = None,
) -> None:
    """Run the till with the cashier's screen."""
    from textual.events import Event

    from loyalty.codes import is_scan
    from terminal.cli.logs import log_to
    from terminal.opened import opened_till
    from terminal.scanner.gate import KeyGate
    from terminal.ui.app import TillApp
    from terminal.words import TEMPLATES

    log_to(data)
    chosen = language(lang)
    with (
        errors_in(lang),
        opened_till(data, lang=chosen, printer=_slips_in(slips)) as till,
        _scanning(scanner, camera, till.engine),
    ):
        keys: KeyGate[Event] = KeyGate(lambda text: is_scan(text, till.engine.view().programme.codes))
        app = TillApp(till.engine, chosen, keys, theme, templates=TEMPLATES)
        app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)


def agent(
    data: Folder = till_folder(),  # noqa: B008 - typer reads defaults
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="On 127.0.0.1; 0 takes any free one.")] = 8787,
    host: Annotated[str, typer.Option("--host", hidden=True)] = "127.0.0.1",
    lang: Language = "",
) -> None:
    """Run the till without a screen, for other tills and programs of this machine (docs/AGENT.md)."""
    from terminal.agent.serve import serve
    from terminal.cli.logs import log_to

    log_to(data)
    with errors_in(lang):
        serve(data, language(lang), lambda line: print(line, flush=True), host=host, port=port)


@contextmanager
def _scanning(scanner: str, camera: str, engine: Engine) -> Iterator[None]:
    """Whatever reads codes beside the keyboard."""
    from terminal.scanning import camera_scanner, serial_scanner

    with ExitStack() as readers:
        if scanner:
            readers.enter_context(serial_scanner(scanner, engine.post))
        if camera:
            readers.enter_context(camera_scanner(camera, engine.post))
        yield


def _slips_in(folder: Path | None) -> Paper | None:
    if folder is None:
        return None
    from devices.model import DeviceInfo
    from devices.virtual.printer import VirtualPrinter

    printer = VirtualPrinter(DeviceInfo("slips", "printer", "text files", str(folder)), folder)
    printer.open(lambda event: None)
    return printer
