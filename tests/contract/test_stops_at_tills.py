"""An emergency stop of a real head office, at the tills of a shop: within a round, offline, and over the agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.quoted import Quote
from sync_server.imports import import_file
from sync_server.programmes import publish_programme
from sync_server.stops import REDEMPTION, Target, resume, stop
from terminal.opened import OpenedTill, opened_till
from terminal.session import commands as c
from tests.support.agent import served
from tests.support.counter import gtin
from tests.support.served_office import WAIT_S, ServedOffice, served_office

TEA = gtin(1)
RULES = """
id = "p"
version = 1
name = { ru = "П", en = "P" }

[[campaign]]
id = "ten"
name = { ru = "Десять", en = "Ten" }
reward = { type = "percent", rate_bp = 1000 }
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    rows = tmp_path / "goods.csv"
    rows.write_text(f"code,name,price\n{TEA},Чай,100.00\n", encoding="utf-8")
    with served_office(tmp_path / "office") as at:
        import_file(at.office.store, at.office.identity, "products", rows, at.office.now_ms)
        publish_programme(at.office.store, at.office.identity, RULES, at.office.now_ms)
        yield at


@pytest.fixture
def folder(office: ServedOffice, tmp_path: Path) -> Path:
    """Of a till that has been enrolled."""
    return office.enrol(tmp_path / "till")


def stop_campaign(office: ServedOffice) -> None:
    at = office.office
    stop(at.store, at.identity, Target("ten"), "a wrong price", "anna", at.now_ms)


def round_of(till: OpenedTill) -> None:
    assert till.sync.run_until_idle(WAIT_S)


def quoted(till: OpenedTill) -> Quote:
    till.engine.dispatch(c.VoidReceipt())
    quote = till.engine.dispatch(c.Scan(TEA)).state.quote
    assert isinstance(quote, Quote)
    return quote


def test_a_stop_holds_at_the_till_after_one_round_and_a_resumption_after_the_next(
    office: ServedOffice, folder: Path
) -> None:
    with opened_till(folder, lang="en") as till:
        round_of(till)
        till.engine.dispatch(c.OpenShift("Ольга"))
        assert quoted(till).total_minor == 90_00
        stop_campaign(office)
        round_of(till)
        made = quoted(till)
        assert (made.total_minor, made.stopped) == (100_00, ("ten",))
        resume(office.office.store, office.office.identity, Target("ten"), "", "anna", office.office.now_ms)
        round_of(till)
        assert (quoted(till).total_minor, quoted(till).stopped) == (90_00, ())


def test_a_till_without_a_link_goes_on_until_it_hears(office: ServedOffice, folder: Path) -> None:
    with opened_till(folder, lang="en") as till:
        round_of(till)
        till.engine.dispatch(c.OpenShift("Ольга"))
    with opened_till(folder, lang="en", sync_at_once=False) as alone:
        stop_campaign(office)
        assert quoted(alone).total_minor == 90_00
        alone.sync.start()
        round_of(alone)
        assert quoted(alone).total_minor == 100_00


def test_clients_of_the_agent_are_told_what_is_stopped_and_why(office: ServedOffice, folder: Path) -> None:
    with opened_till(folder, lang="en") as till:
        round_of(till)
    at = office.office
    stop_campaign(office)
    stop(at.store, at.identity, REDEMPTION, "points are counted wrong", "anna", at.now_ms)
    with served(folder) as agent:
        agent.till.sync.start()
        round_of(agent.till)
        assert agent.ask("GET", "/v1/health").json()["stops"] == [
            {"what": "redemption", "campaign_id": "", "reason": "points are counted wrong", "since_ms": at.now_ms},
            {"what": "campaign", "campaign_id": "ten", "reason": "a wrong price", "since_ms": at.now_ms},
        ]
        answer = agent.ask("POST", "/v1/quote", {"lines": [{"code": TEA}]}).json()
        (told,) = [each for each in answer["explanations"] if each["campaign_id"] == "ten"]
        assert (answer["total_minor"], told["outcome"]) == (100_00, "blocked")
        assert told["said"]["text"] == "Stopped by the head office: a wrong price"
