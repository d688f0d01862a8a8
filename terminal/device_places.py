"""Which ports there are, which device of `devices.toml` each is, and which of those are not there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from devices.ports import Bus, Match, Port, fits
from devices.transport.serial import SerialSettings, open_port
from loyalty.sentences import Sentence, sentence
from terminal.device_file import Configured

MOST_NAMED = 8
SENTENCES = {
    "port.unplugged": ("Порта {port} нет", "There is no {port}"),
    "port.unplugged.hint": (
        "Проверьте кабель; порты показывает kopilka devices list", "Check the cable; kopilka devices list shows ports",
    ),
    "port.port_taken": ("Порт {port} занят другой программой", "Another program has {port}"),
    "port.port_taken.hint": (
        "Закройте её: fuser {port}. Если это ModemManager, поставьте правила udev (docs/DEVICES.md)",
        "Close it: fuser {port}. If it is ModemManager, put the udev rules in place (docs/DEVICES.md)",
    ),
    "port.no_permission": ("Нет прав на порт {port}", "No permission for {port}"),
    "port.no_permission.hint": (
        "sudo usermod -aG dialout $USER, затем войдите заново", "sudo usermod -aG dialout $USER, then log in anew",
    ),
    "port.no_permission_hid.hint": (
        "Поставьте правила udev (docs/DEVICES.md), sudo usermod -aG dialout $USER, затем войдите заново",
        "Put the udev rules in place (docs/DEVICES.md), sudo usermod -aG dialout $USER, then log in anew",
    ),
    "port.not_port": ("{port} — не порт такого устройства", "{port} is no port of such a device"),
    "port.not_port.hint": ("Порты показывает kopilka devices list", "kopilka devices list shows the ports"),
    "port.not_port_there.hint": ("Порты этого компьютера: {ports}", "Ports of this computer: {ports}"),
    "port.not_unique": ("Под описание {port} подходит несколько портов", "Several ports fit {port}"),
    "port.not_unique.hint": (
        "Добавьте в match serial или by_id, или укажите port", "Add serial or by_id to match, or name the port",
    ),
    "port.bad_settings": ("Настройки порта {port} невозможны", "The settings of {port} are not possible"),
    "port.bad_settings.hint": ("Проверьте baud", "Check baud"),
}  # fmt: skip


class Closes(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A device that is named, and the ports that are it now: none while it is away, None where it is not on one."""

    device: Configured
    paths: tuple[str, ...] | None


def places(devices: Sequence[Configured], ports: Sequence[Port]) -> tuple[Place, ...]:
    return tuple(Place(device, _paths(device, ports)) for device in devices)


def _paths(device: Configured, ports: Sequence[Port]) -> tuple[str, ...] | None:
    match: Match | None = getattr(device.settings, "match", None)
    path: str = getattr(device.settings, "port", "")
    if match is not None:
        return tuple(port.path for port in ports if port.bus == device.made_by.bus and fits(port, match))
    if not path:
        return None
    if device.made_by.bus == "video":
        from terminal.scanner.camera_driver import is_address, node_of

        if is_address(path):
            return None
        path = node_of(path)
    return (os.path.realpath(path),) if os.path.exists(path) else ()


def serial_of(device: Configured) -> SerialSettings | None:
    """The serial port of a device; None where it has none."""
    return port_of(device) if device.made_by.bus == "serial" else None


def port_of(device: Configured) -> SerialSettings | None:
    """The port of a device, of whatever bus; None where it has none."""
    match: Match | None = getattr(device.settings, "match", None)
    path: str = getattr(device.settings, "port", "")
    if not (path or match):
        return None
    return SerialSettings(path, getattr(device.settings, "baud", 9600), match)


def opened(settings: SerialSettings, bus: Bus) -> Closes:
    """Open a port of any bus, for this program alone. Raises OSError, ValueError."""
    if bus == "serial":
        return cast(Closes, open_port(settings))
    from devices.transport.hid import open_keys, open_reports

    return (open_reports if bus == "hidraw" else open_keys)(settings.path, settings.match)


def why_closed(code: str, named: str, hid: bool, ports: Sequence[Port] = ()) -> tuple[Sentence, Sentence]:
    """Why a port is not open, by the code of its status, and what to do; `ports` are those there are to choose from."""
    if code == "not_port" and ports:
        there = ", ".join(each.path for each in ports[:MOST_NAMED])
        return sentence("port.not_port", port=named), sentence("port.not_port_there.hint", ports=there)
    known = f"port.{code}" if f"port.{code}" in SENTENCES else "port.unplugged"
    hint = f"{known}_hid.hint" if hid and f"{known}_hid.hint" in SENTENCES else f"{known}.hint"
    return sentence(known, port=named), sentence(hint, port=named)
