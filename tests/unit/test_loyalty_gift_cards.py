"""Gift cards: money and no discount. What they may pay, what they do not touch, what goes back to them."""

from hashlib import blake2b

import msgspec
import pytest
from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine
from loyalty.catalogue import Price, Product
from loyalty.codes import CodeRanges, GiftCardCode, ProductCode, UnknownCode, card_number, classify
from loyalty.documents.programme_file import parse_programme
from loyalty.documents.section import ID
from loyalty.errors import BadInput, BadProgramme
from loyalty.events import GiftCardMoved, ShiftTotals
from loyalty.gift_card import GIFT_WALLET, GiftCard, HeldCard, gift_card
from loyalty.gift_moves import gift_entry, gift_event_id, gift_moves
from loyalty.gift_pay import MAX_GIFT_CARDS, check_gift_cards, how_paid, spendable
from loyalty.programme import GiftCards, Programme
from loyalty.quote import Standing, quote
from loyalty.receipt import Payment, Receipt
from loyalty.returns import return_receipt
from loyalty.sale import receipt_from
from loyalty.shift import add_receipt
from loyalty.statuses.tiers import count_receipt
from tests.support.counter import ANNA, NOON, PROGRAMME, TEA

NUMBER = card_number("298", 7)
CARD = gift_card(NUMBER)
OTHER = gift_card(card_number("298", 8))
GIFT = Product("4600000000909", "Подарочная карта", (Price(1000_00),), vat="none", gift_card=True)
LOUD = parse_programme(
    PROGRAMME
    + """
[[campaign]]
id = "half"
name = { ru = "Полцены", en = "Half" }
reward = { type = "percent", rate_bp = 5000 }

[[campaign]]
id = "large"
name = { ru = "Крупный чек", en = "Large" }
conditions = [{ type = "receipt_total", min_total_minor = 100000 }]
reward = { type = "amount", amount_minor = 1000 }
"""
)
"""Half price for everything, and 10.00 off from 1,000.00 on."""
PLAIN = parse_programme(PROGRAMME)


def basket(*products: Product, card: GiftCard | None = CARD, qty_milli: int = 1000) -> Basket:
    lines = tuple(
        BasketLine(number, product, qty_milli, product.prices[0].price_minor, card if product.gift_card else None)
        for number, product in enumerate(products, start=1)
    )
    return Basket(lines, member=ANNA, store="s1")


def sold(bought: Basket, *payments: Payment, programme: Programme = PLAIN) -> Receipt:
    return receipt_from(
        quote(bought, programme, NOON, Standing()), bought, NOON, receipt_id="ab" * 16, number="T1-000001",
        store="s1", terminal="ee" * 16, cashier="Ольга", shift_id="dd" * 16, payments=payments,
    )  # fmt: skip


def refused(bought: Basket, *payments: Payment) -> str:
    with pytest.raises(BadInput) as bad:
        sold(bought, *payments)
    return bad.value.code


def returned(sale: Receipt, before: dict[int, int], wanted: dict[int, int]) -> Receipt:
    return return_receipt(
        sale, before, wanted, receipt_id="cd" * 16, number="T1-000002", store="s1", terminal="ee" * 16,
        cashier="Ольга", shift_id="dd" * 16, moment=NOON,
    )  # fmt: skip


def by_gift(amount_minor: int, card: GiftCard = CARD) -> Payment:
    return Payment("gift_card", amount_minor, card)


def test_a_gift_card_is_known_by_its_prefix_and_check_digit_and_only_where_there_are_any():
    ranges = CodeRanges(gift_card_prefixes=("298",))
    assert classify(NUMBER, ranges) == GiftCardCode(NUMBER)
    assert classify(NUMBER, CodeRanges()) == ProductCode(NUMBER)
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    assert isinstance(classify(wrong, ranges), UnknownCode)


def test_the_account_of_a_card_is_a_hash_of_its_number_and_the_number_is_not_in_it():
    assert CARD.account_id == blake2b(f"gift_card/{NUMBER}".encode(), digest_size=16).hexdigest()
    assert CARD.tail == NUMBER[-4:]
    assert CARD.masked == f"•••• {NUMBER[-4:]}"
    assert NUMBER not in msgspec.json.encode(CARD).decode()


def test_no_programme_can_name_a_wallet_as_the_cards_money_is_named():
    assert ID.fullmatch(GIFT_WALLET) is None


def test_prefixes_of_gift_cards_must_not_meet_others():
    text = PROGRAMME.replace('gift_card_prefixes = ["298"]', 'gift_card_prefixes = ["298", "2990", "21"]')
    with pytest.raises(BadProgramme) as bad:
        parse_programme(text)
    assert [each.path for each in bad.value.problems] == ["codes.gift_card_prefixes[2]", "codes.gift_card_prefixes[3]"]


def test_nothing_of_the_programme_touches_a_gift_card():
    """The tea is 100.00, half of it 50.00, of which 5 % are 2 points; the card keeps its price and lifts no total."""
    done = quote(basket(TEA, GIFT), LOUD, NOON, Standing())
    assert [line.total_minor for line in done.lines] == [50_00, 1000_00]
    assert (done.total_minor, done.discount_minor, done.earned_points) == (1050_00, 50_00, 2)
    assert done.lines[1].applied == ()
    assert quote(basket(GIFT), LOUD, NOON, Standing()).redemption.allowed_points == 0


def test_a_gift_card_earns_like_money_and_lowers_no_price():
    by_card = sold(basket(TEA), by_gift(60_00), Payment("cash", 50_00))
    assert (by_card.total_minor, by_card.earned_points, by_card.change_minor) == (100_00, 5, 10_00)


def test_a_gift_card_gives_no_change_and_pays_no_more_than_the_goods():
    assert refused(basket(TEA), by_gift(100_01)) == "gift_card.over"
    assert refused(basket(TEA, GIFT), by_gift(100_01, OTHER), Payment("cash", 1000_00)) == "gift_card.over"
    assert sold(basket(TEA, GIFT), by_gift(100_00, OTHER), Payment("cash", 1000_00)).change_minor == 0


def test_beside_a_gift_card_a_bank_card_pays_at_most_the_rest():
    assert refused(basket(TEA), by_gift(60_00), Payment("card", 40_01)) == "sale.card_over"
    assert sold(basket(TEA), by_gift(60_00), Payment("card", 40_00)).change_minor == 0


def test_a_line_that_sells_a_card_needs_it_and_is_one():
    assert refused(basket(GIFT, card=None), Payment("cash", 1000_00)) == "gift_card.no_card"
    assert refused(basket(GIFT, qty_milli=2000), Payment("cash", 2000_00)) == "gift_card.one_each"


def test_a_card_is_on_a_receipt_once():
    assert refused(basket(GIFT, GIFT), Payment("cash", 2000_00)) == "gift_card.twice"
    assert refused(basket(TEA, GIFT), by_gift(100_00), Payment("cash", 1000_00)) == "gift_card.twice"
    assert refused(basket(TEA), by_gift(50_00), by_gift(50_00)) == "gift_card.twice"


def test_a_payment_names_a_card_if_and_only_if_it_is_a_gift_card_s():
    assert refused(basket(TEA), Payment("gift_card", 100_00)) == "gift_card.needs_card"
    assert refused(basket(TEA), Payment("cash", 100_00, CARD)) == "gift_card.needs_card"


@pytest.mark.parametrize(("cards", "fine"), [(MAX_GIFT_CARDS, True), (MAX_GIFT_CARDS + 1, False)])
def test_a_receipt_holds_so_many_cards_and_no_more(cards, fine):
    payments = [by_gift(1_00, gift_card(card_number("298", number))) for number in range(cards)]
    bought = basket(TEA)
    done = quote(bought, PLAIN, NOON, Standing())
    if fine:
        check_gift_cards(bought, done, payments)
    else:
        with pytest.raises(BadInput) as bad:
            check_gift_cards(bought, done, payments)
        assert bad.value.code == "gift_card.too_many"


def test_a_receipt_moves_each_of_its_cards_once_by_an_id_of_its_own():
    sale = sold(basket(TEA, GIFT), by_gift(60_00, OTHER), Payment("cash", 1040_00))
    moves = gift_moves(sale)
    assert [(move.account_id, move.kind, move.amount_minor) for move in moves] == [
        (CARD.account_id, "loaded", 1000_00),
        (OTHER.account_id, "paid", 60_00),
    ]
    text = f"{'ab' * 16}/loaded/{CARD.account_id}"
    assert gift_event_id(moves[0]) == blake2b(text.encode(), digest_size=16).hexdigest()
    entries = [gift_entry(move, gift_event_id(move), 5) for move in moves]
    assert [(entry.wallet, entry.contra, entry.points) for entry in entries] == [
        (GIFT_WALLET, "loaded", 1000_00),
        (GIFT_WALLET, "paid", -60_00),
    ]


def test_what_a_gift_card_paid_goes_back_to_it_first_in_whatever_parts():
    """Three teas, 300.00: 150.00 by gift card. Each tea is 100.00: the first all to the card, the second half."""
    sale = sold(basket(TEA, qty_milli=3000), by_gift(150_00), Payment("cash", 150_00))
    parts = [returned(sale, {1: before}, {1: 1000}).payments for before in (0, 1000, 2000)]
    assert parts == [
        (by_gift(100_00),),
        (by_gift(50_00), Payment("cash", 50_00)),
        (Payment("cash", 100_00),),
    ]
    assert returned(sale, {}, {1: 3000}).payments == (by_gift(150_00), Payment("cash", 150_00))


def test_two_gift_cards_get_back_what_each_paid():
    sale = sold(basket(TEA), by_gift(30_00), by_gift(20_00, OTHER), Payment("card", 50_00))
    assert returned(sale, {}, {1: 1000}).payments == (by_gift(30_00), by_gift(20_00, OTHER), Payment("cash", 50_00))


def test_the_price_of_a_gift_card_never_goes_back_to_the_card_that_paid_the_goods():
    sale = sold(basket(TEA, GIFT), by_gift(100_00, OTHER), Payment("cash", 1000_00))
    back = returned(sale, {}, {2: 1000})
    assert back.payments == (Payment("cash", 1000_00),)
    assert [(move.kind, move.amount_minor) for move in gift_moves(back)] == [("loaded_back", 1000_00)]
    assert returned(sale, {2: 1000}, {1: 1000}).payments == (by_gift(100_00, OTHER),)


def test_a_gift_card_counts_for_no_status_and_its_goods_do():
    """1,100.00, of which 1,000.00 were put on a card."""
    sale = sold(basket(TEA, GIFT), Payment("cash", 1100_00))
    assert count_receipt(sale).sold_minor == 100_00
    assert count_receipt(returned(sale, {}, {2: 1000})).returned_minor == 0
    assert count_receipt(sold(basket(TEA), by_gift(100_00))).sold_minor == 100_00


def test_a_shift_counts_gift_cards_on_lines_of_their_own():
    sale = sold(basket(TEA, GIFT), by_gift(60_00, OTHER), Payment("cash", 1040_00))
    after = add_receipt(add_receipt(ShiftTotals(), sale), returned(sale, {}, {1: 1000, 2: 1000}))
    assert (after.cash_minor, after.gift_card_minor, after.loaded_minor) == (1040_00, 60_00, 1000_00)
    back = (after.returned_cash_minor, after.returned_gift_card_minor, after.loaded_back_minor)
    assert back == (1040_00, 60_00, 1000_00)


RULE = GiftCards(offline_max_minor=300_00, max_age_s=60)
HELD = HeldCard(CARD, 500_00, as_of_ms=100_000)


@pytest.mark.parametrize(
    ("held", "rule", "online", "at_ms", "amount_minor", "limit"),
    [
        (HELD, RULE, True, 160_000, 500_00, ""),
        (HELD, RULE, True, 160_001, 300_00, "gift_card.stale"),
        (HELD, RULE, False, 100_000, 300_00, "gift_card.offline"),
        (replace(HELD, balance_minor=300_00), RULE, False, 100_000, 300_00, ""),
        (HELD, GiftCards(max_age_s=60), False, 100_000, 0, "gift_card.offline_none"),
        (HELD, GiftCards(max_age_s=60), True, 160_001, 0, "gift_card.stale_none"),
        (replace(HELD, balance_minor=0), RULE, True, 100_000, 0, "gift_card.empty"),
        (replace(HELD, balance_minor=-1), RULE, True, 100_000, 0, "gift_card.empty"),
    ],
)
def test_a_card_pays_what_it_has_and_without_the_head_office_what_the_programme_lets_it(
    held, rule, online, at_ms, amount_minor, limit
):
    may = spendable(held, rule, online, at_ms)
    assert (may.amount_minor, may.limit.code if may.limit else "") == (amount_minor, limit)


def test_a_campaign_for_gift_cards_holds_for_them_alone():
    text = PROGRAMME + '[[campaign]]\nid = "gift"\nname = { ru = "К", en = "G" }\n'
    text += (
        'reward = { type = "percent", rate_bp = 1000 }\nconditions = [{ type = "payment", kinds = ["gift_card"] }]\n'
    )
    programme = parse_programme(text)
    totals = {
        paid: quote(replace(basket(TEA), payment=paid), programme, NOON, Standing()).total_minor
        for paid in ("gift_card", "cash", "mixed")
    }
    assert totals == {"gift_card": 90_00, "cash": 100_00, "mixed": 100_00}


@pytest.mark.parametrize(
    ("kinds", "payment", "beside", "held"),
    [
        (["card", "gift_card"], "card", True, True),
        (["card"], "card", True, False),
        (["gift_card"], "card", True, False),
        (["gift_card"], "gift_card", False, True),
        (["card", "gift_card"], "mixed", True, False),
        (["card", "gift_card"], "cash", True, False),
    ],
)
def test_beside_a_gift_card_the_rest_decides_where_gift_cards_are_meant_too(kinds, payment, beside, held):
    text = PROGRAMME + '[[campaign]]\nid = "gift"\nname = { ru = "К", en = "G" }\n'
    text += 'reward = { type = "percent", rate_bp = 1000 }\n'
    text += f'conditions = [{{ type = "payment", kinds = {kinds} }}]\n'
    paid = replace(basket(TEA), payment=payment, beside_gift_card=beside)
    assert quote(paid, parse_programme(text), NOON, Standing()).total_minor == (90_00 if held else 100_00)


@pytest.mark.parametrize(
    ("kinds", "paid"),
    [
        ([], ("", False)),
        (["cash", "cash"], ("cash", False)),
        (["cash", "card"], ("mixed", False)),
        (["gift_card"], ("gift_card", False)),
        (["gift_card", "card", "gift_card"], ("card", True)),
        (["cash", "gift_card", "card"], ("mixed", True)),
    ],
)
def test_how_a_receipt_is_paid_is_said_of_its_money(kinds, paid):
    assert how_paid(kinds) == paid


def test_the_bytes_of_a_card_s_event_stay_what_they_are():
    moved = GiftCardMoved(CARD.account_id, CARD.tail, "paid", 60_00, "ab" * 16, "T1-000001", "2026-09-21")
    assert (
        msgspec.json.encode(moved, order="sorted")
        == (
            f'{{"account_id":"{CARD.account_id}","amount_minor":6000,"card_tail":"{CARD.tail}","kind":"paid",'
            f'"local_date":"2026-09-21","number":"T1-000001","receipt_id":"{"ab" * 16}","type":"gift_card_moved"}}'
        ).encode()
    )
