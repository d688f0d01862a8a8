"""Segments come in: again, after a gap, cut otherwise, from another past, with a dead fence."""

from __future__ import annotations

import pytest

from sync_server.refusals import Refused
from tests.support.taking_in import ANNA, check_books, flags, points


def test_a_segment_sent_again_gets_the_same_answer_and_adds_nothing(office):
    till = office.till()
    data = till.segment(till.sale(account=ANNA, earned=30))
    first = till.send(data, keep_fence=False)
    again = till.send(data)
    assert (first.new, again.new) == (True, False)
    assert first.reply.acked == again.reply.acked
    assert first.reply.fence_next == again.reply.fence_next
    office.apply()
    till.send(data)
    assert office.apply() == 0
    assert points(office, ANNA) == 30


def test_events_after_a_gap_are_refused_with_the_place_to_go_on_from(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    missed = till.segment(till.sale(account=ANNA, earned=2))
    later = till.segment(till.sale(account=ANNA, earned=4))
    with pytest.raises(Refused) as refused:
        till.send(later)
    assert (refused.value.status, refused.value.reply.code) == (409, "gap")
    assert refused.value.reply.acked is not None
    assert refused.value.reply.acked.seq == 1
    till.send(missed)
    till.send(later)
    office.apply()
    assert points(office, ANNA) == 7


def test_a_diverging_event_is_a_fork_and_a_new_epoch_mends_it(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    common = till.hash
    sold = till.sale(account=ANNA, earned=2)
    till.put(sold)
    till.seq, till.hash = 1, common
    other = till.sale(account=ANNA, earned=4)
    with pytest.raises(Refused) as refused:
        till.put(other)
    assert (refused.value.status, refused.value.reply.code) == (409, "fork")
    till.new_epoch(common)
    till.put(other, sold)
    office.apply()
    assert points(office, ANNA) == 7, "each of the three once, though one came in both epochs"
    assert flags(office) == {}
    check_books(office)


def test_a_new_epoch_must_follow_an_event_stored_here(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    till.new_epoch(bytes([7]) * 32)
    with pytest.raises(Refused) as refused:
        till.put(till.sale(account=ANNA, earned=2))
    assert refused.value.reply.code == "fork"


def test_the_same_events_cut_otherwise_are_no_fork(office):
    till = office.till()
    sales = [till.sale(account=ANNA, earned=1) for _ in range(4)]
    till.put(*sales)
    till.seq, till.hash = 0, bytes(32)
    assert not till.put(*sales[:3]).new
    till.seq, till.hash = 0, bytes(32)
    with pytest.raises(Refused) as refused:
        till.put(*sales, till.sale(account=ANNA, earned=1))
    assert refused.value.reply.code == "gap"
    office.apply()
    assert points(office, ANNA) == 4


def test_the_fence_before_the_last_is_dead_and_the_last_one_lives(office):
    till = office.till()
    first = till.fence
    till.put(till.sale(account=ANNA, earned=1))
    second = till.fence
    till.put(till.sale(account=ANNA, earned=1))
    assert len({first, second, till.fence}) == 3
    data = till.segment(till.sale(account=ANNA, earned=1))
    with pytest.raises(Refused) as refused:
        till.send(data, fence=first)
    assert (refused.value.status, refused.value.reply.code) == (409, "fence")
    current = till.fence
    kept = till.send(data, fence=second)
    assert kept.new, "a reply may have been lost: the fence before is good"
    assert kept.reply.fence_next == current, "and it rotates nothing"


def test_a_dead_fence_gets_no_live_one_by_a_duplicate(office):
    till = office.till()
    first = till.fence
    data = till.segment(till.sale(account=ANNA, earned=1))
    till.send(data)
    till.put(till.sale(account=ANNA, earned=1))
    with pytest.raises(Refused) as refused:
        till.send(data, fence=first)
    assert refused.value.reply.code == "fence"


def test_an_event_that_follows_another_past_than_ours_is_a_fork(office):
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    till.hash = bytes([9]) * 32
    with pytest.raises(Refused) as refused:
        till.put(till.sale(account=ANNA, earned=2))
    assert refused.value.reply.code == "fork"
