"""Holds of accounts that move: they go along, are captured and given back where they went."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from sqlalchemy import select

from loyalty.api import HoldReply
from loyalty.events import bucket_of
from sync_server import effects
from sync_server import holds as holds_module
from sync_server.carrying import Carried
from sync_server.families import create_family, leave_family
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.refusals import Refused
from sync_server.schema import EFFECT_OUT
from tests.support.held import ANNA, BORIS, CARDS, TTL_S, TWO, balance, flags, row, sound, spend, state, take, void
from tests.support.server import T0_MS, TestOffice, Till


@pytest.fixture
def till(office: TestOffice) -> Till:
    """Anna and Boris, each with 100 points."""
    made = office.till("first")
    for member, card in CARDS.items():
        event, _ = made.enrolled(member, card)
        made.put(event, made.sale(account=member, earned=100))
    office.apply()
    return made


def wish(office: TestOffice) -> Wish:
    return Wish("owner", T0_MS, office.random)


def family_of_both(office: TestOffice) -> str:
    """The account they share from now on."""
    cards = [CARDS[ANNA], CARDS[BORIS]]
    return create_family(office.store, office.identity, wish(office), cards)[0].ident.account_id


def test_a_hold_goes_along_with_an_account_that_moves_and_is_captured_there(office, till):
    take(till, 60)
    family = family_of_both(office)
    office.apply()
    assert (row(office).held, row(office, family).held) == ({}, {till.terminal: {"main": 60}})
    other = office.till("second")
    assert take(other, 141, TWO, account=family) == HoldReply("short", available={"main": 140})
    assert take(other, 140, TWO, account=BORIS).state == "held"
    spend(till, 60)  # the till has not heard of the family
    assert (balance(office, family), state(office, account=family)) == (140, "captured")
    assert (row(office, family).held, flags(office)) == ({other.terminal: {"main": 140}}, [])
    assert take(till, 60) == void(till) == HoldReply("captured")
    sound(office)


def test_a_hold_of_an_account_that_moved_is_given_back_where_it_went(office, till):
    take(till, 60)
    merge_members(office.store, office.identity, wish(office), CARDS[BORIS], CARDS[ANNA])
    office.apply()
    assert row(office, BORIS).held == {till.terminal: {"main": 60}}
    assert void(till) == HoldReply("voided")
    assert (row(office, BORIS).held, state(office, account=BORIS)) == ({}, "voided")
    sound(office)


def test_a_hold_stays_with_the_family_when_the_member_leaves(office, till):
    family = family_of_both(office)
    office.apply()
    take(till, 60, account=family)
    leave_family(office.store, office.identity, wish(office), CARDS[ANNA])
    spend(till, 60, account=family)
    assert (balance(office, family), state(office, account=family), row(office, family).held) == (140, "captured", {})
    sound(office)


def test_a_late_capture_at_an_account_that_moved_is_flagged_where_its_points_went(office, till):
    take(till, 60, at_ms=T0_MS - TTL_S * 1000)
    family = family_of_both(office)
    office.apply()
    other = office.till("second")
    take(other, 200, TWO, account=family)
    spend(other, 200, TWO, account=family)
    spend(till, 60)
    assert (balance(office, family), flags(office)) == (-60, ["hold_overdrawn"])
    sound(office)


def test_a_capture_that_overtakes_its_hold_on_the_way_to_another_account_ends_it(office, till):
    """Effects of one round are applied in the order of their ids, which says nothing of what happened first."""
    take(till, 60)
    with (
        patch("sync_server.rounds.apply_effects", return_value=0),
        patch("sync_server.member_changes.apply_effects", return_value=0),
    ):
        account = family_of_both(office)
        spend(till, 60)
    with office.store.read() as tx:
        sent = tx.execute(select(EFFECT_OUT).where(EFFECT_OUT.c.bucket == bucket_of(ANNA))).all()
    late = {row.effect_id for row in sent if carried(row.body).holds}
    assert len(late) == 1
    assert any(carried(row.body).captures for row in sent)
    apply_effects_but(office, late)
    assert state(office, account=account) == "captured"
    office.apply()
    assert (balance(office, account), state(office, account=account), row(office, account).held) == (
        140,
        "captured",
        {},
    )
    sound(office)


def carried(body: bytes) -> Carried:
    return msgspec.json.decode(body, type=Carried)


def apply_effects_but(office: TestOffice, late: set[str]) -> None:
    """One round without these."""
    sent = effects._read_sent

    def without(*of: Any) -> list[Any]:
        return [each for each in sent(*of) if each.effect.effect_id not in late]

    with patch.object(effects, "_read_sent", without):
        office.apply()


def test_nothing_is_taken_where_the_account_stays_on_its_way(office, till):
    gone = holds_module._Moved(ANNA)
    with patch.object(holds_module, "_take", return_value=gone), pytest.raises(Refused) as refused:
        take(till)
    assert (refused.value.status, refused.value.reply.code) == (503, "busy")
