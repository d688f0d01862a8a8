"""`kopilka devices replay`: a trace played as a device, for a till, for `listen` or for `probe`."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from loyalty.errors import BadInput
from loyalty.sentences import Lang, sentence
from terminal.cli.devices_camera import film_at, play_film
from terminal.cli.told import errors_in, in_language, language

if TYPE_CHECKING:
    from devices.transport.trace import Step
    from devices.transport.trace_read import ReadTrace
    from devices.virtual.replay import Replay
    from devices.virtual.replayed_http import HttpReplay

LOOK_S = 0.1
MOST_SHOWN_BYTES = 60


@click.command
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--link", type=click.Path(path_type=Path), help="A name for its serial port, kept while it runs.")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="A port of this computer, instead of a pseudo-terminal; of ATOL's web server and a camera any free one.",
)
@click.option("--fast", is_flag=True, help="With no pause longer than 0.6 s.")
@in_language
def replay(file: Path, link: Path | None, port: int | None, fast: bool, lang: str) -> None:
    """Play the trace in FILE as the device it was made of, from when a program opens it: it sends what came from the
    device at the recorded pace, and waits where the device was sent something. A camera's trace is a video file or a
    folder of pictures. Ends once all is played and the program has let it go, or with Ctrl+C."""
    film = film_at(file)
    if film is not None:
        play_film(film, file.name, port or 0, fast, language(lang))
        return
    with errors_in(lang):
        trace = _read(file)
    steps: queue.SimpleQueue[Step] = queue.SimpleQueue()
    played, at = _played(trace, fast, steps.put, port, link)
    with at as (place, ended):
        click.echo(f"{trace.head.device} ({trace.head.kind}, {trace.head.begun}): {place}")
        try:
            while not ended.wait(LOOK_S):
                _tell(steps, language(lang))
        except KeyboardInterrupt:
            pass
        _tell(steps, language(lang))
    if played.differed:
        ru = language(lang) == "ru"
        said = "Отправлено не так, как в записи, раз:" if ru else "Sent otherwise than in the trace, times:"
        click.echo(f"{said} {played.differed}")


def _played(
    trace: ReadTrace, fast: bool, told: Callable[[Step], None], port: int | None, link: Path | None
) -> tuple[Replay | HttpReplay, AbstractContextManager[tuple[str, Event]]]:
    from devices.virtual.replay import Replay
    from devices.virtual.replayed_http import HttpReplay

    if trace.head.wire == "http":
        web = HttpReplay(trace.steps, fast=fast)
        return web, _on_http(web, told, port or 0)
    played = Replay(trace.steps, fast=fast)
    return played, _on_tcp(played, told, port) if port else _on_pty(played, told, link)


def _read(file: Path) -> ReadTrace:
    """Raises BadInput."""
    from devices.transport.trace_read import BadTrace, read_trace

    try:
        return read_trace(file)
    except BadTrace as error:
        said = sentence("trace.bad", name=file.name, line=error.line, why=error.why)
        raise BadInput(said, sentence("trace.bad.hint")) from error
    except OSError as error:
        raise BadInput(sentence("file.unread", name=file.name, why=error.strerror or str(error))) from error


def _tell(steps: queue.SimpleQueue[Step], lang: Lang) -> None:
    from terminal.scanner.bursts import shown_text

    ways = {"in": ("от устройства", "from the device"), "out": ("устройству", "to the device")}
    played = [steps.get() for _ in range(steps.qsize())]
    for way, together in groupby(played, key=lambda step: step.way):
        first, *others = together
        raw = first.raw + b"".join(step.raw for step in others)
        if raw.startswith((b"GET ", b"POST ", b"HTTP/")):
            raw = _without_headers(raw)
        more = "…" if len(raw) > MOST_SHOWN_BYTES else ""
        said = ways[way][0 if lang == "ru" else 1]
        click.echo(f"{first.at_us / 1_000_000:10.3f}  {said}  {shown_text(raw[:MOST_SHOWN_BYTES])}{more}")


def _without_headers(message: bytes) -> bytes:
    """A request or a reply of HTTP: what is asked or how it went, and its body."""
    head, _, body = message.partition(b"\r\n\r\n")
    line = head.partition(b"\r\n")[0].removeprefix(b"HTTP/1.1 ").removesuffix(b" HTTP/1.1").removesuffix(b" -")
    return line + b" " + body if body else line


@contextmanager
def _on_pty(played: Replay, told: Callable[[Step], None], link: Path | None) -> Iterator[tuple[str, Event]]:
    from devices.virtual.link import drop, point
    from devices.virtual.replayed import replayed_on_pty

    with replayed_on_pty(played, told) as (path, ended):
        if link is not None:
            point(link, path)
        try:
            yield str(link or path), ended
        finally:
            if link is not None:
                drop(link)


@contextmanager
def _on_tcp(played: Replay, told: Callable[[Step], None], port: int) -> Iterator[tuple[str, Event]]:
    from devices.virtual.replayed import replayed_on_tcp

    try:
        with replayed_on_tcp(played, told, port) as ((host, number), ended):
            yield f"{host}:{number}", ended
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error


@contextmanager
def _on_http(played: HttpReplay, told: Callable[[Step], None], port: int) -> Iterator[tuple[str, Event]]:
    from devices.virtual.replayed_http import replayed_on_http

    try:
        with replayed_on_http(played, told, port) as (url, ended):
            yield url, ended
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: {error.strerror}") from error
