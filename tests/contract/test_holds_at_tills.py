"""Points of one member at two tills of a real head office: what one holds the other cannot spend, and is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from loyalty.codes import card_number
from loyalty.feed import BalanceRow
from loyalty.receipt import Receipt
from sync_server.hold_rows import read_holds
from sync_server.imports import import_file
from sync_server.programmes import publish_programme
from sync_server.purses import Account
from sync_server.schema import FEED
from terminal.opened import OpenedTill, opened_till
from terminal.session import State
from terminal.session import commands as c
from terminal.session.port import View
from terminal.session.state import Notice, PointsHold
from tests.support.counter import gtin
from tests.support.served_office import WAIT_S, ServedOffice, served_office
from tests.support.small_till import do

pytestmark = pytest.mark.usefixtures("patient_tills")
TEA = gtin(1)
RULES = """
id = "p"
version = 1
name = { ru = "П", en = "P" }

[redeem]
max_share_bp = 10000
offline_max_points = 30
"""
CARD = card_number("2990009", 1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    goods, members = tmp_path / "goods.csv", tmp_path / "members.csv"
    goods.write_text(f"code,name,price\n{TEA},Чай,100.00\n", encoding="utf-8")
    members.write_text(f"card,phone,name,points\n{CARD},+79161234567,Иванова Мария,500\n", encoding="utf-8")
    with served_office(tmp_path / "office") as at:
        import_file(at.office.store, at.office.identity, "products", goods, at.office.now_ms)
        import_file(at.office.store, at.office.identity, "members", members, at.office.now_ms)
        publish_programme(at.office.store, at.office.identity, RULES, at.office.now_ms)
        yield at


class Shop:
    def __init__(self, office: ServedOffice, folder: Path, tills: ExitStack) -> None:
        self.office = office
        self.folders = [folder / "one", folder / "two"]
        for each in self.folders:
            office.enrol(each, each.name)
        self.one, self.two = (tills.enter_context(opened(each)) for each in self.folders)
        for till in (self.one, self.two):
            begun(till)


def opened(folder: Path):
    return opened_till(folder, lang="en")


def begun(till: OpenedTill) -> None:
    assert till.sync.run_until_idle(WAIT_S)
    till.engine.dispatch(c.OpenShift("Ольга"))


@pytest.fixture
def shop(office: ServedOffice, tmp_path: Path) -> Iterator[Shop]:
    with ExitStack() as tills:
        yield Shop(office, tmp_path, tills)


def until(till: OpenedTill, fits) -> State:
    """The state once it is as `fits` says."""
    there = threading.Event()
    seen: list[State] = []

    def look(view: View) -> None:
        if fits(view.state) and not there.is_set():
            seen.append(view.state)
            there.set()

    unwatch = till.engine.watch(look)
    look(till.engine.view())
    assert there.wait(WAIT_S)
    unwatch()
    return seen[0]


def is_held(state: State) -> bool:
    return state.hold is not None and state.hold.stage == "held"


def notice_of(state: State) -> Notice:
    assert state.notice is not None
    return state.notice


def hold_of(state: State) -> PointsHold:
    assert state.hold is not None
    return state.hold


def shown(till: OpenedTill) -> int:
    """What the till says Anna can spend."""
    member = do(till, c.Scan(CARD)).basket.member
    assert member is not None
    return member.balance_points


def basket(till: OpenedTill, pieces: int) -> None:
    do(till, c.Scan(CARD), *[c.Scan(TEA)] * pieces)


def paid(till: OpenedTill) -> Receipt:
    do(till, c.Pay())
    if till.engine.view().state.mode == "pay":
        do(till, c.Tender("cash"))
    receipt = until(till, lambda state: state.mode == "done").receipt
    assert receipt is not None
    return receipt


def account(office: ServedOffice) -> tuple[Account, BalanceRow]:
    table = FEED["bal"]
    with office.office.store.read() as tx:
        row = tx.execute(select(table.c.bucket, table.c.body)).one()
    told = msgspec.json.decode(row.body, type=BalanceRow)
    return (row.bucket, told.account_id), told


def states(office: ServedOffice) -> list[str]:
    where, _ = account(office)
    with office.office.store.read() as tx:
        return sorted(hold.state for hold in read_holds(tx, [where])[where].values())


def test_points_are_held_and_captured_by_the_receipt(shop):
    basket(shop.one, 4)
    do(shop.one, c.SpendPoints(300))
    until(shop.one, is_held)
    assert account(shop.office)[1].held == {shop.one.store.identity.terminal: {"main": 300}}
    receipt = paid(shop.one)
    assert (receipt.redeemed_points, receipt.offline, bool(receipt.hold_id)) == (300, False, True)
    assert shop.one.sync.run_until_idle(WAIT_S)
    shop.office.office.apply()
    _, row = account(shop.office)
    assert (row.wallets["main"], row.held, states(shop.office)) == (200, {}, ["captured"])
    assert not any((shop.folders[0] / "holds").iterdir())


def test_what_one_till_holds_the_other_is_refused_with_what_is_left(shop):
    basket(shop.one, 4)
    do(shop.one, c.SpendPoints(300))
    until(shop.one, is_held)
    basket(shop.two, 5)
    do(shop.two, c.SpendPoints(400))
    state = until(shop.two, lambda state: state.hold is None and state.notice.said.code == "points.short")
    hint = notice_of(state).hint
    assert (notice_of(state).said.args, hint and hint.args) == ({"points": 200}, {"points": 200})
    do(shop.two, c.SpendPoints())
    until(shop.two, is_held)
    assert (paid(shop.two).redeemed_points, paid(shop.one).redeemed_points) == (200, 300)
    for till in (shop.one, shop.two):
        assert till.sync.run_until_idle(WAIT_S)
    shop.office.office.apply()
    _, row = account(shop.office)
    assert (row.wallets["main"], row.held, states(shop.office)) == (0, {}, ["captured", "captured"])


def test_the_other_till_shows_what_can_be_spent_and_the_holder_what_it_has(shop):
    basket(shop.one, 4)
    do(shop.one, c.SpendPoints(300))
    until(shop.one, is_held)
    for till in (shop.one, shop.two):
        assert till.sync.run_until_idle(WAIT_S)
    assert (shown(shop.two), shown(shop.one)) == (200, 500)


def test_a_voided_receipt_gives_its_points_back(shop):
    basket(shop.one, 4)
    do(shop.one, c.SpendPoints(300))
    until(shop.one, is_held)
    do(shop.one, c.VoidReceipt())
    basket(shop.one, 5)
    do(shop.one, c.SpendPoints(500))  # asked for after what is given back
    until(shop.one, is_held)
    assert states(shop.office) == ["held", "voided"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_till_left_amid_a_sale_gives_its_hold_back_at_the_next_start(office, tmp_path, at_once):
    with ExitStack() as tills:
        shop = Shop(office, tmp_path, tills)
        basket(shop.one, 4)
        do(shop.one, c.SpendPoints(300))
        until(shop.one, is_held)
    assert states(office) == ["held"]
    with opened_till(tmp_path / "one", lang="en", sync_at_once=at_once) as till:
        if not at_once:
            till.start_sync()  # as `kopilka terminal` does, once its screen stands
        assert till.sync.run_until_idle(WAIT_S)
        assert till.engine.view().state.basket.redeem_points == 300
        state = until(till, is_held)
        assert hold_of(state).points == {"main": 300}
        assert states(office) == ["held", "voided"]
        assert paid(till).hold_id == hold_of(state).hold_id


def test_without_the_head_office_points_are_spent_by_the_offline_rule(shop):
    basket(shop.one, 4)
    shop.office.stop()
    do(shop.one, c.SpendPoints(300))
    state = until(shop.one, lambda state: state.notice.said.code == "points.unheld")
    assert notice_of(state).said.args == {"points": 30}
    receipt = paid(shop.one)
    assert (receipt.redeemed_points, receipt.offline, receipt.hold_id) == (30, True, "")


def test_a_till_killed_after_it_recorded_the_receipt_leaves_its_hold_to_it(office, tmp_path):
    with ExitStack() as tills:
        shop = Shop(office, tmp_path, tills)
        basket(shop.one, 4)
        do(shop.one, c.SpendPoints(300))
        until(shop.one, is_held)
        shop.one.sync.stop()
        hold_id = paid(shop.one).hold_id
    (tmp_path / "one" / "holds" / hold_id).write_text(account(office)[0][1])  # as a kill would have left it
    with opened(tmp_path / "one") as till:
        assert till.sync.run_until_idle(WAIT_S)
        office.office.apply()
    _, row = account(office)
    assert (row.wallets["main"], row.held, states(office)) == (200, {}, ["captured"])
