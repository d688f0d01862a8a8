"""A member's account that moved, at a till: what the till itself sold to the old one counts once, and not twice."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from loyalty.events import bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow, IdentRow
from terminal.offline_queue.store import Store
from tests.support.queue_samples import account_in, cursor_to, hex_id, new_till, open_shift, sell

ANNA, FAMILY = account_in(3), account_in(77)
MEMBER = IdentRow(hex_id("member", ANNA), FAMILY, "Мария И.", ("anna",), "aa" * 16, more_phones=("bb" * 16,))


@pytest.fixture
def till(tmp_path) -> Iterator[Store]:
    store = new_till(tmp_path / "till")
    open_shift(store.journal)
    sell(store.journal, 1, ANNA, earned=10)
    sell(store.journal, 2, ANNA, earned=5, redeemed=3)
    put(store, "ident", 3, MEMBER.member_id, MEMBER)
    yield store
    store.close()


def put(store: Store, stream, bucket: int, key: str, row: object, applied: Applied = Applied()) -> None:  # noqa: B008
    rows = [FeedRow(key, 1, msgspec.Raw(canonical(row)))]
    assert store.cache.install(rows, cursor_to(stream, bucket, rows, applied), True)


def told(store: Store, points: int, *came_from: str) -> None:
    """The head office says what the family has, and whose points it includes."""
    put(store, "bal", bucket_of(FAMILY), FAMILY, BalanceRow(FAMILY, {"main": points}, came_from=came_from))


def shown(store: Store) -> int:
    known = store.cache.member_by_card("anna")
    assert known is not None
    own = [store.journal.overlay(*each).wallets.get("main", 0) for each in known.accounts]
    return known.balance.wallets.get("main", 0) + sum(own)


def last_event(store: Store) -> Applied:
    epoch, seq = store.journal.read(lambda c: c.execute("SELECT epoch, seq FROM event ORDER BY seq DESC").fetchone())
    return Applied(epoch, seq)


def test_own_sales_to_the_old_account_count_on_top_of_the_family_s_balance(till):
    told(till, 100, ANNA)
    assert shown(till) == 100 + 10 + 5 - 3


def test_once_the_head_office_has_them_they_count_no_more(till):
    moved = BalanceRow(ANNA, moved_to=FAMILY)
    put(till, "bal", bucket_of(ANNA), ANNA, moved, last_event(till))
    told(till, 112, ANNA)
    assert shown(till) == 112


def test_each_account_is_counted_from_its_own_place(till):
    """The place of the family's bucket says nothing of events of the other account."""
    sell(till.journal, 3, FAMILY, earned=40)
    rows = BalanceRow(FAMILY, {"main": 140}, came_from=(ANNA,))
    put(till, "bal", bucket_of(FAMILY), FAMILY, rows, last_event(till))
    assert shown(till) == 140 + 12


def test_sales_to_an_account_that_did_not_move_here_are_not_this_member_s(till):
    told(till, 100)
    assert shown(till) == 100


def test_a_merged_member_is_found_by_every_phone(till):
    for phone in (MEMBER.phone_hash, *MEMBER.more_phones):
        known = till.cache.member_by_phone_hash(phone)
        assert known is not None
        assert known.ident == MEMBER
