"""A till whose `devices.toml` names a receipt printer: what comes out of it, and that a sale waits for no paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from devices.virtual.escpos import VirtualEscPos
from devices.virtual.served import on_tcp
from terminal.device_file import FILE
from terminal.opened import OpenedTill, opened_till
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.small_till import do, make_till

SOON_S = 60.0


@pytest.fixture
def device() -> VirtualEscPos:
    return VirtualEscPos(cjk=True)


@pytest.fixture
def folder(tmp_path: Path, device: VirtualEscPos) -> Iterator[Path]:
    make_till(tmp_path)
    with ExitStack() as served:
        host, port = served.enter_context(on_tcp(device.receive))
        (tmp_path / FILE).write_text(f"""
[[device]]
kind = "printer"
driver = "escpos"
host = "{host}"
tcp_port = {port}
width = 32
drawer = "pin2"
""")
        yield tmp_path


@contextmanager
def till_in(folder: Path) -> Iterator[OpenedTill]:
    with opened_till(folder, lang="ru", sync_at_once=False) as till:
        yield till


def notice(till: OpenedTill, code: str) -> bool:
    """Whether the cashier is told so, soon."""
    came = threading.Event()
    unwatch = till.engine.watch(
        lambda view: came.set() if view.state.notice is not None and view.state.notice.said.code == code else None
    )
    till.engine.post(c.Refresh())
    found = came.wait(SOON_S)
    unwatch()
    return found


def test_a_cash_sale_is_on_paper_as_wide_as_it_is_and_opens_the_drawer(folder: Path, device: VirtualEscPos) -> None:
    with till_in(folder) as till:
        state = do(till, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
        assert state.receipt is not None
        number = state.receipt.number
        assert max(map(len, state.slip)) == 42
        assert do(till, c.Scan(TEA.code), c.Pay(), c.Tender("card")).mode == "done"
    first, second = device.slips
    assert number in first
    assert TEA.name in first
    assert max(map(len, first.split("\n"))) == 32
    assert device.drawer_kicks == 1
    assert second


def test_without_paper_the_sale_stands_and_its_slip_comes_with_the_next_start(
    folder: Path, device: VirtualEscPos
) -> None:
    device.paper_lines = 0
    with till_in(folder) as till:
        state = do(till, c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
        assert state.mode == "done"
        assert state.receipt is not None
        assert notice(till, "print.no_paper")
        assert not device.slips
    device.mend()
    with till_in(folder):
        pass
    (slip,) = device.slips
    assert state.receipt.number in slip
    assert device.drawer_kicks == 1
