"""What the head office and a till know of one another's past: set back, parted, acks and fences of before."""

import msgspec
import pytest

from loyalty.chain import read_segment
from loyalty.events import decode_envelope
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.segments import next_segment
from tests.support.queue_office import Office
from tests.support.queue_samples import (
    sell,
)
from tests.support.queue_stock import ANNA, stock
from tests.support.queue_till import Till


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def till(tmp_path, office):
    made = Till(tmp_path / "till", office)
    yield made
    made.close()


def test_a_head_office_set_back_gets_everything_it_lost_again(till, office):
    stock(office)
    for number in range(1, 6):
        sell(till.journal, number, ANNA, earned=10)
    assert till.sync()
    office.apply()
    assert till.sync()
    office.lose(keep=2, gen="g2")
    office.add_points(ANNA, 100)
    sell(till.journal, 6, ANNA, earned=10)
    assert till.sync()
    assert len(office.events) == 7, "6 sales, and that nothing is set aside here"
    office.apply()
    assert till.sync()
    assert office.points(ANNA) == 160
    assert till.balance("anna") == 160
    assert till.cache.gen() == "g2"


@pytest.mark.parametrize("keep", [0, 2, 3, 5])
def test_a_head_office_set_back_gets_everything_again_from_a_till_with_nothing_new(till, office, keep):
    stock(office)
    for number in range(1, 6):
        sell(till.journal, number, ANNA, earned=10)
        assert till.sync()
    held = list(office.events)
    office.lose(keep, gen="g2")
    assert till.sync()
    assert till.sync()
    assert office.events[:5] == held
    assert decode_envelope(office.events[5]).type == "rights_told"
    assert Outbox(till.journal).acked().seq == 6
    sent = office.asked.count("POST /segments")
    assert till.sync()
    assert office.asked.count("POST /segments") == sent


def test_another_history_under_our_name_stops_sending_and_keeps_the_rest_going(till, office):
    stock(office)
    office.events, office.hashes = [b"another till's"], [office.hashes[0], "ab" * 32]
    sell(till.journal, 1, ANNA)
    sell(till.journal, 2, ANNA)
    till.settle()
    status = till.runner.status()
    assert status.trouble.code == "link.fork"
    assert status.pending == 2
    assert till.cache.member_by_card("anna") is not None
    sent = office.asked.count("POST /segments")
    till.settle()
    assert office.asked.count("POST /segments") == sent


def test_a_dead_fence_stops_sending(till, office):
    office.fence = "someone else has been here"
    sell(till.journal, 1)
    till.settle()
    assert till.runner.status().trouble.code == "link.fence"
    assert office.asked.count("POST /segments") == 1


def test_the_next_fence_is_kept_before_it_is_used(till, office):
    original = office.take

    def rotating(segment, fence):
        reply = original(segment, fence)
        office.fence = f"f{len(office.events)}"
        return reply.__class__(reply.acked, reply.safe, reply.gen, office.fence, 1)

    office.take = rotating
    for number in (1, 2):
        sell(till.journal, number)
        assert till.sync()
    assert Outbox(till.journal).fence() == "f2"


def test_an_answer_to_an_earlier_segment_said_again_is_not_taken_and_its_fence_not_kept(till, office):
    original = office.take
    office.take = lambda segment, fence: msgspec.structs.replace(original(segment, fence), fence_next="f0")
    sell(till.journal, 1)
    assert till.sync()
    old = office.take(read_segment(office.segments[0]), "f0")
    office.take = lambda segment, fence: msgspec.structs.replace(old, fence_next="worn out")
    sell(till.journal, 2)
    till.steps(1)
    assert till.runner.status().trouble.code == "link.not_ours"
    assert (till.journal.pending_count(), Outbox(till.journal).fence()) == (1, "f0")
    office.take = original
    assert till.sync()
    assert len(office.events) == 2


def test_an_ack_with_a_hash_that_is_not_ours_is_a_fork_and_moves_no_mark(till, office):
    original = office.take

    def lying(segment, fence):
        reply = original(segment, fence)
        return reply.__class__(reply.acked.__class__(1, 1, "ab" * 32), reply.safe, reply.gen, "f0", 1)

    office.take = lying
    sell(till.journal, 1)
    till.settle()
    assert till.runner.status().trouble.code == "link.fork"
    assert Outbox(till.journal).acked().seq == 0


def test_an_old_answer_that_comes_late_moves_no_mark_back(till, office):
    original, answers = office.take, []

    def remembering(segment, fence):
        answers.append(original(segment, fence))
        return answers[0]

    office.take = remembering
    outbox = Outbox(till.journal)
    sell(till.journal, 1)
    assert till.sync()
    sell(till.journal, 2)
    segment = next_segment(outbox, till.store.keys.at) or b""
    assert outbox.acknowledge(original(read_segment(segment), "f0"))
    assert outbox.acknowledge(answers[0])
    assert (outbox.acked().seq, outbox.safe().seq) == (2, 2)
    assert outbox.rewind(answers[0].acked, "g1")
    assert outbox.acked().seq == 1
    assert not outbox.rewind(office.position().__class__(1, 2, "ab" * 32), "g1")
    assert not outbox.rewind(office.position().__class__(1, 3, office.hashes[2]), "g1")
    assert not outbox.rewind(office.position().__class__(2, 0, ""), "g1")
    assert outbox.acked().seq == 1
