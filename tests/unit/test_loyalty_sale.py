"""A quote and its payments become a receipt; totals of a shift; points as entries."""

import pytest

from loyalty import ENGINE_VERSION
from loyalty.errors import BadInput
from loyalty.events import ShiftTotals
from loyalty.ledger import balance, receipt_entries
from loyalty.quote import quote
from loyalty.receipt import Payment, ProgrammeRef
from loyalty.returns import return_receipt
from loyalty.rewards import Percent
from loyalty.sale import MAX_PAYMENTS, change_minor
from loyalty.shift import add_receipt
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, programme, receipt

RULES = programme(campaign(Percent(1000)))
OF = basket(line(1, 10_000, 2000), line(2, 5_000), member=member("legend"), redeem_points=50)
MADE = quote(OF, RULES, SUNDAY)


def test_a_receipt_holds_every_figure_of_its_quote():
    made = receipt(MADE, OF, RULES, offline=True)
    assert (made.kind, made.base_minor, made.discount_minor) == ("sale", 25_000, 2_500)
    assert (made.redeemed_points, made.redeemed_minor, made.total_minor) == (50, 5_000, 17_500)
    assert made.earned_points == 52  # 30 % of 175.00 is 52.50
    assert [each.line_no for each in made.lines] == [1, 2]
    assert [each.total_minor for each in made.lines] == [each.total_minor for each in MADE.lines]
    assert made.lines[0].applied == MADE.lines[0].applied
    assert (made.programmes, made.offline) == ((ProgrammeRef("test", 1, ENGINE_VERSION),), True)
    assert (made.member_id, made.status, made.balance_before_points) == ("01" * 16, "legend", 1000)


def test_a_receipt_without_a_member_names_nobody():
    of = basket(line())
    made = receipt(quote(of, RULES, SUNDAY), of, RULES)
    assert (made.account_id, made.member_id, made.identified_by, made.balance_before_points) == (None, None, None, None)
    assert receipt_entries(made, "e1") == ()


@pytest.mark.parametrize(
    ("payments", "change"),
    [
        ([("card", 1000)], 0),
        ([("cash", 1000)], 0),
        ([("cash", 5000)], 4000),
        ([("card", 400), ("cash", 600)], 0),
        ([("card", 400), ("cash", 1000)], 400),
        ([("card", 1000), ("cash", 500)], 500),
    ],
)
def test_change_is_given_from_cash(payments, change):
    assert change_minor(1000, [Payment(*each) for each in payments]) == change


@pytest.mark.parametrize(
    ("payments", "code"),
    [
        ([], "sale.short"),
        ([("cash", 999)], "sale.short"),
        ([("card", 1001)], "sale.card_over"),
        ([("card", 600), ("card", 600)], "sale.card_over"),
        ([("cash", 1000), ("card", 0)], "sale.payment"),
        ([("cash", 2000), ("card", -1000)], "sale.payment"),
        ([("cash", 100)] * (MAX_PAYMENTS + 1), "sale.payments"),
    ],
)
def test_payments_that_do_not_fit_are_refused_with_a_sentence(payments, code):
    with pytest.raises(BadInput) as refused:
        change_minor(1000, [Payment(*each) for each in payments])
    assert refused.value.code == code
    assert fits(refused.value.said)


def test_a_receipt_may_have_the_limit_of_payments():
    assert change_minor(MAX_PAYMENTS, [Payment("cash", 1)] * MAX_PAYMENTS) == 0


def test_what_costs_nothing_needs_no_payment():
    assert change_minor(0, []) == 0


def test_an_empty_receipt_is_refused():
    with pytest.raises(BadInput) as refused:
        receipt(quote(basket(), RULES, SUNDAY), basket(), RULES)
    assert refused.value.code == "sale.empty"


def test_a_quote_of_another_basket_is_refused():
    with pytest.raises(BadInput) as refused:
        receipt(MADE, basket(line(3)), RULES)
    assert refused.value.code == "sale.stale"


def returned(sale, **wanted):
    return return_receipt(
        sale, {}, {1: 1000}, receipt_id="cc", number="T1-2", store="s1", terminal="t1", cashier="Анна", shift_id="bb",
        moment=SUNDAY, **wanted,
    )  # fmt: skip


class TestShift:
    SALE = receipt(MADE, OF, RULES, payments=(Payment("card", 10_000), Payment("cash", 10_000)))

    def test_a_sale_counts_what_stays_in_the_drawer(self):
        assert self.SALE.change_minor == 2_500
        assert add_receipt(ShiftTotals(), self.SALE) == ShiftTotals(
            sales=1,
            cash_minor=7_500,
            card_minor=10_000,
            discount_minor=2_500,
            redeemed_points=50,
            earned_points=52,
            members=1,
        )

    def test_a_return_counts_apart_and_takes_discounts_and_points_back(self):
        part = returned(self.SALE, payment="cash")
        totals = add_receipt(add_receipt(ShiftTotals(), self.SALE), part)
        assert (totals.sales, totals.returns, totals.members) == (1, 1, 1)
        assert (totals.cash_minor, totals.returned_cash_minor, totals.returned_card_minor) == (
            7_500,
            part.total_minor,
            0,
        )
        assert totals.discount_minor == 2_500 - part.discount_minor
        assert totals.redeemed_points == 50 - part.redeemed_points
        assert totals.earned_points == 52 - part.earned_points

    def test_a_return_to_a_card_is_counted_there(self):
        totals = add_receipt(ShiftTotals(), returned(self.SALE, payment="card"))
        assert (totals.returned_cash_minor, totals.returned_card_minor) == (0, returned(self.SALE).total_minor)


class TestEntries:
    SALE = receipt(MADE, OF, RULES)

    def test_a_sale_takes_points_and_gives_points(self):
        entries = receipt_entries(self.SALE, "e1")
        assert [(each.entry_no, each.contra, each.points) for each in entries] == [
            (1, "redeemed", -50),
            (2, "issued", 52),
        ]
        assert balance(entries) == 2

    def test_a_return_mirrors_its_sale(self):
        part = returned(self.SALE)
        entries = receipt_entries(part, "e2")
        moves = {each.contra: each.points for each in entries}
        assert moves == {"redeemed_back": part.redeemed_points, "issued_back": -part.earned_points}
