"""The virtual devices of `kopilka devices simulate`: each with its place, and words for what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.devices_camera_played import CAMERA_PORT, played_camera
from terminal.cli.devices_heard import TCP
from terminal.cli.devices_payment import played_payments
from terminal.cli.shop_clock import clock_in
from terminal.played_said import document_said

if TYPE_CHECKING:
    from devices.virtual.atol import VirtualAtol
    from devices.virtual.atol_memory import AtolDocument
    from devices.virtual.shtrih_memory import Document

UNPLUGGED = ("Кабель вынут, код не передан: !plug", "Unplugged, the code went nowhere: !plug")
ATOL_PORT, SCANNER_PORT = 16_732, 4001
Lines = Callable[[], Iterator[str]]
Receive = Callable[[bytes], bytes]
Serve = Callable[..., AbstractContextManager[str]]
"""Takes what a device does with the bytes of its host, and what it sends by itself; gives its place while it runs."""


@dataclass(frozen=True, slots=True)
class Played:
    """A virtual device: its name, itself, the place it is at while it runs, what there is to tell of it since the last
    time, and what a line does that names no fault."""

    name: str
    device: object
    running: AbstractContextManager[str]
    news: Lines
    take: Callable[[str], str] | None = None


def played_device(kind: str, link: Path | None, port: int | None, driver: str, ru: bool, zone: str = "") -> Played:
    match kind:
        case "register":
            return _register(_at(link, port), ru, zone)
        case "atol":
            return _atol(ATOL_PORT if port is None else port, ru, zone)
        case "display":
            return _display(_at(link, port), ru)
        case "scanner" if driver == TCP or (driver == "serial" and port is not None):
            return _tcp_scanner(SCANNER_PORT if port is None else port, ru)
        case "scanner" if port is not None:
            raise click.UsageError(f"--port: --driver {TCP}")
        case "scanner":
            return _scanner(link, driver, ru)
        case "camera":
            name, camera, running, news, take = played_camera(CAMERA_PORT if port is None else port, ru)
            return Played(name, camera, running, news, lambda line: take(_code(line)))
        case "payment":
            return Played(*played_payments(_at(link, port), ru))
        case _:
            return _printer(_at(link, port), ru)


def _at(link: Path | None, port: int | None) -> Serve:
    """On this port of the computer (0: a free one), else on a pseudo-terminal."""
    return partial(_on_pty, link) if port is None else partial(_on_tcp, port)


@contextmanager
def _on_tcp(port: int, receive: Receive, unasked: Callable[[], bytes] = bytes) -> Iterator[str]:
    from devices.virtual.served import on_tcp

    try:
        with on_tcp(receive, port, unasked) as (host, number):
            yield f"{host}:{number}"
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error


@contextmanager
def _on_pty(link: Path | None, receive: Receive, unasked: Callable[[], bytes] = bytes) -> Iterator[str]:
    from devices.virtual.link import drop, point
    from devices.virtual.served import on_pty

    with on_pty(receive, unasked) as port:
        if link is not None:
            point(link, port)
        try:
            yield str(link or port)
        finally:
            if link is not None:
                drop(link)


def _register(serve: Serve, ru: bool, zone: str) -> Played:
    from devices.virtual.shtrih import VirtualShtrih

    register = VirtualShtrih(now=lambda: _clock(zone))
    running = serve(register.receive)
    return Played("Касса (ККТ)" if ru else "The register", register, running, _documents(register.memory.documents, ru))


def _atol(port: int, ru: bool, zone: str) -> Played:
    from devices.virtual.atol import VirtualAtol

    register = VirtualAtol(now=lambda: clock_in(zone))
    running = _on_http(register, port)
    return Played("Касса (ККТ)" if ru else "The register", register, running, _documents(register.memory.documents, ru))


@contextmanager
def _on_http(register: VirtualAtol, port: int) -> Iterator[str]:
    from devices.virtual.atol_served import on_http

    try:
        with on_http(register, port) as url:
            yield url
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error


def _documents(made: Sequence[Document | AtolDocument], ru: bool) -> Lines:
    told = 0

    def news() -> Iterator[str]:
        nonlocal told
        for document in made[told:]:
            told += 1
            yield document_said(document, ru)

    return news


def _printer(serve: Serve, ru: bool) -> Played:
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

    running = serve(printer.receive, printer.unasked)
    return Played("Принтер чеков" if ru else "The receipt printer", printer, running, news)


def _display(serve: Serve, ru: bool) -> Played:
    from devices.virtual.display import VirtualDisplay, framed

    display = VirtualDisplay()

    def news() -> Iterator[str]:
        while display.shown:
            yield framed(display.shown.popleft())

    running = serve(display.receive)
    return Played("Дисплей покупателя" if ru else "The customer's display", display, running, news)


def _scanner(link: Path | None, driver: str, ru: bool) -> Played:
    """`<GS>` in a line is the group separator."""
    from devices.virtual.hid import keys_of, reports_of
    from devices.virtual.scanner import BYTE_AT_9600_BAUD_S, VirtualScanner

    encode: dict[str, Callable[[bytes], bytes]] = {"serial": bytes, "hidpos": reports_of, "evdev": keys_of}
    suffix = b"" if driver == "hidpos" else b"\r"
    gap_s = BYTE_AT_9600_BAUD_S if driver == "serial" else 0.0
    scanner = VirtualScanner(gap_s=gap_s, suffix=suffix, link=link, encode=encode[driver], wait_s=1.0)

    @contextmanager
    def running() -> Iterator[str]:
        with scanner:
            yield scanner.port

    def take(line: str) -> str:
        code = _code(line)
        if driver == "evdev" and not code.isascii():
            return "Такое клавиатура США не набирает" if ru else "A US keyboard does not type this"
        if not scanner.plugged:
            return UNPLUGGED[0 if ru else 1]
        scanner.scan(code)
        return f"→ {code!r}"

    return Played("Сканер" if ru else "The scanner", scanner, running(), _beeps(scanner.heard, ru), take)


def _tcp_scanner(port: int, ru: bool) -> Played:
    from devices.virtual.scanner_tcp import TcpScanner

    try:
        scanner = TcpScanner(port)
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error

    @contextmanager
    def running() -> Iterator[str]:
        with scanner:
            yield scanner.port

    def take(line: str) -> str:
        if not scanner.plugged:
            return UNPLUGGED[0 if ru else 1]
        if not scanner.scan(_code(line)):
            return "Никто не подключён, код не передан" if ru else "Nobody is connected, the code went nowhere"
        return f"→ {_code(line)!r}"

    return Played("Сканер" if ru else "The scanner", scanner, running(), _beeps(scanner.heard, ru), take)


def _code(line: str) -> str:
    return line.replace("<GS>", "\x1d")


def _beeps(heard: Callable[[], bytes], ru: bool) -> Lines:
    def news() -> Iterator[str]:
        if told := heard():
            yield f"{'Сигнал сканера' if ru else 'The scanner is told to beep'}: {told.hex(' ')}"

    return news


def _clock(zone: str) -> tuple[int, int, int, int, int]:
    """Year of the century, month, day, hour, minute."""
    at = datetime.fromisoformat(clock_in(zone))
    return at.year % 100, at.month, at.day, at.hour, at.minute
