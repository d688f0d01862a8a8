"""What every customer's display must do, in each language and over each way to reach one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from devices.displays import TextDisplaySettings, cd5220, epson
from devices.errors import DeviceError
from devices.model import Health
from devices.protocols import LineDisplay
from devices.virtual.served import on_pty, on_tcp
from tests.support.seen_display import SOON_S, Seen


@dataclass
class Rig:
    display: LineDisplay
    device: Seen


@pytest.fixture(params=["cd5220", "epson"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["serial", "tcp", "file"])
def rig(request: pytest.FixtureRequest, language: str) -> Iterator[Rig]:
    device = Seen()
    with ExitStack() as served:
        if request.param == "tcp":
            host, port = served.enter_context(on_tcp(device.receive))
            settings = TextDisplaySettings(id="d", host=host, tcp_port=port)
        else:
            path = served.enter_context(on_pty(device.receive))
            serial = request.param == "serial"
            settings = TextDisplaySettings(id="d", port=path) if serial else TextDisplaySettings(id="d", file=path)
        display = cd5220(settings) if language == "cd5220" else epson(settings)
        yield Rig(display, device)
        display.close()


def test_the_newest_text_stands_there_alone_in_cyrillic_and_is_cut_to_the_display(rig: Rig) -> None:
    rig.display.open(lambda event: None)
    rig.display.display_text(("Шарф клубный  1 250,00", "ИТОГО № 7: 79,90"))
    assert rig.device.stands("Шарф клубный  1 250,", "ИТОГО № 7: 79,90")
    rig.display.display_text(("Ёжик",))
    assert rig.device.stands("Ёжик", "")
    rig.display.display_text(("а", "б", "в"))
    assert rig.device.stands("а", "б")
    rig.display.display_text(())
    assert rig.device.stands("", "")
    assert (rig.display.columns, rig.display.rows) == (20, 2)


def test_a_closed_display_shows_nothing_and_may_be_opened_again(rig: Rig) -> None:
    assert rig.display.check_health() is Health.CLOSED
    rig.display.open(lambda event: None)
    assert rig.display.check_health() is Health.ENABLED
    rig.display.close()
    rig.display.close()
    assert rig.display.check_health() is Health.CLOSED
    with pytest.raises(DeviceError) as caught:
        rig.display.display_text(("x",))
    assert caught.value.code == "closed"
    rig.display.open(lambda event: None)
    rig.display.display_text(("снова",))
    assert rig.device.stands("снова", "")


def test_a_display_that_is_not_there_says_so(language: str) -> None:
    make = cd5220 if language == "cd5220" else epson
    display = make(TextDisplaySettings(id="d", port="/dev/no-such-display"))
    display.open(lambda event: None)
    assert display.check_health() is Health.OFFLINE
    with pytest.raises(DeviceError) as caught:
        display.display_text(("x",))
    assert caught.value.code == "offline"
    assert caught.value.hint


def test_a_display_whose_server_hung_up_is_connected_to_again_and_no_text_is_lost(language: str) -> None:
    device = Seen()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SOON_S)
        host, port = server.getsockname()
        make = cd5220 if language == "cd5220" else epson
        display = make(TextDisplaySettings(id="d", host=host, tcp_port=port))
        display.open(lambda event: None)
        display.display_text(("first",))
        first, _ = server.accept()
        first.settimeout(SOON_S)
        while device.lines != ("first", ""):
            device.receive(first.recv(4096))
        first.close()
        with pytest.raises(DeviceError) as caught:
            display.display_text(("second",))
        assert caught.value.code == "offline"
        display.display_text(("second",))
        line, _ = server.accept()
        line.settimeout(SOON_S)
        while device.lines != ("second", ""):
            device.receive(line.recv(4096))
        line.close()
        display.close()
