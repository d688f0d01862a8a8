"""`devices.toml` of a till's folder: the scanners, printers, displays and registers it names, each with its driver.

Every mistake is told at once, with its place, what is wrong and what to write. Nothing is opened here.
"""

from __future__ import annotations

import difflib
import importlib
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec

from devices.driver import GROUP, DeviceSettings, Driver, ScannerSettings
from devices.model import DeviceInfo
from devices.protocols import Scanner
from loyalty.errors import BadDevices, BadInput, Problem
from loyalty.sentences import sentence
from terminal.offline_queue.disk import write_whole

FILE = "devices.toml"
MOST_BYTES = 64 * 1024
MOST_DEVICES = 16
FILE_MODE = 0o644
MOST_WHY = 200
KINDS = ("scanner", "printer", "display", "fiscal", "payment")
AT_MOST_ONE = frozenset({"printer", "display", "fiscal", "payment"})
BUILT_IN = {
    "scanner.serial": "devices.scanners:SERIAL",
    "scanner.tcp": "devices.scanners:TCP",
    "scanner.hidpos": "devices.scanners:HID_POS",
    "scanner.evdev": "devices.scanners:KEYBOARD",
    "scanner.camera": "terminal.scanner.camera_driver:CAMERA",
    "printer.escpos": "devices.printers:ESCPOS",
    "display.cd5220": "devices.displays:CD5220",
    "display.epson": "devices.displays:EPSON",
    "fiscal.shtrih": "terminal.registers:SHTRIH",
    "fiscal.atol": "terminal.registers:ATOL",
    "payment.manual": "devices.payments:MANUAL",
    "payment.virtual": "devices.payments:VIRTUAL",
}
OWN_KEYS = ("kind", "driver")
SENTENCES = {
    "devices.bad": (
        "{file}: {count:ошибка|ошибки|ошибок}, касса не запустится",
        "{file}: {count:mistake|mistakes}, the till does not start",
    ),
    "devices.toml": ("{file} — не TOML: {why}", "{file} is not TOML: {why}"),
    "devices.hint": ("Что в нём может стоять, сказано в docs/DEVICES.md", "docs/DEVICES.md says what may stand in it"),
    "devices.driver": ("Драйвер {name} не загружается: {why}", "Driver {name} does not load: {why}"),
    "devices.make": ("Драйвер {name} не запускается: {why}", "Driver {name} does not start: {why}"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Configured:
    """One `[[device]]`: `settings` is of its driver's own type, `at` its place in the file as in `device[2]`."""

    kind: str
    driver: str
    settings: DeviceSettings
    made_by: Driver
    at: str

    @property
    def make(self) -> Any:
        """The driver's way of bringing the device to life (devices.driver); a scanner of any driver is traced here, but
        for a camera, whose trace is a video."""
        make = partial(_made, f"{self.kind}.{self.driver}", self.made_by.make)
        if isinstance(self.settings, ScannerSettings) and self.settings.trace and self.made_by.bus != "video":
            return partial(_traced, make, self.settings.trace)
        return make

    @property
    def place(self) -> str:
        """Where it is attached, for people; of those behind one serial server each has its own port."""
        host, number = getattr(self.settings, "host", ""), getattr(self.settings, "tcp_port", None)
        if host and number:
            return f"{host}:{number}"
        found = (getattr(self.settings, key, None) for key in ("port", "match", "host", "file", "url"))
        return str(next((each for each in found if each), self.settings.id))


def _made(name: str, make: Callable[..., Any], *given: object) -> Any:
    """Raises BadInput where the driver fails at it."""
    try:
        return make(*given)
    except Exception as error:  # another's package may fail in any way; the till says which one and how
        raise BadInput(sentence("devices.make", name=name, why=repr(error)[:MOST_WHY])) from error


def _traced(make: Callable[..., Scanner], path: str, info: DeviceInfo, *given: object) -> Scanner:
    from devices.transport.trace import Trace
    from devices.transport.traced import TracedScanner

    return TracedScanner(make(info, *given), Trace(Path(path), info.id, info.kind))


def read_devices(folder: Path) -> tuple[Configured, ...]:
    """What the file names, in its order; nothing where there is no file. Raises BadInput, BadDevices: all mistakes."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ()
    if len(raw) > MOST_BYTES:
        raise BadInput(sentence("file.large", name=FILE, limit=MOST_BYTES))
    try:
        document = tomllib.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise BadInput(sentence("file.not_text", name=FILE), sentence("file.not_text.hint")) from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(sentence("devices.toml", file=FILE, why=str(error)), sentence("devices.hint")) from error
    return tuple(_in_folder(each, folder) for each in configured(document))


def _in_folder(device: Configured, folder: Path) -> Configured:
    """A trace is of the till's folder, wherever the till was started."""
    path: str = getattr(device.settings, "trace", "")
    if not path:
        return device
    return replace(device, settings=msgspec.structs.replace(device.settings, trace=str(folder / path)))


def untraced(device: Configured) -> Configured:
    """The same device, of which no trace is kept: what only looks at it leaves the till's own trace as it is."""
    if not getattr(device.settings, "trace", ""):
        return device
    return replace(device, settings=msgspec.structs.replace(device.settings, trace=""))


def configured(document: dict[str, Any]) -> tuple[Configured, ...]:
    """Raises BadDevices: all mistakes."""
    problems = [Problem(key, "is not known", "write [[device]]") for key in document if key != "device"]
    tables = document.get("device", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        problems.append(Problem("device", "is not a list of tables", "write [[device]], once for each device"))
        tables = []
    if len(tables) > MOST_DEVICES:
        problems.append(Problem("device", f"are {len(tables)}", f"name {MOST_DEVICES} at most"))
    found = [
        each for place, table in enumerate(tables[:MOST_DEVICES], 1)
        if (each := _read_one(table, f"device[{place}]", problems)) is not None
    ]  # fmt: skip
    problems += _together(found)
    if problems:
        raise BadDevices(FILE, tuple(problems))
    return tuple(found)


def _read_one(table: dict[str, Any], at: str, problems: list[Problem]) -> Configured | None:
    kind, name = table.get("kind"), table.get("driver")
    if kind not in KINDS:
        problems.append(Problem(f"{at}.kind", _is(kind), f"write one of {', '.join(KINDS)}"))
        return None
    known = driver_names(str(kind))
    if name not in known:
        mend = f"write one of {', '.join(known)}, or install the package that brings it"
        problems.append(Problem(f"{at}.driver", _is(name), mend))
        return None
    driver = find_driver(f"{kind}.{name}")
    values = {"id": str(kind)} | {key: value for key, value in table.items() if key not in OWN_KEYS}
    mistakes = [Problem(f"{at}{path}", what, mend) for path, what, mend in _mistakes(driver.settings, values)]
    problems += mistakes
    if mistakes:
        return None
    try:
        settings = msgspec.convert(values, driver.settings)
    except msgspec.ValidationError as error:
        problems.append(Problem(at, str(error), "see docs/DEVICES.md"))
        return None
    return Configured(str(kind), str(name), settings, driver, at)


def _mistakes(wanted: type[DeviceSettings], values: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Path, what is wrong, how to mend it, of every key by itself."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1)
            yield f".{key}", "is not known", f"write {near[0]}" if near else f"known are {', '.join(fields)}"
            continue
        try:
            msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError as error:
            what, _, inner = str(error).partition(" - at `$")
            yield f".{key}{inner.rstrip('`')}", what[:1].lower() + what[1:], "see docs/DEVICES.md"
    for key, field in fields.items():
        if field.required and key not in values:
            yield f".{key}", "is missing", "write it"


def _together(found: Iterable[Configured]) -> Iterator[Problem]:
    """What is wrong only beside the others."""
    ids: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for each in found:
        if each.settings.id in ids:
            mend = f"{ids[each.settings.id]} has it: give each an id of its own"
            yield Problem(f"{each.at}.id", _is(each.settings.id), mend)
        if each.kind in AT_MOST_ONE and each.kind in kinds:
            yield Problem(f"{each.at}.kind", _is(each.kind), f"a till has one, and that is {kinds[each.kind]}")
        ids.setdefault(each.settings.id, each.at)
        kinds.setdefault(each.kind, each.at)


def _is(value: object) -> str:
    return "is missing" if value is None else f"is {str(value)[:64]!r}"


def driver_names(kind: str) -> list[str]:
    """The drivers of a kind: the till's own, and those of installed packages."""
    names = {*BUILT_IN, *_brought()}
    return sorted(name.partition(".")[2] for name in names if name.startswith(f"{kind}."))


def find_driver(name: str) -> Driver:
    """The driver `KIND.NAME`. Raises BadInput where its package does not load or brings no Driver."""
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        found = getattr(importlib.import_module(module), attribute)
    else:
        try:
            found = _brought()[name].load()
        except Exception as error:  # another's package may fail in any way; the till says which one and how
            raise BadInput(sentence("devices.driver", name=name, why=repr(error))) from error
    if not isinstance(found, Driver) or not issubclass(found.settings, DeviceSettings):
        raise BadInput(sentence("devices.driver", name=name, why="it is no devices.driver.Driver"))
    return found


@cache
def _brought() -> dict[str, Any]:
    """Name -> entry point of every driver that another package brings."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


def with_device(folder: Path, text: str) -> None:
    """Add a `[[device]]` to the file, whole or not at all. Raises BadDevices where it does not go with the rest."""
    path = folder / FILE
    before = path.read_text("utf-8") if path.exists() else ""
    after = f"{before.rstrip()}\n\n{text}".lstrip()
    configured(tomllib.loads(after))
    write_whole(path, after.encode(), FILE_MODE)
