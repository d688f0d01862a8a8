"""Consents at the head office: which holds, whatever way a word comes, in whatever order, to whatever bucket.

Over PostgreSQL some of these are run by `test_server_routed`.
"""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from loyalty.consents import Said
from loyalty.errors import NotNow
from loyalty.events import Consent, ConsentChanged, MemberEnrolled, bucket_of
from sync_server.consents import withdraw
from sync_server.console.member_facts import read_member
from sync_server.find_member import Place
from sync_server.schema import CONSENT, FEED
from tests.support.families import ANNA, BORIS, CARDS, VERA, check, enrol, family, ident_of, merge
from tests.support.server import T0_MS, TestOffice, Till, hex_id, opened_office


@pytest.fixture
def office(tmp_path):
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as made:
        yield made


def said(till: Till, member: str, given: bool, at: int, account: str = "", version: str = "1") -> bytes:
    consent = Consent("advertising", version, given)
    return till.event(ConsentChanged(member, account or member, consent, "anna"), at_ms=T0_MS + at)


def held(office: TestOffice, member: str) -> dict[str, Said]:
    return ident_of(office, CARDS[member]).consents


def advertising(given: bool, at: int, version: str = "1") -> dict[str, Said]:
    return {"advertising": Said(version, T0_MS + at, given)}


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_in_whatever_order_words_come_the_last_one_holds_and_of_one_moment_the_withdrawal(office, order):
    tills = [office.till(f"till {number}") for number in range(3)]
    enrol(tills[0], ANNA)
    office.apply()
    words = [(True, 10), (False, 20), (True, 20)]
    for place in order:
        tills[place].put(said(tills[place], ANNA, *words[place]))
        office.apply()
    assert held(office, ANNA) == advertising(False, 20)


def test_a_word_that_comes_before_its_member_holds_once_the_member_is_there(office):
    late, early = office.till(), office.till("early")
    early.put(said(early, ANNA, True, 10))
    office.apply()
    consents = (Consent("processing", "2", True), Consent("advertising", "2", False))
    body = MemberEnrolled(ANNA, ANNA, CARDS[ANNA], "novice", "00", consents, "anna", "S1")
    late.put(late.event(body))
    office.apply()
    assert held(office, ANNA) == {"processing": Said("2", T0_MS, True), **advertising(True, 10)}
    check(office)


def test_a_word_of_one_who_shares_an_account_holds_where_the_member_is_kept(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    office.apply()
    account = family(office, ANNA, BORIS, VERA)
    assert bucket_of(account) not in {bucket_of(each) for each in (ANNA, BORIS, VERA)}, "what follows crosses buckets"
    till.put(*(said(till, each, True, 10, account) for each in (ANNA, BORIS)), said(till, ANNA, False, 20, account))
    office.apply()
    assert (held(office, ANNA), held(office, BORIS), held(office, VERA)) == (
        advertising(False, 20), advertising(True, 10), {},
    )  # fmt: skip
    facts = read_member(office.store, ANNA)
    assert facts is not None
    assert [(line.given, line.at_ms) for line in facts.consents] == [(False, T0_MS + 20), (True, T0_MS + 10)]
    check(office)


def test_a_late_word_of_one_who_was_merged_holds_for_the_one_who_was_kept(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(said(till, VERA, True, 10))
    office.apply()
    merge(office, CARDS[BORIS], CARDS[VERA])
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert held(office, ANNA) == advertising(True, 10)
    till.put(said(till, VERA, False, 20))
    office.apply()
    assert held(office, ANNA) == advertising(False, 20)
    facts = read_member(office.store, ANNA)
    assert facts is not None
    assert [(line.given, line.withdraws) for line in facts.consents] == [(False, True), (True, False)]
    check(office)


def test_a_word_said_again_by_another_event_changes_no_row(office):
    till = office.till()
    enrol(till, ANNA)
    till.put(said(till, ANNA, True, 10))
    office.apply()
    row = select(FEED["ident"].c.change_seq).where(FEED["ident"].c.key == ANNA)
    with office.store.read() as tx:
        before = tx.execute(row).scalar_one()
    till.put(said(till, ANNA, True, 10), said(till, ANNA, False, 5))
    office.apply()
    with office.store.read() as tx:
        assert tx.execute(row).scalar_one() == before
        assert len(tx.execute(select(CONSENT)).all()) == 3, "as proof each stays"


def test_a_withdrawal_at_the_head_office_is_later_than_what_it_withdraws(office):
    till, place = office.till(), Place(ANNA, ANNA)
    enrol(till, ANNA)
    till.put(said(till, ANNA, True, 200_000, version="7"))
    office.apply()
    withdraw(office.store, place, "advertising", "olga", T0_MS, hex_id("act"))
    assert held(office, ANNA) == advertising(False, 200_001, "7")
    with pytest.raises(NotNow):
        withdraw(office.store, place, "advertising", "olga", T0_MS + 300_000, hex_id("act", 2))
