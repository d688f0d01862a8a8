"""What is wrong with a till's devices, in the order in which to put it right, each with what to type or to do.

Nothing here changes anything: a port is opened and let go, a register is only asked.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from devices.model import DeviceEvent, Health, StatusUpdate
from devices.ports import Bus, Match, Port, fits
from devices.protocols import LineDisplay, PaymentTerminal, Printer, Scanner
from devices.transport.reader import why_not_open
from devices.transport.serial import SerialSettings
from loyalty.sentences import Sentence, sentence
from terminal.device_places import Closes, Place, opened, port_of, why_closed
from terminal.device_said import seen_of
from terminal.fiscal.port import FiscalPort, NoAnswer
from terminal.fiscal.standing import look
from terminal.printing_said import SENTENCES as PRINTING
from terminal.supervised import WORKS, Seen

RULES = "60-kopilka.rules"
SCANNER_WAIT_S = 5.0
"""A driver that tries to connect for two seconds has said by then how that went."""
SCANNER_BUSES: dict[str, Bus] = {"serial": "serial", "hidpos": "hidraw", "evdev": "evdev"}
"""The till's own drivers of scanners, and where each looks for them."""
SENTENCES = {
    "doctor.mode_serial": ("Сканер {port} включён как последовательный порт", "Scanner {port} is in serial mode"),
    "doctor.mode_hidraw": ("Сканер {port} включён в режиме HID-POS", "Scanner {port} is in HID-POS mode"),
    "doctor.mode_evdev": ("Сканер {port} включён как клавиатура", "Scanner {port} is in keyboard mode"),
    "doctor.mode.hint": (
        'Переключите режим по инструкции сканера или напишите driver = "{driver}"',
        'Change its mode, its manual says how, or write driver = "{driver}"',
    ),
    "doctor.named_by_path": (
        "{port} после переподключения может стать другим портом",
        "{port} may be another port once it is plugged in again",
    ),
    "doctor.named_by_path.hint": ("Вместо port напишите {mend}", "Instead of port write {mend}"),
    "doctor.no_picture": ("Камера {port} не даёт картинки", "The camera {port} gives no picture"),
    "doctor.no_picture.hint": ("Не занята ли она другой программой?", "Has another program got it?"),
    "doctor.modem_manager": (
        "ModemManager работает и говорит с каждым новым портом",
        "ModemManager runs, and talks to every new port",
    ),
    "doctor.modem_manager.hint": (
        "Поставьте правила udev (docs/DEVICES.md) или: sudo systemctl disable --now ModemManager",
        "Put the udev rules in place (docs/DEVICES.md), or: sudo systemctl disable --now ModemManager",
    ),
    "doctor.unsent": (
        "Не переданы в ОФД: {count:документ|документа|документов}",
        "Not sent to the operator of fiscal data: {count:document|documents}",
    ),
    "doctor.payment_silent.hint": (
        "Проверьте питание и кабель терминала, port или host в devices.toml",
        "Check the terminal's power and cable, and port or host in devices.toml",
    ),
    "doctor.unsettled": ("Оплата картой не решена: {payment}", "A card payment is not settled: {payment}"),
    "doctor.unsettled.hint": (
        "Запустите кассу с этим терминалом: она решит сама; терминала нет — kopilka payment settle",
        "Start the till with that terminal: it settles it by itself; if it is gone: kopilka payment settle",
    ),
    "doctor.doubt": ("Неизвестно, пробит ли чек {number}", "It is not known whether receipt {number} was issued"),
    "doctor.doubt.hint": (
        "Запустите кассу и нажмите оплату; если кассы (ККТ) больше нет: kopilka fiscal settle {number}",
        "Start the till and pay; if that register is gone: kopilka fiscal settle {number}",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a device, and what to do."""

    device: str
    what: Sentence
    do: Sentence


def port_findings(
    place: Place, ports: Sequence[Port], opens: Callable[[SerialSettings, Bus], Closes] = opened
) -> Iterator[Finding]:
    """Of a device on a port: not there, not ours to open, taken; or named so that it gets lost."""
    settings, bus = port_of(place.device), place.device.made_by.bus
    if settings is None:
        return
    name = place.device.settings.id
    try:
        opens(settings, bus).close()
    except (OSError, ValueError) as error:
        elsewhere = _in_another_mode(place, ports)
        if elsewhere is not None:
            driver = next(driver for driver, each in SCANNER_BUSES.items() if each == elsewhere.bus)
            yield Finding(
                name,
                sentence(f"doctor.mode_{elsewhere.bus}", port=elsewhere.path),
                sentence("doctor.mode.hint", driver=driver),
            )
            return
        yield Finding(name, *why_closed(why_not_open(error, settings.named).code, settings.named, bus != "serial"))
        return
    yield from named_by_path(name, settings.path, settings.path, ports)


def named_by_path(name: str, path: str, written: str, ports: Sequence[Port]) -> Iterator[Finding]:
    """Of a device at `path`, `written` in the file: another may be there next time, and this one has a better name."""
    port = next((each for each in ports if each.path == path), None)
    lasts = port is not None and bool(port.by_id) and written == port.best_path
    if port is not None and (port.by_id or port.vid) and not lasts:
        mend = f'port = "{port.best_path}"' if port.by_id else f'match = {{ vid = "{port.vid}", pid = "{port.pid}" }}'
        yield Finding(
            name, sentence("doctor.named_by_path", port=port.path), sentence("doctor.named_by_path.hint", mend=mend)
        )


def _in_another_mode(place: Place, ports: Sequence[Port]) -> Port | None:
    """The port on which the scanner is that is not on the one it was set to be on."""
    match: Match | None = getattr(place.device.settings, "match", None)
    bus = place.device.made_by.bus
    if match is None or place.paths or SCANNER_BUSES.get(place.device.driver) != bus:
        return None
    return next((port for port in ports if port.bus != bus and fits(port, match)), None)


def register_findings(name: str, port: FiscalPort, now: datetime, known_memory: str = "") -> Iterator[Finding]:
    """Of a fiscal register: what keeps it from selling first; `now` is our local time, `known_memory` the fiscal memory
    this till worked with last."""
    try:
        seen = look(port, known_memory, now.isoformat(timespec="minutes"))
    except NoAnswer as why:
        said, hint = why.said or sentence("fiscal.silent"), why.hint or sentence("fiscal.silent_report.hint")
        yield Finding(name, said, hint)
        return
    for trouble in seen.troubles:
        yield Finding(name, trouble.said, trouble.hint)
    if seen.unsent.count and not any(each.said.code == "fiscal.unsent" for each in seen.troubles):
        yield Finding(name, sentence("doctor.unsent", count=seen.unsent.count), sentence("fiscal.unsent.hint"))


def printer_findings(name: str, printer: Printer) -> Iterator[Finding]:
    """Of a receipt printer: why it would not print. It is opened and let go."""
    told: list[DeviceEvent] = []
    printer.open(told.append)
    try:
        if printer.check_health() is Health.ENABLED:
            return
    finally:
        printer.close()
    codes = (f"print.{event.code}" for event in reversed(told) if isinstance(event, StatusUpdate))
    code = next((each for each in codes if f"{each}.hint" in PRINTING), "print.offline")
    yield Finding(name, sentence(code), sentence(f"{code}.hint"))


def scanner_findings(name: str, place: str, scanner: Scanner, wait_s: float = SCANNER_WAIT_S) -> Iterator[Finding]:
    """Of a scanner on no port of this machine, of whatever driver: what it reports first, or that it reports nothing.
    It is opened and let go."""
    told: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    scanner.open(told.put)
    try:
        seen = _first_seen(told, place, wait_s)
        health = scanner.check_health()
    finally:
        scanner.close()
    if seen is None and health is not Health.ENABLED:
        seen = seen_of(StatusUpdate(Health.OFFLINE, "offline", ""), "scanner", place)
    if seen is not None and seen.said is not None:
        yield Finding(name, seen.said, seen.hint or sentence("device.offline.hint"))


def _first_seen(told: queue.SimpleQueue[DeviceEvent], place: str, wait_s: float) -> Seen | None:
    """A code scanned meanwhile says that it works."""
    try:
        event = told.get(timeout=wait_s)
    except queue.Empty:
        return None
    return seen_of(event, "scanner", place) if isinstance(event, StatusUpdate) else WORKS


def display_findings(name: str, display: LineDisplay) -> Iterator[Finding]:
    """Of a customer's display: that there is no line to it. It is opened and let go, and shows nothing of that."""
    display.open(lambda event: None)
    try:
        if display.check_health() is not Health.ENABLED:
            yield Finding(name, sentence("display.gone"), sentence("display.gone.hint"))
    finally:
        display.close()


def payment_findings(name: str, terminal: PaymentTerminal) -> Iterator[Finding]:
    """Of a payment terminal: that it does not answer. It is opened and let go."""
    terminal.open(lambda event: None)
    try:
        if terminal.check_health() is not Health.ENABLED:
            yield Finding(name, sentence("payment.silent"), sentence("doctor.payment_silent.hint"))
    finally:
        terminal.close()


def unsettled_findings(payments: Sequence[str]) -> Iterator[Finding]:
    """Of card payments, each told in a line, that no receipt names and that were not taken back."""
    for payment in payments:
        yield Finding("", sentence("doctor.unsettled", payment=payment), sentence("doctor.unsettled.hint"))


def doubt_findings(name: str, numbers: Sequence[str]) -> Iterator[Finding]:
    """Of receipts of which nobody knows whether the register has issued them."""
    for number in numbers:
        yield Finding(name, sentence("doctor.doubt", number=number), sentence("doctor.doubt.hint", number=number))


def modem_manager_findings(processes: Path, rules: Sequence[Path]) -> Iterator[Finding]:
    """`processes` is as /proc, `rules` are the folders udev reads."""
    if not any((folder / RULES).exists() for folder in rules) and _runs(processes, "ModemManager"):
        yield Finding("", sentence("doctor.modem_manager"), sentence("doctor.modem_manager.hint"))


def _runs(processes: Path, name: str) -> bool:
    for each in processes.glob("[0-9]*/comm"):
        try:
            if each.read_text("utf-8", "replace").strip() == name:
                return True
        except OSError:
            # It ended between being listed and being read.
            continue
    return False
