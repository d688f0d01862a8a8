"""What a register does beside receipts, over every way to reach one, and from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.virtual.served import on_pty
from devices.virtual.shtrih import VirtualShtrih
from terminal.cli.fiscal import fiscal
from terminal.device_file import FILE
from terminal.fiscal.drawer import CashMove, CashSums, Copies, MovesCash
from terminal.fiscal.port import FiscalPort, Inspected, NotIssued, Unsent
from terminal.session import commands as c
from tests.support.registers import ATOL, SHTRIH, SOLD, Device, reached
from tests.support.small_till import make_till, opened_rig

IN = CashMove("a1" * 16, "in", 500_00, "Анна", "5" * 32, 1_790_000_000_000)
OUT = CashMove("a2" * 16, "out", 200_05, "Анна", "5" * 32, 1_790_000_000_000)


@pytest.fixture(params=SHTRIH + ATOL)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def at_work(way: str) -> Iterator[tuple[FiscalPort, Device]]:
    from devices.virtual.atol import VirtualAtol

    device: Device = VirtualAtol() if way in ATOL else VirtualShtrih()
    with reached(way, device) as port:
        yield port, device
        port.close()


def test_cash_put_in_and_taken_out_is_counted_to_the_kopeck_in_the_shift(way: str) -> None:
    with at_work(way) as (port, _):
        assert isinstance(port, MovesCash)
        port.open_shift("Анна")
        assert port.cash_sums() == CashSums(0, 0)
        port.move_cash(IN)
        port.move_cash(OUT)
        assert port.cash_sums() == CashSums(500_00, 200_05)
        assert port.cash_moved(OUT, CashSums(500_00, 0))
        port.close_shift("Анна")
        port.open_shift("Анна")
        assert port.cash_sums() == CashSums(0, 0)


def test_without_a_shift_no_cash_is_moved(way: str) -> None:
    with at_work(way) as (port, _):
        assert isinstance(port, MovesCash)
        with pytest.raises(NotIssued):
            port.move_cash(IN)


def test_a_copy_makes_no_document(way: str) -> None:
    with at_work(way) as (port, device):
        assert isinstance(port, Copies)
        with pytest.raises(NotIssued):
            port.print_copy(None)
        port.open_shift("Анна")
        port.issue(SOLD)
        port.print_copy(None)
        port.print_copy(2)
        assert len(device.memory.documents) == 2


def test_an_open_cover_is_told_and_prints_nothing(way: str) -> None:
    with at_work(way) as (port, device):
        device.cover_open = True
        assert port.state().cover_open
        with pytest.raises(NotIssued):
            port.open_shift("Анна")
        device.cover_open = False
        assert not port.state().cover_open
        assert device.memory.documents == []


def test_the_clock_is_set_while_the_shift_is_closed_and_only_then(way: str) -> None:
    with at_work(way) as (port, _):
        assert isinstance(port, Inspected)
        port.set_clock("2026-12-31T23:59")
        assert port.clock() == "2026-12-31T23:59"
        port.open_shift("Анна")
        with pytest.raises(NotIssued):
            port.set_clock("2027-01-01T00:00")
        assert port.clock() == "2026-12-31T23:59"


def test_what_the_operator_has_not_had_is_told_with_the_time_of_the_first(way: str) -> None:
    with at_work(way) as (port, device):
        assert isinstance(port, Inspected)
        assert port.unsent() == Unsent()
        port.open_shift("Анна")
        port.issue(SOLD)
        assert port.unsent() == Unsent(2, "2026-11-22T12:00")
        device.memory.sent = 2
        assert port.unsent() == Unsent()


# -- the command line


def run(folder: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(fiscal, [*words, "--data", str(folder), "--lang", "en"])
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "till"
    make_till(folder)
    with opened_rig(folder) as rig:
        rig.engine.dispatch(c.OpenShift("Ольга"))
    return folder


def test_cash_copies_state_and_another_register_from_the_command_line(folder: Path) -> None:
    register = VirtualShtrih()
    with on_pty(register.receive) as path:
        (folder / FILE).write_text(f'[[device]]\nkind = "fiscal"\ndriver = "shtrih"\nport = "{path}"\n')
        assert run(folder, "cash-in", "500.00") == (0, "Cash put in: 500.00\n")
        assert run(folder, "cash-out", "600.00")[0] == 1
        assert run(folder, "copy") == (0, "The copy is printed\n")
        assert run(folder, "copy", "9")[0] == 1
        code, page = run(folder, "status")
        assert code == 0
        for row in ("Fiscal memory  9999078900001234", "Shift          open", "Its clock      2026-11-22 12:00",
                    "Not sent yet   1 2026-11-22 12:00"):  # fmt: skip
            assert row in page
        register.memory.serial = "9999078900009999"
        assert "Another fiscal memory: it was 9999078900001234, now it is 9999078900009999" in run(folder, "status")[1]
        assert run(folder, "cash-in", "1.00")[0] == 1
        assert run(folder, "accept", "--by", "Петрова") == (
            0,
            "The register with memory 9999078900009999 is accepted\n",
        )
        assert run(folder, "cash-in", "1.00")[0] == 0
    assert (register.memory.cash_in_minor, register.memory.cash_out_minor) == (501_00, 0)
    code, page = run(folder, "status")
    assert (code, "does not answer" in page) == (1, True)


@pytest.mark.parametrize("amount", ["0", "x", "1.234"])
def test_what_is_no_amount_is_refused_by_the_command_line(folder: Path, amount: str) -> None:
    assert run(folder, "cash-in", amount)[0] == 2
