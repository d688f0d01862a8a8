"""terminal.offline_queue end to end against a head office in memory: up, down, faults, snapshot."""

import threading
from itertools import pairwise

import httpx
import msgspec
import pytest

from loyalty.api import ErrorReply, PersonalUpload
from loyalty.chain import MAX_SEGMENT_EVENTS, TARGET_PAYLOAD_BYTES, read_segment
from loyalty.events import Consent, ConsentChanged, canonical
from loyalty.feed import Applied
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.status import read_status
from terminal.offline_queue.store import open_store
from tests.support.queue_office import Office, Refused, broken, html, lost_reply, silent
from tests.support.queue_samples import (
    NOON_MS,
    enrolment,
    fact_of,
    goods_row,
    hex_id,
    open_shift,
    receipt,
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


CONSENT = ConsentChanged("0" * 32, ANNA, Consent("advertising", "1", False), "ivanova")


def test_a_fresh_till_becomes_level_with_the_head_office(till, office):
    stock(office)
    assert till.sync()
    assert till.cache.member_by_card("anna").balance.wallets == {"main": 100}
    assert till.cache.product("4600000000015").name == "Шарф"
    assert len(till.cache.programmes()) == 1
    assert till.cache.gen() == "g1"
    assert till.cache.as_of_ms() > NOON_MS
    assert till.cache.notice is None


def test_sales_go_up_once_and_come_back_as_a_balance_counted_once(till, office):
    stock(office)
    assert till.sync()
    for number in range(1, 4):
        sell(till.journal, number, ANNA, earned=10)
    assert till.balance("anna") == 130
    assert till.sync()
    assert till.balance("anna") == 130
    office.apply()
    assert office.points(ANNA) == 130
    assert till.balance("anna") == 130
    assert till.sync()
    assert till.cache.member_by_card("anna").balance.wallets == {"main": 130}
    assert till.balance("anna") == 130
    assert len(office.events) == 3
    assert Outbox(till.journal).acked() == office.position()
    assert Outbox(till.journal).safe() == office.position()


def test_a_till_level_with_the_head_office_lets_its_journal_rest(till, office, monkeypatch):
    rested = []
    monkeypatch.setattr(till.store.journal, "rest", lambda: rested.append(till.store.journal.pending_count()))
    open_shift(till.journal)
    sell(till.journal, 1)
    assert till.sync()
    till.steps(1)
    assert rested
    assert rested[-1] == 0


def test_a_long_outage_goes_up_in_segments_within_their_limits(till, office):
    facts = [fact_of(receipt(number)) for number in range(MAX_SEGMENT_EVENTS + 10)]
    for at in range(0, len(facts), 15):
        till.journal.record(*facts[at : at + 15])
    assert till.sync()
    assert len(office.events) == len(facts)
    headers = [read_segment(segment).header for segment in office.segments]
    assert all(header.payload_bytes <= TARGET_PAYLOAD_BYTES for header in headers)
    assert len(headers) == 2 + (sum(map(len, office.events)) > 2 * TARGET_PAYLOAD_BYTES)


def test_small_events_fill_a_segment_to_500_and_no_further(till, office):
    facts = [Fact(hex_id("consent", n), NOON_MS, CONSENT) for n in range(MAX_SEGMENT_EVENTS + 1)]
    for at in range(0, len(facts), 16):
        till.journal.record(*facts[at : at + 16])
    assert till.sync()
    assert [read_segment(segment).header.last_seq for segment in office.segments] == [500, 501]


def test_a_lost_reply_sends_the_very_same_bytes_again_and_stores_nothing_twice(till, office):
    sell(till.journal, 1)
    office.fault = lost_reply
    till.settle()
    sell(till.journal, 2)
    office.fault = None
    assert till.sync()
    assert len(office.events) == 2
    assert [read_segment(data).header.first_seq for data in dict.fromkeys(office.segments)] == [1, 2]
    assert office.segments[0] == office.segments[1]


@pytest.mark.parametrize("fault", [html, broken, silent], ids=["html", "500", "nothing"])
def test_a_head_office_that_does_not_answer_as_one_is_offline_and_loses_nothing(till, office, fault):
    stock(office)
    assert till.sync()
    before = till.cache.cursors()
    office.fault = fault
    office.add_points(ANNA, 5)
    sell(till.journal, 1, ANNA)
    till.settle()
    status = till.runner.status()
    assert (status.online, status.pending) == (False, 1)
    assert status.trouble.code in ("link.offline", "link.not_ours")
    assert till.cache.cursors() == before
    assert till.balance("anna") == 110
    office.fault = None
    assert till.sync()
    assert till.runner.status().online
    assert till.runner.status().trouble is None


def test_a_revoked_till_keeps_its_journal_and_asks_rarely(till, office):
    def revoked(request, response):
        return httpx.Response(410, content=canonical(ErrorReply("revoked", "bye")))

    office.fault = revoked
    sell(till.journal, 1)
    till.settle()
    assert till.runner.status().trouble.code == "link.revoked"
    assert till.runner.status().pending == 1


def test_a_wrong_clock_is_corrected_by_the_head_office_and_tried_once_more(till, office):
    stock(office)
    original = office.route
    refused = []

    def strict(request):
        if "signature-input" in request.headers:
            created = int(request.headers["signature-input"].split("created=")[1].split(";")[0])
            if created < 2_000_000_000:
                refused.append(request.url.path)
                raise Refused(401, ErrorReply("clock", "", server_time_ms=2_000_000_000_000))
        return original(request)

    office.route = strict
    assert till.sync()
    assert refused == ["/v1/heads"]


def test_a_cache_deleted_while_the_till_was_closed_comes_back_with_own_sales_counted_once(till, office, tmp_path):
    stock(office)
    sell(till.journal, 1, ANNA, earned=10)
    assert till.sync()
    office.apply()
    assert till.sync()
    till.close()
    (tmp_path / "till" / "cache.db").unlink()
    again = Till(tmp_path / "till", office, fresh=False)
    assert again.cache.notice is not None
    assert again.cache.notice.code == "cache.empty"
    assert again.sync()
    assert again.cache.notice is None
    assert again.balance("anna") == 110
    again.close()


def test_a_member_enrolled_here_is_forgotten_here_once_the_cache_has_it(till, office):
    fact, personal, ident = enrolment()
    till.journal.record(fact, personal=personal, enrolled=ident)
    assert till.sync()
    assert list(office.personal) == [fact.event_id]
    assert office.asked.index("POST /personal") < office.asked.index("POST /segments")
    assert till.journal.enrolled_by_card("2990001000001") is not None
    office.put("ident", 9, ident.member_id, canonical(ident))
    assert till.sync()
    assert till.cache.member_by_card("2990001000001") is not None
    assert till.journal.enrolled_by_card("2990001000001") is None


def test_personal_data_the_head_office_refuses_hold_up_neither_others_nor_sales(till, office):
    for nth in range(5):
        fact, personal, _ = enrolment(phone="bad" if nth == 3 else f"+7903123450{nth}", nth=nth)
        till.journal.record(fact, personal=personal)
    refused = hex_id("enrol", 3)
    stored: set[str] = set()

    def picky(request, response):
        if request.url.path != "/v1/personal":
            return response
        if refused.encode() in request.content:
            return httpx.Response(400, content=canonical(ErrorReply("bad_request", "phone")))
        stored.update(item.event_id for item in msgspec.json.decode(request.content, type=PersonalUpload).items)
        return response

    office.fault = picky
    till.steps(3)
    assert len(office.events) == 5
    for _ in range(8):
        till.runner._hurry = True
        till.steps(4)
    assert stored == {hex_id("enrol", nth) for nth in range(5)} - {refused}
    assert not Outbox(till.journal).has_personal()


def test_a_hanging_request_does_not_keep_the_till_from_stopping(till, office):
    asked, go = threading.Event(), threading.Event()

    def hanging(request, response):
        asked.set()
        go.wait(100)
        return response

    office.fault = hanging
    till.runner.start()
    assert asked.wait(60)
    stopping = threading.Thread(target=till.close)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()
    assert not go.is_set()
    go.set()
    assert open_again(till.store.folder)


def open_again(folder):
    open_store(folder).close()
    return True


def test_a_full_disk_while_fetching_is_said_and_selling_goes_on(till, office):
    stock(office)
    assert till.sync()
    before = till.cache.cursors()
    till.cache._writer._connection.execute("PRAGMA max_page_count=1")
    office.page_rows = 1000
    for number in range(500):
        row = goods_row(str(number), f"Goods {number}")
        office.put("goods", 0, row.key, row.live)
    till.settle()
    assert till.runner.status().trouble.code == "store.full"
    assert till.cache.cursors() == before
    sell(till.journal, 1, ANNA, earned=10)
    assert till.balance("anna") == 110
    till.cache._writer._connection.execute("PRAGMA max_page_count=100000")
    assert till.sync()


def test_listeners_hear_of_changes_and_not_of_every_step(till, office):
    stock(office)
    open_shift(till.journal)
    assert till.sync()
    assert till.told[-1].online
    assert till.told[-1].pending == 0
    assert sum(status.programmes_changed for status in till.told) == 1
    for before, after in pairwise(till.told):
        contact = after.last_contact_ms - before.last_contact_ms
        others = {name: getattr(after, name) for name in after.__struct_fields__ if name != "last_contact_ms"}
        assert contact >= 10_000 or others != {name: getattr(before, name) for name in others}


def test_the_thread_sends_what_is_recorded_when_it_is_kicked(till, office):
    sent = threading.Event()
    till.runner.on_change(
        lambda status: sent.set() if status.online and status.pending == 0 and office.events else None
    )
    till.runner.start()
    sell(till.journal, 1)
    till.runner.kick()
    assert sent.wait(60)
    assert till.sync()
    assert read_status(till.store.folder).acked == 1


def test_whatever_breaks_in_a_step_the_thread_goes_on_and_says_so(till, office):
    def impossible(request, response):
        raise ZeroDivisionError("nobody foresaw this")

    office.fault = impossible
    till.settle()
    assert till.runner.status().trouble.code == "link.broken"
    office.fault = None
    assert till.sync()


def test_known_place_of_an_unused_bucket_is_unapplied(till, office):
    stock(office)
    assert till.sync()
    assert till.cache.member_by_card("anna").applied == Applied()
