"""One day of a till over every register it may have: a fiscal one of either kind, or a plain ESC/POS printer alone.

What is sold, returned, reported and closed is the same; a fiscal register has a document of each, the printer a slip
that says it is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from loyalty.events import ShiftTotals
from terminal.device_file import FILE
from terminal.opened import opened_till
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import CUP, TEA
from tests.support.small_till import make_till

Made = Callable[[], list[str]]
"""What came out of the register, by name, in its order."""
KINDS = {2: "shift opened", 3: "receipt", 5: "shift closed"}


@contextmanager
def shtrih() -> Iterator[tuple[str, Made]]:
    device = VirtualShtrih()
    with on_tcp(device.receive) as (host, port):
        table = f'kind = "fiscal"\ndriver = "shtrih"\nhost = "{host}"\ntcp_port = {port}'
        yield table, lambda: [KINDS[each.kind] for each in device.memory.documents]


@contextmanager
def atol() -> Iterator[tuple[str, Made]]:
    device = VirtualAtol()
    with on_http(device) as url:
        yield (
            f'kind = "fiscal"\ndriver = "atol"\nurl = "{url}"',
            lambda: [KINDS[each.kind] for each in device.memory.documents],
        )


@contextmanager
def escpos() -> Iterator[tuple[str, Made]]:
    device = VirtualEscPos()
    with on_tcp(device.receive) as (host, port):
        table = f'kind = "printer"\ndriver = "escpos"\nhost = "{host}"\ntcp_port = {port}\nwidth = 42'
        yield table, lambda: [_of_slip(slip) for slip in device.slips]


def _of_slip(slip: str) -> str:
    assert "НЕФИСКАЛЬНЫЙ ДОКУМЕНТ" in slip
    named = {"X-ОТЧЁТ": "X report", "Z-ОТЧЁТ": "Z report", "ВОЗВРАТ": "return"}
    return next((name for mark, name in named.items() if mark in slip.upper()), "receipt")


FISCAL = ["shift opened", "receipt", "receipt", "shift closed"]
SLIPS = ["receipt", "return", "X report", "Z report"]
WAYS = {"shtrih": (shtrih, FISCAL, ["2", "3"]), "atol": (atol, FISCAL, ["2", "3"]), "escpos": (escpos, SLIPS, ["", ""])}


@pytest.mark.parametrize("way", WAYS)
def test_a_day_is_the_same_over_every_register_and_each_has_what_is_its_own(tmp_path: Path, way: str) -> None:
    register, comes_out, numbers = WAYS[way]
    make_till(tmp_path)
    with register() as (table, made):
        (tmp_path / FILE).write_text(f"[[device]]\n{table}\n")
        with opened_till(tmp_path, lang="ru", sync_at_once=False) as till:

            def do(*commands: c.Command) -> State:
                for command in commands:
                    till.engine.dispatch(command)
                return till.engine.view().state

            sold = do(c.OpenShift("Ольга"), c.Scan(TEA.code), c.Scan(CUP.code), c.Pay(), c.Tender("cash")).receipt
            assert sold is not None
            assert sold.total_minor == 550_50
            back = do(c.BeginReturn(sold.number), c.SetReturn(1, 1000), c.ConfirmReturn("cash")).receipt
            assert back is not None
            assert (back.kind, back.total_minor) == ("return", 100_00)
            assert [sold.fiscal_number, back.fiscal_number] == numbers
            shift = till.store.journal.open_shift()
            assert shift is not None
            assert shift.totals == ShiftTotals(
                sales=1, returns=1, cash_minor=550_50, returned_cash_minor=100_00, discount_minor=0
            )
            assert do(c.Back(), c.XReport(), c.CloseShift()).shift is None
        assert made() == comes_out
