"""What a member asks for at the till: shown with its price, chosen, taken back, undone."""

from msgspec.structs import replace

from loyalty.documents.programme_file import parse_programme
from terminal.session import commands as c
from tests.support.counter import ANNA, CARD, CUP, PROGRAMME, TEA, Counter

OFFERS = """
[[wallet]]
id = "stars"
name = { ru = "Звёзды", en = "Stars" }
unit = { ru = "звезда|звезды|звёзд", en = "star|stars" }

[[campaign]]
id = "coffee"
name = { ru = "Кофе за звёзды", en = "Coffee for stars" }
asked = true
cost = { wallet = "stars", points = 10 }
reward = { type = "amount", amount_minor = 90_00, per = "receipt" }

[[campaign]]
id = "welcome"
name = { ru = "Подарок", en = "Welcome" }
reward = { type = "gift", options = [{ code = "1", name = { ru = "Значок", en = "Badge" } }, { code = "2", name = { ru = "Магнит", en = "Magnet" } }] }
conditions = [{ type = "products", codes = ["%CUP%"] }]
"""  # noqa: E501
RULES = parse_programme(PROGRAMME + OFFERS.replace("%CUP%", CUP.code))


def till(*commands: c.Command, stars: int = 12) -> Counter:
    counter = Counter(RULES).opened()
    counter.members[CARD] = replace(ANNA, wallets={"stars": stars})
    return counter.do(c.Scan(CARD), *commands)


def total(counter: Counter) -> int:
    assert counter.state.quote is not None
    return counter.state.quote.total_minor


def listed(counter: Counter) -> list[tuple[str, str, bool, bool]]:
    found = counter.state.offers or ()
    return [(offer.campaign_id, offer.code, offer.taken, offer.possible) for offer in found]


def test_the_list_shows_what_can_be_asked_for_and_closes_with_escape() -> None:
    counter = till(c.Scan(TEA.code), c.ListOffers())
    assert (counter.state.on_request, listed(counter)) == (1, [("coffee", "", False, True)])
    assert counter.do(c.Back()).state.offers is None


def test_an_empty_receipt_and_one_with_nothing_to_ask_for_say_so() -> None:
    assert till(c.ListOffers()).said == "sale.empty"
    assert Counter().opened().do(c.Scan(TEA.code), c.ListOffers()).said == "offer.none"


def test_asking_takes_the_points_and_asking_again_gives_them_back() -> None:
    counter = till(c.Scan(TEA.code), c.ListOffers(), c.Ask("coffee"))
    assert (counter.said, total(counter)) == ("offer.taken", 10_00)
    assert listed(counter) == [("coffee", "", True, True)]
    assert counter.state.quote is not None
    assert counter.state.quote.costs == {"stars": 10}
    counter.do(c.Ask("coffee"))
    assert (counter.said, total(counter), listed(counter)) == (
        "offer.taken_back", 100_00, [("coffee", "", False, True)],
    )  # fmt: skip


def test_undo_takes_back_what_was_asked_for() -> None:
    counter = till(c.Scan(TEA.code), c.Ask("coffee"), c.Undo())
    assert (counter.state.basket.asked, total(counter)) == ((), 100_00)


def test_what_is_out_of_reach_is_refused_with_what_is_missing() -> None:
    counter = till(c.Scan(TEA.code), c.ListOffers(), c.Ask("coffee"), stars=6)
    assert (counter.said, counter.state.basket.asked, counter.sounds[-1]) == ("cost.more", (), "error")


def test_nothing_but_what_is_offered_can_be_asked_for() -> None:
    counter = till(c.Scan(TEA.code), c.Ask("welcome"))
    assert (counter.said, counter.state.basket.asked) == ("offer.gone", ())
    assert till(c.Scan(TEA.code), c.Ask("nothing")).said == "offer.gone"
    assert till(c.Scan(CUP.code), c.Choose("welcome", "3")).said == "offer.gone"
    assert till(c.Scan(TEA.code), c.Choose("welcome", "")).said == "offer.gone"


def test_a_gift_is_chosen_changed_and_taken_back() -> None:
    counter = till(c.Scan(CUP.code), c.ListOffers(), c.Choose("welcome", "2"))
    assert counter.state.quote is not None
    assert [extra.code for extra in counter.state.quote.granted.extras] == ["2"]
    counter.do(c.Choose("welcome", "1"))
    assert listed(counter)[:2] == [("welcome", "1", True, True), ("welcome", "2", False, True)]
    counter.do(c.Choose("welcome", "1"))
    assert (counter.said, counter.state.basket.choices) == ("offer.taken_back", {})
    assert counter.do(c.Undo()).state.basket.choices == {"welcome": "1"}


def test_a_scan_closes_the_list_and_a_card_brings_it_up_to_date() -> None:
    counter = till(c.Scan(TEA.code), c.ListOffers(), c.Scan(TEA.code))
    assert counter.state.offers is None
    counter = Counter(RULES).opened()
    counter.members[CARD] = replace(ANNA, wallets={"stars": 12})
    counter.do(c.Scan(TEA.code), c.ListOffers())
    assert listed(counter) == [("coffee", "", False, False)]
    counter.do(c.Scan(CARD))
    assert listed(counter) == [("coffee", "", False, True)]


def test_what_was_chosen_stands_on_the_receipt() -> None:
    counter = till(
        c.Scan(CUP.code), c.Ask("coffee"), c.Choose("welcome", "2"), c.Pay(), c.Tender("cash")
    )  # fmt: skip
    receipt = counter.state.receipt
    assert receipt is not None
    assert (receipt.total_minor, receipt.costs, receipt.asked, receipt.choices) == (
        360_50, {"stars": 10}, ("coffee",), {"welcome": "2"},
    )  # fmt: skip
    assert [line.code for line in receipt.lines] == [CUP.code, "2"]
