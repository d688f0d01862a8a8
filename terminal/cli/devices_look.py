"""`kopilka devices list` and `listen`: what is on the ports of this machine, and what comes out of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.codes import Code, CodeRanges, UnknownCode, classify
from loyalty.errors import StoreFault
from loyalty.sentences import Lang
from terminal.cli.devices_camera import CAMERA, camera_at
from terminal.cli.devices_heard import DRIVERS, at_speed, bursts_from, recorded, source_at
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from devices.ports import Port
    from loyalty.label import Label
    from terminal.device_places import Place
    from terminal.scanner.bursts import Burst
    from terminal.scanner.camera_driver import CameraSettings
    from terminal.scanner.framing import Frame, Framing
    from terminal.scanner.scan import Scan

KINDS = {
    "card": ("карта", "a card"), "product": ("товар", "goods"), "weighed": ("весовой товар", "weighed goods"),
    "gift_card": ("подарочная карта", "a gift card"), "coupon": ("купон", "a coupon"), "receipt": ("чек", "a receipt"),
    "phone": ("телефон", "a phone"),
}  # fmt: skip
BUSES = {
    "serial": ("", ""), "hidraw": ("HID-POS", "HID-POS"), "evdev": ("клавиатура", "keyboard"),
    "video": ("камера", "camera"),
}  # fmt: skip


@click.command("list")
@in_folder
@in_language
def list_devices(data: Path, lang: str) -> None:
    """Show the serial ports, HID-POS scanners, keyboards and cameras of this machine, and whether the devices of
    devices.toml are there."""
    from devices.buses import all_ports
    from terminal.device_file import FILE, read_devices
    from terminal.device_places import places

    ru = language(lang) == "ru"
    with errors_in(lang):
        named = read_devices(data)
    ports = all_ports()
    found = places(named, ports)
    for port in ports:
        mine = [place.device.settings.id for place in found if port.path in (place.paths or ())]
        click.echo("  ".join([*_about(port, ru), *mine]))
    if not any(port.bus == "serial" for port in ports):
        click.echo("Последовательных портов нет" if ru else "There are no serial ports")
    click.echo(f"{data / FILE}:" if found else f"{data / FILE}: {'устройств не названо' if ru else 'names no devices'}")
    for place in found:
        device = place.device
        click.echo(f"  {device.settings.id}  {device.kind} {device.driver}  {device.place}  {_there(place, ru)}")


def _about(port: Port, ru: bool) -> Iterator[str]:
    ids = f"{port.vid}:{port.pid}" if port.vid else "-"
    return (each for each in (port.path, ids, port.by_id, port.description, BUSES[port.bus][0 if ru else 1]) if each)


def _there(place: Place, ru: bool) -> str:
    if place.paths is None:
        settings = place.device.settings
        if getattr(settings, "host", "") or getattr(settings, "url", "") or "://" in getattr(settings, "port", ""):
            return "по сети" if ru else "on the network"
        return "без порта" if ru else "on no port"
    if not place.paths:
        return "нет на месте" if ru else "not there"
    if len(place.paths) > 1:
        return f"{'подходит несколько' if ru else 'several fit'}: {', '.join(place.paths)}"
    return f"{'на месте' if ru else 'there'}: {place.paths[0]}"


@click.command
@click.argument("port")
@at_speed
@click.option(
    "--driver",
    type=click.Choice((*DRIVERS, CAMERA)),
    help="What PORT is, where it does not tell (a virtual scanner's path, a camera).",
)
@click.option("--count", type=click.IntRange(0), default=0, help="Stop after so many scans; 0 listens until Ctrl+C.")
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    help="Note every byte with its time there, for `replay`; of a camera its frames, as .avi.",
)
@in_folder
@in_language
def listen(
    port: str, baud: int | None, driver: str | None, count: int, record: Path | None, data: Path, lang: str
) -> None:
    """Show each scan that comes from PORT: its bytes, how they are framed, and what the till reads it as.

    PORT is a path, of a scanner on the network HOST:PORT, or the id of a device in devices.toml; of a camera its
    number, a device, an address or a video file. Not while the till runs: it has the port.
    """
    with errors_in(lang):
        camera = camera_at(port, driver, data)
        if camera is not None:
            _listen_to_camera(camera, count, record, data, language(lang))
            return
        source = recorded(source_at(port, baud, driver, data), record)
        codes = _codes(data)
        with bursts_from(source, language(lang)) as bursts:
            for number, burst in enumerate(bursts, 1):
                for line in told_burst(burst, source.framing, codes, language(lang)):
                    click.echo(line)
                if number == count:
                    return


def _listen_to_camera(camera: CameraSettings, count: int, record: Path | None, data: Path, lang: Lang) -> None:
    """Raises NotNow, BadInput."""
    from terminal.cli.devices_camera import scans_of_camera

    codes = _codes(data)
    for number, scan in enumerate(scans_of_camera(camera, record, lang), 1):
        click.echo(told_code(scan, codes, lang).lstrip())
        if number == count:
            return


def told_burst(burst: Burst, framing: Framing, codes: CodeRanges, lang: Lang) -> Iterator[str]:
    """The lines for one scan: bytes, framing, and each code in it."""
    from terminal.scanner.bursts import hex_of, shown_text
    from terminal.scanner.framing import Dropped, Framer

    ru = lang == "ru"
    yield hex_of(burst.raw)
    silence = ("отчёт" if ru else "report") if burst.whole else ("тишина" if ru else "silence")
    ends = burst.shown_ends or silence
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
            yield told_code(item, codes, lang)


def told_code(read: Frame | Scan, codes: CodeRanges, lang: Lang) -> str:
    """One code: its text, its AIM identifier, what the till takes it for, what a GS1 label says."""
    from terminal.scanner.bursts import shown_text
    from terminal.scanner.gs1 import read_label

    aim = f"  AIM {read.symbology}" if read.symbology else ""
    label = read_label(read.text, read.symbology or "")
    read_as = _read_as(classify(label.gtin if label else read.text, codes), lang)
    return f"  {shown_text(read.text.encode())}{aim}  {read_as}{_label(label, lang == 'ru')}"


def _label(label: Label | None, ru: bool) -> str:
    if label is None:
        return ""
    weight = f", {label.weight_g} {'г' if ru else 'g'}" if label.weight_g else ""
    until = f", {'годен до' if ru else 'use by'} {label.until}" if label.until else ""
    return f"  GS1 {label.gtin}{weight}{until}"


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
