"""What comes from one scanner while a command listens to it: which it is, and its scans one after the other."""

from __future__ import annotations

import dataclasses
import queue
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from loyalty.errors import BadInput, NotNow
from loyalty.sentences import Lang, Sentence, sentence

if TYPE_CHECKING:
    from devices.driver import Sends
    from devices.model import StatusUpdate
    from devices.protocols import Scanner
    from terminal.scanner.bursts import Burst
    from terminal.scanner.framing import Framing

MOST_WAITING = 1000
TCP = "tcp"
DRIVERS = ("serial", "hidpos", "evdev", TCP)
BY_PATH = {"/dev/hidraw": "hidpos", "/dev/input/": "evdev"}
ADDRESS = re.compile(r"[^/\s]+:[0-9]{1,5}")

at_speed = click.option("--baud", type=click.IntRange(300, 4_000_000), help="The serial port's speed, if not 9600.")
as_driver = click.option(
    "--driver", type=click.Choice(DRIVERS), help="What PORT is, where it does not tell (a virtual scanner's path)."
)


@dataclass(frozen=True, slots=True)
class Source:
    """One scanner to listen to: its driver, its place for people, how it is made, what it sends, how that is framed."""

    driver: str
    named: str
    make: Callable[[Callable[[float], None]], Scanner]
    sends: Sends
    framing: Framing


def source_at(port: str, baud: int | None, driver: str | None, folder: Path | None = None) -> Source:
    """The scanner of that id or port in the folder's devices.toml, else what is at that path or, as HOST:PORT, on the
    network. Raises BadInput."""
    from devices.driver import ScannerSettings
    from devices.model import DeviceInfo
    from terminal.device_file import configured, read_devices
    from terminal.scanning import framing_of

    for device in read_devices(folder) if folder else ():
        settings = device.settings
        if isinstance(settings, ScannerSettings) and port in (settings.id, getattr(settings, "port", None)):
            if baud and hasattr(settings, "baud"):
                settings = replace(settings, baud=baud)
            break
    else:
        known = driver or _driver_at(port)
        (device,) = configured({"device": [{"kind": "scanner", "driver": known, **_where(known, port, baud)}]})
        settings = device.settings
        assert isinstance(settings, ScannerSettings)
    info = DeviceInfo(settings.id, device.kind, device.driver, device.place)
    make = partial(device.make, info, settings)
    return Source(device.driver, device.place, make, device.made_by.sends, framing_of(settings))


def _driver_at(port: str) -> str:
    by_path = (name for start, name in BY_PATH.items() if port.startswith(start))
    return next(by_path, TCP if ADDRESS.fullmatch(port) else "serial")


def _where(driver: str, port: str, baud: int | None) -> dict[str, str | int]:
    if driver == TCP:
        host, _, number = port.rpartition(":")
        return {"host": host.strip("[]"), "tcp_port": int(number)} if host and number.isdecimal() else {"host": port}
    return {"port": port, "baud": baud or 9600} if driver == "serial" else {"port": port}


def recorded(source: Source, file: Path | None) -> Source:
    """The same scanner with all it sends noted in the file, where there is one. Raises BadInput."""
    if file is None:
        return source
    from devices.transport.trace import Trace
    from devices.transport.traced import TracedScanner

    if not file.parent.is_dir():
        raise BadInput(sentence("file.unread", name=str(file.parent), why="no folder"))

    def make(quiet: Callable[[float], None]) -> Scanner:
        return TracedScanner(source.make(quiet), Trace(file, source.named, "scanner"))

    return dataclasses.replace(source, make=make)


@contextmanager
def bursts_from(source: Source, lang: Lang) -> Iterator[Iterator[Burst]]:
    """The scans as they come, until Ctrl+C. Raises NotNow where the port does not open or goes."""
    from devices.model import DataEvent, DeviceEvent, Health, StatusUpdate
    from terminal.device_trial import failing_by_name
    from terminal.scanner.bursts import Bursts

    heard: queue.Queue[Burst | StatusUpdate] = queue.Queue(MOST_WAITING)
    collected = Bursts(source.sends)

    def put(event: DeviceEvent) -> None:
        if not isinstance(event, DataEvent):
            heard.put(event)
            return
        for burst in collected.feed(event.raw, event.at_monotonic_s):
            heard.put(burst)

    def quiet(now_s: float) -> None:
        for burst in collected.poll(now_s):
            heard.put(burst)

    def come() -> Iterator[Burst]:
        while True:
            event = heard.get()
            if not isinstance(event, StatusUpdate):
                yield event
            elif event.health is Health.ENABLED:
                click.echo(f"{source.named}: {'сканируйте' if lang == 'ru' else 'scan now'}", err=True)
            else:
                raise NotNow(*_why_silent(event, source))

    device = source.make(quiet)
    with failing_by_name(source.named):
        device.open(put)
    try:
        yield come()
    except KeyboardInterrupt:
        return
    finally:
        device.close()


def _why_silent(status: StatusUpdate, source: Source) -> tuple[Sentence, Sentence | None]:
    """Of a port its own words, with the ports there are; of anything else what the till would show."""
    from devices.buses import all_ports
    from terminal.device_places import SENTENCES as PORT
    from terminal.device_places import why_closed
    from terminal.device_said import seen_of

    seen = None if f"port.{status.code}" in PORT else seen_of(status, "scanner", source.named)
    if seen is None or seen.said is None:
        return why_closed(status.code, source.named, source.driver in BY_PATH.values(), all_ports())
    return seen.said, seen.hint
