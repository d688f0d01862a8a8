"""Laws of a sale worked out again: under its own programme version a receipt gives the same figures, all of them."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.documents.programme_file import parse_programme
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Quote
from loyalty.receipt import Receipt
from loyalty.returning.again import basket_again, sold_again
from tests.support.loyalty_samples import CLUB, SUNDAY, receipt
from tests.support.loyalty_strategies import baskets, moments, programmes, standings

SHIPPED = sorted(path for path in CLUB.parent.glob("*.toml") if not path.name.endswith(".cases.toml"))


@cache
def shipped(name: str) -> Programme:
    return parse_programme((CLUB.parent / name).read_text("utf-8"))


def same(sale: Receipt, again: Quote) -> None:
    bought = [line for line in sale.lines if not line.is_gift]
    assert len(bought) == len(again.lines)
    for sold, line in zip(bought, again.lines, strict=True):
        for name in ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor"):
            assert getattr(line, name) == getattr(sold, name)
        assert (line.earned_points, line.wallets) == (sold.earned_points, sold.wallets)
        assert (line.costs, line.applied) == (sold.costs, sold.applied)
    assert (again.total_minor, again.earned_points) == (sale.total_minor, sale.earned_points)
    assert (again.wallets, again.costs) == (sale.wallets, sale.costs)
    assert (again.granted.issues, again.granted.messages) == (sale.issues, sale.messages)
    gifts = [(line.code, line.qty_milli) for line in sale.lines if line.is_gift]
    assert [(extra.code, extra.qty_milli) for extra in again.granted.extras] == gifts


@given(baskets(), programmes(), moments, standings)
def test_any_receipt_worked_out_again_is_the_receipt(of, rules, at, standing):
    if of.lines:
        sale = replace(receipt(quote(of, rules, at, standing), of, series=rules.coupons), moment=at)
        same(sale, sold_again(sale, rules))


@pytest.mark.parametrize("name", [path.name for path in SHIPPED])
@settings(max_examples=25)
@given(of=baskets(max_lines=4), at=moments)
def test_any_receipt_of_a_shipped_programme_worked_out_again_is_the_receipt(name, of, at):
    rules = shipped(name)
    if of.lines:
        sale = replace(receipt(quote(of, rules, at), of, series=rules.coupons), moment=at)
        same(sale, sold_again(sale, rules))


@given(baskets(), programmes(), st.integers(0, 3000))
def test_a_receipt_keeps_what_the_member_asked_to_spend(of, rules, asked):
    of = replace(of, redeem_points=asked)
    if of.lines:
        again = basket_again(receipt(quote(of, rules, SUNDAY), of, series=rules.coupons))
        assert again.redeem_points == asked
        assert [(line.product.code, line.qty_milli) for line in again.lines] == codes(of)


def codes(of: Basket) -> list[tuple[str, int]]:
    return [(line.product.code, line.qty_milli) for line in of.lines]
