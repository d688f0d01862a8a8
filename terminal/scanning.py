"""A scanner or a camera beside a till: codes become commands, troubles notices; the sale goes on either way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import cast

from devices.driver import ScannerSettings
from devices.model import DeviceInfo
from devices.protocols import Scanner
from devices.transport.serial import SerialSettings
from loyalty.sentences import sentence
from terminal.device_file import Configured
from terminal.device_reports import listening
from terminal.scanner.framing import Dropped, Framing
from terminal.scanner.scan import Scan
from terminal.scanner.serial_source import ScannerSource, SerialSource
from terminal.session import commands as c
from terminal.supervising import Supervising

BAUD = 9600


@contextmanager
def serial_scanner(
    path: str, post: Callable[[c.Command], None], supervising: Supervising, *, suffix_known: bool = False
) -> Iterator[None]:
    """Read the scanner at `path` until the block ends; `post` takes commands from its thread and returns at once.

    `suffix_known`: it is certain that the scanner ends each code, so silence alone never does.
    """
    source = SerialSource(
        DeviceInfo("scanner", "scanner", "serial", path),
        SerialSettings(path, BAUD),
        on_scan=lambda scan: post(scanned(scan)),
        on_status=listening(supervising, "scanner", "scanner", path),
        on_dropped=lambda dropped: post(unreadable(dropped)),
        framing=Framing(suffix_known=suffix_known),
    )
    source.open()
    try:
        yield
    finally:
        source.close()


@contextmanager
def configured_scanners(
    devices: Sequence[Configured], post: Callable[[c.Command], None], supervising: Supervising
) -> Iterator[Callable[[str], None]]:
    """Read every scanner that `devices.toml` names, until the block ends. What this gives makes the scanner beep from
    which a refused code came, by the code's source."""
    with opened_sources(devices, lambda device: post, supervising) as sources:
        by_name = {source.name: source for source in sources.values()}

        def refuse(name: str) -> None:
            if name in by_name:
                by_name[name].beep()

        yield refuse


@contextmanager
def opened_sources(
    devices: Sequence[Configured], post_of: Callable[[str], Callable[[c.Command], None]], supervising: Supervising
) -> Iterator[dict[str, ScannerSource]]:
    """Every scanner of `devices.toml` by its id, read until the block ends; `post_of` its id takes what it reads."""
    sources: dict[str, ScannerSource] = {}
    with ExitStack() as readers:
        for device in devices:
            if isinstance(device.settings, ScannerSettings):
                name = device.settings.id
                sources[name] = configured_source(device, device.settings, post_of(name), supervising)
                readers.callback(sources[name].close)
                sources[name].open()
        yield sources


def configured_source(
    device: Configured, settings: ScannerSettings, post: Callable[[c.Command], None], supervising: Supervising
) -> ScannerSource:
    kind = "camera" if device.made_by.bus == "video" else device.kind
    return ScannerSource(
        f"{device.driver}:{settings.id}",
        partial(made_scanner, device),
        on_scan=lambda scan: post(scanned(scan)),
        on_status=listening(supervising, settings.id, kind, device.place),
        on_dropped=lambda dropped: post(unreadable(dropped)),
        framing=framing_of(settings),
        sends=device.made_by.sends,
    )


def made_scanner(device: Configured, on_quiet: Callable[[float], None] = lambda now_s: None) -> Scanner:
    """The driver's scanner, not opened yet."""
    info = DeviceInfo(device.settings.id, device.kind, device.driver, device.place)
    return cast("Scanner", device.make(info, device.settings, on_quiet))


def framing_of(settings: ScannerSettings) -> Framing:
    return Framing(
        prefix=settings.prefix.encode(),
        postfix=settings.postfix.encode(),
        suffix_known=settings.suffix == "always",
        russian_layout=settings.layout == "russian",
        idle_s=settings.idle_ms / 1000,
        repeat_s=settings.repeat_ms / 1000,
    )


@contextmanager
def camera_scanner(camera: str, post: Callable[[c.Command], None], supervising: Supervising) -> Iterator[None]:
    """Read codes held before a camera until the block ends: its number, a device, an address or a video file."""
    from terminal.scanner.camera_source import CameraSource

    source = CameraSource(
        int(camera) if camera.isdigit() else camera,
        on_scan=lambda scan: post(scanned(scan)),
        on_status=listening(supervising, "camera", "camera", camera),
    )
    source.open()
    try:
        yield
    finally:
        source.close()


def scanned(scan: Scan) -> c.Command:
    return c.Scan(scan.text, scan.source, scan.symbology or "")


def unreadable(dropped: Dropped) -> c.Command:
    """Bytes that made no code: the cashier scans again, the size says how much came."""
    return c.Notify("error", sentence("scan.unreadable", size=dropped.size_bytes), sentence("scan.unreadable.hint"))
