"""The head office and tills of other versions: later events, later fields, a till that is too old to be answered."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select

from loyalty.api import PROTOCOL, PROTOCOL_HEADER
from loyalty.events import canonical
from sync_server import api
from sync_server.rebuilding.past import Sent, events_of
from sync_server.schema import EVENT, RECEIPT, SEGMENT
from sync_server.verifying.verify import verify
from terminal.opened import opened_till
from terminal.session import commands as c
from tests.support.served_office import WAIT_S, ServedOffice, served_office
from tests.support.server import TestOffice


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


def rows(office: TestOffice, table):
    with office.store.read() as tx:
        return tx.execute(select(table)).all()


def later(raw: bytes, **envelope: object) -> bytes:
    """The event as a later version might write it."""
    event = msgspec.json.decode(raw)
    event["body"]["weather"] = {"rain": True}
    event["body"]["receipt"]["mood"] = "sunny"
    return canonical({**event, **envelope})


def test_fields_of_a_later_version_are_passed_over_and_kept_to_the_byte(office) -> None:
    till = office.till()
    raw = later(till.sale(), sent_by="rocket")
    till.put(raw)
    office.apply()
    assert [row.state for row in rows(office, EVENT)] == ["applied"]
    (segment,) = rows(office, SEGMENT)
    with office.store.read() as tx:
        (kept,) = events_of(tx, Sent(segment.tshard, segment.tseq))
    assert kept.raw == raw
    assert verify(office.store).sound


def test_an_event_of_a_later_version_is_stored_and_put_aside_and_those_behind_it_go_on(office) -> None:
    till = office.till()
    stored = till.put(later(till.sale(), v=2), till.sale())
    office.apply()
    assert stored.reply.acked.seq == 2
    assert sorted(row.state for row in rows(office, EVENT)) == ["applied", "parked"]
    assert len(rows(office, RECEIPT)) == 1


@pytest.fixture
def served(tmp_path: Path):
    with served_office(tmp_path / "office") as made:
        yield made


def test_a_till_too_old_to_be_answered_sells_sends_its_receipts_and_shows_what_to_do(
    served: ServedOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = served.enrol(tmp_path / "till")
    monkeypatch.setattr(api, "OLDEST_TILL", PROTOCOL + 1)
    with opened_till(folder, lang="en") as till:
        till.engine.dispatch(c.OpenShift("Ольга"))
        till.sync.run_until_idle(WAIT_S)
        status = till.sync.status()
        assert status.trouble is not None
        assert (status.trouble.code, till.store.journal.pending_count()) == ("link.version", 0)
        assert till.engine.call(lambda: till.engine.view().link.problem) == status.trouble
        monkeypatch.undo()
        assert till.sync.run_until_idle(WAIT_S)
        assert till.sync.status().trouble is None
    served.office.apply()
    assert len(rows(served.office, EVENT)) == 1


@pytest.mark.parametrize("path", ["/v1/heads", "/v1/snapshot", "/v1/receipts/T1-000001"])
def test_the_refusal_names_the_versions_that_are_spoken(
    served: ServedOffice, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(api, "OLDEST_TILL", PROTOCOL)
    refused = httpx.get(f"{served.url}{path}", headers={PROTOCOL_HEADER: str(PROTOCOL - 1)}, trust_env=False)
    assert (refused.status_code, refused.json()["code"]) == (426, "version")
    assert f"versions {PROTOCOL} to {PROTOCOL}" in refused.json()["detail"]
    assert refused.headers[PROTOCOL_HEADER] == str(PROTOCOL)


def test_nobody_is_enrolled_who_could_not_be_answered(served: ServedOffice, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(api, "OLDEST_TILL", PROTOCOL + 1)
    with pytest.raises(Exception, match=r"link\.refused") as refused:
        served.enrol(tmp_path / "till")
    assert "update the terminal" in str(refused.value.said.args["detail"])  # type: ignore[attr-defined]
    assert not (tmp_path / "till" / "identity.json").exists()


def test_a_request_of_a_till_that_is_newer_is_answered_in_the_version_spoken_here(served: ServedOffice) -> None:
    answer = httpx.get(f"{served.url}/v1/heads", headers={PROTOCOL_HEADER: str(PROTOCOL + 5)}, trust_env=False)
    assert (answer.status_code, answer.headers[PROTOCOL_HEADER]) == (401, str(PROTOCOL))
