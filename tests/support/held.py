"""What tests of holds do at a head office, and ask of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from loyalty.api import HoldReply, HoldRequest, HoldVoid
from loyalty.events import bucket_of
from loyalty.feed import BalanceRow
from sync_server.hold_rows import read_holds
from sync_server.holds import take_hold, void_hold
from sync_server.schema import FEED
from sync_server.verifying.verify import verify
from tests.support.server import T0_MS, TestOffice, Till, hex_id
from tests.support.taking_in import check_books, check_feed
from tests.support.taking_in import flags as counted_flags

ANNA, BORIS = hex_id("anna"), hex_id("boris")
CARDS = {ANNA: "2990001000018", BORIS: "2990001000025"}
ONE, TWO, THREE = hex_id("one"), hex_id("two"), hex_id("three")
TTL_S = 900


def take(
    till: Till, points: int | Mapping[str, int] = 60, id: str = ONE, account: str = ANNA, at_ms: int = T0_MS, **more
) -> HoldReply:
    asked = {"main": points} if isinstance(points, int) else dict(points)
    request = HoldRequest(id, account, more.pop("member", ANNA), asked, more.pop("ttl_s", TTL_S), **more)
    return take_hold(till.office.store, till.terminal, request, at_ms)


def void(till: Till, id: str = ONE, account: str = ANNA, at_ms: int = T0_MS) -> HoldReply:
    return void_hold(till.office.store, till.terminal, id, HoldVoid(account), at_ms)


def spend(till: Till, points: int, hold: str = ONE, account: str = ANNA) -> None:
    till.put(till.sale(account=account, redeemed=points, hold_id=hold))
    till.office.apply()


def row(office: TestOffice, account: str = ANNA) -> BalanceRow:
    table = FEED["bal"]
    with office.store.read() as tx:
        body = tx.execute(select(table.c.body).where(table.c.key == account)).scalar_one()
    return msgspec.json.decode(body, type=BalanceRow)


def balance(office: TestOffice, account: str = ANNA) -> int:
    return row(office, account).wallets.get("main", 0)


def flags(office: TestOffice) -> list[str]:
    return sorted(counted_flags(office).elements())


def state(office: TestOffice, id: str = ONE, account: str = ANNA) -> str:
    where = (bucket_of(account), account)
    with office.store.read() as tx:
        found = read_holds(tx, [where])[where].get(id)
    return found.state if found else ""


def sound(office: TestOffice) -> None:
    check_books(office)
    check_feed(office)
    assert verify(office.store).findings == ()
