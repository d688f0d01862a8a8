"""Budgets of campaigns: how they are written, what is left of a share, and why a campaign has stopped."""

from __future__ import annotations

import msgspec
import pytest

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product
from loyalty.documents.cases import figures_of
from loyalty.documents.programme_file import parse_programme
from loyalty.documents.programme_told import tell_campaign, world_of
from loyalty.documents.programme_warnings import warnings
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.programme import Programme
from loyalty.quote import quote
from loyalty.quoted import Quote, Standing
from loyalty.quoting.limits import Room
from loyalty.sentences import say
from loyalty.shares import MAX_BUDGETS, Amount, Budget, Pool, Share, ended, grown, room_of

HEAD = 'id = "club"\nversion = 1\nname = { ru = "Клуб", en = "Club" }\n'
OFF = 'reward = { type = "amount", amount_minor = 3_000 }'
POINTS = 'reward = { type = "points_fixed", reward_points = 50 }'
NOW = Moment(1_795_338_000_000, "2026-11-22", 720, 6)
TEA = Product("4600000000015", "Чай", (Price(10_000),))
BASKET = Basket((BasketLine(1, TEA, 1000, 10_000),))


def campaign(budget: str, reward: str = OFF, id_: str = "thirty") -> str:
    return f'[[campaign]]\nid = "{id_}"\nname = {{ ru = "Тридцать", en = "Thirty" }}\n{reward}\nbudget = {budget}\n'


def programme(budget: str, reward: str = OFF) -> Programme:
    return parse_programme(HEAD + campaign(budget, reward))


def problems(budget: str) -> list[str]:
    with pytest.raises(BadProgramme) as bad:
        programme(budget)
    return [str(each) for each in bad.value.problems]


def test_a_budget_is_read_with_that_of_a_store() -> None:
    read = programme("{ times = 100, minor = 300_000, per_store = { times = 20, points = 7 } }")
    assert read.budgets == {"thirty": Budget(100, 300_000, 0, Amount(20, 0, 7))}


def test_a_campaign_without_a_budget_is_in_no_list_of_budgets() -> None:
    assert parse_programme(HEAD).budgets == {}


def test_a_budget_that_limits_nothing_is_a_mistake() -> None:
    assert problems("{}") == ["campaign[1].budget: nothing is limited; give times, minor or points"]


def test_a_store_gets_no_more_than_all_together() -> None:
    assert problems("{ times = 5, per_store = { times = 6 } }") == [
        "campaign[1].budget.per_store.times: more for one store than for all: 6; give at most 5"
    ]
    assert programme("{ times = 5, per_store = { times = 5 } }").budgets["thirty"].per_store == Amount(5)


def test_a_programme_has_so_many_budgets_and_no_more() -> None:
    many = [campaign("{ times = 1 }", id_=f"c{number}") for number in range(MAX_BUDGETS + 1)]
    assert len(parse_programme(HEAD + "".join(many[:-1])).budgets) == MAX_BUDGETS
    with pytest.raises(BadProgramme) as bad:
        parse_programme(HEAD + "".join(many))
    assert [each.path for each in bad.value.problems] == ["campaign"]


def test_a_budget_of_what_the_campaign_does_not_give_is_warned_of() -> None:
    assert [path for path, *_ in warnings(programme("{ times = 9, points = 7 }"))] == ["campaign[1].budget.points"]
    gives_points = programme("{ points = 900, per_store = { minor = 7 } }", POINTS)
    assert [path for path, *_ in warnings(gives_points)] == ["campaign[1].budget.per_store.minor"]


def test_a_budget_is_told_in_words() -> None:
    read = programme("{ times = 100, per_store = { minor = 30_000 } }")
    told = tell_campaign(read.campaigns[0], read, world_of(read), "en")
    assert dict(told.facts)["Limits"] == "for everybody together at most: 100 receipts, in one store: 300.00 off"


def test_what_is_left_is_the_share_less_what_was_given_in_the_kinds_of_the_budget() -> None:
    share = Share(Amount(5, 9_000), Amount(3, 2_000, 40))
    assert room_of(Budget(minor=1, per_store=Amount(times=1)), share) == Room(2, 7_000, None)
    assert room_of(Budget(points=1), share) == Room(None, None, 0)


def test_a_campaign_the_till_has_no_share_of_may_give_nothing() -> None:
    assert room_of(Budget(times=5), Share(known=False)) == Room(0, None, None)


def quoted(budget: str, share: Share, reward: str = OFF) -> Quote:
    read = programme(budget, reward)
    shares = {"thirty": share}
    left = {name: room_of(each, share) for name, each in read.budgets.items()}
    return quote(BASKET, read, NOW, Standing(left=left, shares=shares))


def why(done: Quote) -> str:
    (told,) = done.explanations
    assert (told.outcome, done.discount_minor) == ("blocked", 0)
    return say(told.said, "en", TEMPLATES)


def test_a_share_that_is_used_up_is_told_with_its_figure() -> None:
    assert why(quoted("{ times = 9 }", Share(Amount(4), Amount(4)))) == (
        "This till's share of the campaign's budget is used up: 4 receipts"
    )
    assert why(quoted("{ minor = 9 }", Share(Amount(9, 6_000), Amount(2, 6_000)))) == (
        "This till's share of the campaign's budget is used up: 60.00"
    )


def test_a_till_without_a_share_says_so() -> None:
    assert why(quoted("{ times = 9 }", Share(known=False))) == "This till has no share of the campaign's budget yet"
    assert why(quoted("{ times = 9 }", Share())) == "This till has no share of the campaign's budget yet"


def test_a_budget_that_is_spent_everywhere_is_told_as_such() -> None:
    assert why(quoted("{ times = 9 }", Share(Amount(4), Amount(4), ended=True))) == "The campaign's budget is spent"


def test_the_last_of_a_budget_in_money_is_given_as_far_as_it_goes() -> None:
    done = quoted("{ minor = 9_000 }", Share(Amount(minor=9_000), Amount(3, 7_900)))
    assert done.discount_minor == 1_100
    assert figures_of(done)["reasons"] == {"thirty": "applied"}


# -- how large a share becomes

EMPTY = Amount()


def pool(granted: int, used: int, tills: int) -> Pool:
    return Pool(Amount(granted), Amount(used), tills)


def test_the_first_of_four_tills_gets_its_part_of_half_of_the_budget() -> None:
    # 100 free, 4 tills: 100 / 2 / 4 = 12
    assert grown(Budget(times=100), Share(), pool(0, 0, 4), pool(0, 0, 2), EMPTY) == Amount(12)


def test_a_share_with_half_a_portion_left_is_enough() -> None:
    # 80 are free, a portion is 10: with 5 left nothing comes, with 4 it is filled up to 10
    enough, few = Share(Amount(20), Amount(15)), Share(Amount(20), Amount(16))
    assert grown(Budget(times=100), enough, pool(20, 15, 4), pool(20, 15, 4), EMPTY) == Amount(20)
    assert grown(Budget(times=100), few, pool(20, 16, 4), pool(20, 16, 4), EMPTY) == Amount(26)


def test_the_store_s_budget_counts_its_own_tills() -> None:
    # of the chain's 100 a portion would be 12; of the store's 20, shared by 2 tills, it is 5
    budget = Budget(times=100, per_store=Amount(times=20))
    assert grown(budget, Share(), pool(0, 0, 4), pool(0, 0, 2), EMPTY) == Amount(5)


def test_what_is_scarce_goes_to_those_who_want_it() -> None:
    # 7 free for 4 tills: no portion of at least 1 for each
    assert grown(Budget(times=10), Share(), pool(3, 3, 4), pool(3, 3, 4), EMPTY) == EMPTY
    assert grown(Budget(times=10), Share(), pool(3, 3, 4), pool(3, 3, 4), Amount(1)) == Amount(1)
    assert grown(Budget(times=10), Share(), pool(3, 3, 4), pool(3, 3, 4), Amount(minor=1)) == EMPTY


def test_a_till_that_wants_more_than_a_portion_is_filled_up_to_what_it_wants() -> None:
    # 1,000.00 free for 100 tills: a portion is 5.00; it has 6.00 left, and a customer could have 30.00
    whole, mine = Pool(Amount(minor=600), EMPTY, 100), Share(Amount(minor=600))
    assert grown(Budget(minor=100_600), mine, whole, whole, Amount(minor=3_000)) == Amount(minor=3_000)
    assert grown(Budget(minor=100_600), mine, whole, whole, Amount(minor=600)) == Amount(minor=600)
    assert grown(Budget(minor=1_600), mine, whole, whole, Amount(minor=3_000)) == Amount(minor=1_600)


def test_less_than_two_receipts_take_is_no_portion() -> None:
    # 10 receipts took 300.00: 60.00 for two; of 40.00 free nobody gets anything but who wants it, and he all of it
    whole = Pool(Amount(minor=30_000), Amount(10, 30_000), 1)
    nothing_left = Share(Amount(minor=9_000), Amount(3, 9_000))
    assert grown(Budget(minor=34_000), nothing_left, whole, whole, EMPTY) == Amount(minor=9_000)
    assert grown(Budget(minor=34_000), nothing_left, whole, whole, Amount(minor=1)) == Amount(minor=13_000)


def test_nothing_is_added_where_nothing_is_free() -> None:
    held = Share(Amount(4), Amount(4))
    assert grown(Budget(times=10), held, pool(10, 4, 1), pool(10, 4, 1), Amount(1)) == Amount(4)
    assert grown(Budget(times=10), held, pool(12, 4, 1), pool(12, 4, 1), Amount(1)) == Amount(4)


def test_a_budget_has_ended_where_one_kind_of_it_is_in_shares() -> None:
    budget = Budget(times=10, per_store=Amount(times=4))
    assert not ended(budget, pool(9, 0, 3), pool(3, 0, 1))
    assert ended(budget, pool(10, 0, 3), pool(3, 0, 1))
    assert ended(budget, pool(4, 0, 3), pool(4, 0, 1))


def test_a_share_travels_without_what_is_nothing() -> None:
    assert msgspec.json.encode(Amount(points=3)) == b'{"points":3}'
