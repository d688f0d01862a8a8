"""A quote and its payments become a receipt; totals of a shift; points as entries."""

import msgspec
import pytest

from loyalty import ENGINE_VERSION
from loyalty.errors import BadInput
from loyalty.events import ShiftTotals
from loyalty.granted import Issue, Message
from loyalty.ledger import balance, receipt_entries
from loyalty.programme import Label, Wallet
from loyalty.quote import quote
from loyalty.receipt import Applied, Payment, ProgrammeRef
from loyalty.returns import return_receipt
from loyalty.rewards import Gift, Percent, PointsFixed
from loyalty.rewards.gift import Option
from loyalty.rights import SpentRight
from loyalty.sale import MAX_PAYMENTS, change_minor
from loyalty.shift import add_receipt
from tests.support.loyalty_samples import SUNDAY, basket, campaign, fits, line, member, programme, receipt

RULES = programme(campaign(Percent(1000)))
OF = basket(line(1, 10_000, 2000), line(2, 5_000), member=member("legend"), redeem_points=50)
MADE = quote(OF, RULES, SUNDAY)


def test_a_receipt_holds_every_figure_of_its_quote():
    made = receipt(MADE, OF, rights=(SpentRight("credit", 50),))
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
    made = receipt(quote(of, RULES, SUNDAY), of)
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
        receipt(quote(basket(), RULES, SUNDAY), basket())
    assert refused.value.code == "sale.empty"


def test_a_quote_of_another_basket_is_refused():
    with pytest.raises(BadInput) as refused:
        receipt(MADE, basket(line(3)))
    assert refused.value.code == "sale.stale"


def returned(sale, **wanted):
    return return_receipt(
        sale, {}, {1: 1000}, receipt_id="cc", number="T1-2", store="s1", terminal="t1", cashier="Анна", shift_id="bb",
        moment=SUNDAY, **wanted,
    )  # fmt: skip


class TestShift:
    SALE = receipt(MADE, OF, payments=(Payment("card", 10_000), Payment("cash", 10_000)))

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
    SALE = receipt(MADE, OF)

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


GIFT = Gift((Option("991", "Значок", "A badge", "10", 15_000, 2),))


class TestGiftLines:
    RULES = programme(campaign(Percent(1000), id="ten"), campaign(GIFT, id="badge"))
    OF = basket(line(1, 10_000, 2000))
    SALE = receipt(quote(OF, RULES, SUNDAY), OF)

    def test_goods_given_are_lines_at_zero_after_those_bought(self):
        bought, given = self.SALE.lines
        assert (bought.is_gift, given.is_gift) == (False, True)
        assert (given.line_no, given.code, given.name, given.name_en) == (2, "991", "Значок", "A badge")
        assert (given.unit, given.vat, given.qty_milli, given.price_minor) == ("piece", "10", 2000, 0)
        assert given.applied == (Applied("badge", "Акция badge", "Campaign badge"),)
        for figure in ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor"):
            assert getattr(given, figure) == 0
            assert getattr(self.SALE, figure) == getattr(bought, figure)

    def test_a_return_of_one_gives_nothing_back(self):
        back = return_receipt(
            self.SALE, {}, {2: 1000}, receipt_id="cc", number="T1-2", store="s1", terminal="t1", cashier="Анна",
            shift_id="bb", moment=SUNDAY,
        )  # fmt: skip
        assert [(each.line_no, each.qty_milli, each.total_minor) for each in back.lines] == [(2, 1000, 0)]
        assert (back.total_minor, back.discount_minor, back.earned_points, back.payments) == (0, 0, 0, ())

    def test_the_rest_is_returned_as_if_there_were_none(self):
        back = returned(self.SALE)
        assert (back.total_minor, back.discount_minor) == (9_000, 1_000)


class TestKept:
    """What working the receipt out again needs."""

    def test_a_line_keeps_what_its_goods_were(self):
        facts = {"category": "scarves", "brand": "Paravoz", "tags": ("new",), "min_price_minor": 100}
        of = basket(line(1, **facts), line(2, no_discount=True, no_earn=True, no_redeem=True))
        first, second = receipt(quote(of, programme(), SUNDAY), of).lines
        assert (first.category, first.brand, first.tags, first.min_price_minor) == ("scarves", "Paravoz", ("new",), 100)
        assert (first.no_discount, first.no_earn, first.no_redeem) == (False, False, False)
        assert (second.no_discount, second.no_earn, second.no_redeem) == (True, True, True)

    def test_a_receipt_keeps_what_was_asked_for_and_where(self):
        of = basket(line(), channel="stadium", asked=("one",), choices={"gift": "991"})
        made = receipt(quote(of, programme(), SUNDAY), of)
        assert (made.channel, made.asked, made.choices) == ("stadium", ("one",), {"gift": "991"})

    def test_other_wallets_and_costs_are_kept_by_line_and_come_back_by_quantity(self):
        made = msgspec.structs.replace(
            receipt(MADE, OF),
            lines=(msgspec.structs.replace(receipt(MADE, OF).lines[0], wallets={"stars": 5}, costs={"stamps": 3}),),
        )
        parts = [
            return_receipt(
                made, {1: done}, {1: 1000}, receipt_id="cc", number="T1-2", store="s1", terminal="t1", cashier="Анна",
                shift_id="bb", moment=SUNDAY,
            )
            for done in (0, 1000)
        ]  # fmt: skip
        # half of 5 is 2.5, half up 3, then the 2 that are left; half of 3 is 1.5: 2, then 1
        assert [part.lines[0].wallets for part in parts] == [{"stars": 3}, {"stars": 2}]
        assert [part.wallets for part in parts] == [{"stars": 3}, {"stars": 2}]
        assert [(part.costs, part.lines[0].costs) for part in parts] == [({"stamps": 2},) * 2, ({"stamps": 1},) * 2]

    def test_a_return_is_no_new_offer(self):
        made = msgspec.structs.replace(
            receipt(MADE, OF), asked=("one",), choices={"gift": "991"}, coupons=("c1",), channel="online",
            issues=(Issue("one", "spring"),), messages=(Message("one", "Привет", "Hello"),),
        )  # fmt: skip
        back = returned(made)
        assert (back.asked, back.choices, back.coupons, back.channel) == ((), {}, (), "till")
        assert (back.issues, back.messages) == ((), ())

    def test_points_of_a_quote_for_other_wallets_and_its_coupons_are_kept(self):
        stars = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"))
        rules = programme(campaign(PointsFixed(5, "stars")), wallets=(stars,))
        of = basket(line(1), line(2), member=member())
        made = receipt(quote(of, rules, SUNDAY), of)
        assert (made.wallets, [each.wallets for each in made.lines]) == ({"stars": 5}, [{"stars": 3}, {"stars": 2}])
