"""What a member may ask for: each offer says what it costs, what it gives, or what is missing."""

from msgspec.structs import replace

from loyalty.basket import Basket
from loyalty.conditions import Who
from loyalty.explain import TEMPLATES
from loyalty.programme import Campaign, Cost, Label, Wallet
from loyalty.quote import quote
from loyalty.quoted import Standing
from loyalty.quoting.offers import MAX_REQUESTS, Offer, offers, waiting
from loyalty.rewards import Amount, Gift, Percent
from loyalty.rewards.gift import Option
from loyalty.sentences import say
from tests.support.loyalty_samples import SUNDAY, basket, campaign, line, member, programme

STARS = Wallet("stars", Label("Звёзды", "Stars"), Label("звезда|звезды|звёзд", "star|stars"), 500)


def on_request(id: str, off_minor: int = 2_000, stars: int = 0, points: int = 0) -> Campaign:
    cost = Cost(stars, "stars") if stars else Cost(points) if points else None
    return replace(campaign(Amount(off_minor, "receipt"), id=id), asked=True, cost=cost)


def made(of: Basket, *campaigns: Campaign) -> list[Offer]:
    rules = replace(programme(*campaigns), wallets=(STARS,))
    found = offers(of, rules, SUNDAY, Standing())
    if of.lines:
        assert waiting(quote(of, rules, SUNDAY), of, rules) == len({offer.campaign_id for offer in found})
    return list(found)


def text(offer: Offer, lang="en") -> str:
    return say(offer.said, lang, TEMPLATES)


def test_an_offer_says_what_it_costs_and_what_it_gives() -> None:
    of = basket(line(1), member=member(wallets={"stars": 12}))
    (coffee,) = made(of, on_request("coffee", stars=10))
    assert (coffee.campaign_id, coffee.taken, coffee.possible) == ("coffee", False, True)
    assert coffee.cost is not None
    assert (say(coffee.cost, "ru", TEMPLATES), say(coffee.cost, "en", TEMPLATES)) == (
        "Цена: 10 звёзд",
        "Price: 10 stars",
    )
    assert "20.00" in text(coffee)
    (taken,) = made(replace(of, asked=("coffee",)), on_request("coffee", stars=10))
    assert (taken.taken, taken.possible, text(taken)) == (True, True, text(coffee))


def test_an_offer_out_of_reach_says_what_is_missing_before_anyone_asks_for_it() -> None:
    (coffee,) = made(basket(line(1), member=member(wallets={"stars": 6})), on_request("coffee", stars=10))
    assert (coffee.possible, text(coffee), text(coffee, "ru")) == (False, "4 stars short", "Не хватает: 4 звезды")


def test_what_one_offer_takes_is_not_there_for_the_next() -> None:
    of = basket(line(1), member=member(balance_points=100), asked=("a",))
    first, other = made(of, on_request("a", points=70), on_request("b", points=70))
    assert (first.taken, first.possible) == (True, True)
    # 100 - 70 leaves 30 of the 70 it costs
    assert (other.possible, text(other)) == (False, "40 points short")


def test_campaigns_that_apply_by_themselves_are_not_offered() -> None:
    assert made(basket(line(1), member=member()), campaign(Percent(1000))) == []


def test_an_empty_basket_is_offered_nothing() -> None:
    assert made(basket(member=member()), on_request("coffee")) == []


def test_gifts_to_choose_from_come_first_and_the_chosen_one_is_marked() -> None:
    gift = campaign(Gift((Option("1", "Значок", "Badge"), Option("2", "Магнит", "Magnet"))), id="welcome")
    of = basket(line(1), member=member())
    found = made(of, on_request("coffee"), gift)
    assert [(offer.campaign_id, offer.code, offer.taken) for offer in found] == [
        ("welcome", "1", False), ("welcome", "2", False), ("coffee", "", False),
    ]  # fmt: skip
    found = made(replace(of, choices={"welcome": "2"}), on_request("coffee"), gift)
    assert [(offer.code, offer.taken) for offer in found] == [("1", False), ("2", True), ("", False)]


def test_no_more_than_the_limit_is_worked_out() -> None:
    many = [on_request(f"c{number:02d}") for number in range(MAX_REQUESTS + 1)]
    rules = programme(*many)
    assert len(offers(basket(line(1), member=member()), rules, SUNDAY, Standing())) == MAX_REQUESTS
    rules = programme(*many[1:])
    assert len(offers(basket(line(1), member=member()), rules, SUNDAY, Standing())) == MAX_REQUESTS


def test_what_is_out_of_the_question_is_explained_and_not_counted() -> None:
    fans = replace(on_request("tour"), conditions=(Who(("fan",)),))
    of, rules = basket(line(1), member=member()), programme(fans)
    assert waiting(quote(of, rules, SUNDAY), of, rules) == 0
    (tour,) = offers(of, rules, SUNDAY, Standing())
    assert (tour.possible, text(tour)) == (False, "Only for status: Fan")
