"""HID devices, keyboards and cameras of this machine, as the kernel lists them under /sys/class; ports of any bus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from devices import ports
from devices.ports import INPUT_BY_ID, VIDEO_BY_ID, Bus, Port, by_ids

HIDRAW = Path("/sys/class/hidraw")
INPUT = Path("/sys/class/input")
VIDEO = Path("/sys/class/video4linux")
BARCODE_SCANNER = (0x8C, 0x02)
"""Usage page and usage of a bar code scanner: USB HID Point of Sale Usage Tables 1.02, 3."""
TYPING_KEYS = (1 << 2) | (1 << 28) | (1 << 30)
"""KEY_1, KEY_ENTER and KEY_A: what has these is a keyboard, and no button or remote control."""
USAGE_PAGE, USAGE, COLLECTION, LONG_ITEM = 0x04, 0x08, 0xA0, 0xFE


def list_bus(bus: Bus) -> tuple[Port, ...]:
    """The ports of one bus, by path."""
    if bus == "hidraw":
        return list_hid_scanners()
    if bus == "video":
        return list_cameras()
    return list_keyboards() if bus == "evdev" else ports.list_ports()


def all_ports() -> tuple[Port, ...]:
    """Serial ports, then HID-POS scanners, then keyboards, then cameras."""
    return (*ports.list_ports(), *list_hid_scanners(), *list_keyboards(), *list_cameras())


def list_hid_scanners(folder: Path = HIDRAW) -> tuple[Port, ...]:
    """The HID devices whose report descriptor says that they are bar code scanners."""
    return tuple(_hid_port(each) for each in _entries(folder, "hidraw*") if _is_scanner(each))


def _is_scanner(entry: Path) -> bool:
    try:
        descriptor = (entry / "device" / "report_descriptor").read_bytes()
    except OSError:
        # It was unplugged between being listed and being read.
        return False
    return BARCODE_SCANNER in applications(descriptor)


def _hid_port(entry: Path) -> Port:
    told = dict(line.split("=", 1) for line in _text(entry / "device" / "uevent").splitlines() if "=" in line)
    ids = told.get("HID_ID", "").split(":")
    vid, pid = (ids[1][-4:].lower(), ids[2][-4:].lower()) if len(ids) == 3 else ("", "")
    path, name = f"/dev/{entry.name}", told.get("HID_NAME", "")
    return Port(path, vid, pid, told.get("HID_UNIQ", ""), description=name, bus="hidraw")


def list_keyboards(folder: Path = INPUT, names: Path = INPUT_BY_ID) -> tuple[Port, ...]:
    """The input devices that type; a scanner in keyboard mode is one of them."""
    found = by_ids(names)
    return tuple(_keyboard(each, found) for each in _entries(folder, "event*") if _types(each))


def _types(entry: Path) -> bool:
    words = _text(entry / "device" / "capabilities" / "key").split()
    # The last word holds the lowest keys.
    return bool(words) and int(words[-1], 16) & TYPING_KEYS == TYPING_KEYS


def _keyboard(entry: Path, names: dict[str, str]) -> Port:
    about, path = entry / "device", f"/dev/input/{entry.name}"
    vid, pid = _text(about / "id" / "vendor"), _text(about / "id" / "product")
    return Port(path, vid, pid, _text(about / "uniq"), names.get(path, ""), _text(about / "name"), "evdev")


def list_cameras(folder: Path = VIDEO, names: Path = VIDEO_BY_ID) -> tuple[Port, ...]:
    """The cameras, each by the first of its files: the others of a USB camera give no picture."""
    found = by_ids(names)
    return tuple(_camera(each, found) for each in _entries(folder, "video*") if _text(each / "index") in ("", "0"))


def _camera(entry: Path, names: dict[str, str]) -> Port:
    path, usb = f"/dev/{entry.name}", entry / "device" / ".."
    vid, pid, serial = (_text(usb / name) for name in ("idVendor", "idProduct", "serial"))
    return Port(path, vid, pid, serial, names.get(path, ""), _text(entry / "name"), "video")


def applications(descriptor: bytes) -> set[tuple[int, int]]:
    """Usage page and usage of each collection of a report descriptor (Device Class Definition for HID 1.11, 6.2.2)."""
    page, usage, found = 0, 0, set()
    for tag, value in _items(descriptor):
        if tag == USAGE_PAGE:
            page = value
        elif tag == USAGE:
            usage = value
        elif tag == COLLECTION:
            found.add((usage >> 16 or page, usage & 0xFFFF))
    return found


def _items(descriptor: bytes) -> Iterator[tuple[int, int]]:
    """Tag and value of each item; one that is cut off ends it."""
    place = 0
    while place < len(descriptor):
        head = descriptor[place]
        if head == LONG_ITEM:
            place += 3 + (descriptor[place + 1] if place + 1 < len(descriptor) else 0)
            continue
        size = (0, 1, 2, 4)[head & 3]
        yield head & 0xFC, int.from_bytes(descriptor[place + 1 : place + 1 + size], "little")
        place += 1 + size


def _entries(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern), key=lambda entry: (len(entry.name), entry.name))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        # Not every device has every attribute, and one may go while it is read.
        return ""
