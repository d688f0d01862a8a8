"""What the till asks of its own journal: points of its own, returns, shifts, members, coupons."""

import msgspec
import pytest

from loyalty.coupons.spent import SpentCoupon
from loyalty.errors import NotNow
from loyalty.events import (
    ShiftClosed,
    ShiftOpened,
    ShiftTotals,
)
from loyalty.feed import Applied, BalanceRow
from loyalty.points.shown import OwnPoints
from loyalty.statuses.progress import Counted
from terminal.offline_queue.journal import Fact, Overlay
from terminal.offline_queue.journal_beside import Beside
from tests.support.queue_samples import (
    NOON_MS,
    SHIFT,
    account_in,
    enrolment,
    fact_of,
    hex_id,
    new_till,
    open_shift,
    receipt,
    sell,
)


@pytest.fixture
def till(tmp_path):
    store = new_till(tmp_path / "till")
    yield store
    store.close()


@pytest.fixture
def journal(till):
    return till.journal


def test_own_events_after_the_known_place_make_the_overlay(journal):
    account, other = account_in(3), account_in(4)
    sell(journal, 1, account, earned=10)
    sell(journal, 2, other, earned=99)
    bought = sell(journal, 3, account, earned=7, redeemed=4)
    journal.record(fact_of(receipt(4, account, earned=7, original=bought)))
    day = bought.moment.local_date
    first = OwnPoints("main", day, 0, 10, bought=True)
    later = (OwnPoints("main", day, 4, 7, bought=True), OwnPoints("main", day, 0, -7))
    assert journal.overlay(account, Applied()) == Overlay(
        (first, *later), (Counted(day, 20_000, 10_000, 2, {"main": 17}, {"main": 7}),)
    )
    assert journal.overlay(account, Applied(1, 1)) == Overlay(
        later, (Counted(day, 10_000, 10_000, 1, {"main": 7}, {"main": 7}),)
    )
    assert journal.overlay(account, Applied(1, 4)) == Overlay()
    assert journal.overlay(account, Applied(2, 0)) == Overlay()


def test_a_receipt_without_points_still_counts_as_a_visit(journal):
    account = account_in(3)
    sell(journal, 1, account, earned=0)
    assert journal.overlay(account, Applied()).counted == (Counted("2026-11-18", 10_000, receipts=1),)


def test_points_of_each_wallet_count_for_the_progress(journal):
    account = account_in(3)
    journal.record(fact_of(msgspec.structs.replace(receipt(1, account, earned=7), wallets={"stars": 3})))
    journal.record(fact_of(msgspec.structs.replace(receipt(2, account, earned=0), wallets={"stars": 2})))
    assert journal.overlay(account, Applied()).counted == (
        Counted("2026-11-18", 20_000, receipts=2, earned_points={"main": 7}),
        Counted("2026-11-18", earned_points={"stars": 5}),
    )


def test_a_return_counts_on_the_day_of_its_sale_also_when_another_till_sold_it(journal):
    account = account_in(3)
    bought = receipt(1, account, earned=7)
    journal.record(fact_of(receipt(2, account, earned=7, original=bought)), beside=Beside(sale_day="2026-05-31"))
    back = Counted("2026-05-31", returned_minor=10_000, returned_points={"main": 7})
    assert journal.overlay(account, Applied()).counted == (back,)


def test_returned_quantities_add_up_by_line(journal):
    sold = sell(journal, 1)
    assert journal.returned_milli(sold.receipt_id) == {}
    journal.record(fact_of(receipt(2, original=sold)))
    journal.record(fact_of(receipt(3, original=sold)))
    assert journal.returned_milli(sold.receipt_id) == {1: 2000}


def test_recent_receipts_come_newest_first_and_pass_over_other_events(journal):
    open_shift(journal)
    for number in (1, 2, 3):
        sell(journal, number)
    assert [r.number for r in journal.recent_receipts(2)] == ["1-000003", "1-000002"]


def test_a_shift_opens_counts_and_closes(journal):
    assert journal.open_shift() is None
    assert journal.next_shift_no() == 1
    open_shift(journal)
    counted = ShiftTotals(sales=1, cash_minor=10_000)
    journal.record(fact_of(receipt(1)), totals=counted)
    shift = journal.open_shift()
    assert (shift.totals, shift.shift_no, shift.cashier) == (counted, 1, "ivanova")
    journal.record(Fact(hex_id("z"), NOON_MS + 9, ShiftClosed(SHIFT, 1, "north", "ivanova", counted)))
    assert journal.open_shift() is None
    assert journal.next_shift_no() == 2


def test_a_second_shift_cannot_open_over_an_open_one(journal):
    open_shift(journal)
    with pytest.raises(NotNow) as caught:
        journal.record(Fact(hex_id("again"), NOON_MS, ShiftOpened("6" * 32, 2, "north", "petrova")))
    assert caught.value.code == "journal.shift_open"
    assert journal.pending_count() == 1


def test_a_receipt_that_counts_needs_its_open_shift(journal):
    with pytest.raises(NotNow) as caught:
        journal.record(fact_of(receipt(1)), totals=ShiftTotals(sales=1))
    assert caught.value.code == "journal.no_shift"
    assert journal.receipt("1-000001") is None


def test_a_member_enrolled_here_is_found_by_card_and_by_phone(journal):
    fact, personal, ident = enrolment()
    journal.record(fact, personal=personal, enrolled=ident)
    known = journal.enrolled_by_card("2990001000001")
    assert (known.ident, known.balance, known.as_of_ms) == (ident, BalanceRow(ident.account_id), 0)
    assert journal.enrolled_by_phone_hash("ab" * 16) == known
    assert journal.enrolled_by_phone_hash("") is None
    assert journal.enrolled_by_card("299") is None


def test_coupons_are_spent_with_the_receipt_and_counted_by_series(journal):
    open_shift(journal)
    account = account_in(3)
    spent = (
        SpentCoupon("c1", "next", single=True, counted=True), SpentCoupon("c2", "next", counted=True),
        SpentCoupon("c3", "own", single=True),
    )  # fmt: skip
    made = msgspec.structs.replace(receipt(1), account_id=account, spent=spent)
    at = journal.record(fact_of(made))
    assert [journal.coupon_receipts(id) for id in ("c1", "c2", "c3")] == [
        {made.number: False}, {}, {made.number: False}
    ]  # fmt: skip
    assert journal.overlay(account, Applied()).coupon_uses == {"next": 2}
    assert journal.overlay(account, Applied(at.epoch, at.last_seq)).coupon_uses == {}
    assert journal.overlay(account_in(4), Applied()).coupon_uses == {}


def test_a_receipt_recorded_again_spends_its_coupons_once(journal):
    spent = (SpentCoupon("c1", "next", single=True, counted=True),)
    made = msgspec.structs.replace(receipt(1), account_id=account_in(3), spent=spent)
    for _ in range(2):
        journal.record(fact_of(made))
    assert journal.overlay(account_in(3), Applied()).coupon_uses == {"next": 1}
