"""`kopilka enrol`, `kopilka terminal`, `kopilka agent`: bring a till in, run it with a screen, run it without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from loyalty.errors import KopilkaError
from terminal.cli.told import Folder, Language, language, tell, till_folder

if TYPE_CHECKING:
    from terminal.engine import Engine


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

    with _errors_in(lang):
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
    with _errors_in(lang), opened_till(data, lang=chosen) as till, _scanning(scanner, till.engine):
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
    with _errors_in(lang):
        serve(data, language(lang), lambda line: print(line, flush=True), host=host, port=port)


@contextmanager
def _errors_in(lang: str) -> Iterator[None]:
    """An error is a sentence in the language asked for, and exit status 1."""
    try:
        yield
    except KopilkaError as error:
        tell(error, lang)
        raise typer.Exit(1) from error


@contextmanager
def _scanning(path: str, engine: Engine) -> Iterator[None]:
    if not path:
        yield
        return
    from terminal.scanning import serial_scanner

    with serial_scanner(path, engine.post):
        yield
