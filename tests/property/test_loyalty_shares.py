"""The rule shares of a budget grow by, over any history of asking and giving."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loyalty.shares import KINDS, Amount, Budget, Pool, Share, grown

figures = st.integers(0, 60)
amounts = st.builds(Amount, figures, figures, figures)
budgets = st.builds(Budget, figures, figures, figures, amounts)
asks = st.lists(st.tuples(st.integers(0, 4), amounts, figures), max_size=60)


def _sum(shares: list[Share]) -> tuple[Amount, Amount]:
    return sum((share.granted for share in shares), Amount()), sum((share.used for share in shares), Amount())


class Chain:
    """Five tills: 0 to 2 in one store, 3 and 4 in another."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.shares = [Share() for _ in range(5)]

    def store_of(self, till: int) -> list[Share]:
        return self.shares[:3] if till < 3 else self.shares[3:]

    def ask(self, till: int, wanted: Amount) -> None:
        here = self.store_of(till)
        whole, store = Pool(*_sum(self.shares), 5), Pool(*_sum(here), len(here))
        before = self.shares[till]
        after = grown(self.budget, before, whole, store, wanted)
        assert after.covers(before.granted)
        self.shares[till] = Share(after, before.used)

    def use(self, till: int, most: int) -> None:
        share = self.shares[till]
        used = Amount(*(min(share.granted.of(kind), share.used.of(kind) + most) for kind in KINDS))
        self.shares[till] = Share(share.granted, used)

    def check(self) -> None:
        for kind in KINDS:
            whole, store = self.budget.of(kind), self.budget.per_store.of(kind)
            for limit, shares in ((whole, self.shares), (store, self.shares[:3]), (store, self.shares[3:])):
                granted = sum(share.granted.of(kind) for share in shares)
                assert not limit or granted <= limit
            assert self.budget.limits(kind) or not any(share.granted.of(kind) for share in self.shares)


@given(budgets, asks)
def test_shares_together_never_pass_the_budget_nor_those_of_a_store_the_store_s(budget: Budget, story: list) -> None:
    chain = Chain(budget)
    for till, wanted, most in story:
        chain.ask(till, wanted)
        chain.check()
        chain.use(till, most)


@given(st.integers(1, 5_000), asks, st.integers(0, 4), st.integers(1, 6_000))
def test_a_till_that_wants_has_what_it_wants_or_all_that_is_free_once_it_has_asked(
    minor: int, story: list, lone: int, wanted: int
) -> None:
    chain = Chain(Budget(minor=minor))
    for till, some, most in story:
        chain.ask(till, some)
        chain.use(till, most)
    free = minor - _sum(chain.shares)[0].minor
    before = chain.shares[lone].granted.minor
    chain.ask(lone, Amount(minor=wanted))
    share = chain.shares[lone]
    assert share.granted.minor - share.used.minor >= wanted or share.granted.minor == before + free


@given(st.integers(1, 60), asks, st.integers(0, 4))
def test_one_till_that_needs_it_comes_to_the_last_piece_that_is_in_no_other_share(
    times: int, story: list, lone: int
) -> None:
    chain = Chain(Budget(times=times))
    for till, some, most in story:
        chain.ask(till, some)
        chain.use(till, most)
    for _ in range(times):
        chain.use(lone, 1)
        chain.ask(lone, Amount(1))
    assert _sum(chain.shares)[0].times == times


@given(budgets)
def test_a_till_that_asks_again_having_used_nothing_and_wanting_nothing_gets_nothing_more(budget: Budget) -> None:
    chain = Chain(budget)
    chain.ask(0, Amount())
    once = chain.shares[0]
    chain.ask(0, Amount())
    chain.ask(0, Amount())
    assert chain.shares[0] == once
