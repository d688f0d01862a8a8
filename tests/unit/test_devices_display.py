"""Customers' displays: the bytes of each language, a line that goes and comes back, and settings that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.display.commands import cd5220_text, epson_text
from devices.display.display import TextDisplay
from devices.errors import DeviceError
from devices.model import DeviceEvent, DeviceInfo, Health, StatusUpdate
from devices.virtual.display import VirtualDisplay
from loyalty.errors import BadDevices
from terminal.device_file import FILE, read_devices

INFO = DeviceInfo("display", "display", "CD5220", "memory")
LINES = ("Ёж 1", "ИТОГО 2")


def test_cd5220_is_told_a_line_of_twenty_bytes_each_after_the_font_of_russia() -> None:
    upper = b"\xf0\xa6 1" + b" " * 16
    lower = b"\x88\x92\x8e\x83\x8e 2" + b" " * 13
    assert cd5220_text(LINES, "cp866", None) == b"\x1bcR\x1bQA" + upper + b"\r\x1bQB" + lower + b"\r"


def test_a_line_that_is_too_long_is_cut_and_lines_that_are_too_many_are_left_out() -> None:
    told = cd5220_text(("1234567890" * 2 + "x", "b", "c"), "cp866", None)
    assert told == b"\x1bcR\x1bQA12345678901234567890\r\x1bQBb" + b" " * 19 + b"\r"


def test_an_epson_display_is_chosen_given_its_table_and_written_over_from_the_first_place_of_each_line() -> None:
    upper = b"\xa8\xe6 1" + b" " * 16
    lower = b"\xc8\xd2\xce\xc3\xce 2" + b" " * 13
    said = epson_text(LINES, "cp1251", None)
    assert said == b"\x1b=\x02\x1bt\x2e\x1f$\x01\x01" + upper + b"\x1f$\x01\x02" + lower


@pytest.mark.parametrize("told", [cd5220_text, epson_text])
def test_a_table_of_the_display_s_own_number_is_chosen_by_it(told: object) -> None:
    assert b"\x1bt\x06" in told(LINES, "cp866", 6)  # type: ignore[operator]
    assert b"\x1bcR" not in told(LINES, "cp866", 6)  # type: ignore[operator]


@pytest.mark.parametrize("told", [cd5220_text, epson_text])
@given(lines=st.lists(st.text(max_size=40), max_size=3), cut=st.integers(0, 80))
def test_whatever_the_text_two_lines_of_twenty_signs_stand_there_and_commands_in_it_do_nothing(
    told: object, lines: list[str], cut: int
) -> None:
    device = VirtualDisplay()
    raw: bytes = told(lines, "cp866", None)  # type: ignore[operator]
    device.receive(raw[:cut])
    device.receive(raw[cut:])
    device.receive(told(["Чай", "ok"], "cp866", None))  # type: ignore[operator]
    assert device.lines == ("Чай", "ok")
    assert all(len(line) <= 20 for shown in device.shown for line in shown)


class Wire:
    """To a virtual display, until it is cut."""

    def __init__(self, device: VirtualDisplay) -> None:
        self.device = device
        self.cut = False
        self.closed = 0

    def send(self, raw: bytes) -> None:
        if self.cut:
            raise BrokenPipeError
        self.device.receive(raw)

    def receive(self, wait_s: float) -> bytes:
        return b""

    def close(self) -> None:
        self.closed += 1


def test_a_line_that_was_lost_is_opened_anew_and_told_of_once_each_way() -> None:
    device = VirtualDisplay()
    wires: list[Wire] = []

    def connect() -> Wire:
        wires.append(Wire(device))
        return wires[-1]

    told: list[DeviceEvent] = []
    display = TextDisplay(INFO, connect, lambda lines: cd5220_text(lines, "cp866", None))
    display.open(told.append)
    display.display_text(("один",))
    display.display_text(("два",))
    assert len(wires) == 1
    wires[0].cut = True
    for _ in range(2):
        with pytest.raises(DeviceError) as caught:
            display.display_text(("три",))
        assert caught.value.code == "offline"
        wires[-1].cut = True
        if len(wires) == 1:
            device.power_off()
            display._connect = _refused
    assert wires[0].closed == 1
    device.power_on()
    display._connect = connect
    display.display_text(("три",))
    assert device.lines == ("три", "")
    assert [event.health for event in told if isinstance(event, StatusUpdate)] == [
        Health.ENABLED, Health.OFFLINE, Health.ENABLED,
    ]  # fmt: skip


def _refused() -> Wire:
    raise FileNotFoundError


def test_a_display_that_lost_its_power_shows_the_next_text_in_cyrillic() -> None:
    device = VirtualDisplay()
    display = TextDisplay(INFO, lambda: Wire(device), lambda lines: cd5220_text(lines, "cp866", None))
    display.open(lambda event: None)
    display.display_text(("Чай",))
    device.power_off()
    device.power_on()
    assert device.lines == ("", "")
    display.display_text(("Чай",))
    assert device.lines == ("Чай", "")


@pytest.mark.parametrize(
    ("keys", "place", "why"),
    [
        ('host = "x"\nport = "/dev/ttyS0"', "device[1]", "needs port or match or host or file"),
        ("", "device[1]", "needs port or match or host or file"),
        ('host = "x"\ngreeting = "123456789012345678901"', "device[1]", "2 lines of 20 signs"),
        ('host = "x"\ngreeting = "1\\n2\\n3"', "device[1]", "2 lines of 20 signs"),
        ('host = "x"\ncode_table = 256', "device[1].code_table", "255"),
        ('host = "x"\nencoding = "koi8-r"', "device[1].encoding", "koi8-r"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_with_their_place(tmp_path: Path, keys: str, place: str, why: str) -> None:
    (tmp_path / FILE).write_text(f'[[device]]\nkind = "display"\ndriver = "cd5220"\n{keys}\n')
    with pytest.raises(BadDevices) as caught:
        read_devices(tmp_path)
    (problem,) = caught.value.problems
    assert problem.path == place
    assert why in problem.what


def test_a_till_has_one_display(tmp_path: Path) -> None:
    table = '[[device]]\nkind = "display"\ndriver = "{}"\nid = "{}"\nhost = "x"\n'
    (tmp_path / FILE).write_text(table.format("cd5220", "a") + table.format("epson", "b"))
    with pytest.raises(BadDevices) as caught:
        read_devices(tmp_path)
    assert [problem.path for problem in caught.value.problems] == ["device[2].kind"]


def test_a_greeting_of_two_full_lines_and_either_driver_are_taken(tmp_path: Path) -> None:
    greeting = "1234567890" * 2 + "\\n" + "абвгдежзик" * 2
    for driver in ("cd5220", "epson"):
        text = f'[[device]]\nkind = "display"\ndriver = "{driver}"\nhost = "x"\ngreeting = "{greeting}"\n'
        (tmp_path / FILE).write_text(text)
        (device,) = read_devices(tmp_path)
        assert device.settings.id == "display"
        assert device.place == "x:9100"
