"""The sum law of spending on credit: whatever tills hear, an account is overdrawn by no more than their limits.

A model of the chain: the head office has one balance; each till knows it as it was when it last heard, with how many of
its own receipts were in it, and spends by `allowance` and what it believes is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from loyalty.rights import Held, Offline, allowance, spent_rights

RECEIPT = 30
HAS = 40
policies = st.builds(
    Offline, kind=st.just("credit"), member_max_points=st.integers(0, 80), till_max_points=st.integers(0, 150)
)
steps = st.lists(
    st.tuples(st.sampled_from(["spend", "send", "hear", "earn"]), st.integers(0, 2), st.integers(1, 60)), max_size=60
)


@dataclass
class Till:
    told: int = 0
    """The balance as the head office said it last,"""
    in_it: int = 0
    """and how many of this till's receipts are in it."""
    sent: int = 0
    spent: list[int] = field(default_factory=list)

    @property
    def unsettled(self) -> int:
        return sum(self.spent[self.in_it :])


class Chain:
    def __init__(self, policy: Offline) -> None:
        self.policy = policy
        self.tills = [Till(HAS) for _ in range(3)]
        self.balance = HAS
        self.since: frozenset[int] = frozenset()

    def spend(self, till: Till, points: int) -> None:
        held = Held(till.unsettled, till.unsettled)
        may = allowance(self.policy, RECEIPT, RECEIPT, "card", held, 0)
        used = min(points, may.points, max(0, till.told - till.unsettled))
        assert sum(each.points for each in spent_rights(used, 0, 0)) == used
        if used:
            till.spent.append(used)

    def send(self, till: Till) -> None:
        self.balance -= sum(till.spent[till.sent :])
        till.sent = len(till.spent)
        self.settle(till)

    def settle(self, till: Till) -> None:
        """`since`: the tills whose receipts have come since there was last no debt."""
        self.since = self.since | {id(till)} if self.balance < 0 else frozenset()

    def hear(self, till: Till) -> None:
        till.told, till.in_it = self.balance, till.sent


@given(policies, steps)
def test_an_account_is_overdrawn_by_no_more_than_the_limits_of_the_tills_that_had_not_settled(
    policy: Offline, story: list[tuple[str, int, int]]
) -> None:
    chain = Chain(policy)
    member, whole = policy.member_limit(RECEIPT), policy.till_limit(RECEIPT)
    for what, place, points in story:
        till = chain.tills[place]
        if what == "earn":
            chain.balance += points
            chain.since = chain.since if chain.balance < 0 else frozenset()
        elif what == "spend":
            chain.spend(till, points)
        else:
            getattr(chain, what)(till)
        assert all(each.unsettled <= min(member, whole) for each in chain.tills)
        assert -chain.balance <= min(member, whole) * len(chain.since)
        unsent = {id(each) for each in chain.tills if each.spent[each.sent :]}
        after_all_is_sent = chain.balance - sum(sum(each.spent[each.sent :]) for each in chain.tills)
        assert -after_all_is_sent <= min(member, whole) * len(chain.since | unsent)


@given(policies)
def test_the_bound_is_reached_by_tills_that_never_hear_of_one_another(policy: Offline) -> None:
    """Three tills, each with 40 points to believe in; what each may spend, all of them together overdraw."""
    chain = Chain(policy)
    limit = min(HAS, policy.member_limit(RECEIPT), policy.till_limit(RECEIPT))
    for till in chain.tills:
        for _ in range(10):
            chain.spend(till, RECEIPT)
        assert till.unsettled == limit
        chain.send(till)
    assert chain.balance == HAS - 3 * limit


@given(policies, st.integers(0, 200), st.integers(0, 200), st.integers(0, 100), st.integers(0, 100))
def test_a_receipt_never_spends_more_on_a_right_than_there_is(
    policy: Offline, mine: int, escrow: int, redeemed: int, taken: int
) -> None:
    held = Held(mine, mine, escrow)
    both = Offline("both", policy.member_max_points, policy.till_max_points)
    may = allowance(both, RECEIPT, RECEIPT, "card", held, 0, taken_points=min(taken, RECEIPT))
    asked = min(redeemed, may.points)
    rights = {each.kind: each.points for each in spent_rights(asked, 0, may.escrow_points, "main")}
    assert rights.get("escrow", 0) <= escrow
    assert rights.get("credit", 0) <= max(0, policy.member_limit(RECEIPT) - mine)
    assert sum(rights.values()) == asked


aside_steps = st.lists(
    st.tuples(st.sampled_from(["spend", "send", "hear"]), st.integers(0, 2), st.integers(1, 60)), max_size=60
)


@given(aside_steps, st.integers(0, 100))
def test_tills_that_spend_only_what_is_set_aside_for_them_overdraw_nothing(
    story: list[tuple[str, int, int]], has: int
) -> None:
    """The head office sets aside half of what is free at each sale it hears of; a till spends what it last heard of,
    less what it has spent since (I12)."""
    offline = Offline("escrow", escrow_max_points=40)
    chain = Chain(offline)
    chain.balance, left = has, [0, 0, 0]
    known, spent_since = [0, 0, 0], [0, 0, 0]
    unsent: list[list[int]] = [[], [], []]
    for what, place, points in story:
        if what == "spend":
            held = Held(escrow_points=max(0, known[place] - spent_since[place]))
            used = min(points, allowance(offline, 0, 0, "card", held, 0).points)
            spent_since[place] += used
            unsent[place].append(used)
        elif what == "send":
            for used in unsent[place]:
                chain.balance -= used
                left[place] -= min(used, left[place])
                left[place] += max(0, min(40 - left[place], (chain.balance - sum(left)) // 2))
            unsent[place] = []
        elif not unsent[place]:
            known[place], spent_since[place] = left[place], 0
        assert chain.balance >= sum(left) >= 0
    assert chain.balance - sum(sum(each) for each in unsent) >= 0
