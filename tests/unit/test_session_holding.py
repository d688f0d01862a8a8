"""The hold of a sale's points in the session: asked for, waited for, given back; nothing here has a clock or a link."""

from itertools import count, repeat

import pytest
from msgspec.structs import replace

from loyalty.quote import Standing
from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session.holding import SPARE_MS
from tests.support.counter import ANNA, CARD, NOON, PHONE, TEA, Counter

ACCOUNT = ANNA.account_id
TTL_S = 900
"""Four teas at 100.00: half of it, 200 points worth a rouble each, may be paid with points, and Anna has 200."""


@pytest.fixture
def till() -> Counter:
    """Anna's card and four teas; the head office can be asked."""
    made = Counter()
    made.hold_ids = (f"h{number}" for number in count(1))
    return made.opened().do(c.Scan(CARD), *[c.Scan(TEA.code)] * 4)


def take(till: Counter) -> c.TakeHold:
    """The last hold that was asked for."""
    return [each for each in till.holds if isinstance(each, c.TakeHold)][-1]


def given_back(till: Counter) -> list[str]:
    return [each.hold_id for each in till.holds if isinstance(each, c.GiveHoldBack)]


def held(till: Counter) -> Counter:
    """The head office keeps what was asked for last."""
    return till.do(c.HoldTaken(take(till).hold_id, ACCOUNT, TTL_S))


def short(till: Counter, available: dict[str, int]) -> Counter:
    """There is only so much of what was asked for last."""
    return till.do(c.HoldShort(take(till).hold_id, available))


def failed(till: Counter) -> Counter:
    """Nobody has answered in time."""
    return till.do(c.HoldFailed(take(till).hold_id))


def sold(till: Counter) -> Receipt:
    till.do(c.Pay(), c.Tender("cash"))
    return done(till)


def done(till: Counter) -> Receipt:
    assert till.state.receipt is not None
    return till.state.receipt


def spent(till: Counter) -> int:
    return till.state.quote.redeemed_points if till.state.quote else 0


def test_a_hold_is_asked_for_as_soon_as_points_are_to_be_spent(till):
    assert till.holds == []
    till.do(c.SpendPoints(50))
    asked = take(till)
    assert (asked.member_id, asked.account_id, asked.points, asked.replaces) == (ACCOUNT, ACCOUNT, {"main": 50}, "")
    assert (spent(till), till.state.hold.stage) == (50, "asking")


def test_nothing_is_asked_for_without_a_link_or_without_points(till):
    till.hold_ids = iter(lambda: "", None)
    till.do(c.SpendPoints(20))
    assert (till.holds, till.state.hold) == ([], None)
    receipt = sold(till)
    assert (receipt.redeemed_points, receipt.hold_id) == (20, "")


def test_the_receipt_names_its_hold_and_is_not_offline(till):
    till.do(c.SpendPoints(50))
    receipt = sold(held(till))
    assert (receipt.hold_id, receipt.offline, receipt.redeemed_points) == (take(till).hold_id, False, 50)
    assert (given_back(till), till.state.hold) == ([], None)


def test_a_paid_sale_waits_for_its_hold_and_takes_no_more_money(till):
    till.do(c.SpendPoints(50), c.Pay(), c.Tender("cash"))
    assert (till.state.mode, till.state.committing, till.said) == ("pay", True, "points.holding")
    till.do(c.Tender("cash", 100))
    assert (len(till.state.tenders), till.said) == (1, "points.holding")
    held(till)
    assert (till.state.mode, done(till).hold_id) == ("done", take(till).hold_id)


def test_leaving_payment_while_the_hold_is_awaited_records_nothing(till):
    till.do(c.SpendPoints(50), c.Pay(), c.Tender("cash"), c.Back())
    held(till)
    assert (till.state.mode, till.state.committing, till.receipts) == ("sale", False, {})


def test_another_amount_takes_the_place_of_the_hold(till):
    till.do(c.SpendPoints(50))
    first = take(till).hold_id
    held(till).do(c.SpendPoints(80))
    assert (take(till).replaces, take(till).points) == (first, {"main": 80})
    receipt = sold(held(till))
    assert (receipt.hold_id, given_back(till)) == (take(till).hold_id, [])


def test_the_late_answer_of_a_hold_that_another_takes_the_place_of_is_left_alone(till):
    till.do(c.SpendPoints(50))
    first = take(till).hold_id
    till.do(c.SpendPoints(80), c.HoldTaken(first, ACCOUNT, TTL_S))
    assert (till.state.hold.stage, given_back(till)) == ("asking", [])
    held(till)
    assert (till.state.hold.stage, given_back(till)) == ("held", [])


@pytest.mark.parametrize(
    "leaves", [c.SpendPoints(0), c.ForgetMember(), c.VoidReceipt(), c.Scan(PHONE), c.VoidLine(1)],
    ids=["points taken back", "member taken off", "receipt voided", "member found anew", "the goods taken off"],
)  # fmt: skip
@pytest.mark.parametrize("answered", [True, False])
def test_a_hold_nobody_needs_any_more_is_given_back(till, leaves, answered):
    till.do(c.SpendPoints(50))
    if answered:
        held(till)
    till.do(leaves)
    assert (given_back(till), till.state.hold) == ([take(till).hold_id], None)


def test_an_answer_that_comes_when_nobody_needs_it_is_given_back(till):
    till.do(c.SpendPoints(50), c.SpendPoints(0))
    till.holds.clear()
    till.do(c.HoldTaken("h", ACCOUNT, TTL_S))
    assert till.holds == [c.GiveHoldBack("h", ACCOUNT)]


@pytest.mark.parametrize("mode", ["done", "return", "closed"])
def test_an_answer_that_comes_after_the_sale_is_given_back(till, mode):
    till.state = replace(till.state, mode=mode, hold=None)
    till.do(c.HoldTaken("h", ACCOUNT, TTL_S), c.HoldShort("h", {}), c.HoldFailed("h"))
    assert till.holds == [c.GiveHoldBack("h", ACCOUNT)]


def test_points_that_another_till_has_taken_are_said_with_what_is_left_and_the_key(till):
    short(till.do(c.SpendPoints(200)), {"main": 120})
    notice = till.state.notice
    assert (notice.said.code, notice.said.args, notice.hint.code, notice.hint.args) == (
        "points.short", {"points": 120}, "points.short.hint", {"points": 120},
    )  # fmt: skip
    assert (spent(till), till.state.basket.member.balance_points, till.state.hold) == (0, 120, None)
    till.do(c.SpendPoints())
    assert take(till).points == {"main": 120}


def test_where_nothing_is_left_no_key_is_named(till):
    short(till.do(c.SpendPoints(200)), {})
    assert (till.state.notice.said.args, till.state.notice.hint) == ({"points": 0}, None)


def test_undo_does_not_bring_back_points_that_are_gone(till):
    short(till.do(c.SpendPoints(200)), {"main": 120}).do(c.Undo(), c.Undo())
    assert (spent(till), till.state.basket.member.balance_points) == (0, 120)


def test_a_paid_sale_whose_points_are_gone_asks_for_the_rest_of_the_money(till):
    short(till.do(c.SpendPoints(200), c.Pay(), c.Tender("cash")), {"main": 10})
    state = till.state
    assert (state.mode, state.committing, state.due_minor, till.receipts) == ("pay", False, 200_00, {})
    receipt = till.do(c.Tender("cash")).state.receipt
    assert (receipt.redeemed_points, receipt.total_minor, receipt.hold_id) == (0, 400_00, "")


def test_a_hold_too_small_for_what_was_asked_gives_back_the_one_it_was_to_take_the_place_of(till):
    till.do(c.SpendPoints(50))
    first = take(till).hold_id
    short(held(till).do(c.SpendPoints(80)), {"main": 60})
    assert given_back(till) == [first]


def test_without_an_answer_the_offline_rule_holds_and_the_receipt_says_so(till):
    failed(till.do(c.SpendPoints(200)))
    assert (till.said, till.state.notice.said.args) == ("points.unheld", {"points": 30})
    assert (spent(till), till.state.quote.redemption.limit.code) == (30, "redeem.offline")
    assert given_back(till) == [take(till).hold_id]
    receipt = sold(till)
    assert (receipt.redeemed_points, receipt.offline, receipt.hold_id) == (30, True, "")


def test_a_paid_sale_without_an_answer_is_recorded_where_the_total_stays(till):
    failed(till.do(c.SpendPoints(20), c.Pay(), c.Tender("cash")))
    receipt = till.state.receipt
    assert (till.state.mode, receipt.redeemed_points, receipt.offline, receipt.hold_id) == ("done", 20, True, "")


def test_a_paid_sale_without_an_answer_says_the_new_total_and_waits_for_the_money(till):
    failed(till.do(c.SpendPoints(200), c.Pay(), c.Tender("cash")))
    state = till.state
    assert (state.mode, state.committing, state.due_minor) == ("pay", False, 170_00)
    assert (till.said, state.notice.hint.code, state.notice.hint.args) == (
        "points.unheld", "points.unheld.total", {"total_minor": 370_00},
    )  # fmt: skip


def test_asking_for_points_once_more_asks_the_head_office_once_more(till):
    failed(till.do(c.SpendPoints(200))).do(c.SpendPoints(150))
    assert (take(till).points, spent(till)) == ({"main": 150}, 150)


def test_the_next_sale_asks_the_head_office_again(till):
    failed(till.do(c.SpendPoints(20))).do(c.Pay(), c.Tender("cash"))
    till.do(c.Scan(CARD), *[c.Scan(TEA.code)] * 4, c.SpendPoints(100))
    assert take(till).points == {"main": 100}


def test_a_hold_that_is_there_is_good_for_its_points_when_the_link_goes(till):
    till.do(c.SpendPoints(150))
    held(till)
    till.standing, till.hold_ids = Standing(online=False), iter(lambda: "", None)
    till.do(c.Refresh())
    assert (spent(till), till.state.hold.stage) == (150, "held")
    receipt = sold(till)
    assert (receipt.redeemed_points, receipt.hold_id, receipt.offline) == (150, take(till).hold_id, False)


def test_without_the_link_more_than_is_held_falls_under_the_offline_rule(till):
    till.do(c.SpendPoints(50))
    held(till)
    till.standing, till.hold_ids = Standing(online=False), iter(lambda: "", None)
    till.state = replace(till.state, basket=replace(till.state.basket, redeem_points=120))
    till.do(c.Refresh())
    assert (spent(till), till.state.hold.points) == (30, {"main": 50})
    assert given_back(till) == []


def test_a_hold_about_to_run_out_is_asked_for_anew_before_the_sale_is_recorded(till):
    till.do(c.SpendPoints(50))
    first = take(till).hold_id
    held(till)
    till.now_ms = NOON.at_ms + TTL_S * 1000 - SPARE_MS
    till.do(c.Pay(), c.Tender("cash"))
    assert (take(till).replaces, till.state.mode, till.state.committing) == (first, "pay", True)
    assert done(held(till)).hold_id == take(till).hold_id


def test_an_answer_after_the_time_is_given_back_and_the_sale_goes_on_as_it_was(till):
    failed(till.do(c.SpendPoints(200)))
    till.holds.clear()
    till.do(c.HoldTaken("h-late", ACCOUNT, TTL_S))
    assert (till.holds, spent(till)) == ([c.GiveHoldBack("h-late", ACCOUNT)], 30)
    till.do(c.SpendPoints(10))
    held(till).do(c.HoldFailed(take(till).hold_id))  # the watch ran out after the answer was there
    assert (till.state.hold.stage, till.state.unheld) == ("held", "")


def test_a_receipt_put_aside_leaves_its_hold_to_whoever_knows_whether_it_is_in_doubt(till):
    hold_id = take(held(till.do(c.SpendPoints(50)))).hold_id
    till.do(c.Pay(), c.PutAside())
    assert (till.state.mode, till.state.hold, given_back(till)) == ("sale", None, [hold_id])


def test_goods_paid_after_a_receipt_that_was_recorded_late_ask_for_points_of_their_own(till):
    captured = take(held(till.do(c.SpendPoints(50)))).hold_id
    till.do(c.Pay(), c.Failed(sentence("sale.recorded_late", number="T1-000001")))
    assert (take(till).hold_id == captured, take(till).replaces, given_back(till)) == (False, captured, [])
    till.do(c.Tender("cash"))
    assert till.state.committing
    assert done(held(till)).hold_id == take(till).hold_id != captured


def test_a_receipt_in_doubt_that_was_issued_keeps_the_hold_it_names(till):
    held(till.do(c.SpendPoints(50)))
    shift, receipt = till.state.shift, sold(till)
    other = Counter()
    other.hold_ids = repeat(receipt.hold_id)
    held(other.opened().do(c.Scan(CARD), *[c.Scan(TEA.code)] * 4, c.SpendPoints(50)))
    other.do(c.Pay(), c.DoubtEnded(receipt.number, other.state.basket, c.Completed(receipt, (), shift)))
    assert receipt.hold_id
    assert (other.state.mode, given_back(other)) == ("done", [])
