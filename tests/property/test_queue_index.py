"""terminal.offline_queue.journal_index: lost, behind, ahead, damaged at any moment, it gives the same answers."""

import shutil
import tempfile
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from loyalty.coupons.spent import SpentCoupon
from loyalty.events import GiftCardMoved
from loyalty.feed import Applied
from loyalty.gift_card import GIFT_WALLET
from loyalty.gift_moves import gift_event_id
from loyalty.ledger import MAIN_WALLET
from loyalty.quoting.uses import Use
from loyalty.receipt import Applied as Reward
from terminal.offline_queue import journal_file, journal_index
from terminal.offline_queue.glance import glance
from terminal.offline_queue.journal import Fact, Journal
from terminal.offline_queue.journal_beside import Beside
from terminal.offline_queue.journal_made import find_made
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import TERMINAL, account_in, fact_of, new_till, receipt, receipt_line

ACCOUNTS = [account_in(3, 0), account_in(3, 1), account_in(200)]
COUPONS = ("c1", "c2", "c3")
CAMPAIGNS = ("tea", "never")
SINCE = (Applied(), Applied(1, 2), Applied(1, 5), Applied(2, 0))


def answers(journal: Journal, numbers: int) -> object:
    """Everything the index can be asked."""
    made = [receipt(number) for number in range(1, numbers + 1)]
    return (
        [journal.overlay(account, since) for account in ACCOUNTS for since in SINCE],
        [journal.coupon_receipts(coupon) for coupon in COUPONS],
        journal.kept_shares(CAMPAIGNS),
        journal.own_buckets(),
        [journal.returned_milli(each.receipt_id) for each in made],
        [journal.receipt(each.number) for each in made],
        [find_made(journal, each.receipt_id) for each in made],
    )


class IndexMachine(RuleBasedStateMachine):
    """Sales and returns, and between them everything that can happen to the file of the index."""

    sold = Bundle("sold")

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = new_till(Path(self.folder.name) / "till")
        self.path = self.store.folder / journal_index.FILE
        self.older: dict[str, bytes] = {}
        self.number = 0
        self.points = dict.fromkeys(ACCOUNTS, 0)
        self.money = dict.fromkeys(ACCOUNTS, 0)
        self.back: dict[str, int] = {}
        self.spent: dict[str, dict[str, bool]] = {coupon: {} for coupon in COUPONS}
        self.given_minor = self.had_minor = 0

    @rule(
        target=sold,
        account=st.sampled_from([None, *ACCOUNTS]),
        points=st.integers(0, 9),
        coupons=st.sets(st.sampled_from(COUPONS)),
    )
    def sell(self, account, points, coupons):
        self.number += 1
        made = receipt(self.number, account, earned=points)
        line = msgspec.structs.replace(receipt_line(qty_milli=2000), applied=(Reward("tea", "", "", 200),))
        spent = tuple(SpentCoupon(coupon, "next", single=True, counted=True) for coupon in sorted(coupons))
        made = msgspec.structs.replace(made, lines=(line,), spent=spent)
        self.store.journal.record(fact_of(made))
        self.given_minor += 200
        if account:
            self.had_minor += 200
            self.points[account] += points
        for coupon in coupons:
            self.spent[coupon][made.number] = False
        return made

    @rule(original=sold, day=st.sampled_from(["", "2026-05-31"]))
    def take_back_half(self, original, day):
        if self.back.get(original.receipt_id, 0) == 2000:
            return
        self.number += 1
        made = receipt(self.number, original.account_id, earned=1, original=original)
        is_last = self.back.get(original.receipt_id, 0) == 1000
        uses = (Use("tea", original.moment.local_date, -int(is_last), -100, 0),)
        freed = original.spent if is_last else ()
        self.store.journal.record(fact_of(made), beside=Beside(freed, day, uses))
        self.given_minor -= 100
        self.back[original.receipt_id] = self.back.get(original.receipt_id, 0) + 1000
        if original.account_id:
            self.had_minor -= 100
            self.points[original.account_id] -= 1
        for coupon in original.spent if is_last else ():
            self.spent[coupon.id][original.number] = True

    @rule(account=st.sampled_from(ACCOUNTS), minor=st.integers(1, 9))
    def move_a_gift_card(self, account, minor):
        self.number += 1
        made = receipt(self.number)
        moved = GiftCardMoved(account, "0001", "loaded", minor, made.receipt_id, made.number, made.moment.local_date)
        self.store.journal.record(fact_of(made), Fact(gift_event_id(moved), made.moment.at_ms, moved))
        self.money[account] += minor

    @rule()
    def look(self):
        self.store.journal.own_buckets()

    @rule()
    def keep_the_file(self):
        """To come back later: a file that is behind."""
        self.older = self.files()

    @rule(how=st.sampled_from(["well", "lost", "older", "garbage", "cut", "version", "half", "folder"]))
    def restart(self, how):
        self.store.close()
        self.spoil(how)
        self.store = open_store(self.store.folder)
        if self.path.is_dir():
            self.store.close()
            self.path.rmdir()
            self.store = open_store(self.store.folder)

    @rule(how=st.sampled_from(["lost", "garbage", "cut"]))
    def spoil_while_it_is_open(self, how):
        self.spoil(how)

    def files(self) -> dict[str, bytes]:
        found = self.path.parent.glob(journal_index.FILE + "*")
        return {path.name: path.read_bytes() for path in found if path.is_file() and not path.name.endswith("-shm")}

    def spoil(self, how: str) -> None:
        held = self.files()
        left = {
            "well": held,
            "lost": {},
            "folder": {},
            "older": self.older,
            "half": {name: data for name, data in held.items() if not name.endswith("-wal")},
            "garbage": {name: b"garbage!" * (len(data) // 8) for name, data in held.items()},
            "cut": {name: data[: len(data) // 2] for name, data in held.items()},
            "version": {
                name: data if name.endswith("-wal") else data[:60] + b"\0\0\0\x77" + data[64:]
                for name, data in held.items()
            },
        }[how]
        for name in held.keys() - left.keys():
            (self.path.parent / name).unlink()
        for name, data in left.items():
            (self.path.parent / name).write_bytes(data)
        if how == "folder":
            self.path.mkdir()

    @rule()
    def journal_of_an_older_day(self):
        """Back from a copy: the index knows more than the journal, which then goes on in another way."""
        self.store.close()
        with tempfile.TemporaryDirectory() as other:
            copy = Path(other) / "till"
            shutil.copytree(self.store.folder, copy)
            self.store = open_store(self.store.folder)
            self.store.journal.record(fact_of(receipt(500_000, ACCOUNTS[0], earned=5)))
            self.store.journal.own_buckets()
            self.store.close()
            for path in self.store.folder.glob(journal_file.FILE + "*"):
                path.unlink()
            for path in copy.glob(journal_file.FILE + "*"):
                shutil.copyfile(path, self.store.folder / path.name)
        self.store = open_store(self.store.folder)

    @invariant()
    def the_answers_are_those_of_an_index_made_from_nothing(self):
        if not hasattr(self, "store"):
            return
        journal = self.store.journal
        found = answers(journal, self.number)
        assert found == self.made_from_nothing()
        assert journal.differing() == ()
        wallets = {account: journal.overlay(account, Applied()).wallets for account in ACCOUNTS}
        assert {account: of.get(MAIN_WALLET, 0) for account, of in wallets.items()} == self.points
        assert {account: of.get(GIFT_WALLET, 0) for account, of in wallets.items()} == self.money
        assert {coupon: journal.coupon_receipts(coupon) for coupon in COUPONS} == self.spent
        had = [use.minor for account in ACCOUNTS for use in journal.overlay(account, Applied()).uses]
        assert sum(had) == self.had_minor
        assert journal.kept_shares(CAMPAIGNS)["tea"].share.used.minor == self.given_minor
        assert {id_: milli for id_, milli in self.back.items() if journal.returned_milli(id_) != {1: milli}} == {}

    def made_from_nothing(self) -> object:
        with tempfile.TemporaryDirectory() as other:
            for path in self.store.folder.glob(journal_file.FILE + "*"):
                if not path.name.endswith("-shm"):
                    shutil.copyfile(path, Path(other) / path.name)
            fresh = Journal(Path(other) / journal_file.FILE, TERMINAL)
            try:
                return answers(fresh, self.number)
            finally:
                fresh.close()

    @rule(account=st.sampled_from(ACCOUNTS))
    def someone_looks_on(self, account):
        with glance(self.store.folder) as seen:
            assert seen.journal.overlay(account, Applied()) == self.store.journal.overlay(account, Applied())

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


IndexMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
test_whatever_happens_to_the_index_its_answers_are_those_of_one_made_from_nothing = IndexMachine.TestCase
