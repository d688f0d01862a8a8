"""Members brought along from another system, at a till: their old card finds them, with the points of every lot."""

from __future__ import annotations

from pathlib import Path

from sync_server.csv_rows import Row
from sync_server.imports import import_rows
from sync_server.programmes import publish_programme
from terminal.opened import opened_till
from terminal.session import commands as c
from tests.support.served_office import WAIT_S, served_office

OLD = "7702000011112222"
RULES = """
id = "p"
version = 1
name = { ru = "П", en = "P" }
[codes]
old_cards = ["7702xxxxxxxxxxxx"]
"""


def test_an_old_card_finds_its_member_with_the_points_that_can_be_spent_today(tmp_path: Path) -> None:
    with served_office(tmp_path / "office") as served:
        at = served.office
        publish_programme(at.store, at.identity, RULES, at.now_ms)
        import_rows(at.store, at.identity, "members", [Row(2, {"card": OLD, "name": "Иванова Мария"})], at.now_ms)
        lots = (
            {"points": "70", "expires": "2040-01-31"},
            {"points": "5"},
            {"points": "9", "usable_from": "2040-01-01"},
        )
        rows = [Row(2 + n, {"source_id": f"lot-{n}", "card": OLD, **lot}) for n, lot in enumerate(lots)]
        assert import_rows(at.store, at.identity, "balances", rows, at.now_ms).added == 3
        with opened_till(served.enrol(tmp_path / "till"), lang="en") as till:
            assert till.sync.run_until_idle(WAIT_S)
            till.engine.dispatch(c.OpenShift("Ольга"))
            member = till.engine.dispatch(c.Scan(OLD)).state.basket.member
    assert member is not None
    assert (member.name_masked, member.card, member.balance_points) == ("Мария И.", OLD, 75)
