"""Returns: what may be returned, and that the parts come to the whole."""

import msgspec
import pytest

from loyalty.basket import Basket
from loyalty.errors import BadInput
from loyalty.gift_card import GiftCard
from loyalty.quote import quote
from loyalty.receipt import Payment, Receipt
from loyalty.returning.parts import given_back
from loyalty.returns import return_receipt, returnable
from loyalty.rewards import Percent
from tests.support.loyalty_samples import basket, campaign, fits, line, member, moment, programme, receipt

LATER = moment("2026-12-01")


def sale(of: Basket, *campaigns) -> Receipt:
    rules = programme(*campaigns)
    return receipt(quote(of, rules, LATER), of)


def back(of: Receipt, wanted, returned=None, **more) -> Receipt:
    given = {"receipt_id": "cc" * 16, "number": "T2-9", "store": "s2", "terminal": "t2", "cashier": "Олег"}
    return return_receipt(of, returned or {}, wanted, **{**given, "shift_id": "dd" * 16, "moment": LATER, **more})


SCARVES = sale(
    basket(line(1, 3333, 3000), line(2, 10_000), member=member("legend"), redeem_points=50), campaign(Percent(1000))
)


MIXED = (Payment("cash", 100_00), Payment("card", 120_00))
"""Of which 20.00 is change."""


def test_everything_returned_is_everything_given_back():
    made = back(SCARVES, {1: 3000, 2: 1000})
    assert [each.total_minor for each in made.lines] == [each.total_minor for each in SCARVES.lines]
    for figure in ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points"):
        assert getattr(made, figure) == getattr(SCARVES, figure)


def test_a_return_names_its_sale_and_its_own_place_and_time():
    made = back(SCARVES, {2: 1000}, payment="card", balance_before_points=7)
    assert (made.kind, made.original_id, made.original_number) == ("return", SCARVES.receipt_id, SCARVES.number)
    assert (made.store, made.terminal, made.cashier, made.moment) == ("s2", "t2", "Олег", LATER)
    assert (made.account_id, made.member_id, made.programmes) == (
        SCARVES.account_id,
        SCARVES.member_id,
        SCARVES.programmes,
    )
    assert made.payments == (Payment("card", made.total_minor),)
    assert (made.balance_before_points, made.change_minor) == (7, 0)
    assert [each.line_no for each in made.lines] == [2]


def test_what_a_card_paid_goes_back_to_it_as_far_as_it_goes():
    paid = msgspec.structs.replace(sale(basket(line(1, 10_000), line(2, 10_000))), payments=MIXED)
    first = back(paid, {1: 1000}, payment="as_paid")
    second = back(paid, {2: 1000}, payment="as_paid", parts=[given_back(first)], receipt_id="ce" * 16)
    assert first.payments == (Payment("card", 100_00),)
    assert second.payments == (Payment("card", 20_00), Payment("cash", 80_00))


def test_what_went_back_otherwise_before_is_still_the_card_s():
    paid = msgspec.structs.replace(sale(basket(line(1, 10_000), line(2, 10_000))), payments=MIXED)
    first = back(paid, {1: 1000}, payment="cash")
    second = back(paid, {2: 1000}, payment="as_paid", parts=[given_back(first)], receipt_id="ce" * 16)
    assert second.payments == (Payment("card", 100_00),)


def test_of_a_return_known_by_its_quantities_alone_the_card_may_have_got_all():
    paid = msgspec.structs.replace(sale(basket(line(1, 10_000), line(2, 10_000))), payments=MIXED)
    assert back(paid, {2: 1000}, {1: 1000}, payment="as_paid").payments == (
        Payment("card", 20_00), Payment("cash", 80_00),
    )  # fmt: skip


def test_of_a_return_known_by_its_quantities_alone_gift_cards_got_theirs_first():
    paid = sale(basket(line(1, 10_000), line(2, 10_000)))
    gift = GiftCard("ab" * 16, "0011")
    paid = msgspec.structs.replace(paid, payments=(Payment("gift_card", 40_00, gift), Payment("card", 160_00)))
    # 100.00 came back already: 40.00 to the gift card, so 60.00 of the bank card's 160.00 at most.
    assert back(paid, {2: 1000}, {1: 1000}, payment="as_paid").payments == (Payment("card", 100_00),)


def test_of_a_return_known_by_its_quantities_and_a_told_one_after_it_the_gift_card_counts_once():
    paid = sale(basket(line(1, 10_000), line(2, 10_000), line(3, 10_000)))
    gift = GiftCard("ab" * 16, "0011")
    paid = msgspec.structs.replace(paid, payments=(Payment("gift_card", 40_00, gift), Payment("card", 260_00)))
    second = back(paid, {2: 1000}, {1: 1000}, payment="as_paid")
    assert second.payments == (Payment("card", 100_00),)
    third = back(
        paid, {3: 1000}, {1: 1000, 2: 1000}, payment="as_paid", parts=[given_back(second)], receipt_id="ce" * 16
    )
    # Of 200.00 the gift card has its 40.00, told of is 100.00 to the card: 60.00 are untold, 100.00 of 260.00 are left.
    assert third.payments == (Payment("card", 100_00),)


def test_pieces_one_by_one_come_to_the_whole_line():
    parts = [back(SCARVES, {1: 1000}, {1: done}) for done in (0, 1000, 2000)]
    line_sold = SCARVES.lines[0]
    for figure in ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points"):
        assert sum(getattr(part, figure) for part in parts) == getattr(line_sold, figure)
        assert all(getattr(part, figure) >= 0 for part in parts)


def test_nothing_is_paid_back_for_what_cost_nothing():
    gift = sale(basket(line()), campaign(Percent(10_000)))
    assert back(gift, {1: 1000}).payments == ()


def test_what_is_left_is_what_was_sold_less_what_came_back():
    assert returnable(SCARVES, {}) == {1: 3000, 2: 1000}
    assert returnable(SCARVES, {1: 1000, 2: 1000}) == {1: 2000}
    assert returnable(back(SCARVES, {1: 1000}), {}) == {}


@pytest.mark.parametrize(
    ("wanted", "returned", "code"),
    [
        ({}, {}, "return.nothing"),
        ({3: 1000}, {}, "return.no_line"),
        ({1: 0}, {}, "return.quantity"),
        ({1: -1000}, {}, "return.quantity"),
        ({1: 4000}, {}, "return.too_much"),
        ({1: 2000}, {1: 2000}, "return.too_much"),
        ({1: 1000}, {1: 3000}, "return.all_returned"),
        ({1: 500}, {}, "return.piece"),
    ],
)
def test_what_cannot_be_returned_is_refused_with_a_sentence(wanted, returned, code):
    with pytest.raises(BadInput) as refused:
        back(SCARVES, wanted, returned)
    assert refused.value.code == code
    assert fits(refused.value.said)


def test_a_return_cannot_be_returned():
    with pytest.raises(BadInput) as refused:
        back(back(SCARVES, {1: 1000}), {1: 1000})
    assert refused.value.code == "return.not_sale"
    assert fits(refused.value.said)


def test_weighed_goods_are_returned_by_weight():
    sweets = sale(basket(line(1, 89_900, 456, unit="kg")))
    parts = [back(sweets, {1: 100}), back(sweets, {1: 356}, {1: 100})]
    assert [part.total_minor for part in parts] == [8990, sweets.total_minor - 8990]


def test_a_kopeck_shared_by_a_discount_and_points_never_goes_negative():
    from msgspec.structs import replace

    of_two = replace(
        SCARVES.lines[0], qty_milli=2000, base_minor=2, discount_minor=1, redeemed_minor=1, redeemed_points=1,
        total_minor=0, earned_points=0,
    )  # fmt: skip
    parts = [back(replace(SCARVES, lines=(of_two,)), {1: 1000}, {1: done}) for done in (0, 1000)]
    assert [(p.base_minor, p.discount_minor, p.redeemed_minor, p.total_minor) for p in parts] == [
        (1, 0, 1, 0),
        (1, 1, 0, 0),
    ]
