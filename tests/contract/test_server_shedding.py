"""The head office turns tills away beyond what it takes on at a time: at the limit, one past it, nothing lost."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from loyalty.api import EnrolRequest, ErrorReply, SegmentReply
from loyalty.chain import MAX_BLOB_BYTES
from loyalty.events import canonical
from sync_server import api
from sync_server.ingest import take_segment
from sync_server.metrics import REQUESTS, TURNED_AWAY
from sync_server.refusals import Refused
from sync_server.schema import FEED, RECEIPT
from sync_server.shedding import (
    COUNTED_FOR_MS,
    MAX_PASSED_OVER_BYTES,
    QUEUE_AGAIN_S,
    REQUESTS_AGAIN_S,
    Door,
    Queue,
    count_waiting,
)
from tests.support.served_office import served_office
from tests.support.server import Till, hex_id, opened_office

ANNA = hex_id("anna")
WAIT_S = 60.0
ENROL = canonical(EnrolRequest("00000000", "00" * 32, "till"))
TILLS = 24
AT_A_TIME = 3


def turned_away(why: str) -> float:
    return TURNED_AWAY.labels(why)._value.get()


def said(answer: httpx.Response) -> tuple[int, str, str]:
    return answer.status_code, msgspec.json.decode(answer.content, type=ErrorReply).code, answer.headers["retry-after"]


def test_as_many_requests_as_may_be_are_answered_and_one_more_is_told_to_come_again(tmp_path, monkeypatch):
    inside, go = threading.Semaphore(0), threading.Event()

    def slow(*_args):
        inside.release()
        assert go.wait(WAIT_S)
        raise Refused(403, "bad_code", "no such code")

    monkeypatch.setattr(api, "enrol_terminal", slow)
    with served_office(tmp_path, max_requests=AT_A_TIME) as served, ThreadPoolExecutor(AT_A_TIME) as pool:
        ask = f"{served.url}/v1/enrol"
        before = turned_away("requests")
        waiting = [pool.submit(httpx.post, ask, content=ENROL, timeout=WAIT_S) for _ in range(AT_A_TIME)]
        for _ in waiting:
            assert inside.acquire(timeout=WAIT_S)
        assert REQUESTS._value.get() == AT_A_TIME
        assert said(httpx.post(ask, content=ENROL, timeout=WAIT_S)) == (503, "busy", str(REQUESTS_AGAIN_S))
        large = httpx.post(f"{served.url}/v1/segments", content=bytes(MAX_BLOB_BYTES), timeout=WAIT_S)
        assert said(large) == (503, "busy", str(REQUESTS_AGAIN_S)), "it hears so though it was still sending"
        assert turned_away("requests") == before + 2
        assert httpx.get(f"{served.url}/healthz", timeout=WAIT_S).status_code == 200
        assert "kopilka_turned_away_total" in httpx.get(f"{served.url}/metrics", timeout=WAIT_S).text
        assert httpx.get(f"{served.url}/console/login", timeout=WAIT_S).status_code == 200
        go.set()
        assert [done.result().status_code for done in waiting] == [403] * AT_A_TIME
        later = (httpx.post(ask, content=ENROL, timeout=WAIT_S).status_code for _ in range(1000))
        assert next(status for status in later if status != 503) == 403, "they leave a moment after their answer"


def test_as_many_segments_as_may_wait_are_taken_in_and_one_more_once_they_are_applied(tmp_path, monkeypatch):
    monkeypatch.setattr("sync_server.shedding.COUNTED_FOR_MS", 0)
    with served_office(tmp_path, max_waiting=2, applies=False) as served:
        till = served.office.till()
        first, second, third = (till.segment(till.sale(account=ANNA, earned=points)) for points in (1, 2, 4))
        assert send(served.url, till, first).status_code == 200
        assert send(served.url, till, second).status_code == 200
        before = turned_away("queue")
        assert said(send(served.url, till, third)) == (503, "busy", str(QUEUE_AGAIN_S))
        assert turned_away("queue") == before + 1
        assert "kopilka_segments_waiting 2.0" in httpx.get(f"{served.url}/metrics", timeout=WAIT_S).text
        assert served.office.apply() == 2
        assert send(served.url, till, third).status_code == 200
        assert served.office.apply() == 1
        with served.office.store.read() as tx:
            assert tx.execute(select(func.sum(FEED["bal"].c.points))).scalar_one() == 7


def test_tills_that_come_all_at_once_all_get_in_and_nothing_is_lost(tmp_path, monkeypatch):
    came = threading.Event()

    def slow_at_first(*args):
        assert came.wait(WAIT_S)
        return take_segment(*args)

    monkeypatch.setattr(api, "take_segment", slow_at_first)
    with served_office(tmp_path, max_requests=AT_A_TIME) as served, ThreadPoolExecutor(TILLS) as pool:
        tills = [served.office.till(f"till {number}") for number in range(TILLS)]
        segments = [till.segment(till.sale(account=hex_id("account", number % 5), earned=1)) for number, till in
                    enumerate(tills)]  # fmt: skip

        def until_taken(till: Till, data: bytes) -> int:
            """How often it was turned away."""
            for times in range(100_000):
                answer = send(served.url, till, data)
                if answer.status_code == 200:
                    return times
                assert said(answer) == (503, "busy", str(REQUESTS_AGAIN_S))
                came.set()
            raise AssertionError("it never got in")

        assert sum(pool.map(until_taken, tills, segments)) > 0
        assert served.app.state.office.applier.idle.wait(WAIT_S)
        with served.office.store.read() as tx:
            assert tx.execute(select(func.count()).select_from(RECEIPT)).scalar_one() == TILLS
            assert tx.execute(select(func.sum(FEED["bal"].c.points))).scalar_one() == TILLS


@pytest.mark.parametrize("over_bytes", [0, 1])
def test_a_body_nobody_looks_at_is_passed_over_up_to_a_limit(over_bytes):
    """One that goes on without end is left: the answer need not wait for it."""
    sizes = iter([MAX_PASSED_OVER_BYTES, over_bytes, 7, 7])

    async def receive():
        return {"type": "http.request", "body": bytes(next(sizes)), "more_body": True}

    async def inside(*_):
        raise AssertionError("nobody is let in")

    through: Any = Door(0).around(inside)
    with pytest.raises(Refused):
        asyncio.run(through({"path": "/v1/enrol"}, receive, None))
    assert [*sizes] == ([7] if over_bytes == 0 else [7, 7])


def send(url: str, till: Till, data: bytes) -> httpx.Response:
    answer = httpx.post(f"{url}/v1/segments", content=data, headers={"kopilka-fence": till.fence}, timeout=WAIT_S)
    if answer.status_code == 200:
        till.fence = msgspec.json.decode(answer.content, type=SegmentReply).fence_next
    return answer


def test_what_waits_is_counted_once_a_second_and_what_is_stored_meanwhile_is_added(tmp_path):
    now_ms = 5_000
    with opened_office(f"sqlite:///{tmp_path / 'office.db'}") as office:
        till = office.till()
        queue = Queue(office.store, 2, lambda: now_ms)
        queue.let_in()
        for _ in range(2):
            queue.let_in()
            till.put(till.sale())
            queue.stored()
        with pytest.raises(Refused):
            queue.let_in()
        office.apply()
        assert count_waiting(office.store) == 0
        now_ms += COUNTED_FOR_MS - 1
        with pytest.raises(Refused):
            queue.let_in()
        now_ms += 1
        queue.let_in()
