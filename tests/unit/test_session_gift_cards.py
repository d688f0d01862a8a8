"""Gift cards at the counter: sold, shown, taken in hand, paying."""

from loyalty.catalogue import Price, Product
from loyalty.codes import card_number
from loyalty.documents.programme_file import parse_programme
from loyalty.gift_card import gift_card
from loyalty.gift_pay import paid_by_gift_minor
from loyalty.quote import Standing
from loyalty.receipt import Payment
from loyalty.sentences import sentence
from terminal.session import commands as c
from tests.support.counter import CUP, PROGRAMME, TEA, Counter, gtin

GIFT = Product(gtin(9), "Подарочная карта", (Price(1000_00),), vat="none", gift_card=True)
NUMBER, OTHER = card_number("298", 1), card_number("298", 2)


def counter(**balances_minor: int) -> Counter:
    """`one` and `two` are what is on the two cards."""
    made = Counter()
    made.goods[GIFT.code] = GIFT
    made.gift_cards = {NUMBER: balances_minor.get("one", 0), OTHER: balances_minor.get("two", 0)}
    return made.opened()


def test_a_scanned_gift_card_says_what_is_on_it_and_changes_nothing():
    at = counter(one=500_00).do(c.Scan(TEA.code), c.Scan(NUMBER))
    assert at.said == "gift_card.balance"
    assert at.state.notice is not None
    assert at.state.notice.said.args["balance_minor"] == 500_00
    assert [line.gift_card for line in at.state.basket.lines] == [None]


def test_after_a_gift_card_is_rung_up_the_next_card_scanned_is_the_one_to_load():
    at = counter().do(c.Scan(GIFT.code))
    assert at.said == "gift_card.no_card"
    at.do(c.Scan(NUMBER))
    assert at.said == "gift_card.to_load"
    assert at.state.basket.lines[0].gift_card == gift_card(NUMBER)
    at.do(c.Pay(), c.Tender("cash"))
    assert at.state.receipt is not None
    assert at.state.receipt.lines[0].gift_card == gift_card(NUMBER)


def test_no_payment_before_each_gift_card_sold_is_scanned():
    at = counter().do(c.Scan(GIFT.code), c.Scan(GIFT.code), c.Scan(NUMBER), c.Pay())
    assert (at.state.mode, at.said) == ("sale", "gift_card.no_card")
    assert len(at.state.basket.lines) == 2


def test_the_same_card_is_not_loaded_twice_on_one_receipt():
    at = counter().do(c.Scan(GIFT.code), c.Scan(GIFT.code), c.Scan(NUMBER), c.Scan(NUMBER))
    assert at.said == "gift_card.twice"


def test_undo_takes_the_card_off_the_line_and_voiding_the_line_takes_both():
    at = counter().do(c.Scan(GIFT.code), c.Scan(NUMBER), c.Undo())
    assert at.state.basket.lines[0].gift_card is None
    at.do(c.Scan(NUMBER), c.VoidLine(at.state.basket.lines[0].line_id))
    assert at.state.basket.lines == ()


def test_a_line_is_one_gift_card():
    at = counter().do(c.Type("2*"), c.Scan(GIFT.code))
    assert (at.said, at.state.basket.lines) == ("gift_card.one_each", ())
    at.do(c.Scan(GIFT.code), c.SetQuantity(1, 2000))
    assert (at.said, at.state.basket.lines[0].qty_milli) == ("gift_card.one_each", 1000)


def test_a_card_scanned_in_payment_is_shown_and_pays_once_confirmed():
    at = counter(one=60_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    assert (at.said, at.state.tenders) == ("gift_card.in_hand", ())
    at.do(c.Tender("gift_card"))
    assert at.state.tenders == (Payment("gift_card", 60_00, gift_card(NUMBER), 0),)
    assert (at.said, at.state.due_minor, at.state.gift_card) == ("pay.left", 40_00, None)
    at.do(c.Tender("cash"))
    assert at.state.mode == "done"


def test_a_card_with_enough_pays_all_and_keeps_the_rest():
    at = counter(one=500_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    assert at.state.receipt is not None
    assert at.state.receipt.payments == (Payment("gift_card", 100_00, gift_card(NUMBER), 400_00),)


def test_a_typed_amount_is_what_the_card_pays():
    at = counter(one=500_00).do(c.Scan(TEA.code), c.Pay(), c.Type(NUMBER), c.Tender("gift_card", 30_00))
    assert at.state.due_minor == 70_00
    at = counter(one=50_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card", 50_01))
    assert (at.said, at.state.tenders) == ("gift_card.pays", ())


def test_two_cards_may_pay_together_and_none_twice():
    at = counter(one=60_00, two=60_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    at.do(c.Scan(NUMBER))
    assert at.said == "gift_card.twice"
    at.do(c.Scan(OTHER), c.Tender("gift_card"))
    assert at.state.receipt is not None
    assert paid_by_gift_minor(at.state.receipt.payments) == 100_00


def test_no_card_pays_that_was_not_scanned():
    at = counter(one=60_00).do(c.Scan(TEA.code), c.Pay(), c.Tender("gift_card"))
    assert (at.said, at.state.tenders) == ("gift_card.scan_first", ())


def test_an_empty_card_is_refused_with_the_reason():
    at = counter().do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    assert (at.said, at.state.gift_card) == ("gift_card.empty", None)


def test_without_the_head_office_a_card_is_refused_with_the_reason():
    at = counter(one=60_00)
    at.standing = Standing(online=False)
    at.do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    assert (at.said, at.state.gift_card) == ("gift_card.offline_none", None)


def test_a_gift_card_does_not_buy_a_gift_card():
    at = counter(two=5000_00).do(c.Scan(GIFT.code), c.Scan(NUMBER), c.Pay(), c.Scan(OTHER))
    assert (at.said, at.state.gift_card) == ("gift_card.cannot_buy", None)
    at.do(c.Back(), c.Scan(TEA.code), c.Pay(), c.Scan(OTHER), c.Tender("gift_card"))
    assert [tender.amount_minor for tender in at.state.tenders] == [100_00]


def test_a_card_being_loaded_does_not_pay():
    at = counter(one=500_00).do(c.Scan(GIFT.code), c.Scan(NUMBER), c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    assert at.said == "gift_card.twice"


def test_esc_puts_the_card_away_first_and_then_leaves_payment():
    at = counter(one=60_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Back())
    assert (at.state.mode, at.said) == ("pay", "gift_card.put_away")
    assert at.do(c.Back()).state.mode == "sale"


def test_leaving_payment_names_the_money_to_give_back_and_not_what_the_card_would_have_paid():
    at = counter(one=60_00).do(
        c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"), c.Tender("cash", 10_00)
    )
    at.do(c.Back())
    assert at.said == "pay.returned_cash"
    assert at.state.notice is not None
    assert at.state.notice.said.args["cash_minor"] == 10_00


def test_other_codes_are_still_refused_in_payment():
    at = counter().do(c.Scan(TEA.code), c.Pay(), c.Scan(CUP.code))
    assert at.said == "not_now.pay"


def test_a_return_says_what_goes_to_the_card_and_what_is_paid_out():
    at = counter(one=60_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"), c.Tender("cash"))
    at.do(c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert at.said == "done.return_gift"
    assert at.state.notice is not None
    assert at.state.notice.said.args == {"number": "T1-000002", "gift_minor": 60_00, "total_minor": 40_00}


def test_a_return_that_pays_nothing_out_names_no_cash():
    at = counter(one=100_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    at.do(c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert at.said == "done.return_all_gift"
    at = counter(one=60_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"), c.Tender("card"))
    at.do(c.BeginReturn("T1-000001"), c.ReturnAll(), c.ConfirmReturn("card"))
    assert at.said == "done.return_gift_card"
    assert at.state.notice is not None
    assert at.state.notice.said.args == {"number": "T1-000002", "gift_minor": 60_00, "card_minor": 40_00}


def test_a_total_that_is_another_by_gift_card_is_told_before_it_is_paid():
    campaign = '[[campaign]]\nid = "gift"\nname = { ru = "К", en = "G" }\n'
    campaign += 'reward = { type = "percent", rate_bp = 1000 }\n'
    campaign += 'conditions = [{ type = "payment", kinds = ["gift_card"] }]\n'
    at = Counter(parse_programme(PROGRAMME + campaign))
    at.gift_cards[NUMBER] = 500_00
    at.opened().do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    assert (at.said, at.state.mode, at.state.total_minor) == ("pay.total_gift_card", "pay", 90_00)
    at.do(c.Tender("gift_card"))
    assert at.state.receipt is not None
    assert at.state.receipt.payments == (Payment("gift_card", 90_00, gift_card(NUMBER), 410_00),)


def test_what_the_gift_card_leaves_over_decides_whether_a_campaign_for_cards_holds():
    campaign = '[[campaign]]\nid = "card"\nname = { ru = "К", en = "C" }\n'
    campaign += 'reward = { type = "percent", rate_bp = 1000 }\n'
    campaign += 'conditions = [{ type = "payment", kinds = ["card", "gift_card"] }]\n'
    at = Counter(parse_programme(PROGRAMME + campaign))
    at.gift_cards[NUMBER] = 50_00
    at.opened().do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"), c.Tender("gift_card"))
    assert (at.state.total_minor, at.state.due_minor) == (90_00, 40_00)
    at.do(c.Tender("card"))
    assert at.state.receipt is not None
    assert [(each.kind, each.amount_minor) for each in at.state.receipt.payments] == [
        ("gift_card", 50_00),
        ("card", 40_00),
    ]


def test_a_refused_commit_gives_the_card_its_money_back():
    at = counter(one=500_00).do(c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    at.fails = c.Failed(sentence("store.full"))
    at.do(c.Tender("gift_card"))
    assert (at.state.mode, at.state.tenders) == ("pay", ())
