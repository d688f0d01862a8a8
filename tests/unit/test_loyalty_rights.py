"""Spending rights: what a receipt may spend without the head office, and why no more."""

import pytest
from msgspec import structs

from loyalty.rights import DAY_S, Held, Offline, SpentRight, allowance, picked, spent_rights

CREDIT = Offline(member_max_points=50, till_max_points=100)


def may(held=None, *, offline=CREDIT, receipt=30, found=None, by="card", age_s=0, taken=0):
    made = allowance(
        offline, receipt, receipt if found is None else found, by, held or Held(), age_s, taken_points=taken
    )
    return made.points, made.said.code


@pytest.mark.parametrize(
    ("member", "till", "taken", "points", "code"),
    [
        (0, 0, 0, 30, "redeem.offline"),
        (20, 20, 0, 30, "redeem.offline"),
        (21, 21, 0, 29, "rights.member"),
        (50, 50, 0, 0, "rights.member"),
        (60, 60, 0, 0, "rights.member"),
        (0, 70, 0, 30, "redeem.offline"),
        (0, 71, 0, 29, "rights.till"),
        (0, 100, 0, 0, "rights.till"),
        (0, 0, 10, 20, "redeem.offline"),
        (45, 45, 4, 1, "rights.member"),
        (0, 99, 1, 0, "rights.till"),
        (0, 0, 30, 0, "redeem.offline_none"),
    ],
)
def test_the_tightest_limit_holds_and_is_told(member, till, taken, points, code):
    assert may(Held(member, till), taken=taken) == (points, code)


def test_without_limits_of_their_own_a_member_has_one_receipt_and_a_till_twenty():
    plain = Offline()
    assert may(Held(1, 1), offline=plain) == (29, "rights.member")
    assert may(Held(0, 570), offline=plain) == (30, "redeem.offline")
    assert may(Held(0, 571), offline=plain) == (29, "rights.till")


def test_a_programme_may_give_no_rights():
    assert may(offline=Offline("none")) == (0, "redeem.offline_none")


@pytest.mark.parametrize(("age_s", "points"), [(7 * DAY_S, 30), (7 * DAY_S + 1, 0)])
def test_a_balance_older_than_the_limit_is_spent_by_nobody(age_s, points):
    assert may(age_s=age_s) == (points, "redeem.offline" if points else "rights.old")


def test_a_revoked_till_spends_nothing():
    assert may(Held(revoked=True)) == (0, "rights.revoked")


def test_a_programme_may_ask_for_a_stronger_identification_offline():
    strict = structs.replace(CREDIT, identified_by=("card",))
    assert may(offline=strict, by="phone_code") == (0, "rights.card_only")
    assert may(offline=strict) == (30, "redeem.offline")


def test_a_receipt_that_is_picked_spends_nothing_on_credit():
    assert may(Held(picked=True)) == (0, "rights.picked")


def test_the_cap_of_a_phone_not_confirmed_is_told_as_that():
    assert may(found=10) == (10, "redeem.unconfirmed")


def test_one_receipt_in_ten_is_picked_the_same_everywhere():
    found = [number for number in range(1, 2001) if picked(f"till/{number}", 10)]
    assert 140 <= len(found) <= 260
    assert found == [number for number in range(1, 2001) if picked(f"till/{number}", 10)]
    assert not any(picked(f"till/{number}", 0) for number in range(100))
    assert all(picked(f"till/{number}", 1) for number in range(100))


def test_a_receipt_names_what_it_spent_on_which_right():
    assert spent_rights(40, 15, 0) == (SpentRight("credit", 55),)
    assert spent_rights(40, 15, 25, "main") == (SpentRight("escrow", 25, "main"), SpentRight("credit", 30))
    assert spent_rights(40, 0, 60, "main") == (SpentRight("escrow", 40, "main"),)
    assert spent_rights(0, 0, 60, "main") == ()
