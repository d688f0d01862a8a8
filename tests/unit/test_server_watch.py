"""What Prometheus is told: each figure, and that the alert rules and the documents speak of these and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from sync_server.app import make_app
from sync_server.clock import now_ms
from sync_server.enrol import revoke_terminal
from sync_server.identity import renew_generation
from sync_server.schema import SEGMENT, TERMINAL
from sync_server.settings import Settings
from tests.support.server import TestOffice, hex_id

DOCS = Path(__file__).resolve().parents[2] / "docs"
ALERTS = DOCS / "samples" / "alerts.yml"
SELECTOR = re.compile(r"\b(kopilka_\w+)(?:\{(\w+)=\"(\w+)\"\})?")
HOUR_MS = 3600 * 1000
Samples = dict[tuple[str, str], float]
"""(name, the value of its label or nothing) -> what is said."""


@pytest.fixture
def client(tmp_path):
    """Nothing is applied but by `office.apply`."""
    with TestClient(make_app(Settings(tmp_path, applies=False))) as made:
        yield made


@pytest.fixture
def office(client):
    running = client.app.state.office
    return TestOffice(running.store, running.identity, now_ms())


def said(client) -> Samples:
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name.startswith("kopilka_")]
    return {(sample.name, next(iter(sample.labels.values()), "")): sample.value for sample in samples}


def names(samples: Samples) -> set[str]:
    return {name for name, _ in samples if not name.endswith("_created")}


def test_every_metric_an_alert_asks_for_is_one_that_is_told(client) -> None:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]]
    asked = [selector for rule in rules for selector in SELECTOR.findall(rule["expr"])]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10
    assert all(rule["labels"]["severity"] in ("page", "ticket") for rule in rules)
    told = said(client)
    assert {(name, value) for name, _, value in asked if value} <= set(told)
    assert {name for name, _, _ in asked} <= names(told)


def test_the_document_names_every_metric_and_no_other(client) -> None:
    assert set(re.findall(r"`(kopilka_\w+)", (DOCS / "OPERATIONS.md").read_text("utf-8"))) == names(said(client))


def test_what_waits_is_counted_with_its_age(client, office) -> None:
    assert (said(client)["kopilka_events_behind", ""], said(client)["kopilka_apply_lag_seconds", ""]) == (0, 0)
    till = office.till()
    till.put(till.sale(), till.sale())
    till.put(till.sale())
    office.store.write(lambda tx: tx.execute(update(SEGMENT).values(received_ms=now_ms() - HOUR_MS)))
    told = said(client)
    assert told["kopilka_events_behind", ""] == 3
    assert 3600 <= told["kopilka_apply_lag_seconds", ""] < 3700
    office.apply()
    assert (said(client)["kopilka_events_behind", ""], said(client)["kopilka_apply_lag_seconds", ""]) == (0, 0)


def test_tills_that_fall_silent_are_counted_until_they_are_revoked(client, office) -> None:
    for hours in (0, 2, 30):
        till = office.till()
        seen = {"seen_ms": now_ms() - hours * HOUR_MS}
        office.store.write(
            lambda tx, till=till, seen=seen: tx.execute(
                update(TERMINAL).where(TERMINAL.c.terminal == till.terminal).values(seen)
            )
        )
    told = said(client)
    assert [told["kopilka_tills_silent", over] for over in ("1h", "24h", "7d")] == [2, 1, 0]
    assert told["kopilka_tills", "active"] == 3
    assert abs(told["kopilka_last_contact_timestamp_seconds", ""] - now_ms() / 1000) < 600
    revoke_terminal(office.store, "T3")
    told = said(client)
    assert (told["kopilka_tills", "revoked"], told["kopilka_tills_silent", "24h"]) == (1, 0)


def test_what_a_person_should_look_at_is_counted(client, office) -> None:
    till = office.till()
    account = hex_id("a")
    till.put(till.sale(account=account, receipt_id=hex_id("r")), till.sale(account=account, receipt_id=hex_id("r")))
    till.put(till.back(account_id=account, original_id=hex_id("unknown")), b"{}")
    office.apply()
    told = said(client)
    assert told["kopilka_flags", "receipt_again"] == 1
    assert (told["kopilka_events_waiting", ""], told["kopilka_events_parked", ""]) == (1, 1)


def test_a_process_of_a_generation_that_is_over_says_so(client, office) -> None:
    assert said(client)["kopilka_generation_current", ""] == 1
    renew_generation(office.store, office.random)
    assert said(client)["kopilka_generation_current", ""] == 0


def test_the_snapshot_s_age_the_room_left_and_the_size_are_told(client, office) -> None:
    assert str(said(client)["kopilka_snapshot_age_seconds", ""]) == "nan"
    client.app.state.office.snapshot()
    told = said(client)
    assert 0 <= told["kopilka_snapshot_age_seconds", ""] < 600
    assert told["kopilka_disk_free_bytes", ""] > 0
    assert told["kopilka_database_bytes", ""] > 100_000
    assert (told["kopilka_appliers", ""], told["kopilka_lease_slots_free", ""]) == (1, 0)
