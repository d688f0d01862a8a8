"""devices.toml: what it names, and every mistake of it at once."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from devices.driver import DeviceSettings, Driver, ScannerSettings, SerialScannerSettings
from devices.ports import Match, Port, find_port, fits
from loyalty.errors import BadDevices, BadInput, KopilkaError
from terminal import device_file
from terminal.device_file import FILE, MOST_BYTES, MOST_DEVICES, Configured, read_devices
from terminal.registers import AtolSettings, ShtrihSettings

SCANNER = '[[device]]\nkind = "scanner"\ndriver = "serial"\n'
REGISTER = '[[device]]\nkind = "fiscal"\ndriver = "shtrih"\n'
ONE = Port("/dev/ttyACM0", "0c2e", "0b61", "A1", "usb-Honeywell_1900-if00", "Xenon")
OTHER = Port("/dev/ttyUSB0", "067b", "2303", "", "usb-Prolific-if00-port0")


def reading(folder: Path, text: str) -> tuple[Configured, ...]:
    (folder / FILE).write_text(text, "utf-8")
    return read_devices(folder)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadDevices) as told:
        reading(folder, text)
    return [str(problem) for problem in told.value.problems]


def test_without_a_file_there_are_no_devices(tmp_path: Path) -> None:
    assert read_devices(tmp_path) == ()


def test_scanners_and_a_register_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = f"""
{SCANNER}id = "front"
match = {{ vid = "0c2e", by_id = "usb-Honeywell*" }}
suffix = "always"
{SCANNER}id = "back"
port = "/dev/ttyS0"
baud = 115200
{REGISTER}host = "10.0.0.7"
"""
    front, back, register = reading(tmp_path, text)
    assert front.settings == SerialScannerSettings(
        id="front", match=Match(vid="0c2e", by_id="usb-Honeywell*"), suffix="always"
    )
    assert back.settings == SerialScannerSettings(id="back", port="/dev/ttyS0", baud=115_200)
    assert register.settings == ShtrihSettings(id="fiscal", host="10.0.0.7")
    assert [each.place for each in (front, back, register)] == [
        "vid=0c2e by_id=usb-Honeywell*",
        "/dev/ttyS0",
        "10.0.0.7:7778",
    ]
    assert [each.at for each in (front, back, register)] == ["device[1]", "device[2]", "device[3]"]


def test_a_register_of_atol_has_an_address_and_is_at_home_without_one(tmp_path: Path) -> None:
    atol = '[[device]]\nkind = "fiscal"\ndriver = "atol"\n'
    (here,) = reading(tmp_path, atol)
    assert here.settings == AtolSettings(id="fiscal", url="http://127.0.0.1:16732")
    (there,) = reading(tmp_path, f'{atol}url = "https://till-2:16732"\nlogin = "a"\npassword = "b"\n')
    assert (there.settings, there.place) == (
        AtolSettings(id="fiscal", url="https://till-2:16732", login="a", password="b"),
        "https://till-2:16732",
    )
    for bad in ("till-2:16732", "http://", "http://[", "ftp://till-2"):
        assert mistakes(tmp_path, f'{atol}url = "{bad}"\n')


def test_every_mistake_is_told_at_once_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    text = f"""
colour = "red"
{SCANNER}port = "/dev/ttyS0"
bauds = 9600
baud = "fast"
match = {{ vid = 7 }}
[[device]]
kind = "scaner"
[[device]]
kind = "fiscal"
driver = "atoll"
{REGISTER}
"""
    told = mistakes(tmp_path, text)
    assert told[0] == "colour: is not known; write [[device]]"
    assert "device[1].bauds: is not known; write baud" in told
    assert "device[1].baud: expected `int`, got `str`; see docs/DEVICES.md" in told
    assert "device[1].match.vid: expected `str`, got `int`; see docs/DEVICES.md" in told
    assert any(each.startswith("device[2].kind: is 'scaner'; write one of scanner, ") for each in told)
    assert any(each.startswith("device[3].driver: is 'atoll'; write one of ") for each in told)
    assert "device[4]: needs port or match or host, one of them; see docs/DEVICES.md" in told
    assert len(told) == 7


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SCANNER, "device[1]: needs port or match, one of them"),
        (f'{SCANNER}port = "a"\nmatch = {{ vid = "1" }}', "device[1]: needs port or match, one of them"),
        (f"{SCANNER}match = {{}}", "device[1].match: match needs vid, pid, serial or by_id"),
        (f'{SCANNER}port = "a"\n{SCANNER}port = "b"', "device[2].id: is 'scanner'; device[1] has it"),
        (f'{REGISTER}port = "a"\n{REGISTER}id = "b"\nhost = "b"', "device[2].kind: is 'fiscal'; a till has one"),
        (f'{SCANNER}port = "a"\nidle_ms = 29', "device[1].idle_ms: expected `int` >= 30"),
        ("device = 7", "device: is not a list of tables; write [[device]]"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, text: str, what: str) -> None:
    (told,) = mistakes(tmp_path, text)
    assert told.startswith(what)


def test_a_till_has_so_many_devices_and_no_more(tmp_path: Path) -> None:
    many = [f'{SCANNER}id = "s{number}"\nport = "a"\n' for number in range(MOST_DEVICES + 1)]
    assert len(reading(tmp_path, "".join(many[:-1]))) == MOST_DEVICES
    assert mistakes(tmp_path, "".join(many)) == ["device: are 17; name 16 at most"]


def test_a_file_up_to_its_limit_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    text = f'{SCANNER}port = "a"\n#'
    assert len(reading(tmp_path, text.ljust(MOST_BYTES, "x"))) == 1
    with pytest.raises(BadInput) as told:
        reading(tmp_path, text.ljust(MOST_BYTES + 1, "x"))
    assert told.value.code == "file.large"


@pytest.mark.parametrize(("raw", "code"), [(b"[[device", "devices.toml"), (b"\xff", "file.not_text")])
def test_what_is_not_toml_is_refused(tmp_path: Path, raw: bytes, code: str) -> None:
    (tmp_path / FILE).write_bytes(raw)
    with pytest.raises(KopilkaError) as told:
        read_devices(tmp_path)
    assert told.value.code == code


class AcmeSettings(ScannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    gate: int


ACME = Driver(AcmeSettings, lambda info, settings, on_quiet: None)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a package's entry point `scanner.acme` be there."""

    def install(value: str) -> None:
        point = EntryPoint("scanner.acme", value, "kopilka.devices")
        monkeypatch.setattr(device_file, "_brought", lambda: {"scanner.acme": point})

    return install


def test_a_driver_of_another_package_is_found_with_its_own_keys(
    tmp_path: Path, installed: Callable[[str], None]
) -> None:
    text = '[[device]]\nkind = "scanner"\ndriver = "acme"\n'
    assert mistakes(tmp_path, text) == [
        "device[1].driver: is 'acme'; write one of camera, evdev, hidpos, serial, tcp, or install the package that "
        "brings it"
    ]
    installed("tests.unit.test_device_file:ACME")
    (found,) = reading(tmp_path, f"{text}gate = 4")
    assert found.settings.id == "scanner"
    assert getattr(found.settings, "gate") == 4  # noqa: B009
    assert mistakes(tmp_path, text) == ["device[1].gate: is missing; write it"]


@pytest.mark.parametrize("value", ["no_such_package:DRIVER", "tests.unit.test_device_file:ONE"])
def test_a_package_that_does_not_load_is_named(tmp_path: Path, installed: Callable[[str], None], value: str) -> None:
    installed(value)
    with pytest.raises(BadInput) as told:
        reading(tmp_path, '[[device]]\nkind = "scanner"\ndriver = "acme"\n')
    assert (told.value.code, told.value.said.args["name"]) == ("devices.driver", "scanner.acme")


@pytest.mark.parametrize(
    ("match", "found"),
    [
        (Match(vid="0C2E"), True),
        (Match(vid="0c2e", pid="0b6?", serial="A1"), True),
        (Match(by_id="usb-honeywell*"), True),
        (Match(vid="0c2e", pid="0b62"), False),
        (Match(serial="A"), False),
    ],
)
def test_a_port_fits_by_every_name_that_is_given(match: Match, found: bool) -> None:
    assert fits(ONE, match) is found


def test_a_device_is_found_where_it_is_now_and_never_guessed() -> None:
    assert find_port(Match(vid="067b"), lambda: (ONE, OTHER)) == "/dev/ttyUSB0"
    with pytest.raises(FileNotFoundError):
        find_port(Match(vid="ffff"), lambda: (ONE, OTHER))
    with pytest.raises(OSError, match="fits /dev/ttyACM0, /dev/ttyUSB0"):
        find_port(Match(by_id="usb-*"), lambda: (ONE, OTHER))


def test_settings_of_a_driver_are_those_of_its_kind_and_more() -> None:
    assert issubclass(SerialScannerSettings, ScannerSettings)
    assert issubclass(ShtrihSettings, DeviceSettings)
