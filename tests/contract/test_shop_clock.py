"""One clock for the fiscal register, whatever zone the computer is set to: the shop's, by the till's programme."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.virtual.atol import VirtualAtol
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.cli.devices import devices
from terminal.cli.devices_played import played_device
from terminal.cli.fiscal import fiscal
from terminal.cli.shop_clock import clock_in, shop_zone
from tests.support.counter import PROGRAMME
from tests.support.small_till import make_till

IRKUTSK = 'time_zone = "Asia/Irkutsk"\n'
"""Eight hours from UTC, five from Moscow: no computer of a test goes by it."""
OFF = "480 minutes off ours"


@contextmanager
def till_with(folder: Path, zone: str) -> Iterator[Path]:
    """A till in Irkutsk whose register's clock goes by that zone."""
    make_till(folder, programme=IRKUTSK + PROGRAMME)
    played = played_device("register", None, 0, "serial", False, zone)
    assert isinstance(played.device, VirtualShtrih)
    with on_tcp(played.device.receive) as (host, port):
        said = f'[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nhost = "{host}"\ntcp_port = {port}\n'
        (folder / "devices.toml").write_text(said)
        yield folder


def test_the_shop_s_zone_is_its_programme_s_and_where_there_is_no_till_none(tmp_path: Path) -> None:
    make_till(tmp_path / "till", programme=IRKUTSK + PROGRAMME)
    assert (shop_zone(tmp_path / "till"), shop_zone(tmp_path / "none")) == ("Asia/Irkutsk", "")


@pytest.mark.parametrize(("words", "well"), [("status", "Paper          there"), ("doctor", "All is well")])
def test_a_register_that_goes_by_the_shop_s_zone_is_not_off_on_a_computer_of_another(
    words: str, well: str, tmp_path: Path
) -> None:
    group = fiscal if words == "status" else devices
    with till_with(tmp_path / "till", "Asia/Irkutsk") as folder:
        said = CliRunner().invoke(group, [words, "--data", str(folder), "--lang", "en"]).output
        assert (well in said, OFF in said) == (True, False)
    with till_with(tmp_path / "other", "UTC") as folder:
        assert OFF in CliRunner().invoke(group, [words, "--data", str(folder), "--lang", "en"]).output


def test_a_virtual_register_refuses_a_zone_nobody_knows() -> None:
    done = CliRunner().invoke(devices, ["simulate", "register", "--zone", "Mars/Olympus"])
    assert (done.exit_code, "Asia/Irkutsk" in done.output) == (2, True)


def test_an_atol_register_goes_by_the_zone_too() -> None:
    played = played_device("atol", None, 0, "serial", False, "Asia/Irkutsk")
    assert isinstance(played.device, VirtualAtol)
    before = clock_in("Asia/Irkutsk")
    assert before <= played.device._now() <= clock_in("Asia/Irkutsk")
