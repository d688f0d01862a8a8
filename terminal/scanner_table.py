"""What a probed scanner's `[[device]]` says: only what differs from the defaults, and the port by what it is."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import msgspec

from devices.driver import (
    HidScannerSettings,
    ScannerSettings,
    SerialScannerSettings,
    TcpScannerSettings,
    TypingScannerSettings,
)
from devices.ports import Match, Port, fits
from terminal.device_file import Configured
from terminal.scanner.calibration import Inferred

Named = SerialScannerSettings | HidScannerSettings | TypingScannerSettings | TcpScannerSettings
TYPES: dict[str, type[Named]] = {
    "serial": SerialScannerSettings, "hidpos": HidScannerSettings, "evdev": TypingScannerSettings,
    "tcp": TcpScannerSettings,
}  # fmt: skip
SHOWN = ("id", "match", "port", "baud", "host", "tcp_port", "prefix", "postfix", "suffix", "layout", "idle_ms")


def settings_of(
    inferred: Inferred, path: str, speed: int, ports: Sequence[Port], others: Sequence[Configured], driver: str
) -> Named:
    """The settings of the scanner at `path`, on the network HOST:PORT: an id nobody has, and a match that no other port
    of these fits."""
    wanted = TYPES[driver]
    least_idle_ms: int = defaults_of(wanted)["idle_ms"]
    return wanted(
        id=free_id({other.settings.id for other in others}),
        **_where(path, speed, ports, wanted),
        prefix=inferred.prefix,
        postfix=inferred.postfix,
        suffix="always" if inferred.suffix_known else "auto",
        layout="russian" if inferred.russian_layout else "us",
        idle_ms=max(least_idle_ms, round(inferred.idle_s * 1000)),
    )


def _where(path: str, speed: int, ports: Sequence[Port], wanted: type[Named]) -> dict[str, Any]:
    if wanted is TcpScannerSettings:
        host, _, number = path.rpartition(":")
        return {"host": host, "tcp_port": int(number)}
    match = match_of(path, ports)
    baud = {"baud": speed} if wanted is SerialScannerSettings else {}
    return {"port": "" if match else path, "match": match, **baud}


def match_of(path: str, ports: Sequence[Port]) -> Match | None:
    """What this port and no other of its bus fits; None where nothing tells it apart."""
    port = next((each for each in ports if each.path == os.path.realpath(path)), None)
    if port is None:
        return None
    tried = (
        {"vid": port.vid, "pid": port.pid},
        {"vid": port.vid, "pid": port.pid, "serial": port.serial},
        {"by_id": port.by_id},
    )
    for each in tried:
        if all(each.values()):
            match = Match(**each)
            if [other.path for other in ports if other.bus == port.bus and fits(other, match)] == [port.path]:
                return match
    return None


def free_id(taken: set[str]) -> str:
    names = ("scanner", *(f"scanner{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def table_text(settings: Named) -> str:
    """The TOML of a `[[device]]`."""
    defaults = defaults_of(type(settings))
    driver = next(name for name, each in TYPES.items() if each is type(settings))
    given = {name: getattr(settings, name) for name in SHOWN if getattr(settings, name, None) != defaults.get(name)}
    lines = ["[[device]]", 'kind = "scanner"', f'driver = "{driver}"']
    lines += [f"{name} = {_value(value)}" for name, value in given.items()]
    return "\n".join(lines) + "\n"


def defaults_of(settings: type[ScannerSettings]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(settings)}


def _value(value: str | int | Match) -> str:
    if isinstance(value, Match):
        inner = ", ".join(f"{name} = {_value(each)}" for name, each in value.given.items())
        return f"{{ {inner} }}"
    # A JSON string is a TOML string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
