"""Deleted members, tombstones that are purged, and real tills, there or away: nobody keeps who is gone."""

from __future__ import annotations

import pytest

from sync_server.purging.purge import DAY_MS
from tests.simulation.two_tills import CARDS, Shop

AWAY_DAYS = 120
pytestmark = pytest.mark.simulation


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.close()


def test_a_till_away_for_120_days_forgets_who_is_gone_and_one_that_was_there_fetches_nothing_twice(shop: Shop) -> None:
    for kept, gone in zip(CARDS[::4], CARDS[1::4], strict=True):
        shop.merge(kept, gone)
    purged = 0
    for _ in range(AWAY_DAYS):
        shop.now_ms += DAY_MS
        purged += shop.purge()
        afresh = [each for each in shop.level(shop.here) if each.from_seq == 0]
        assert afresh == [], "whoever has had the tombstones misses nothing when they go"
    assert purged == 10
    assert shop.members(shop.away) == 40
    shop.level(shop.away)
    assert shop.members(shop.away) == 30
    for till in (shop.here, shop.away):
        for kept, gone in zip(CARDS[::4], CARDS[1::4], strict=True):
            held = [till.known(card) for card in (kept, gone)]
            assert all(each is not None and each.ident.cards == (kept, gone) for each in held)
        assert till.cache.as_of_ms() > 0
