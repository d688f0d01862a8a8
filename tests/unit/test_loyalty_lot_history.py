"""Lots out of facts: the order of arrival does not matter, and a return waits for what it returns."""

from itertools import permutations

import msgspec

from loyalty.points.history import (
    AnyFact,
    Books,
    Bought,
    Issued,
    IssuedBack,
    Merged,
    Redeemed,
    RedeemedBack,
    apply,
    replay,
)
from loyalty.points.purse import Purse
from loyalty.points.terms import Lot

DAY_MS = 86_400_000


def on(day: int, name: str) -> dict:
    """The envelope of a fact on a day of March."""
    return {"fact_id": name, "at_ms": day * DAY_MS, "date": f"2026-03-{day:02}"}


def issued(day: int, name: str, points: int, expires: str = "", idle_days: int = 0) -> Issued:
    return Issued(**on(day, name), lot=Lot(f"{name}#1", "main", points, f"2026-03-{day:02}", "", expires, idle_days))


def redeemed(day: int, name: str, points: int, *wallets: str) -> Redeemed:
    return Redeemed(**on(day, name), wallets=wallets or ("main",), points=points)


def points(books: Books) -> dict[str, int]:
    return {lot.lot_id: lot.points for lot in books.purse.lots}


STORY: tuple[AnyFact, ...] = (
    issued(1, "a", 10, "2026-03-31"),
    issued(2, "b", 10, "2026-03-20"),
    redeemed(3, "s", 12),
    RedeemedBack(**on(4, "r"), redeemed_id="s", points=5),
    IssuedBack(**on(5, "t"), issued_id="b", points=3),
)
"""The sale takes ten of b and two of a; three of the five given back go to b, and are taken back with it."""


def test_a_story_makes_the_same_books_in_whatever_order_it_came():
    for told in permutations(STORY):
        books = replay(told)
        assert points(books) == {"a#1": 10}
        assert [(piece.lot_id, piece.points) for piece in books.taken["s"]] == [("b#1", 7)]
        assert books.waiting == ()


def test_two_replicas_agree_once_each_has_the_other_s_facts():
    here, there = STORY[:3], (STORY[0], STORY[3], STORY[4])
    assert replay((*here, *there)) == replay((*there, *here)) == replay(STORY)


def test_a_fact_told_twice_counts_once():
    assert replay((*STORY, *STORY)) == replay(STORY)


def test_a_return_waits_for_its_sale():
    early = replay(STORY[3:])
    assert (points(early), [fact.fact_id for fact in early.waiting]) == ({}, ["r", "t"])
    assert replay(STORY[:3], early) == replay(STORY)


def test_a_return_whose_clock_was_behind_comes_after_its_sale():
    back = RedeemedBack(**on(2, "r"), redeemed_id="s", points=12)
    assert points(replay((back, *STORY[:3]))) == {"a#1": 10, "b#1": 10}


def test_a_return_of_something_else_waits():
    wrong = (RedeemedBack(**on(4, "r"), redeemed_id="a", points=5), IssuedBack(**on(4, "t"), issued_id="s", points=5))
    assert replay((*STORY[:3], *wrong)).waiting == wrong


def test_parts_of_a_redemption_come_to_the_whole():
    parts = [RedeemedBack(**on(4 + part, f"r{part}"), redeemed_id="s", points=4) for part in range(3)]
    books = replay((*STORY[:3], *parts))
    assert (points(books), books.taken["s"]) == ({"a#1": 10, "b#1": 10}, ())


def test_each_part_of_a_redemption_comes_back_from_its_end():
    parts = [RedeemedBack(**on(4 + part, f"r{part}"), redeemed_id="s", points=1) for part in range(3)]
    both_of_a = replay((*STORY[:3], *parts[:2]))
    assert points(both_of_a) == {"a#1": 10}
    then_of_b = apply(both_of_a, parts[2])
    assert points(then_of_b) == {"a#1": 10, "b#1": 1}
    assert [(piece.lot_id, piece.points) for piece in then_of_b.taken["s"]] == [("b#1", 9)]


def test_points_spent_that_were_not_there_are_owed_and_forgiven_first_by_a_return():
    books = replay((*STORY[:2], redeemed(3, "s", 25)))
    assert books.purse == Purse(owed_points={"main": 5})
    back = apply(books, RedeemedBack(**on(4, "r"), redeemed_id="s", points=8))
    assert (points(back), back.purse.owed_points) == ({"a#1": 3}, {})


def test_a_debt_paid_before_the_return_comes_back_as_points_without_an_end():
    facts = (redeemed(1, "s", 5), issued(2, "a", 5, "2026-03-31"))
    assert replay(facts).purse == Purse()
    back = replay((*facts, RedeemedBack(**on(3, "r"), redeemed_id="s", points=5)))
    assert back.purse.lots == (Lot("s#owed", "main", 5, "2026-03-01"),)


def test_a_refund_is_lowered_by_the_points_that_are_gone():
    gone = IssuedBack(**on(4, "t"), issued_id="b", points=10, shortfall="refund")
    books = replay((*STORY[:2], redeemed(3, "s", 18), gone))
    assert (points(books), books.refund_points) == ({}, {"t": 8})


def test_a_purchase_keeps_the_points_of_an_account_alive():
    facts = (issued(1, "a", 4, idle_days=7), redeemed(12, "s", 3))
    assert replay(facts).purse.owed_points == {"main": 3}
    assert points(replay((*facts, Bought(**on(8, "p"))))) == {"a#1": 1}


def test_wallets_are_spent_in_the_order_of_the_fact():
    stars = Issued(**on(1, "x"), lot=Lot("x#1", "stars", 4, "2026-03-01"))
    books = replay((stars, issued(1, "a", 4), redeemed(2, "s", 6, "stars", "main")))
    assert points(books) == {"a#1": 2}


def test_purchases_of_a_merged_account_are_returned_to_the_account_it_is_in_now():
    other = replay((issued(1, "a", 10), redeemed(2, "s", 6)))
    merged = Merged(**on(5, "m"), account_id="acc-2", books=other)
    backs: tuple[AnyFact, ...] = (
        RedeemedBack(**on(3, "r"), redeemed_id="s", points=6),
        IssuedBack(**on(6, "t"), issued_id="a", points=9),
    )
    for told in permutations((issued(2, "b", 1), merged, *backs)):
        books = replay(told)
        assert points(books) == {"a#1": 1, "b#1": 1}
        assert books.waiting == ()


def test_an_account_merged_twice_is_merged_once():
    other = replay((issued(1, "a", 10), redeemed(2, "s", 6)))
    once, again = (Merged(**on(day, f"m{day}"), account_id="acc-2", books=other) for day in (5, 7))
    backs = [RedeemedBack(**on(day, f"r{day}"), redeemed_id="s", points=6) for day in (6, 8)]
    assert points(replay((once, backs[0], again, backs[1]))) == {"a#1": 10}


def test_books_are_kept_as_json():
    waiting = IssuedBack(**on(9, "w"), issued_id="later", points=1)
    books = replay((*STORY, Merged(**on(6, "m"), account_id="acc-2", books=replay(STORY)), waiting))
    assert msgspec.json.decode(msgspec.json.encode(books), type=Books) == books
