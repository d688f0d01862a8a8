"""Sales, returns, families and merges in any order, applied whenever: points are where a plain dictionary says."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.points.purse import figures
from loyalty.points.terms import LotTerms
from loyalty.receipt import Receipt
from sync_server.books import read_books
from sync_server.expire import expire
from sync_server.families import add_to_family, create_family, leave_family
from sync_server.find_member import find_member, read_balance
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.programmes import publish_programme
from sync_server.schema import LEDGER
from tests.support.purses import back, put, sold
from tests.support.server import T0_MS, TestOffice, hex_id, opened_office
from tests.support.taking_in import CLUB

MEMBERS = tuple(hex_id("member", number) for number in range(5))
CARDS = {member: f"29900010000{number:02d}" for number, member in enumerate(MEMBERS)}
TERMS = (LotTerms(), LotTerms(pending_days=3, expire_days=9), LotTerms(idle_days=4))
member = st.sampled_from(MEMBERS)


class Members(RuleBasedStateMachine):
    """The oracle: who is who, whose account is which, what each account has moved to, and points by account."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.context = opened_office(f"sqlite:///{Path(self.folder.name) / 'office.db'}")
        self.office: TestOffice = self.context.__enter__()
        self.days = itertools.count()
        self.who = {each: each for each in MEMBERS}
        self.account = {each: each for each in MEMBERS}
        self.moved: dict[str, str] = {}
        self.points: Counter[str] = Counter()
        self.receipts: Counter[str] = Counter()
        self.sold_minor: Counter[str] = Counter()
        self.sales: list[tuple[Receipt, int]] = []

    @initialize()
    def begin(self) -> None:
        publish_programme(self.office.store, self.office.identity, CLUB, T0_MS)
        self.till = self.office.till()
        self.till.put(*(self.till.enrolled(each, CARDS[each])[0] for each in MEMBERS))
        self.office.apply()

    def teardown(self) -> None:
        self.context.__exit__(None, None, None)
        self.folder.cleanup()

    # -- what the oracle says

    def now(self, account: str) -> str:
        while account in self.moved:
            account = self.moved[account]
        return account

    def one(self, who: str) -> str:
        while self.who[who] != who:
            who = self.who[who]
        return who

    def family(self, account: str) -> list[str]:
        return [each for each in MEMBERS if self.who[each] == each and self.account[each] == account]

    def total(self, figures: Counter[str], account: str) -> int:
        return sum(points for each, points in figures.items() if self.now(each) == account)

    def wish(self) -> Wish:
        return Wish("olga", T0_MS + 86_400_000 * next(self.days), self.office.random)

    # -- what happens

    @rule(who=member, old=st.booleans(), earned=st.integers(0, 50), redeemed=st.integers(0, 20),
          terms=st.sampled_from(TERMS))  # fmt: skip
    def sell(self, who: str, old: bool, earned: int, redeemed: int, terms: LotTerms) -> None:
        """`old`: by a till that knows nothing of what the head office has changed."""
        number = next(self.days) % 17
        account = who if old else self.account[self.one(who)]
        sale = sold(self.till, number, terms, earned=earned, redeemed=redeemed, qty=2000, total=100_000)
        sale = replace(sale, account_id=account, member_id=who)
        put(self.till, sale)
        self.sales.append((sale, 0))
        self.points[account] += earned - redeemed
        self.receipts[account] += 1
        self.sold_minor[account] += 100_000

    @rule(at=st.integers(0, 100))
    def bring_back(self, at: int) -> None:
        if not self.sales:
            return
        place = at % len(self.sales)
        sale, before = self.sales[place]
        if before == 2000:
            return
        returned = back(self.till, sale, next(self.days) % 17, 1000, before)
        put(self.till, returned)
        self.sales[place] = (sale, before + 1000)
        assert sale.account_id
        self.points[sale.account_id] += returned.redeemed_points - returned.earned_points

    @rule(days=st.integers(0, 30))
    def expire(self, days: int) -> None:
        """Points that have run out leave the books, and come back into them where a late receipt says so."""
        expire(self.office.store, T0_MS + 86_400_000 * days)

    @rule()
    def apply(self) -> None:
        self.office.apply()

    @rule(first=member, second=member)
    def make_family(self, first: str, second: str) -> None:
        one, two = self.one(first), self.one(second)
        if one == two or any(len(self.family(self.account[each])) > 1 for each in (one, two)):
            return
        made = create_family(self.office.store, self.office.identity, self.wish(), [CARDS[first], CARDS[second]])
        for each in (one, two):
            self.moved[self.account[each]] = made[0].ident.account_id
            self.account[each] = made[0].ident.account_id

    @rule(host=member, guest=member)
    def join(self, host: str, guest: str) -> None:
        one, two = self.one(host), self.one(guest)
        account = self.account[one]
        if len(self.family(account)) < 2 or len(self.family(self.account[two])) > 1:
            return
        add_to_family(self.office.store, self.office.identity, self.wish(), CARDS[host], CARDS[guest])
        self.moved[self.account[two]] = account
        self.account[two] = account

    @rule(who=member)
    def leave(self, who: str) -> None:
        one = self.one(who)
        if len(self.family(self.account[one])) < 2:
            return
        left = leave_family(self.office.store, self.office.identity, self.wish(), CARDS[who])
        self.account[one] = left.ident.account_id

    @rule(kept=member, gone=member)
    def merge(self, kept: str, gone: str) -> None:
        one, two = self.one(kept), self.one(gone)
        if one == two:
            return
        merge_members(self.office.store, self.office.identity, self.wish(), CARDS[kept], CARDS[gone])
        if self.family(self.account[two]) == [two] and self.account[two] != self.account[one]:
            self.moved[self.account[two]] = self.account[one]
        self.who[two] = one

    # -- what always holds

    @invariant()
    def every_bucket_balances(self) -> None:
        assert read_books(self.office.store, []).sound

    @invariant()
    def a_card_finds_the_member_it_belongs_to(self) -> None:
        for each in MEMBERS if hasattr(self, "till") else ():
            found = find_member(self.office.store, self.office.identity, CARDS[each])
            assert found.place.member_id == self.one(each)
            assert found.ident.account_id == self.account[self.one(each)]

    @rule()
    def drain_and_compare(self) -> None:
        self.office.apply()
        with self.office.store.read() as tx:
            accounts = {*self.points, *tx.execute(select(LEDGER.c.account_id)).scalars()}
            rows = {each: read_balance(tx, each) for each in sorted(accounts)}
        books = read_books(self.office.store, sorted(accounts))
        assert (books.effects_under_way, books.effects_failed, books.clearing_points) == (0, 0, {})
        written_off: Counter[str] = Counter()
        with self.office.store.read() as tx:
            for each in tx.execute(select(LEDGER.c.account_id, LEDGER.c.points).where(LEDGER.c.contra == "expired")):
                written_off[each.account_id] -= each.points
        for account, row in rows.items():
            stays = account not in self.moved
            assert row.wallets.get("main", 0) == (
                self.total(self.points, account) - written_off[account] if stays else 0
            )
            assert stays or not written_off[account], "who took the account over writes off"
            assert row.receipts == (self.total(self.receipts, account) if stays else 0)
            assert sum(season.sold_minor for season in row.progress.seasons) == (
                self.total(self.sold_minor, account) if stays else 0
            )
            if row.purse is not None:
                found = figures(row.purse, "main", "2027-12-31")
                lots = found.usable_points + found.pending_points + found.expired_points - found.owed_points
                assert lots == row.wallets.get("main", 0) + written_off[account]
                assert 0 <= written_off[account] <= found.expired_points
            assert stays or row.purse is None
        for books_of in books.accounts:
            assert all(each.balance_points == each.ledger_points for each in books_of.wallets.values())


TestMembers = Members.TestCase
TestMembers.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
