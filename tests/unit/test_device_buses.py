"""HID-POS scanners and keyboards as the kernel lists them, made up as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.buses import applications, list_hid_scanners, list_keyboards
from devices.ports import Match, Port, fits

SCANNER = bytes.fromhex("058c 0902 a101 0912 a102 8502 150026ff00 7508 9501 053b 093b 8102 c0 c0")
"""Usage page bar code scanner, usage bar code scanner, an application collection with a scanned data report in it."""
KEYBOARD = bytes.fromhex("0501 0906 a101 0507 19e0 29e7 1500 2501 7501 9508 8102 c0")


def hid(folder: Path, name: str, descriptor: bytes, uevent: str) -> None:
    device = folder / name / "device"
    device.mkdir(parents=True)
    (device / "report_descriptor").write_bytes(descriptor)
    (device / "uevent").write_text(uevent)


def test_an_hid_device_is_a_scanner_if_its_descriptor_says_so(tmp_path: Path) -> None:
    told = "DRIVER=hid-generic\nHID_ID=0003:00000C2E:00000B8F\nHID_NAME=Honeywell Voyager\nHID_UNIQ=A17\n"
    hid(tmp_path, "hidraw10", SCANNER, told)
    hid(tmp_path, "hidraw2", KEYBOARD, "HID_ID=0003:0000046D:0000C31C\n")
    hid(tmp_path, "hidraw3", SCANNER, "")
    (tmp_path / "hidraw4").mkdir()
    assert list_hid_scanners(tmp_path) == (
        Port("/dev/hidraw3", bus="hidraw"),
        Port("/dev/hidraw10", "0c2e", "0b8f", "A17", description="Honeywell Voyager", bus="hidraw"),
    )
    assert fits(list_hid_scanners(tmp_path)[1], Match(vid="0C2E", serial="A*"))
    assert list_hid_scanners(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("descriptor", "found"),
    [
        (SCANNER, {(0x8C, 2), (0x8C, 0x12)}),
        (KEYBOARD, {(1, 6)}),
        (bytes.fromhex("0b02008c00 a101 c0"), {(0x8C, 2)}),
        (bytes.fromhex("fe0299aabb 058c 0902 a101"), {(0x8C, 2)}),
        (b"", set()),
        (b"\xfe", set()),
        (b"\x05", set()),
    ],
    ids=["scanner", "keyboard", "page within the usage", "after a long item", "empty", "cut long item", "cut item"],
)
def test_a_report_descriptor_names_its_applications(descriptor: bytes, found: set[tuple[int, int]]) -> None:
    assert applications(descriptor) == found


def test_what_has_letters_digits_and_enter_is_a_keyboard(tmp_path: Path) -> None:
    for name, keys in (("event3", "1000000000007 ff800000000007ff febeffdff3cfffff fffffffffffffffe"), ("event4", "4"),
                       ("event5", "")):  # fmt: skip
        device = tmp_path / "input" / name / "device"
        (device / "id").mkdir(parents=True)
        (device / "capabilities").mkdir()
        (device / "capabilities" / "key").write_text(keys + "\n")
        for part, text in (("id/vendor", "05e0"), ("id/product", "1200"), ("name", "Symbol Scanner"), ("uniq", "")):
            (device / part).write_text(text + "\n")
    assert list_keyboards(tmp_path / "input", tmp_path / "none") == (
        Port("/dev/input/event3", "05e0", "1200", "", "", "Symbol Scanner", "evdev"),
    )


def test_the_name_that_survives_replugging_is_that_of_its_bus() -> None:
    assert Port("/dev/input/event3", by_id="usb-S-event-kbd", bus="evdev").best_path == (
        "/dev/input/by-id/usb-S-event-kbd"
    )
    assert Port("/dev/hidraw3", "0c2e", bus="hidraw").best_path == "/dev/hidraw3"
