"""Laws of returns: any sequence of parts comes to the whole, and everything returned leaves nothing behind."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.ledger import balance, receipt_entries
from loyalty.points.purse import Purse
from loyalty.points.shown import plain_purse
from loyalty.programme import Programme, Returns
from loyalty.quote import quote
from loyalty.receipt import Receipt
from loyalty.returning.parts import given_back, paid_for
from loyalty.returning.settled import before_of
from loyalty.returns import return_receipt, returnable
from loyalty.statuses.progress import Progress, progress_after
from loyalty.statuses.tiers import count_receipt
from sync_server.sums import wrong_sums
from tests.support.loyalty_samples import SEASONS, SUNDAY, basket, line, programme, receipt
from tests.support.loyalty_strategies import baskets, moments, programmes

FIGURES = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")


KEPT = Returns(rule="kept")


def back(sale: Receipt, done, wanted, parts=(), rules: Programme | None = None, purse: Purse | None = None) -> Receipt:
    place: dict[str, Any] = {"store": "s", "terminal": "t", "cashier": "c", "shift_id": "h"}
    place |= {
        "parts": [given_back(part) for part in parts],
        "programme": rules,
        "receipt_id": f"r{len(parts)}",
        "purse": purse,
    }
    return return_receipt(sale, done, wanted, number="T1-2", moment=SUNDAY, **place)


def parts_of(sale: Receipt, data, rules: Programme | None = None) -> list[Receipt]:
    """Return everything in any steps, any lines, any quantities."""
    done: dict[int, int] = {}
    parts: list[Receipt] = []
    while left := returnable(sale, done):
        wanted = {}
        chosen = data.draw(st.lists(st.sampled_from(sorted(left)), min_size=1, unique=True))
        for line_no in chosen:
            unit = 1000 if sale.lines[line_no - 1].unit == "piece" else 1
            wanted[line_no] = unit * data.draw(st.integers(1, left[line_no] // unit))
        parts.append(back(sale, done, wanted, parts, rules))
        done = {number: done.get(number, 0) + wanted.get(number, 0) for number in {*done, *wanted}}
        if len(parts) == 6 and (left := returnable(sale, done)):
            return [*parts, back(sale, done, left, parts, rules)]
    return parts


def check(sale: Receipt, parts: list[Receipt]) -> None:
    for name in FIGURES:
        assert sum(getattr(part, name) for part in parts) == getattr(sale, name)
    for part in parts:
        for came in part.lines:
            assert all(getattr(came, name) >= 0 for name in FIGURES)
            assert came.total_minor == came.base_minor - came.discount_minor - came.redeemed_minor
    entries = [entry for number, r in enumerate((sale, *parts)) for entry in receipt_entries(r, f"e{number}")]
    beside, spent = costs_of_gifts(sale), dict(sale.redeemed_wallets)
    for wallet in {"main", *dict(sale.redeemed_wallets), *sale.wallets, *sale.costs}:
        assert balance(entries, wallet) == -beside.get(wallet, 0)
        assert sum(part.wallets.get(wallet, 0) for part in parts) == sale.wallets.get(wallet, 0)
        assert sum(dict(part.redeemed_wallets).get(wallet, 0) for part in parts) == spent.get(wallet, 0)
        back_again = sum(part.costs.get(wallet, 0) for part in parts)
        assert back_again == sale.costs.get(wallet, 0) - beside.get(wallet, 0)
    progress = Progress()
    for each in (sale, *parts):
        progress = progress_after(progress, count_receipt(each, sale.moment.local_date), SEASONS)
    for figures in progress.seasons:
        assert (figures.sold_minor, figures.earned_points) == (figures.returned_minor, figures.returned_points)
        assert (figures.receipts, len(figures.days)) == (1, 1)


def costs_of_gifts(sale: Receipt) -> dict[str, int]:
    """wallet -> points taken for what is no line's, which nothing that comes back brings back."""
    on_lines = {wallet: sum(line.costs.get(wallet, 0) for line in sale.lines) for wallet in sale.costs}
    return {wallet: points - on_lines[wallet] for wallet, points in sale.costs.items()}


@given(baskets(max_lines=3), programmes(max_campaigns=3), moments, st.data())
def test_the_parts_of_any_sale_come_to_the_whole(of, rules, at, data):
    if of.lines:
        sale = receipt(quote(of, rules, at), of, series=rules.coupons)
        check(sale, parts_of(sale, data))


@given(baskets(max_lines=4), programmes(max_campaigns=4), moments, st.data())
def test_the_parts_come_to_the_whole_where_what_is_kept_is_worked_out_again(of, rules, at, data):
    if not of.lines:
        return
    rules = replace(rules, returns=KEPT)
    sale = replace(receipt(quote(of, rules, at), of, series=rules.coupons), moment=at)
    parts = parts_of(sale, data, rules)
    check(sale, parts)
    assert {part.return_rule for part in parts} == {"kept"}
    assert sum(part.withheld_minor for part in parts) == 0
    done: dict[int, int] = {}
    left_minor = sale.total_minor + sale.redeemed_minor
    for part in parts:
        left_minor -= part.total_minor + part.redeemed_minor
        done = {no: done.get(no, 0) + qty for no, qty in quantities(part, sale).items()}
        share = paid_for(sale, done)
        paid = sum(line.total_minor + line.redeemed_minor for line in share)
        base = sum(line.base_minor for line in share)
        assert sale.total_minor + sale.redeemed_minor - paid <= left_minor <= sale.base_minor - base


@given(baskets(max_lines=3), programmes(max_campaigns=3), moments, st.data())
def test_parts_come_to_the_whole_though_some_tills_have_not_the_rules(of, rules, at, data):
    if not of.lines:
        return
    rules = replace(rules, returns=KEPT)
    sale = replace(receipt(quote(of, rules, at), of, series=rules.coupons), moment=at)
    done: dict[int, int] = {}
    parts: list[Receipt] = []
    while left := returnable(sale, done):
        line_no = data.draw(st.sampled_from(sorted(left)))
        known = data.draw(st.sampled_from([rules, None]))
        parts.append(back(sale, {}, {line_no: left[line_no]}, parts, known))
        done[line_no] = sale.lines[line_no - 1].qty_milli
    check(sale, parts)


@given(
    baskets(max_lines=3),
    programmes(max_campaigns=3),
    moments,
    st.sampled_from(["paid", "kept"]),
    st.sampled_from(["refund", "balance"]),
    st.dictionaries(st.sampled_from(["main", "stars", "promo"]), st.integers(-50, 300)),
    st.data(),
)
def test_points_that_are_gone_are_paid_for_or_left_and_everything_else_comes_to_the_whole(
    of, rules, at, rule, shortfall, wallets, data
):
    if not of.lines:
        return
    rules = replace(rules, returns=Returns(rule, shortfall))
    sale = replace(receipt(quote(of, rules, at), of, series=rules.coupons), moment=at)
    purse = plain_purse(wallets, "2026-11-22")
    parts: list[Receipt] = []
    while left := returnable(sale, before_of(sale, {}, map(given_back, parts)).milli):
        line_no = data.draw(st.sampled_from(sorted(left)))
        parts.append(back(sale, {}, {line_no: left[line_no]}, parts, rules, purse))
    for part in parts:
        assert wrong_sums(part) == ""
        assert sum(paid.amount_minor for paid in part.payments) == part.total_minor - part.short_minor >= 0
        assert all(points > 0 for points in part.short_points.values())
    for name in ("total_minor", "redeemed_minor", "redeemed_points"):
        assert sum(getattr(part, name) for part in parts) == getattr(sale, name)
    for wallet, points in {"main": sale.earned_points, **sale.wallets}.items():
        taken = sum(part.earned_points if wallet == "main" else part.wallets.get(wallet, 0) for part in parts)
        assert taken + sum(part.short_points.get(wallet, 0) for part in parts) == points


def quantities(part: Receipt, sale: Receipt) -> dict[int, int]:
    found = {line.line_no: 0 for line in sale.lines}
    return found | {line.line_no: line.qty_milli for line in part.lines}


SALE = receipt(quote(basket(line()), programme(), SUNDAY), basket(line()))


@given(
    st.tuples(*(st.one_of(st.integers(0, 9), st.integers(0, 10**7)) for _ in range(5))),
    st.one_of(st.integers(1, 5).map(lambda n: n * 1000), st.integers(1, 3000)),
    st.data(),
)
def test_the_parts_of_any_line_come_to_the_whole(figures, qty_milli, data):
    discount, redeemed, total, points, earned = figures
    sold = replace(
        SALE.lines[0],
        qty_milli=qty_milli,
        unit="piece" if qty_milli % 1000 == 0 else "kg",
        base_minor=discount + redeemed + total,
        discount_minor=discount,
        redeemed_minor=redeemed,
        redeemed_points=points,
        total_minor=total,
        earned_points=earned,
    )
    sums = {name: getattr(sold, name) for name in FIGURES}
    sale = replace(SALE, lines=(sold,), account_id="a", **sums)
    check(sale, parts_of(sale, data))
