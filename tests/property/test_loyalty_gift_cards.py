"""Money of gift cards conserves: over any receipts and returns, cards have what was put on them less what they paid."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from loyalty.basket import Basket, BasketLine
from loyalty.catalogue import Price, Product
from loyalty.codes import card_number
from loyalty.documents.programme_file import parse_programme
from loyalty.gift_card import gift_card
from loyalty.gift_moves import added_minor, gift_event_id, gift_moves
from loyalty.gift_pay import paid_by_gift_minor, payable_minor
from loyalty.quote import quote
from loyalty.receipt import Payment, Receipt
from loyalty.returning.parts import given_back
from loyalty.returns import return_receipt
from loyalty.sale import receipt_from
from tests.support.counter import ANNA, NOON, PROGRAMME

CAMPAIGN = '[[campaign]]\nid = "off"\nname = { ru = "С", en = "O" }\nreward = { type = "percent", rate_bp = 1337 }\n'
OURS = parse_programme(PROGRAMME + CAMPAIGN)
CARDS = [gift_card(card_number("298", number)) for number in range(4)]


@st.composite
def sales(draw: st.DrawFn) -> Receipt:
    """One to four goods and up to two cards sold, paid by up to two other cards, a bank card and the rest in cash."""
    goods = draw(st.lists(st.tuples(st.integers(1, 500_00), st.integers(1, 5)), min_size=1, max_size=4))
    lines = [
        BasketLine(number, Product(f"p{number}", "Goods", (Price(price),)), pieces * 1000, price)
        for number, (price, pieces) in enumerate(goods, start=1)
    ]
    for card in CARDS[: draw(st.integers(0, 2))]:
        price = draw(st.integers(1, 500_00))
        product = Product("card", "Card", (Price(price),), vat="none", gift_card=True)
        lines.append(BasketLine(len(lines) + 1, product, 1000, price, card))
    basket = Basket(tuple(draw(st.permutations(lines))), member=ANNA, redeem_points=draw(st.integers(0, 200)))
    done = quote(basket, OURS, NOON)
    left = payable_minor(basket, done)
    payments = []
    for card in CARDS[2 : 2 + draw(st.integers(0, 2))]:
        amount = draw(st.integers(0, left))
        left -= amount
        payments += [Payment("gift_card", amount, card)] if amount else []
    rest = done.total_minor - paid_by_gift_minor(payments)
    by_card = draw(st.integers(0, rest))
    payments += [Payment("card", by_card)] if by_card else []
    rest -= by_card
    payments += [Payment("cash", rest + draw(st.integers(0, 100)))] if rest else []
    return receipt_from(
        done, basket, NOON, receipt_id="ab" * 16, number="T1-000001", store="s1", terminal="ee" * 16, cashier="c",
        shift_id="dd" * 16, payments=payments,
    )  # fmt: skip


def moved_minor(*receipts: Receipt) -> Counter[str]:
    """account -> what its card has more; a fact told twice counts once."""
    facts = {gift_event_id(fact): fact for receipt in (*receipts, *receipts) for fact in gift_moves(receipt)}
    sums: Counter[str] = Counter()
    for fact in facts.values():
        sums[fact.account_id] += added_minor(fact)
    return sums


@given(sales())
def test_payments_come_to_the_total_and_cards_move_by_what_the_receipt_says(sale: Receipt) -> None:
    assert sum(payment.amount_minor for payment in sale.payments) - sale.change_minor == sale.total_minor
    moved = moved_minor(sale)
    assert sum(moved.values()) == sale.loaded_minor - paid_by_gift_minor(sale.payments)


@given(sales(), st.data())
def test_whatever_is_returned_in_whatever_parts_the_cards_end_where_they_began(
    sale: Receipt, data: st.DataObject
) -> None:
    """And no card ever gets back more than it paid, whatever is paid out in cash instead."""
    pieces = [line.line_no for line in sale.lines for _ in range(line.qty_milli // 1000)]
    order = data.draw(st.permutations(pieces))
    returned: Counter[int] = Counter()
    receipts, paid_back = [sale], 0
    as_paid = data.draw(st.booleans())
    while order:
        some, order = order[: (cut := data.draw(st.integers(1, len(order))))], order[cut:]
        wanted = {line_no: count * 1000 for line_no, count in Counter(some).items()}
        back = return_receipt(
            sale, returned, wanted, receipt_id=f"{len(receipts):032x}", number=f"T1-{len(receipts)}", store="s1",
            terminal="ee" * 16, cashier="c", shift_id="dd" * 16, moment=NOON, parts=map(given_back, receipts[1:]),
            payment="as_paid" if as_paid else data.draw(st.sampled_from(["as_paid", "cash"])),
        )  # fmt: skip
        assert sum(payment.amount_minor for payment in back.payments) == back.total_minor
        assert all(payment.amount_minor > 0 for payment in back.payments)
        returned.update(wanted)
        receipts.append(back)
        paid_back += paid_by_gift_minor(back.payments)
        goods_minor = sum(each.total_minor - each.loaded_minor for each in receipts[1:])
        assert paid_back == min(goods_minor, paid_by_gift_minor(sale.payments)), "the cards come first"
    assert not any(moved_minor(*receipts).values())
    by_card, to_card = of_kind(sale, "card"), sum(of_kind(back, "card") for back in receipts[1:])
    assert to_card == by_card if as_paid else to_card <= by_card


def of_kind(receipt: Receipt, kind: str) -> int:
    return sum(payment.amount_minor for payment in receipt.payments if payment.kind == kind)
