"""Returns of one receipt at two tills of a real head office: what one took back the other does not take again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sync_server.imports import import_file
from terminal.opened import OpenedTill, opened_till
from terminal.session import commands as c
from tests.support.agent import served
from tests.support.counter import gtin
from tests.support.served_office import WAIT_S, ServedOffice, served_office
from tests.support.small_till import begin_return, do, said

pytestmark = pytest.mark.usefixtures("patient_tills")
TEA = gtin(1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    rows = tmp_path / "goods.csv"
    rows.write_text(f"code,name,price\n{TEA},Чай,100.00\n", encoding="utf-8")
    with served_office(tmp_path / "office") as at:
        import_file(at.office.store, at.office.identity, "products", rows, at.office.now_ms)
        yield at


class Shop:
    """Two tills, both at work."""

    def __init__(self, office: ServedOffice, folder: Path, tills: ExitStack) -> None:
        self.office = office
        self.one, self.two = (tills.enter_context(till_of(office, folder / name)) for name in ("one", "two"))

    def level(self, *tills: OpenedTill) -> None:
        """What these tills recorded is in the books."""
        for till in tills:
            assert till.sync.run_until_idle(WAIT_S)
        self.office.office.apply()


@contextmanager
def till_of(office: ServedOffice, folder: Path) -> Iterator[OpenedTill]:
    with opened_till(office.enrol(folder, folder.name), lang="en") as till:
        assert till.sync.run_until_idle(WAIT_S)
        till.engine.dispatch(c.OpenShift("Ольга"))
        yield till


@pytest.fixture
def shop(office: ServedOffice, tmp_path: Path) -> Iterator[Shop]:
    with ExitStack() as tills:
        yield Shop(office, tmp_path, tills)


def sold(shop: Shop, pieces: int) -> str:
    """The number of a receipt of till one that the head office has: so many teas at 100.00."""
    receipt = do(shop.one, *[c.Scan(TEA)] * pieces, c.Pay(), c.Tender("cash")).receipt
    assert receipt is not None
    shop.level(shop.one)
    return receipt.number


def returned(till: OpenedTill, number: str, qty_milli: int) -> int:
    """What is paid out."""
    assert begin_return(till.engine, number).mode == "return"
    receipt = do(till, c.SetReturn(1, qty_milli), c.ConfirmReturn("cash")).receipt
    assert receipt is not None
    return receipt.total_minor


def test_goods_taken_back_at_another_till_are_not_taken_back_where_they_were_sold(shop: Shop) -> None:
    number = sold(shop, 3)
    assert returned(shop.two, number, 1000) == 100_00
    shop.level(shop.two)
    draft = begin_return(shop.one.engine, number).returning
    assert draft is not None
    assert (draft.left_milli, draft.elsewhere_known) == ({1: 2000}, True)
    assert said(do(shop.one, c.SetReturn(1, 3000))) == "return.left"
    assert do(shop.one, c.ReturnAll(), c.ConfirmReturn("cash")).mode == "done"
    shop.level(shop.one)
    for till in (shop.one, shop.two):
        assert said(begin_return(till.engine, number)) == "return.all_back"


def test_a_till_that_lost_the_link_goes_by_its_own_journal_and_says_so(shop: Shop) -> None:
    number = sold(shop, 2)
    assert returned(shop.two, number, 1000) == 100_00
    shop.level(shop.two)
    shop.office.stop()
    draft = begin_return(shop.one.engine, number).returning
    assert draft is not None
    assert (draft.left_milli, draft.elsewhere_known) == ({1: 2000}, False)


def test_a_client_of_the_agent_cannot_return_what_another_till_took_back(office: ServedOffice, tmp_path: Path) -> None:
    office.enrol(tmp_path / "agent", "agent")
    with till_of(office, tmp_path / "two") as two, served(tmp_path / "agent") as agent:
        assert agent.till.sync.run_until_idle(WAIT_S)
        agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"})
        sale = {
            "sale_id": uuid.uuid4().hex, "lines": [{"code": TEA, "qty_milli": 2000}], "expected_total_minor": 200_00,
            "payments": [{"kind": "cash", "amount_minor": 200_00}],
        }  # fmt: skip
        number = agent.ask("POST", "/v1/receipts", sale).json()["receipt"]["number"]
        assert agent.till.sync.run_until_idle(WAIT_S)
        office.office.apply()
        assert returned(two, number, 1000) == 100_00
        assert two.sync.run_until_idle(WAIT_S)
        office.office.apply()
        found = agent.ask("GET", f"/v1/receipts/{number}").json()
        assert (found["returned_milli"], found.get("notes", [])) == ({"1": 1000}, [])
        back = {"return_id": uuid.uuid4().hex, "number": number, "lines": {"1": 2000}, "payment": "cash"}
        refused = agent.ask("POST", "/v1/returns", back)
        assert (refused.status_code, refused.json()["code"]) == (422, "return.too_much")
        office.stop()
        found = agent.ask("GET", f"/v1/receipts/{number}").json()
        assert (found["returned_milli"], [note["code"] for note in found["notes"]]) == ({}, ["return.alone"])
