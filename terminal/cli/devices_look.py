"""`kopilka devices list` and `listen`: what is on the ports of this machine, and what comes out of one."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.codes import Code, CodeRanges, UnknownCode, classify
from loyalty.errors import NotNow, StoreFault
from loyalty.sentences import Lang, sentence
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from devices.model import StatusUpdate
    from devices.transport.serial import SerialSettings
    from terminal.device_places import Place
    from terminal.scanner.bursts import Burst
    from terminal.scanner.framing import Framing

KINDS = {
    "card": ("карта", "a card"), "product": ("товар", "goods"), "weighed": ("весовой товар", "weighed goods"),
    "gift_card": ("подарочная карта", "a gift card"), "coupon": ("купон", "a coupon"), "receipt": ("чек", "a receipt"),
    "phone": ("телефон", "a phone"),
}  # fmt: skip
MOST_WAITING = 1000

at_speed = click.option("--baud", type=click.IntRange(300, 4_000_000), help="The port's speed, if not 9600.")


@click.command("list")
@in_folder
@in_language
def list_devices(data: Path, lang: str) -> None:
    """Show the serial ports of this machine, and whether the devices of devices.toml are there."""
    from devices.ports import list_ports
    from terminal.device_file import FILE, read_devices
    from terminal.device_places import places

    ru = language(lang) == "ru"
    with errors_in(lang):
        named = read_devices(data)
    ports = list_ports()
    found = places(named, ports)
    for port in ports:
        ids = f"{port.vid}:{port.pid}" if port.vid else "-"
        mine = [place.device.settings.id for place in found if port.path in (place.paths or ())]
        click.echo("  ".join(each for each in (port.path, ids, port.by_id, port.description, *mine) if each))
    if not ports:
        click.echo("Последовательных портов нет" if ru else "There are no serial ports")
    click.echo(f"{FILE}:" if found else f"{FILE}: {'устройств не названо' if ru else 'names no devices'}")
    for place in found:
        device = place.device
        click.echo(f"  {device.settings.id}  {device.kind} {device.driver}  {device.place}  {_there(place, ru)}")


def _there(place: Place, ru: bool) -> str:
    if place.paths is None:
        return "не на последовательном порту" if ru else "not on a serial port"
    if not place.paths:
        return "нет на месте" if ru else "not there"
    if len(place.paths) > 1:
        return f"{'подходит несколько' if ru else 'several fit'}: {', '.join(place.paths)}"
    return f"{'на месте' if ru else 'there'}: {place.paths[0]}"


@click.command
@click.argument("port")
@at_speed
@click.option("--count", type=click.IntRange(0), default=0, help="Stop after so many scans; 0 listens until Ctrl+C.")
@in_folder
@in_language
def listen(port: str, baud: int | None, count: int, data: Path, lang: str) -> None:
    """Show each scan that comes from PORT: its bytes, how they are framed, and what the till reads it as.

    PORT is a path, or the id of a device in devices.toml. Not while the till runs: it has the port.
    """
    with errors_in(lang):
        settings, framing = reading_of(port, baud, data)
        codes = _codes(data)
        with bursts_from(settings, language(lang)) as bursts:
            for number, burst in enumerate(bursts, 1):
                for line in told_burst(burst, framing, codes, language(lang)):
                    click.echo(line)
                if number == count:
                    return


def reading_of(port: str, baud: int | None, folder: Path) -> tuple[SerialSettings, Framing]:
    """The port and its framing: those of the device of that id or port, else the defaults. Raises BadInput."""
    from devices.driver import ScannerSettings
    from devices.transport.serial import SerialSettings
    from terminal.device_file import read_devices
    from terminal.device_places import serial_of
    from terminal.scanner.framing import Framing
    from terminal.scanning import framing_of

    for device in read_devices(folder):
        settings = serial_of(device)
        if settings is not None and port in (device.settings.id, settings.path):
            known = device.settings
            framing = framing_of(known) if isinstance(known, ScannerSettings) else Framing()
            return SerialSettings(settings.path, baud or settings.baud, settings.match), framing
    return SerialSettings(port, baud or 9600), Framing()


@contextmanager
def bursts_from(settings: SerialSettings, lang: Lang) -> Iterator[Iterator[Burst]]:
    """The scans of a port as they come, until Ctrl+C. Raises NotNow where the port does not open or goes."""
    from devices.model import DataEvent, DeviceEvent, DeviceInfo, Health, StatusUpdate
    from devices.transport.serial import SerialPort
    from terminal.scanner.bursts import Bursts

    heard: queue.Queue[Burst | StatusUpdate] = queue.Queue(MOST_WAITING)
    collected = Bursts()

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
                click.echo(f"{settings.named}: {'сканируйте' if lang == 'ru' else 'scan now'}", err=True)
            else:
                raise NotNow(
                    sentence(f"port.{event.code}", port=settings.named),
                    sentence(f"port.{event.code}.hint", port=settings.named),
                )

    device = SerialPort(DeviceInfo("listen", "scanner", "serial", settings.named), settings, on_quiet=quiet)
    device.open(put)
    try:
        yield come()
    except KeyboardInterrupt:
        return
    finally:
        device.close()


def told_burst(burst: Burst, framing: Framing, codes: CodeRanges, lang: Lang) -> Iterator[str]:
    """The lines for one scan: bytes, framing, and each code in it."""
    from terminal.scanner.bursts import hex_of, shown_text
    from terminal.scanner.framing import Dropped, Framer

    ru = lang == "ru"
    yield hex_of(burst.raw)
    ends = burst.shown_ends or ("тишина" if ru else "silence")
    stx = "STX " if burst.has_stx else ""
    pause = round(burst.longest_pause_s * 1000)
    size = len(burst.raw)
    yield (
        f"  {shown_text(burst.raw)}  {stx}… {ends}, {size} байт, пауза до {pause} мс" if ru
        else f"  {shown_text(burst.raw)}  {stx}… {ends}, {size} bytes, pauses up to {pause} ms"
    )  # fmt: skip
    framer = Framer(framing)
    for item in [*framer.feed(burst.raw, 0.0), *framer.poll(framing.stall_s)]:
        if isinstance(item, Dropped):
            yield f"  {'не читается' if ru else 'no code'}: {item.reason}"
        else:
            aim = f"  AIM {item.symbology}" if item.symbology else ""
            yield f"  {item.text}{aim}  {_read_as(classify(item.text, codes), lang)}"


def _read_as(code: Code, lang: Lang) -> str:
    if isinstance(code, UnknownCode):
        return spoken(code.why, lang)
    return KINDS[str(type(code).__struct_config__.tag)][0 if lang == "ru" else 1]


def _codes(folder: Path) -> CodeRanges:
    """The programme's, where the folder has one."""
    from loyalty.published import newest_programme
    from terminal.offline_queue.glance import glance

    try:
        with glance(folder) as files:
            return newest_programme(files.cache.programmes()).codes
    except StoreFault:
        return CodeRanges()
