"""Laws of returns: any sequence of parts comes to the whole, and everything returned leaves nothing behind."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.ledger import balance, receipt_entries
from loyalty.quote import quote
from loyalty.receipt import Receipt
from loyalty.returns import return_receipt, returnable
from loyalty.statuses.progress import Progress, progress_after
from loyalty.statuses.tiers import count_receipt
from tests.support.loyalty_samples import SEASONS, SUNDAY, basket, line, programme, receipt
from tests.support.loyalty_strategies import baskets, moments, programmes

FIGURES = ("base_minor", "discount_minor", "redeemed_minor", "redeemed_points", "total_minor", "earned_points")


def back(sale: Receipt, done, wanted) -> Receipt:
    place: dict[str, Any] = {"store": "s", "terminal": "t", "cashier": "c", "shift_id": "h"}
    return return_receipt(sale, done, wanted, receipt_id="r", number="T1-2", moment=SUNDAY, **place)


def parts_of(sale: Receipt, data) -> list[Receipt]:
    """Return everything in any steps, any lines, any quantities."""
    done: dict[int, int] = {}
    parts = []
    while left := returnable(sale, done):
        wanted = {}
        chosen = data.draw(st.lists(st.sampled_from(sorted(left)), min_size=1, unique=True))
        for line_no in chosen:
            unit = 1000 if sale.lines[line_no - 1].unit == "piece" else 1
            wanted[line_no] = unit * data.draw(st.integers(1, left[line_no] // unit))
        parts.append(back(sale, done, wanted))
        done = {number: done.get(number, 0) + wanted.get(number, 0) for number in {*done, *wanted}}
        if len(parts) == 6 and (left := returnable(sale, done)):
            return [*parts, back(sale, done, left)]
    return parts


def check(sale: Receipt, parts: list[Receipt]) -> None:
    for name in FIGURES:
        assert sum(getattr(part, name) for part in parts) == getattr(sale, name)
    for part in parts:
        for given_back in part.lines:
            assert all(getattr(given_back, name) >= 0 for name in FIGURES)
            spent_minor = given_back.discount_minor + given_back.redeemed_minor
            assert given_back.total_minor == given_back.base_minor - spent_minor
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
