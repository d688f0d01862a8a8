"""Labels of GS1 at the till: the goods are found, weighed goods by their weight, and what is too old is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.catalogue import Price, Product
from terminal.session import State
from terminal.session import commands as c
from tests.support import small_till
from tests.support.counter import CARD, SWEETS, TEA
from tests.support.small_till import Rig, make_till, opened_rig

CHEESE = Product("4600000000992", "Сыр", (Price(900_00),), unit="kg")
EGG = Product("96385074", "Яйцо", (Price(15_00),))
CASE = Product("14600000000999", "Сыр, коробка", (Price(9_000_00),))
GOODS = (TEA, SWEETS, CHEESE, EGG, CASE)
TEA_14 = f"0{TEA.code}"
CHEESE_BY_WEIGHT = "94600000000995"
TODAY, YESTERDAY = "260921", "260920"


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr(small_till, "GOODS", GOODS)
    make_till(tmp_path / "till")
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def scanned(rig: Rig, *codes: str) -> State:
    for code in codes:
        rig.engine.dispatch(c.Scan(code))
    return rig.engine.view().state


def lines(state: State) -> list[tuple[str, int]]:
    return [(line.product.code, line.qty_milli) for line in state.basket.lines]


@pytest.mark.parametrize(
    "code",
    [
        f"01{TEA_14}215Qbag!\x1d93Zjqw",
        f"\x1d01{TEA_14}17{TODAY}",
        f"https://id.gs1.org/01/{TEA_14}/21/5Qbag",
    ],
    ids=["marked", "with a day", "link"],
)
def test_a_label_is_the_goods_it_is_on(rig: Rig, code: str) -> None:
    state = scanned(rig, code)
    assert lines(state) == [(TEA.code, 1000)]
    assert state.notice is not None
    assert state.notice.said.code == "sale.added"


def test_an_ean_8_and_a_case_are_found_under_their_own_numbers(rig: Rig) -> None:
    assert lines(scanned(rig, f"0100000096385074{'10'}L", "0114600000000999" + "10L")) == [
        (EGG.code, 1000), (CASE.code, 1000)
    ]  # fmt: skip


def test_a_weight_on_the_label_is_that_of_the_line_under_either_number_of_the_goods(rig: Rig) -> None:
    assert lines(scanned(rig, f"01{CHEESE_BY_WEIGHT}3103000195", f"010{CHEESE.code}3102000020")) == [
        (CHEESE.code, 195), (CHEESE.code, 200)
    ]  # fmt: skip


def test_goods_by_the_piece_stay_pieces_whatever_they_weigh(rig: Rig) -> None:
    assert lines(scanned(rig, f"01{TEA_14}3103000195")) == [(TEA.code, 1000)]


def test_a_quantity_given_before_holds_for_a_label_too(rig: Rig) -> None:
    rig.engine.dispatch(c.Type("3*"))
    assert lines(scanned(rig, f"01{TEA_14}17{TODAY}")) == [(TEA.code, 3000)]


def test_a_package_nobody_sells_is_not_sold_as_a_piece(rig: Rig) -> None:
    code = "24600000000996"
    state = scanned(rig, f"01{code}10L")
    assert (lines(state), state.unknown_code) == ([], code)


def test_goods_past_their_last_day_are_told_and_those_of_today_are_good(rig: Rig) -> None:
    state = scanned(rig, f"01{TEA_14}17{TODAY}")
    assert state.notice is not None
    assert state.notice.said.code == "sale.added"
    state = scanned(rig, f"01{TEA_14}17{YESTERDAY}")
    assert state.notice is not None
    assert (state.notice.level, state.notice.said.code) == ("warn", "sale.over")
    assert state.notice.said.args == {"name": "Чай", "until_date": "2026-09-20"}
    assert rig.engine.view().sound == "error"
    assert lines(state) == [(TEA.code, 2000)]


def test_a_label_whose_number_is_a_card_s_or_a_scale_s_is_read_as_that(rig: Rig) -> None:
    state = scanned(rig, f"010{CARD}10L", "010210012300456010L")
    assert state.basket.member is not None
    assert lines(state) == [(SWEETS.code, 456)]
