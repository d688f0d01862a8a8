"""terminal.offline_queue.retention: whatever goes when, the rest is chained, counted, numbered as with all of it."""

import tempfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.api import Position
from loyalty.coupons.spent import SpentCoupon
from loyalty.quoting.uses import Use
from loyalty.receipt import Applied as Reward
from loyalty.receipt import Receipt
from terminal.offline_queue import journal_index
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.journal_base import read_base
from terminal.offline_queue.journal_beside import NOTHING, Beside
from terminal.offline_queue.journal_file import set_state
from terminal.offline_queue.journal_index_base import base_place
from terminal.offline_queue.journal_names import greatest_names
from terminal.offline_queue.retention import prune
from terminal.offline_queue.store import Store, open_store
from tests.support.queue_samples import NOON_MS, account_in, fact_of, new_till, receipt, receipt_line

ANNA = account_in(3)
CAMPAIGNS = ("tea", "cake")
DAY_MS = 24 * 3600 * 1000
LATER_MS = NOON_MS + 100 * DAY_MS
Act = tuple[str, int]


def sale(number: int, campaign: str, account: str | None) -> Receipt:
    made = receipt(number, account)
    line = msgspec.structs.replace(receipt_line(qty_milli=2000), applied=(Reward(campaign, "", "", 200),))
    coupon = SpentCoupon(f"c{number}", "next", single=True, counted=True)
    return msgspec.structs.replace(made, lines=(line,), spent=(coupon,))


def is_kept(till: Store, made: Receipt) -> bool:
    return till.journal.receipt(made.number) is not None


class Shop:
    """One till that lets events go, and one with the same events that never does."""

    def __init__(self, folder: Path) -> None:
        self.kept, self.pruned = new_till(folder / "kept"), new_till(folder / "pruned")
        self.number = 0
        self.sold: list[tuple[Receipt, str]] = []
        self.back: dict[str, int] = {}

    def record(self, fact: Fact, beside: Beside = NOTHING) -> None:
        for till in (self.kept, self.pruned):
            till.journal.record(fact, beside=beside)

    def sell(self, nth: int) -> None:
        self.number += 1
        campaign = CAMPAIGNS[nth % 2]
        made = sale(self.number, campaign, ANNA if nth % 3 else None)
        self.sold.append((made, campaign))
        self.record(fact_of(made))

    def take_back(self, nth: int) -> None:
        """Half of a sale that is still there: of one that is gone nothing goes back to the share."""
        there = [(made, name) for made, name in self.sold if is_kept(self.pruned, made)]
        halves = [(made, name) for made, name in there if self.back.get(made.receipt_id, 0) < 2]
        if not halves:
            return
        original, campaign = halves[nth % len(halves)]
        self.number += 1
        times = self.back[original.receipt_id] = self.back.get(original.receipt_id, 0) + 1
        made = receipt(self.number, original.account_id, earned=1, original=original)
        uses = (Use(campaign, original.moment.local_date, -int(times == 2), -100, 0),)
        self.record(fact_of(made), Beside(original.spent if times == 2 else (), "", uses))

    def store_all(self, part: int) -> None:
        """The head office has so many tenths of what is there, safely."""
        query = "SELECT epoch, seq, hash FROM event ORDER BY place"
        rows = self.pruned.journal.read(lambda c: c.execute(query).fetchall())
        if not rows:
            return
        epoch, seq, digest = rows[(len(rows) - 1) * min(part, 10) // 10]
        place = msgspec.json.encode(Position(epoch, seq, digest.hex())).decode()
        self.pruned.journal.write(lambda c: set_state(c, "acked", place))
        self.pruned.journal.write(lambda c: set_state(c, "safe", place))

    def let_go(self, most: int) -> None:
        before = self.pruned.journal.read(lambda c: c.execute("SELECT count(*) FROM event").fetchone()[0])
        gone = prune(self.pruned.journal, LATER_MS, least=1, most=1 + most)
        after = self.pruned.journal.read(lambda c: c.execute("SELECT count(*) FROM event").fetchone()[0])
        assert gone == before - after <= 1 + most

    def reopen(self, nth: int) -> None:
        folder = self.pruned.folder
        self.pruned.close()
        if nth % 2:
            (folder / journal_index.FILE).unlink()
        self.pruned = open_store(folder)

    def close(self) -> None:
        self.kept.close()
        self.pruned.close()


_ACTS = {
    "sell": Shop.sell,
    "take_back": Shop.take_back,
    "store_all": Shop.store_all,
    "let_go": Shop.let_go,
    "reopen": Shop.reopen,
}
acts = st.lists(st.tuples(st.sampled_from([*_ACTS, "sell", "take_back", "let_go"]), st.integers(0, 12)), max_size=30)


@settings(deadline=None, max_examples=40)
@given(acts)
def test_what_follows_from_base_and_events_is_what_follows_from_all_of_them(story: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        try:
            for name, nth in story:
                _ACTS[name](shop, nth)
            check(shop)
        finally:
            shop.close()


def check(shop: Shop) -> None:
    all_there, left = shop.kept.journal, shop.pruned.journal
    assert left.differing() == (), "an index kept all the time is one made anew from base and events"
    assert left.kept_shares(CAMPAIGNS) == all_there.kept_shares(CAMPAIGNS)
    gone = base_place(left.read(read_base))
    assert left.verify() == all_there.verify() - (gone & ((1 << 40) - 1))
    assert left.next_receipt_no() == all_there.next_receipt_no()
    names = [each.read_index(greatest_names) for each in (left, all_there)]
    assert names[0] == names[1], "the greatest names are of all events"
