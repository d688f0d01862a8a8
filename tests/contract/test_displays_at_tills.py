"""A till whose `devices.toml` names a customer's display: what stands there through a sale, and a display away."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from devices.virtual.served import on_pty
from terminal.device_file import FILE
from terminal.opened import opened_till
from terminal.session import commands as c
from terminal.showing import configured_display
from tests.support.counter import TEA
from tests.support.seen_display import Seen
from tests.support.small_till import make_till


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path)
    link = tmp_path / "display"
    (tmp_path / FILE).write_text(f'[[device]]\nkind = "display"\ndriver = "epson"\nport = "{link}"\n')
    return tmp_path


def test_the_customer_reads_the_sale_and_a_blank_display_at_its_end(folder: Path) -> None:
    device = Seen()
    with ExitStack() as served:
        (folder / "display").symlink_to(served.enter_context(on_pty(device.receive)))
        with opened_till(folder, lang="ru", sync_at_once=False) as till:
            with configured_display(till.devices, till.engine, "ru", till.supervising):
                assert device.stands("Касса закрыта", "")
                till.engine.dispatch(c.OpenShift("Ольга"))
                till.engine.dispatch(c.Scan(TEA.code))
                assert device.stands("Чай           100,00", "ИТОГО         100,00")
                till.engine.dispatch(c.Pay())
                till.engine.dispatch(c.Tender("cash", 150_00))
                assert device.stands("Сдача          50,00", "Спасибо за покупку!")
            assert device.stands("", "")


def test_a_display_that_is_not_there_holds_up_no_sale_and_the_cashier_is_told(folder: Path) -> None:
    device, said = Seen(), set[str]()
    with opened_till(folder, lang="ru", sync_at_once=False) as till:
        till.engine.watch(lambda view: said.add(view.state.notice.said.code) if view.state.notice else None)
        with configured_display(till.devices, till.engine, "ru", till.supervising):
            for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")):
                view = till.engine.dispatch(command)
            assert view.state.mode == "done"
            with ExitStack() as served:
                unfinished = folder / "plugged"
                unfinished.symlink_to(served.enter_context(on_pty(device.receive)))
                os.replace(unfinished, folder / "display")
                assert device.stands("Спасибо за покупку!", "")
    assert "display.gone" in said
