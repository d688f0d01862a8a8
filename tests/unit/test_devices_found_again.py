"""A device comes back under another number of its port: found by what it is, never another in its place."""

from __future__ import annotations

import errno

import pytest

from devices.ports import Match, Port, PortFinder

FRONT = Port("/dev/ttyACM0", "0c2e", "0b61", "F-1")
BACK = Port("/dev/ttyACM1", "0c2e", "0b61", "B-2")
CHEAP = Port("/dev/ttyUSB0", "1a86", "7523")


class Machine:
    """A machine whose ports change."""

    def __init__(self, *ports: Port) -> None:
        self.ports = ports

    def finder(self, path: str, match: Match | None = None) -> PortFinder:
        return PortFinder(path, match, lambda: self.ports)


def renumbered(port: Port, path: str) -> Port:
    return Port(path, port.vid, port.pid, port.serial)


def test_a_port_named_by_its_path_is_found_under_another_number() -> None:
    machine = Machine(FRONT, BACK)
    finder = machine.finder("/dev/ttyACM0")
    assert finder.find() == "/dev/ttyACM0"
    machine.ports = (BACK, renumbered(FRONT, "/dev/ttyACM2"))
    assert finder.find() == "/dev/ttyACM2"


def test_two_devices_that_changed_their_numbers_are_not_taken_for_one_another() -> None:
    machine = Machine(FRONT, BACK)
    front, back = machine.finder("/dev/ttyACM0"), machine.finder("/dev/ttyACM1")
    front.find(), back.find()
    machine.ports = (renumbered(BACK, "/dev/ttyACM0"), renumbered(FRONT, "/dev/ttyACM1"))
    assert (front.find(), back.find()) == ("/dev/ttyACM1", "/dev/ttyACM0")


def test_while_it_is_away_its_own_path_is_what_is_tried() -> None:
    machine = Machine(FRONT)
    finder = machine.finder("/dev/ttyACM0")
    finder.find()
    machine.ports = ()
    assert finder.find() == "/dev/ttyACM0"
    machine.ports = (renumbered(FRONT, "/dev/ttyACM7"),)
    assert finder.find() == "/dev/ttyACM7"


def test_another_device_put_in_its_place_is_taken_and_known_from_then_on() -> None:
    spare = Port("/dev/ttyACM0", "0c2e", "0b61", "S-9")
    machine = Machine(FRONT)
    finder = machine.finder("/dev/ttyACM0")
    finder.find()
    machine.ports = (spare,)
    assert finder.find() == "/dev/ttyACM0"
    machine.ports = (renumbered(spare, "/dev/ttyACM3"), renumbered(FRONT, "/dev/ttyACM4"))
    assert finder.find() == "/dev/ttyACM3"


def test_a_port_without_a_serial_number_is_only_ever_its_path() -> None:
    machine = Machine(CHEAP)
    finder = machine.finder("/dev/ttyUSB0")
    finder.find()
    machine.ports = (renumbered(CHEAP, "/dev/ttyUSB1"),)
    assert finder.find() == "/dev/ttyUSB0"


def test_a_match_decides_whatever_the_path_and_two_that_fit_are_none() -> None:
    machine = Machine(FRONT, BACK)
    finder = machine.finder("", Match(serial="F-*"))
    machine.ports = (renumbered(FRONT, "/dev/ttyACM5"), BACK)
    assert finder.find() == "/dev/ttyACM5"
    machine.ports = (FRONT, renumbered(FRONT, "/dev/ttyACM5"))
    with pytest.raises(OSError, match="fits") as several:
        finder.find()
    assert several.value.errno == errno.ENOTUNIQ
    machine.ports = (BACK,)
    with pytest.raises(FileNotFoundError):
        finder.find()
