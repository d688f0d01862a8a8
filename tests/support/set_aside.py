"""A programme that sets points aside for tills, and sales of one member under it."""

from __future__ import annotations

from tests.support.counter import PROGRAMME
from tests.support.server import T0_MS, TestOffice, Till, hex_id

ANNA, BORIS = hex_id("anna"), hex_id("boris")
ASIDE = PROGRAMME.replace("member_max_points = 210", 'kind = "escrow"\nescrow_max_points = 100')


def put(office: TestOffice, till: Till, minute: int, *, earned: int = 0, redeemed: int = 0) -> None:
    till.put(till.sale(account=ANNA, earned=earned, redeemed=redeemed, at_ms=T0_MS + minute * 60_000))
    office.apply()
