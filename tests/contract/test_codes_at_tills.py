"""QR codes on a till's paper, read off it as it is drawn: a new member's card, the fiscal document, a link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devices.virtual.escpos import VirtualEscPos
from devices.virtual.paper import drawn
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from loyalty.codes import CardCode, CodeRanges, classify
from terminal.device_file import FILE
from terminal.fiscal.once import FiscalRegister
from terminal.offline_queue.sentences import store_fault
from terminal.opened import opened_till
from terminal.session import commands as c
from tests.support.codes import read_off
from tests.support.counter import PROGRAMME, TEA
from tests.support.small_till import make_till

LINKED = PROGRAMME.replace(
    "[codes]", '[slip]\nlink = "https://a.example"\nlink_name = { ru = "Сайт", en = "Site" }\n[codes]'
)
MOMENT = (26, 11, 22, 15, 30)


@pytest.fixture(params=["native", "raster"])
def printer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VirtualEscPos]:
    device, register = VirtualEscPos(), VirtualShtrih(now=lambda: MOMENT)
    make_till(tmp_path, programme=LINKED)
    with ExitStack() as served:
        host, port = served.enter_context(on_tcp(device.receive))
        fiscal_host, fiscal_port = served.enter_context(on_tcp(register.receive))
        (tmp_path / FILE).write_text(f"""
[[device]]
kind = "printer"
driver = "escpos"
host = "{host}"
tcp_port = {port}
qr = "{request.param}"

[[device]]
kind = "fiscal"
driver = "shtrih"
host = "{fiscal_host}"
tcp_port = {fiscal_port}
""")
        yield device


def test_a_book_that_cannot_be_read_costs_the_code_and_not_the_sale(
    printer: VirtualEscPos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(register: FiscalRegister, key: str) -> str:
        raise store_fault("store.damaged", file="fiscal.db")

    monkeypatch.setattr(FiscalRegister, "code_of", unread)
    with opened_till(tmp_path, lang="ru", sync_at_once=False) as till:
        for command in (c.OpenShift("Ольга"), c.Scan(TEA.code), c.Pay(), c.Tender("cash")):
            view = till.engine.dispatch(command)
        assert view.state.mode == "done"
    (paper,) = printer.papers
    assert read_off(drawn(paper)) == {"https://a.example"}


def test_a_card_the_fiscal_code_and_the_link_are_on_paper(printer: VirtualEscPos, tmp_path: Path) -> None:
    with opened_till(tmp_path, lang="ru", sync_at_once=False) as till:
        till.engine.dispatch(c.OpenShift("Ольга"))
        till.engine.dispatch(c.Enrol("+79161112233", "Пётр Петров", processing=True))
        card = till.engine.view().state.basket.member
        assert card is not None
        till.engine.dispatch(c.Scan(TEA.code))
        till.engine.dispatch(c.Pay())
        till.engine.dispatch(c.Tender("cash"))
        view = till.engine.view()
        assert view.state.receipt is not None
        document = view.state.receipt.fiscal_number
        assert not any("\f" in line for line in view.state.slip)
    card_paper, receipt_paper = printer.papers
    (code,) = read_off(drawn(card_paper))
    assert classify(code, CodeRanges()) == CardCode(card.card)
    assert "Петров" not in printer.slips[0]
    fiscal, link = sorted(read_off(drawn(receipt_paper)), reverse=True)
    assert link == "https://a.example"
    parts = dict(part.split("=") for part in fiscal.split("&"))
    assert (parts["t"], parts["s"], parts["i"], parts["n"]) == ("20261122T1530", "100.00", document, "1")
    assert document == "2"
    assert len(parts["fn"]) == 16
    assert parts["fp"].isdigit()
