"""Marked goods at the till: each piece by its own code, which reaches the fiscal document byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.virtual.shtrih import VirtualShtrih
from loyalty.events import SaleCompleted, decode_body, decode_envelope
from terminal.fiscal.document import Form
from terminal.fiscal.once import FiscalRegister
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal_book import FiscalBook
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import TEA
from tests.support.fiscal import MemoryWire
from tests.support.marked import CIGARETTES, CONTROLLED, SHOES, WATER, WINE, mark_of
from tests.support.small_till import Rig, do, make_till, opened_rig

FIRST, SECOND = mark_of(WATER, "5!aB(x)*+d"), mark_of(WATER, "abc")


@contextmanager
def at_work(folder: Path, device: VirtualShtrih | None, form: Form | None = None) -> Iterator[Rig]:
    if not folder.exists():
        make_till(folder, more_goods=CONTROLLED)
    register = FiscalRegister(Shtrih(MemoryWire(device), form=form), FiscalBook(folder)) if device else None
    with opened_rig(folder, register) as rig:
        rig.engine.dispatch(c.OpenShift("Ольга"))
        yield rig
    if register is not None:
        register.close()


@pytest.fixture
def device() -> VirtualShtrih:
    return VirtualShtrih()


@pytest.fixture
def rig(tmp_path: Path, device: VirtualShtrih) -> Iterator[Rig]:
    with at_work(tmp_path / "till", device) as opened:
        yield opened


def said(state: State) -> tuple[str, str]:
    notice = state.notice
    return (notice.said.code, notice.hint.code if notice.hint else "") if notice else ("", "")


def lines(state: State) -> list[tuple[str, str]]:
    return [(line.product.name, line.mark) for line in state.basket.lines]


def test_each_piece_is_a_line_with_its_own_code_and_all_reach_the_document(rig: Rig, device: VirtualShtrih) -> None:
    state = do(rig, c.Scan(FIRST), c.Scan(TEA.code), c.Scan(SECOND), c.Scan(TEA.code))
    assert lines(state) == [("Вода", FIRST), ("Чай", ""), ("Вода", SECOND)]
    sold = do(rig, c.Pay(), c.Tender("cash")).receipt
    assert sold is not None
    assert [(line.mark, line.qty_milli) for line in sold.lines] == [(FIRST, 1000), ("", 2000), (SECOND, 1000)]
    (made,) = device.memory.receipts()
    assert [(line.mark, line.subject) for line in made.lines] == [
        (FIRST.encode(), 33), (b"", 1), (SECOND.encode(), 33),
    ]  # fmt: skip
    assert rig.store.journal.receipt(sold.number) == sold


def test_a_return_gives_the_very_code_back_to_the_register(rig: Rig, device: VirtualShtrih) -> None:
    sold = do(rig, c.Scan(FIRST), c.Pay(), c.Tender("cash")).receipt
    assert sold is not None
    do(rig, c.BeginReturn(sold.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert [(made.operation, made.lines[0].mark) for made in device.memory.receipts()] == [
        (1, FIRST.encode()), (2, FIRST.encode()),
    ]  # fmt: skip


def test_marked_goods_without_their_code_are_asked_for_it_and_the_basket_stays_as_it_was(rig: Rig) -> None:
    state = do(rig, c.Scan(WATER.code))
    assert (said(state), lines(state)) == (("mark.needed", "mark.needed.hint"), [])
    assert lines(do(rig, c.Scan(FIRST))) == [("Вода", FIRST)]


def test_the_same_code_twice_is_refused(rig: Rig) -> None:
    state = do(rig, c.Scan(FIRST), c.Scan(FIRST))
    assert (said(state), lines(state)) == (("mark.twice", "mark.twice.hint"), [("Вода", FIRST)])
    line = state.basket.lines[0]
    assert lines(do(rig, c.VoidLine(line.line_id), c.Scan(FIRST))) == [("Вода", FIRST)]


def test_one_code_is_one_piece(rig: Rig) -> None:
    assert said(do(rig, c.Type("2*"), c.Scan(FIRST)))[0] == "mark.one_each"
    state = do(rig, c.Scan(FIRST))
    state = do(rig, c.SetQuantity(state.basket.lines[0].line_id, 2000))
    assert (said(state)[0], state.basket.lines[0].qty_milli) == ("mark.one_each", 1000)


@pytest.mark.parametrize(
    ("scanned", "code"),
    [(CIGARETTES.code, "mark.permission"), (mark_of(CIGARETTES), "mark.permission"), (WINE.code, "mark.egais")],
)
def test_goods_that_need_leave_or_egais_are_refused_with_a_sentence(rig: Rig, scanned: str, code: str) -> None:
    state = do(rig, c.Scan(scanned))
    assert (said(state), lines(state)) == ((code, f"{code}.hint"), [])


def test_a_code_the_register_finds_wrong_is_said_and_nothing_is_issued(rig: Rig, device: VirtualShtrih) -> None:
    device.marks.bad.add(SECOND.encode())
    state = do(rig, c.Scan(FIRST), c.Scan(SECOND), c.Pay(), c.Tender("cash"))
    assert (state.mode, said(state)) == ("pay", ("fiscal.mark", "fiscal.mark.hint"))
    assert device.memory.receipts() == []
    wrong = state.basket.lines[1].line_id
    assert do(rig, c.Back(), c.VoidLine(wrong), c.Pay(), c.Tender("cash")).mode == "done"
    assert [line.mark for line in device.memory.receipts()[0].lines] == [FIRST.encode()]


def test_a_till_that_died_has_the_codes_of_its_basket(tmp_path: Path, device: VirtualShtrih) -> None:
    with at_work(tmp_path / "till", device) as rig:
        do(rig, c.Scan(FIRST), c.Scan(mark_of(SHOES)))
    with at_work(tmp_path / "till", device) as rig:
        assert lines(rig.engine.view().state) == [("Вода", FIRST), ("Кеды", mark_of(SHOES))]


def test_beside_a_fiscal_till_of_the_shop_all_goods_are_goods(tmp_path: Path) -> None:
    """That till answers for codes; this one works out discounts and points."""
    with at_work(tmp_path / "till", None) as rig:
        state = do(rig, c.Scan(FIRST), c.Scan(SECOND), c.Scan(WATER.code), c.Scan(WINE.code))
        assert [(line.product.name, line.qty_milli, line.mark) for line in state.basket.lines] == [
            ("Вода", 3000, ""), ("Вино", 1000, ""),
        ]  # fmt: skip


def test_a_register_of_ffd_1_05_has_the_piece_in_tag_1162(tmp_path: Path, device: VirtualShtrih) -> None:
    with at_work(tmp_path / "till", device, Form("1.05")) as rig:
        do(rig, c.Scan(FIRST), c.Pay(), c.Tender("cash"))
    (line,) = device.memory.receipts()[0].lines
    gtin = int(WATER.code).to_bytes(6, "big")
    assert (line.subject, line.mark, line.tags) == (1, b"", ((1162, b"DM" + gtin + b"5!aB(x)*+d"),))


def test_the_event_for_the_head_office_has_the_code_byte_for_byte(rig: Rig) -> None:
    do(rig, c.Scan(FIRST), c.Pay(), c.Tender("cash"))
    raw = rig.store.journal.read(lambda each: each.execute("SELECT raw FROM event ORDER BY seq DESC").fetchone())[0]
    told = decode_body(decode_envelope(raw))
    assert isinstance(told, SaleCompleted)
    assert told.receipt.lines[0].mark == FIRST
    assert b"\\u001d91EE06\\u001d92aB+/=9" in raw
