"""`kopilka devices doctor`: what is wrong with the devices of this till, in order, and what to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.errors import BadInput, KopilkaError
from loyalty.sentences import sentence
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from terminal.device_file import Configured
    from terminal.doctoring import Finding

PROCESSES = Path("/proc")
RULES = (Path("/etc/udev/rules.d"), Path("/run/udev/rules.d"), Path("/usr/lib/udev/rules.d"))

KEYBOARD = (Path("/etc/default/keyboard"), Path("/etc/vconsole.conf"))


@click.command
@in_folder
@in_language
def doctor(data: Path, lang: str) -> None:
    """Say in order what is wrong with the devices of devices.toml, and what to type. Status 1 if anything is.

    Not while the till runs: it has the ports.
    """
    from terminal.cli.fiscal import alone_in
    from terminal.device_file import FILE, read_devices, untraced
    from terminal.doctor_order import in_order

    ru = language(lang) == "ru"
    with errors_in(lang):
        devices = [untraced(each) for each in read_devices(data)]
        if not devices:
            click.echo(f"{data / FILE}: {'устройств не названо' if ru else 'names no devices'}")
            return
        with alone_in(data):
            found = in_order(_findings(devices, data, lang))
    for number, finding in enumerate(found, 1):
        whose = f"{finding.device}: " if finding.device else ""
        click.echo(f"{number}. {whose}{spoken(finding.what, language(lang))}")
        click.echo(f"   {spoken(finding.do, language(lang))}")
    if found:
        raise SystemExit(1)
    click.echo(f"{'Всё в порядке' if ru else 'All is well'}: {', '.join(each.settings.id for each in devices)}")


def _memory(folder: Path) -> str:
    """The fiscal memory the till worked with last, if it has had one."""
    from terminal.fiscal_book import FILE, FiscalBook

    if not (folder / FILE).exists():
        return ""
    with closing(FiscalBook(folder)) as book:
        return book.memory()


def _findings(devices: Sequence[Configured], folder: Path, lang: str) -> Iterator[Finding]:
    from devices.buses import all_ports
    from terminal.cli.payment import told_payment
    from terminal.cli.shop_clock import shop_zone
    from terminal.device_places import places, serial_of
    from terminal.doctor_camera import camera_findings
    from terminal.doctor_layout import layout_findings
    from terminal.doctoring import (
        doubt_findings,
        modem_manager_findings,
        port_findings,
        unsettled_findings,
    )
    from terminal.fiscal_book import FILE, FiscalBook
    from terminal.payment_terminals import open_payments

    if any(serial_of(device) for device in devices):
        yield from modem_manager_findings(PROCESSES, RULES)
    if not any(device.driver == "evdev" for device in devices):
        yield from layout_findings(KEYBOARD)
    ports = all_ports()
    closed: set[str] = set()
    for place in places(devices, ports):
        is_camera = place.device.made_by.bus == "video"
        for finding in (camera_findings if is_camera else port_findings)(place, ports):
            if finding.what.code.startswith("port."):
                closed.add(finding.device)
            yield finding
    for device in devices:
        if device.settings.id not in closed:
            yield from _tried(device, folder)
    said, zone = language(lang), shop_zone(folder)
    yield from unsettled_findings([told_payment(kept, said, zone) for kept in open_payments(folder)])
    if (folder / FILE).exists():
        with closing(FiscalBook(folder)) as book:
            yield from doubt_findings("", [sent.document.number for sent in book.open_sent()])


def _tried(device: Configured, folder: Path) -> list[Finding]:
    """What it answers; a driver of another package that fails is a finding, and the others are looked at too."""
    from terminal.device_file import MOST_WHY
    from terminal.doctoring import Finding

    hint = sentence("device.driver_failed.hint")
    try:
        return list(_answers(device, folder))
    except BadInput as error:
        return [Finding(device.settings.id, error.said, error.hint or hint)]
    except KopilkaError:
        raise
    except Exception as error:  # noqa: BLE001  the finding says what was raised, in place of a traceback
        what = repr(error)[:MOST_WHY]
        return [Finding(device.settings.id, sentence("device.driver_failed", what=what), hint)]


def _answers(device: Configured, folder: Path) -> Iterator[Finding]:
    """Of a device whose port can be opened, or that is on none of this machine."""
    from terminal.device_places import port_of as place_of
    from terminal.doctoring import (
        display_findings,
        payment_findings,
        printer_findings,
        register_findings,
        scanner_findings,
    )
    from terminal.payment_terminals import made_terminal
    from terminal.registers import port_of
    from terminal.scanning import made_scanner

    match device.kind:
        case "fiscal":
            with closing(port_of(device)) as register:
                yield from register_findings(device.settings.id, register, _now(folder), _memory(folder))
        case "printer":
            yield from printer_findings(device.settings.id, device.make(device.settings))
        case "display":
            yield from display_findings(device.settings.id, device.make(device.settings))
        case "payment":
            yield from payment_findings(device.settings.id, made_terminal(device))
        case "scanner" if place_of(device) is None:
            yield from scanner_findings(device.settings.id, device.place, made_scanner(device))


def _now(folder: Path) -> datetime:
    """The shop's local time, as a register's clock has it."""
    from terminal.cli.shop_clock import shop_clock

    return datetime.fromisoformat(shop_clock(folder))
