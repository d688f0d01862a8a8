"""terminal.offline_queue under any order of things: the chain (I2, I3), own events counted once (I17, I18)."""

import tempfile
from pathlib import Path

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from loyalty.chain import ZERO_HASH, chain
from loyalty.errors import KopilkaError
from terminal.offline_queue.journal_file import tip
from terminal.offline_queue.planner import hurried
from terminal.offline_queue.store import open_store
from tests.support.queue_office import Office, broken, html, lost_reply, silent
from tests.support.queue_samples import TERMINAL, account_in, fact_of, new_till, receipt
from tests.support.queue_till import Till

ACCOUNTS = [account_in(3, 0), account_in(3, 1), account_in(200)]


class JournalMachine(RuleBasedStateMachine):
    """Sales prepared, recorded, discarded and repeated in any order, with restarts between them."""

    begun = Bundle("begun")

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = new_till(Path(self.folder.name) / "till")
        self.number = 0
        self.recorded: list[int] = []
        self.open: set[int] = set()

    @rule(target=begun)
    def prepare(self):
        self.number += 1
        self.store.journal.prepare(receipt(self.number).receipt_id, b"basket", self.number)
        self.open.add(self.number)
        return self.number

    @rule(number=begun, account=st.sampled_from([None, *ACCOUNTS]))
    def record(self, number, account):
        made = receipt(number, account)
        try:
            self.store.journal.record(fact_of(made), completes=made.receipt_id)
        except KopilkaError:
            assert number not in self.open
        else:
            if number in self.open:
                self.recorded.append(number)
                self.open.remove(number)
            assert number in self.recorded

    @rule(number=begun)
    def discard(self, number):
        self.store.journal.discard_prepared(receipt(number).receipt_id)
        self.open.discard(number)

    @rule(numbers=st.lists(st.integers(1000, 1010), min_size=2, max_size=4))
    def record_some_of_which_may_be_known(self, numbers):
        try:
            self.store.journal.record(*[fact_of(receipt(number)) for number in numbers])
        except KopilkaError:
            pass
        else:
            self.recorded += [number for number in numbers if number not in self.recorded]

    @rule()
    def restart(self):
        self.store.close()
        self.store = open_store(self.store.folder)

    @invariant()
    def what_is_recorded_is_there_in_order_without_gaps_and_chained(self):
        if not hasattr(self, "store"):
            return
        events = self.store.journal.read(
            lambda c: c.execute("SELECT seq, raw, hash FROM event ORDER BY seq").fetchall()
        )
        assert [seq for seq, _, _ in events] == list(range(1, len(self.recorded) + 1))
        assert [row[2] for row in events] == list(chain(ZERO_HASH, TERMINAL, 1, 1, [row[1] for row in events]))
        assert all(self.store.journal.receipt(f"1-{number:06}") for number in self.recorded)
        assert {p.sale_id for p in self.store.journal.prepared()} == {receipt(n).receipt_id for n in self.open}
        assert self.store.journal.read(tip)[1] == len(self.recorded)

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


JournalMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
test_any_order_of_sales_and_restarts_keeps_the_journal_whole = JournalMachine.TestCase


def cut(request, response):
    return httpx.Response(response.status_code, content=response.content[: len(response.content) // 2])


FAULTS = [None, html, broken, silent, lost_reply, cut]


class SyncMachine(RuleBasedStateMachine):
    """A till that sells, a head office that applies and hears of others' sales, and everything between them failing.

    Others' points come in thousands, own sales in units: so what is shown tells how often each own sale is counted.
    """

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.office, self.number = Office(page_rows=2), 0
        for account in ACCOUNTS:
            self.office.add_member(account, account[:8])
            self.office.add_points(account, 1000)
        self.till = Till(Path(self.folder.name) / "till", self.office)
        assert self.till.sync()
        self.own = dict.fromkeys(ACCOUNTS, 0)

    @rule(account=st.sampled_from(ACCOUNTS), points=st.integers(0, 9))
    def sell(self, account, points):
        self.number += 1
        self.till.journal.record(fact_of(receipt(self.number, account, earned=points)))
        self.own[account] += points

    @rule(account=st.sampled_from(ACCOUNTS))
    def points_elsewhere(self, account):
        self.office.add_points(account, 1000)

    @rule()
    def apply(self):
        self.office.apply()

    @rule(count=st.integers(1, 6))
    def some_steps(self, count):
        self.till.runner._state = hurried(self.till.runner._state)
        self.till.steps(count)

    @rule(fault=st.sampled_from(FAULTS))
    def fault(self, fault):
        self.office.fault = fault

    @rule(lose_cache=st.booleans())
    def restart(self, lose_cache):
        self.till = self.till.restarted(lose_cache)

    @rule()
    def snapshot(self):
        self.office.make_snapshot(Path(self.folder.name), f"{self.number:032x}")

    @invariant()
    def what_is_shown_holds_every_own_sale_once(self):
        for account, points in getattr(self, "own", {}).items():
            known = self.till.cache.member_by_card(account[:8])
            if known and known.as_of_ms:
                assert self.till.balance(account[:8]) % 1000 == points

    def teardown(self):
        if not hasattr(self, "own"):
            return
        self.office.fault = None
        assert self.till.sync(10)
        self.office.apply()
        assert self.till.sync(10)
        for account in ACCOUNTS:
            assert self.till.balance(account[:8]) == self.office.points(account)
            assert self.office.points(account) % 1000 == self.own[account] % 1000
        assert len(self.office.events) == self.number
        self.till.close()
        self.folder.cleanup()


SyncMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
test_a_balance_shown_holds_every_own_sale_once_whatever_happens_on_the_way = SyncMachine.TestCase
