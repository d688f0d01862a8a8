"""Laws of lots: no point made or lost on the way, spending loses the fewest, and the same facts make the same purse."""

from itertools import product

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from msgspec.structs import replace

from loyalty.points.folding import fold
from loyalty.points.history import Books, Bought, Issued, IssuedBack, Redeemed, RedeemedBack, apply, replay
from loyalty.points.lots import (
    earn,
    give_back,
    owe,
    part_of,
    spend,
    spend_wallets,
    take_back,
    take_over,
    visit,
    write_off,
)
from loyalty.points.purse import Purse, figures, last_date
from loyalty.points.terms import NEVER, Lot, LotTerms, lot_for
from loyalty.points.workdays import Workdays, days_after, is_workday, workday_after

WALLETS = ("main", "stars")


def day(number: int) -> str:
    return days_after("2026-01-01", number)


maybe_days = st.one_of(st.none(), st.integers(0, 12))


@st.composite
def lots_of(draw, lot_id: str, today: int, most: int = 6) -> Lot:
    """A lot earned today with any start and end."""
    start, length = draw(maybe_days), draw(maybe_days)
    return Lot(
        lot_id,
        draw(st.sampled_from(WALLETS)),
        draw(st.integers(1, most)),
        day(today),
        day(today + start) if start else "",
        "" if length is None else day(today + (start or 0) + length),
        draw(st.sampled_from([0, 0, 5, 9])),
    )


@st.composite
def purses(draw, prefix: str = "l", most: int = 6, *, owing: bool = False) -> Purse:
    purse = Purse(active_date=draw(st.sampled_from(["", day(4)])))
    for number in range(draw(st.integers(0, most))):
        made = draw(st.integers(0, 8))
        purse = earn(purse, draw(lots_of(f"{prefix}{number}", made)), day(made))
    if owing:
        for wallet in WALLETS:
            purse = owe(purse, wallet, draw(st.integers(0, 8)), day(8))
    return purse


class Point:
    """One point of the oracle, which knows no lots: each goes its own way."""

    def __init__(self, lot: Lot) -> None:
        self.name, self.wallet = lot.lot_id, lot.wallet
        self.earned, self.start, self.idle = lot.earned_date, lot.usable_from_date, lot.idle_days
        self.own_end = lot.expires_date or NEVER
        self.first_dates = (self.start, self.own_end, self.idle)

    def end(self, active: str) -> str:
        return min(self.own_end, days_after(max(active, self.earned), self.idle)) if self.idle else self.own_end

    def ends_on(self, end: str) -> None:
        self.name, self.own_end, self.idle = f"{self.name.partition('@')[0]}@{end}", end, 0


class LotsMachine(RuleBasedStateMachine):
    """Everything that can become of points, against an oracle that moves single points about."""

    sales = Bundle("sales")
    earned = Bundle("earned")

    @initialize(target=earned, data=st.data())
    def start(self, data):
        self.purse, self.today, self.count = Purse(), 0, 0
        self.held: list[Point] = []
        self.owed = dict.fromkeys(WALLETS, 0)
        self.active = ""
        # Points by what became of them, for conservation.
        self.issued = self.spent = self.written_off = 0
        return multiple(*(self.receive(data) for _ in range(3)))

    @property
    def date(self) -> str:
        return day(self.today)

    def living(self, wallet: str) -> list[Point]:
        here = [p for p in self.held if p.wallet == wallet and p.end(self.active) >= self.date]
        return sorted(here, key=lambda p: (p.end(self.active), p.own_end, p.earned, p.name))

    def settle(self):
        for wallet in WALLETS:
            while self.owed[wallet] and (here := self.living(wallet)):
                self.held.remove(here[0])
                self.owed[wallet] -= 1

    @rule(days=st.integers(1, 4))
    def time_passes(self, days):
        self.today += days

    @rule()
    def buy(self):
        self.purse = visit(self.purse, self.date)
        for point in self.held:
            if point.idle and point.end(self.active) < self.date:
                point.ends_on(point.end(self.active))
        self.active = self.date

    @rule(target=earned, data=st.data())
    def earn(self, data):
        return self.receive(data)

    def receive(self, data) -> Lot:
        self.count += 1
        lot = data.draw(lots_of(f"e{self.count}", self.today))
        self.purse = earn(self.purse, lot, self.date)
        self.held += [Point(lot) for _ in range(lot.points)]
        self.settle()
        self.issued += lot.points
        return lot

    @rule(target=sales, wallet=st.sampled_from(WALLETS), points=st.integers(0, 15))
    def spend(self, wallet, points):
        spent = spend(self.purse, wallet, points, self.date)
        usable = [p for p in self.living(wallet) if p.start <= self.date][:points]
        assert [piece.lot_id for piece in spent.taken for _ in range(piece.points)] == [p.name for p in usable]
        self.held = [p for p in self.held if p not in usable]
        self.purse = owe(spent.purse, wallet, spent.short_points, self.date)
        self.owed[wallet] += points - len(usable)
        self.settle()
        self.spent += points
        return spent.taken, usable

    @rule(target=sales, sale=consumes(sales), points=st.integers(1, 15), grace=st.sampled_from([0, 0, 3, 8]))
    def return_what_was_spent(self, sale, points, grace):
        taken, gone = sale
        back = part_of(taken, 0, points)
        self.purse = give_back(self.purse, back, self.date, grace)
        come, left = gone[max(0, len(gone) - points) :], gone[: max(0, len(gone) - points)]
        for point in come:
            if grace and point.end(self.active) < day(self.today + grace):
                point.ends_on(day(self.today + grace))
        self.held += come
        self.settle()
        self.spent -= len(come)
        kept = part_of(taken, len(come), len(left))[::-1]
        return (kept, left) if left else multiple()

    @rule(lot=consumes(earned), share=st.integers(1, 6), shortfall=st.sampled_from(["debt", "refund", "balance"]))
    def return_what_had_earned(self, lot, share, shortfall):
        points = min(share, lot.points)
        done = take_back(self.purse, replace(lot, points=points), self.date, shortfall)
        self.purse = done.purse

        def rank(point: Point) -> int:
            if point.name.partition("@")[0] == lot.lot_id:
                return 0
            dates = (point.start, point.own_end, point.idle)
            if dates == (lot.usable_from_date, lot.expires_date or NEVER, lot.idle_days):
                return 1
            return 2 if point.end(self.active) >= self.date else 3

        here = [p for p in self.held if p.wallet == lot.wallet and rank(p) < 3]
        here.sort(key=lambda p: (rank(p), p.end(self.active), p.own_end, p.earned, p.name))
        assert [piece.lot_id for piece in done.taken for _ in range(piece.points)] == [p.name for p in here[:points]]
        self.held = [p for p in self.held if p not in here[:points]]
        missing = max(0, points - len(here))
        told = {"debt": done.owed_points, "refund": done.refund_points, "balance": done.forgiven_points}
        assert told == dict.fromkeys(told, 0) | {shortfall: missing}
        if shortfall == "debt":
            self.owed[lot.wallet] += missing
        self.issued -= points if shortfall == "debt" else points - missing

    @rule(days_ago=st.integers(0, 6))
    def write_off(self, days_ago):
        before = day(self.today - days_ago)
        done = write_off(self.purse, before)
        self.purse = done.purse
        gone = [p for p in self.held if p.end(self.active) < before]
        assert sorted(lot.lot_id for lot in done.lots) == sorted({p.name for p in gone})
        self.held = [p for p in self.held if p not in gone]
        self.written_off += sum(lot.points for lot in done.lots)

    @invariant()
    def the_lots_are_the_points_there_are(self):
        if not hasattr(self, "purse"):
            return
        names = [p.name for p in self.held]
        assert {lot.lot_id: lot.points for lot in self.purse.lots} == {name: names.count(name) for name in names}
        assert self.purse.owed_points == {wallet: points for wallet, points in self.owed.items() if points}
        for wallet in WALLETS:
            here = [p for p in self.held if p.wallet == wallet]
            living = self.living(wallet)
            usable = [p for p in living if p.start <= self.date]
            told = figures(self.purse, wallet, self.date)
            assert told.usable_points == len(usable)
            assert told.pending_points == len(living) - len(usable)
            assert told.expired_points == len(here) - len(living)
            assert not (living and self.owed[wallet])

    @invariant()
    def no_point_is_made_or_lost(self):
        if hasattr(self, "purse"):
            held = sum(lot.points for lot in self.purse.lots)
            owed = sum(self.purse.owed_points.values())
            assert held + self.spent + self.written_off - owed == self.issued
            assert all(lot.points > 0 for lot in self.purse.lots)
            assert all(points > 0 for points in self.purse.owed_points.values())


LotsMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
test_whatever_becomes_of_points_the_lots_agree_with_single_points = LotsMachine.TestCase


def lost_at_least(points: tuple[tuple[int, int], ...], demands: tuple[int, ...]) -> int:
    """Points (first day, last day) that run out in the best of all orders, where day d asks for demands[d]."""
    usable = [i for i, (first, last) in enumerate(points) if demands and first <= 0 <= last]
    if not demands:
        return sum(last < 0 for _, last in points)
    due = min(demands[0], len(usable))
    best = len(points)
    for chosen in product((False, True), repeat=len(usable)):
        if sum(chosen) == due:
            gone = {i for i, taken in zip(usable, chosen, strict=True) if taken}
            rest = tuple((first - 1, last - 1) for i, (first, last) in enumerate(points) if i not in gone)
            best = min(best, lost_at_least(rest, demands[1:]))
    return best


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=5),
    st.lists(st.integers(0, 2), min_size=1, max_size=4),
)
@settings(deadline=None)
def test_no_order_of_spending_loses_fewer_points(starts_and_lengths, demands):
    points = tuple((first, first + length) for first, length in starts_and_lengths)
    purse = Purse()
    for number, (first, last) in enumerate(points):
        purse = earn(purse, Lot(f"l{number}", "main", 1, day(0), day(first), day(last)), day(0))
    for today, wanted in enumerate(demands):
        purse = spend(purse, "main", wanted, day(today)).purse
    assert figures(purse, "main", day(len(demands))).expired_points == lost_at_least(points, tuple(demands))


@given(purses(), st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 20), st.data())
def test_spending_and_giving_back_in_any_steps_restores_the_lots(purse, steps, today, data):
    order = data.draw(st.permutations(WALLETS))
    spent = spend_wallets(purse, order, sum(steps), day(today))
    after, before = spent.purse, 0
    for step in data.draw(st.permutations(steps)):
        after = give_back(after, part_of(spent.taken, before, step), day(today + before))
        before += step
    assert after == purse


@given(purses(), st.integers(0, 30), st.integers(0, 30), st.integers(0, 20))
def test_a_sale_partly_returned_leaves_what_the_smaller_sale_would(purse, points, returned, today):
    spent = spend(purse, "main", points, day(today))
    back = part_of(spent.taken, 0, max(0, returned - spent.short_points))
    smaller = spend(purse, "main", max(0, points - returned), day(today))
    assert give_back(spent.purse, back, day(today)) == smaller.purse


@given(purses(prefix="a", owing=True), purses(prefix="b", owing=True), st.integers(8, 25))
def test_members_merge_once_and_either_way(one, other, today):
    merged = take_over(one, other, "other", day(today))
    assert take_over(merged, other, "other", day(today)) == merged
    either = take_over(other, one, "one", day(today))
    assert (either.lots, either.owed_points, either.active_date) == (
        merged.lots,
        merged.owed_points,
        merged.active_date,
    )
    for wallet in WALLETS:
        parts = [figures(purse, wallet, day(today)) for purse in (one, other)]
        whole = figures(merged, wallet, day(today))
        assert whole.expired_points == sum(part.expired_points for part in parts)
        assert balance(whole) == sum(balance(part) for part in parts)


def balance(told) -> int:
    return told.usable_points + told.pending_points - told.owed_points


@given(st.lists(st.integers(0, 20), max_size=12), st.integers(1, 12), st.integers(0, 30), st.data())
def test_folding_keeps_every_point_and_never_harms_the_member(made, limit, today, data):
    lots = [data.draw(lots_of(f"l{number}", at)) for number, at in enumerate(made)]
    lots = [replace(lot, idle_days=0) for lot in lots]
    folded = fold(lots, day(today), limit)
    assert len(folded) <= max(limit, 2 * len(WALLETS))  # one living and one expired lot a wallet cannot fold
    assert len(folded) == len({lot.lot_id for lot in folded})
    if len(lots) <= limit:
        assert sorted(folded, key=lambda lot: lot.lot_id) == sorted(lots, key=lambda lot: lot.lot_id)
    before, after = Purse(lots=tuple(lots)), Purse(lots=folded)
    for wallet, then in product(WALLETS, range(today, today + 30)):
        was, now = (figures(purse, wallet, day(then)) for purse in (before, after))
        assert now.usable_points >= was.usable_points
        assert now.usable_points + now.pending_points + now.expired_points == sum(
            lot.points for lot in lots if lot.wallet == wallet
        )
    for wallet in WALLETS:
        was, now = (figures(purse, wallet, day(today)) for purse in (before, after))
        assert now.expired_points == was.expired_points


@st.composite
def stories(draw) -> list:
    """Facts of an account: purchases, points, and returns of them, told with any clocks."""
    facts: list = []
    for number in range(draw(st.integers(1, 9))):
        at = draw(st.integers(0, 9))
        envelope: dict = {"fact_id": f"f{number}", "at_ms": at, "date": day(at)}
        kinds = [fact for fact in facts if isinstance(fact, Issued | Redeemed)]
        match draw(st.sampled_from(["bought", "issued", "redeemed", "back"] if kinds else ["issued", "redeemed"])):
            case "bought":
                facts.append(Bought(**envelope))
            case "issued":
                facts.append(Issued(**envelope, lot=draw(lots_of(f"f{number}#1", at))))
            case "redeemed":
                wallets = tuple(draw(st.permutations(WALLETS)))
                facts.append(Redeemed(**envelope, wallets=wallets, points=draw(st.integers(1, 9))))
            case _:
                of, points = draw(st.sampled_from(kinds)), draw(st.integers(1, 3))
                if isinstance(of, Issued):
                    facts.append(IssuedBack(**envelope, issued_id=of.fact_id, points=points))
                else:
                    facts.append(RedeemedBack(**envelope, redeemed_id=of.fact_id, points=points))
    return facts


@given(stories(), st.data())
def test_replicas_that_know_the_same_facts_have_the_same_books(facts, data):
    here = data.draw(st.lists(st.sampled_from(facts), unique_by=lambda fact: fact.fact_id))
    there = [fact for fact in data.draw(st.permutations(facts)) if fact not in here or data.draw(st.booleans())]
    assert replay([*here, *there]) == replay([*there, *here]) == replay(facts)


@given(stories(), st.integers(0, 9))
def test_books_may_be_kept_and_gone_on_with(facts, kept):
    in_order = [replace(fact, at_ms=at) for at, fact in enumerate(facts)]
    stored = msgspec.json.decode(msgspec.json.encode(replay(in_order[:kept])), type=Books)
    assert replay(in_order[kept:], stored) == replay(in_order)
    one_by_one = Books()
    for fact in in_order:
        one_by_one = apply(one_by_one, fact)
    assert one_by_one == replay(in_order)


@given(stories())
def test_the_balance_of_the_books_is_the_sum_of_their_facts(facts):
    books = replay(facts)
    moved, held_by = 0, {fact.fact_id: fact for fact in facts}
    returned: dict[str, int] = {}
    for fact in facts:
        match fact:
            case Issued():
                moved += fact.lot.points
            case Redeemed():
                moved -= fact.points
            case IssuedBack():
                moved -= fact.points
            case RedeemedBack():
                returned[fact.redeemed_id] = returned.get(fact.redeemed_id, 0) + fact.points
    moved += sum(min(points, held_by[name].points) for name, points in returned.items())
    purse = books.purse
    assert sum(lot.points for lot in purse.lots) - sum(purse.owed_points.values()) == moved


terms = st.builds(
    LotTerms,
    pending_days=st.integers(0, 40),
    pending_workdays=st.integers(0, 20),
    expire_days=st.integers(0, 60),
    expire_months=st.integers(0, 14),
    expire_from=st.sampled_from(["earned", "usable"]),
    expire_month_day=st.sampled_from(["", "02-29", "08-31", "12-31"]),
    expire_date=st.sampled_from(["", "2026-02-01", "2027-05-31"]),
)


@given(terms, st.integers(0, 1500))
def test_points_can_be_spent_for_a_day_at_least_by_any_terms(rules, at):
    lot = lot_for(rules, "l", "main", 1, day(at))
    purse = earn(Purse(), lot, day(at))
    first = lot.usable_from_date or day(at)
    assert first >= day(at)
    assert figures(purse, "main", first).usable_points == 1
    if lot.expires_date:
        assert figures(purse, "main", lot.expires_date).usable_points == 1
        assert figures(purse, "main", days_after(last_date(purse, lot), 1)).expired_points == 1


@given(
    st.lists(st.integers(1, 7), max_size=6, unique=True),
    st.lists(st.integers(0, 60).map(day), max_size=9),
    st.lists(st.integers(0, 60).map(day), max_size=9),
    st.integers(0, 40),
    st.integers(0, 25),
)
def test_so_many_working_days_lie_between(weekend, holidays, working, at, count):
    calendar = Workdays(tuple(weekend), tuple(holidays), tuple(working))
    then = workday_after(calendar, day(at), count)
    between, walked = 0, at
    while day(walked) < then:
        walked += 1
        between += is_workday(calendar, day(walked))
    assert between == count
    assert count == 0 or is_workday(calendar, then)
