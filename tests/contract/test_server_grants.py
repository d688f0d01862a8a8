"""Statuses given by hand at the head office, over SQLite and PostgreSQL alike: to tills, on record, taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import pytest
from sqlalchemy import select

from loyalty.codes import card_number
from loyalty.errors import KopilkaError
from loyalty.events import bucket_of
from loyalty.feed import BalanceRow
from loyalty.sentences import say
from loyalty.statuses.progress import MAX_GRANTS, Grant
from sync_server.csv_rows import Row
from sync_server.demo_data import publish_demo
from sync_server.grants import MAX_REASON_CHARS, account_of_card, grant_status, read_acts, withdraw_status
from sync_server.heads import Place, take_numbers
from sync_server.imports import import_rows
from sync_server.programmes import read_rules
from sync_server.schema import FEED
from sync_server.words import SENTENCES
from tests.support.server import T0_MS, TestOffice

CARD = card_number("2990000", 1)
TODAY = "2026-11-22"
"""T0_MS in Moscow, by the programme's time zone."""


@pytest.fixture
def office(office):
    publish_demo(office.store, office.identity)
    import_rows(office.store, office.identity, "members", [Row(2, {"card": CARD, "points": "7"})], T0_MS)
    return office


def row(office: TestOffice) -> BalanceRow:
    account, table = account_of_card(office.store, CARD), FEED["bal"]
    with office.store.read() as tx:
        query = select(table.c.body).where(table.c.bucket == bucket_of(account), table.c.key == account)
        return msgspec.json.decode(tx.execute(query).scalar_one(), type=BalanceRow)


def grant(office: TestOffice, status: str = "driver", last: str = "", reason: str = "Победа", at_ms: int = T0_MS):
    return grant_status(office.store, account_of_card(office.store, CARD), status, last, reason, "anna", at_ms)


def withdraw(office: TestOffice, status: str = "driver", last: str | None = None, at_ms: int = T0_MS + 1):
    return withdraw_status(office.store, account_of_card(office.store, CARD), status, last, "ошибка", "oleg", at_ms)


def status_on(office: TestOffice, date: str) -> str:
    return read_rules(office.store).status_on(row(office), date)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(KopilkaError) as raised:
        work()
    assert say(raised.value.said, "ru", SENTENCES) != say(raised.value.said, "en", SENTENCES)
    return raised.value.code


def test_a_status_given_holds_from_today_to_its_last_day_and_leaves_the_points_alone(office):
    assert grant(office, last="2027-01-31") == Grant("driver", TODAY, "2027-01-31", by_hand=True)
    days = ("2026-11-21", TODAY, "2027-01-31", "2027-02-01")
    assert [status_on(office, day) for day in days] == ["novice", "driver", "driver", "novice"]
    assert row(office).wallets == {"main": 7}


def test_without_a_date_it_holds_to_the_end_of_the_next_season(office):
    grant(office)
    assert [status_on(office, day) for day in ("2028-05-31", "2028-06-01")] == ["driver", "novice"]


def test_it_travels_as_a_change_of_the_balance(office):
    account = account_of_card(office.store, CARD)
    place: Place = (bucket_of(account), "bal")
    before = office.store.write(lambda tx: take_numbers(tx, {place: 0}), place[0])[place]
    grant(office)
    after = office.store.write(lambda tx: take_numbers(tx, {place: 0}), place[0])[place]
    assert after[0] == before[0] + 1


def test_what_is_withdrawn_is_gone_and_both_acts_stay_on_record(office):
    grant(office)
    assert withdraw(office) == (Grant("driver", TODAY, "", by_hand=True),)
    assert (row(office).progress.grants, status_on(office, TODAY)) == ((), "novice")
    with office.store.read() as tx:
        acts = read_acts(tx, account_of_card(office.store, CARD))
    assert [(act.act, act.grant.status, act.reason, act.who) for act in acts] == [
        ("withdrawn", "driver", "ошибка", "oleg"), ("granted", "driver", "Победа", "anna"),
    ]  # fmt: skip
    assert refusal(lambda: withdraw(office)) == "grant.none"


def test_only_the_one_with_that_date_is_withdrawn_where_it_is_named(office):
    grant(office, last="2027-01-31")
    grant(office, last="2027-03-31")
    withdraw(office, last="2027-01-31")
    assert [each.last_date for each in row(office).progress.grants] == ["2027-03-31"]


def test_a_status_that_was_brought_along_is_not_withdrawn_by_hand(office, tmp_path):
    other = card_number("2990000", 2)
    import_rows(office.store, office.identity, "members", [Row(2, {"card": other, "status": "driver"})], T0_MS)
    account = account_of_card(office.store, other)
    work = lambda: withdraw_status(office.store, account, "driver", None, "ошибка", "oleg", T0_MS)  # noqa: E731
    assert refusal(work) == "grant.none"


def test_what_cannot_be_granted_is_said(office):
    assert refusal(lambda: grant(office, status="boss")) == "grant.status"
    assert refusal(lambda: grant(office, status="novice")) == "grant.lowest"
    assert refusal(lambda: grant(office, last="31.01.2027")) == "grant.date"
    assert refusal(lambda: grant(office, last="2026-11-21")) == "grant.past"
    assert grant(office, last=TODAY).last_date == TODAY
    assert refusal(lambda: grant(office, last=TODAY)) == "grant.again"
    assert refusal(lambda: account_of_card(office.store, card_number("2990000", 9))) == "grant.no_member"


def test_a_reason_has_three_characters_to_the_limit(office):
    for reason in ("", "  ab  ", "x" * (MAX_REASON_CHARS + 1)):
        assert refusal(partial(grant, office, reason=reason)) == "grant.reason"
    grant(office, reason="abc")
    grant(office, status="master", reason="x" * MAX_REASON_CHARS)


def test_so_many_hold_at_once_and_those_that_are_over_make_room(office):
    for number in range(MAX_GRANTS):
        grant(office, last=f"2026-12-{number + 1:02d}")
    assert refusal(lambda: grant(office, last="2027-01-01")) == "grant.many"
    ten_days_later = T0_MS + 10 * 24 * 3_600_000
    grant(office, last="2027-01-01", at_ms=ten_days_later)
    assert [each.last_date for each in row(office).progress.grants] == [
        *(f"2026-12-{day:02d}" for day in range(2, MAX_GRANTS + 1)), "2027-01-01",
    ]  # fmt: skip
