"""Emergency stops at the head office: what may be stopped, the row tills get, the record, publishing meanwhile."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from loyalty.errors import BadInput, NotNow
from loyalty.feed import ProgrammeRow
from loyalty.stops import MAX_REASON_CHARS, MAX_STOPS, NO_STOPS, Stop, Stops
from loyalty.stops_told import STOPS_KEY, read_stops
from sync_server.budgets import published_programme
from sync_server.cli import app
from sync_server.feed import read_delta, read_heads
from sync_server.programmes import publish_programme, read_published
from sync_server.schema import STOP_ACT
from sync_server.stops import REDEMPTION, Act, Target, read_acts, resume, stop, stops_in_force
from terminal.offline_queue.keys import signed_by
from tests.support.server import opened_office

CAMPAIGN = '[[campaign]]\nid = "{}"\nname = {{ ru = "А", en = "A" }}\nreward = {{ type = "percent", rate_bp = 1000 }}\n'


def document(version: int, *campaigns: str) -> str:
    head = f'id = "p"\nversion = {version}\nname = {{ ru = "П", en = "P" }}\n'
    return head + "".join(CAMPAIGN.format(each) for each in campaigns)


@pytest.fixture
def office(office):
    publish_programme(office.store, office.identity, document(1, "ten", "five"), 1)
    return office


def put_out(office, target, reason="a wrong price", now_ms=1_000):
    return stop(office.store, office.identity, target, reason, "anna", now_ms)


def put_in(office, target, now_ms=2_000):
    return resume(office.store, office.identity, target, "", "anna", now_ms)


def row_of(office) -> ProgrammeRow:
    page = read_delta(office.store, office.identity.gen, "t1", "programmes", 0, 0, office.identity.gen)
    (row,) = [each for each in page.rows if each.key == STOPS_KEY]
    return msgspec.json.decode(row.body, type=ProgrammeRow)


def test_a_stop_reaches_the_feed_signed_and_moves_its_head(office) -> None:
    before = read_heads(office.store, office.identity.gen, 1).streams["programmes"][0].seq
    assert put_out(office, Target("ten")) == Stops({"ten": Stop("a wrong price", 1_000)})
    row, after = row_of(office), read_heads(office.store, office.identity.gen, 1).streams["programmes"][0].seq
    public = office.identity.signer.public_key().public_bytes_raw().hex()
    assert signed_by(public, row.signature, row.document.encode())
    assert (after, row.version, read_stops(row)) == (before + 1, 1, stops_in_force(office.store))


def test_stops_are_put_beside_one_another_and_taken_back_one_by_one(office) -> None:
    put_out(office, Target("ten"))
    put_out(office, REDEMPTION, "points are counted wrong", 1_500)
    assert stops_in_force(office.store).redemption == Stop("points are counted wrong", 1_500)
    assert put_in(office, Target("ten")) == Stops(redemption=Stop("points are counted wrong", 1_500))
    assert put_in(office, REDEMPTION) == NO_STOPS == stops_in_force(office.store)
    assert row_of(office).version == 4


def test_every_act_stays_on_record(office) -> None:
    put_out(office, Target("ten"))
    put_in(office, Target("ten"))
    assert read_acts(office.store) == (
        Act(2, 2_000, "resumed", Target("ten"), "", "anna"),
        Act(1, 1_000, "stopped", Target("ten"), "a wrong price", "anna"),
    )


def test_a_stop_outlives_new_versions_of_the_programme(office) -> None:
    put_out(office, Target("ten"))
    publish_programme(office.store, office.identity, document(2, "ten"), 3)
    assert stops_in_force(office.store) == Stops({"ten": Stop("a wrong price", 1_000)})


def test_the_row_is_nobodys_programme(office) -> None:
    for _ in range(3):
        put_out(office, Target("ten"))
        put_in(office, Target("ten"))
    found = read_published(office.store)
    assert found is not None
    assert (found.id, found.version) == ("p", 1) == (published_programme(office.store).id, 1)


def test_what_is_stopped_is_not_stopped_twice_and_what_is_not_is_not_resumed(office) -> None:
    put_out(office, Target("ten"))
    with pytest.raises(NotNow, match=r"stop\.already"):
        put_out(office, Target("ten"), "again")
    with pytest.raises(NotNow, match=r"stop\.none"):
        put_in(office, Target("five"))
    with office.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(STOP_ACT)).scalar_one() == 1


def test_a_campaign_nobody_has_is_refused_with_those_there_are(office) -> None:
    with pytest.raises(BadInput) as refused:
        put_out(office, Target("tne"))
    assert refused.value.said.args == {"campaign_id": "tne", "known": "ten, five"}


@pytest.mark.parametrize("reason", ["", "  ab  ", "two\nlines", "r" * (MAX_REASON_CHARS + 1)])
def test_a_reason_is_one_line_of_some_words(office, reason) -> None:
    with pytest.raises(BadInput, match=r"stop\.reason"):
        put_out(office, REDEMPTION, reason)
    assert stops_in_force(office.store) == NO_STOPS


def test_the_longest_reason_is_taken(office) -> None:
    put_out(office, REDEMPTION, "r" * MAX_REASON_CHARS)


def test_so_many_campaigns_are_stopped_and_no_more(office) -> None:
    names = [f"c{number}" for number in range(MAX_STOPS + 1)]
    publish_programme(office.store, office.identity, document(2, *names), 2)
    for name in names[:-1]:
        put_out(office, Target(name))
    with pytest.raises(NotNow, match=r"stop\.many"):
        put_out(office, Target(names[-1]))
    put_out(office, REDEMPTION)


@pytest.mark.parametrize(("lang", "since"), [("ru", "22.11.2026 12:00"), ("en", "22 Nov 2026 12:00")])
def test_the_list_says_since_when_by_the_shops_clock_as_people_write_it(tmp_path, monkeypatch, lang, since) -> None:
    place = ("--data", str(tmp_path), "--database", f"sqlite:///{tmp_path / 'office.db'}")
    with opened_office(place[3]) as made:
        publish_programme(made.store, made.identity, document(1, "ten"), 1)
        put_out(made, Target("ten"), now_ms=1_795_338_000_000)  # 9:00 UTC, and three hours more in Moscow
    monkeypatch.setenv("KOPILKA_LANG", lang)
    assert CliRunner().invoke(app, ["stop", "list", *place]).output == f"ten: {since}, a wrong price\n"
