"""Points held at the head office for a sale, over SQLite and PostgreSQL alike: taken, given back, captured, over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from loyalty.api import HoldReply
from loyalty.events import bucket_of
from sync_server import holds as holds_module
from sync_server.hold_ends import KEPT_MS, end_holds
from sync_server.holds import MAX_LIVING, MAX_POINTS, MAX_TTL_S, MAX_WALLETS
from sync_server.rebuilding.rebuild import rebuild
from sync_server.refusals import Refused
from sync_server.schema import FLAG, HOLD
from sync_server.verifying.verify import verify
from tests.support.held import (
    ANNA,
    BORIS,
    CARDS,
    ONE,
    THREE,
    TTL_S,
    TWO,
    balance,
    flags,
    row,
    sound,
    spend,
    state,
    take,
    void,
)
from tests.support.server import T0_MS, TestOffice, Till, hex_id


@pytest.fixture
def till(office: TestOffice) -> Till:
    """Anna and Boris, each with 100 points."""
    made = office.till("first")
    for member, card in CARDS.items():
        event, _ = made.enrolled(member, card)
        made.put(event, made.sale(account=member, earned=100))
    office.apply()
    return made


def test_what_is_held_cannot_be_held_again_and_tills_are_told(office, till):
    other = office.till("second")
    assert take(till, 60) == HoldReply("held", good_for_s=TTL_S)
    assert row(office).held == {till.terminal: {"main": 60}}
    assert take(other, 41, TWO) == HoldReply("short", available={"main": 40})
    assert take(other, 40, TWO).state == "held"
    assert row(office).held == {till.terminal: {"main": 60}, other.terminal: {"main": 40}}
    assert take(other, 1, THREE) == HoldReply("short")
    assert balance(office, ANNA) == 100
    sound(office)


def test_a_hold_asked_for_again_is_the_same_hold_and_with_another_body_is_refused(office, till):
    take(till, 60)
    assert take(till, 60, at_ms=T0_MS + 10_000) == HoldReply("held", good_for_s=TTL_S - 10)
    assert row(office).held == {till.terminal: {"main": 60}}
    for other in ({"points": 61}, {"ttl_s": TTL_S + 1}, {"member": BORIS}):
        with pytest.raises(Refused) as refused:
            take(till, **other)
        assert (refused.value.status, refused.value.reply.code) == (409, "other_body")
    with pytest.raises(Refused) as refused:
        take(office.till("second"), 60)
    assert refused.value.reply.code == "other_body"


def test_a_hold_given_back_frees_the_points_and_is_never_taken_again(office, till):
    take(till, 60)
    assert void(till) == HoldReply("voided")
    assert row(office).held == {}
    assert take(office.till("second"), 100, TWO).state == "held"
    assert void(till) == HoldReply("voided")
    assert take(till, 60) == HoldReply("voided")
    sound(office)


def test_a_hold_given_back_before_its_own_request_came_is_not_taken(office, till):
    assert void(till) == HoldReply("voided")
    assert take(till, 60) == HoldReply("voided")
    assert row(office).held == {}


def test_a_till_cannot_give_back_another_till_s_hold(office, till):
    take(till, 60)
    with pytest.raises(Refused) as refused:
        void(office.till("second"))
    assert (refused.value.status, refused.value.reply.code) == (404, "unknown")
    assert row(office).held == {till.terminal: {"main": 60}}


def test_a_receipt_captures_the_hold_it_names_and_what_it_did_not_spend_is_free(office, till):
    take(till, 60)
    spend(till, 45)
    assert (balance(office, ANNA), row(office).held, state(office)) == (55, {}, "captured")
    assert take(till, 60) == HoldReply("captured")
    assert void(till) == HoldReply("captured")
    assert take(office.till("second"), 55, TWO).state == "held"
    assert flags(office) == []
    sound(office)


def test_a_hold_is_over_by_the_clock_alone(office, till):
    take(till, 60)
    other, end_ms = office.till("second"), T0_MS + TTL_S * 1000
    assert take(other, 100, TWO, at_ms=end_ms - 1).state == "short"
    assert take(other, 100, TWO, at_ms=end_ms).state == "held"
    assert take(till, 60, at_ms=end_ms) == void(till, at_ms=end_ms) == HoldReply("expired")


def test_the_clean_up_tells_tills_what_the_clock_has_ended_and_a_day_later_forgets_it(office, till):
    take(till, 60)
    end_ms = T0_MS + TTL_S * 1000
    assert end_holds(office.store, end_ms - 1) == 0
    assert end_holds(office.store, end_ms) == 1
    assert (row(office).held, state(office)) == ({}, "expired")
    assert end_holds(office.store, end_ms + KEPT_MS - 1) == 0
    assert end_holds(office.store, end_ms + KEPT_MS) == 1
    assert state(office) == ""
    sound(office)


def test_a_late_capture_of_points_that_are_there_is_booked_and_nothing_more(office, till):
    take(till, 60, at_ms=T0_MS - TTL_S * 1000)
    spend(till, 60)
    assert (balance(office, ANNA), flags(office), state(office)) == (40, [], "expired")


def test_a_late_capture_of_points_that_are_gone_is_booked_and_flagged_never_lost(office, till):
    take(till, 60, at_ms=T0_MS - TTL_S * 1000)
    other = office.till("second")
    take(other, 100, TWO)
    spend(other, 100, TWO)
    assert flags(office) == []
    spend(till, 60)
    assert (balance(office, ANNA), flags(office)) == (-60, ["hold_overdrawn"])
    sound(office)


def test_a_late_capture_that_eats_into_what_another_till_holds_is_flagged(office, till):
    take(till, 60, at_ms=T0_MS - TTL_S * 1000)
    other = office.till("second")
    take(other, 100, TWO)
    spend(till, 60)
    with office.store.read() as tx:
        detail = tx.execute(select(FLAG.c.detail)).scalar_one()
    assert detail.endswith(": short of main 60")
    spend(other, 100, TWO)
    assert (balance(office, ANNA), flags(office)) == (-60, ["hold_overdrawn"])


@pytest.mark.parametrize("ended", ["voided", "captured"])
def test_a_second_end_of_a_hold_changes_nothing_of_the_first(office, till, ended):
    take(till, 60)
    void(till) if ended == "voided" else spend(till, 60)
    left = balance(office, ANNA)
    spend(till, 60)
    assert (state(office), row(office).held, balance(office, ANNA)) == (ended, {}, left - 60)
    assert flags(office) == ([] if ended == "voided" else ["hold_overdrawn"])


def test_a_receipt_that_spends_more_than_its_hold_ends_it_and_is_flagged_where_points_lack(office, till):
    take(till, 60)
    spend(till, 130)
    assert (state(office), row(office).held) == ("captured", {})
    assert (balance(office, ANNA), flags(office)) == (-30, ["hold_overdrawn"])


def test_a_hold_named_by_another_till_s_receipt_stays(office, till):
    take(till, 60)
    spend(office.till("second"), 20)
    assert (state(office), row(office).held, flags(office)) == ("held", {till.terminal: {"main": 60}}, [])


def test_a_new_amount_takes_the_place_of_the_old_hold_in_one_step(office, till):
    other = office.till("second")
    take(till, 60)
    assert take(other, 50, THREE).state == "short"
    assert take(till, 90, TWO, replaces=ONE).state == "held"
    assert (row(office).held, state(office)) == ({till.terminal: {"main": 90}}, "voided")
    assert take(till, 101, THREE, replaces=TWO) == HoldReply("short", available={"main": 100})
    assert (row(office).held, state(office, TWO)) == ({till.terminal: {"main": 90}}, "held")
    assert take(other, 20, hex_id("four"), replaces=TWO) == HoldReply("short", available={"main": 10})


def test_each_wallet_must_have_what_is_asked_of_it(office, till):
    assert take(till, {"main": 60, "stars": 1}) == HoldReply("short", available={"main": 100})
    assert row(office).held == {}


def test_of_two_tills_that_ask_at_once_one_gets_the_points(office, till, monkeypatch):
    """All would have read before the first writes, were the row not held."""
    tills = [till, *(office.till(f"t{number}") for number in range(5))]
    all_have_read, read = threading.Barrier(len(tills)), holds_module._held

    def read_together(*given):
        found = read(*given)
        with suppress(threading.BrokenBarrierError):
            all_have_read.wait(0.3)
        return found

    monkeypatch.setattr(holds_module, "_held", read_together)
    with ThreadPoolExecutor(len(tills)) as pool:
        answers = list(pool.map(lambda of: take(of[1], 60, hex_id("at once", of[0])), enumerate(tills)))
    assert sorted(answer.state for answer in answers) == ["held", *["short"] * 5]
    assert sum(points["main"] for points in row(office).held.values()) == 60
    sound(office)


def test_what_is_no_hold_is_refused_and_the_limits_hold(office, till):
    wallets = {f"w{number}": 1 for number in range(MAX_WALLETS + 1)}
    bad: list[dict[str, Any]] = [
        {"points": 0}, {"points": MAX_POINTS + 1}, {"points": {}}, {"points": wallets}, {"points": {"": 1}},
        {"points": {"w" * 65: 1}}, {"ttl_s": 0}, {"ttl_s": MAX_TTL_S + 1}, {"id": "x"}, {"account": ANNA[:-1]},
        {"member": ANNA.upper()}, {"replaces": "one"},
    ]  # fmt: skip
    for asked in bad:
        with pytest.raises(Refused) as refused:
            take(till, **asked)
        assert (refused.value.status, refused.value.reply.code) == (400, "bad_request")
    assert take(till, MAX_POINTS, ttl_s=MAX_TTL_S).state == "short"
    assert take(till, dict(list(wallets.items())[:MAX_WALLETS])).state == "short"
    for number in range(MAX_LIVING):
        assert take(till, 1, hex_id(number)).state == "held"
    with pytest.raises(Refused) as refused:
        take(till, 1, at_ms=T0_MS + 1500)
    assert (refused.value.status, refused.value.reply.code, refused.value.retry_after_s) == (429, "wait", TTL_S - 1)
    assert take(till, 1, replaces=hex_id(0)).state == "held"


def test_of_an_account_nobody_knows_nothing_is_held_or_remembered(office, till):
    assert take(till, 1, account=hex_id("nobody")) == HoldReply("short")
    assert void(till, account=hex_id("nobody")) == HoldReply("voided")
    with office.store.read() as tx:
        assert tx.execute(select(HOLD)).all() == []


def test_the_books_worked_out_again_are_the_same_with_holds_in_them(office, till, tmp_path):
    take(till, 60)
    take(till, 30, TWO)
    spend(till, 60)
    assert rebuild(office.store, tmp_path, T0_MS).same


def test_a_balance_that_tells_another_hold_is_found(office, till):
    take(till, 60)
    with office.store.begin(bucket_of(ANNA)) as tx:
        tx.execute(HOLD.update().where(HOLD.c.bucket == bucket_of(ANNA)).values(points='{"main":61}'))
    assert [each.code for each in verify(office.store).findings] == ["verify.held"]
    with office.store.begin(bucket_of(ANNA)) as tx:
        mine = HOLD.c.bucket == bucket_of(ANNA)
        tx.execute(HOLD.update().where(mine).values(points='{"main":60}', receipt_id="r"))
    assert [each.code for each in verify(office.store).findings] == ["verify.hold"]
