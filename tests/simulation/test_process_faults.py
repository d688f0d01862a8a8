"""Real processes over real sockets: a till that sells, a head office, a network that fails, SIGKILL on either side.

One seed by default, those of KOPILKA_SOAK_SEEDS in `make soak`. A seed fixes the faults and the requests at which a
side is killed; how threads and processes interleave is the machine's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import Position
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.runner import Runner
from terminal.offline_queue.store import Store, open_store
from tests.simulation.processes import HeadOffice, Shop
from tests.simulation.seeds import seeds_of
from tests.support.fault_proxy import PASS, Fate, FaultProxy, fault_proxy
from tests.support.queue_samples import fact_of, receipt

pytestmark = [pytest.mark.simulation, pytest.mark.timeout(300)]
SEEDS = "1"
KILLS = ("office", "till")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    with fault_proxy() as made:
        yield made


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HeadOffice, int]]:
    """A running head office, and its port."""
    made = HeadOffice(tmp_path_factory.mktemp("office"))
    yield made, made.run()
    made.end()


@pytest.mark.parametrize("seed", seeds_of(os.environ.get("KOPILKA_SOAK_SEEDS") or SEEDS))
def test_whoever_is_killed_amid_whatever_fails_every_told_receipt_arrives_once(
    seed: int, tmp_path: Path, proxy: FaultProxy
) -> None:
    shop = Shop(tmp_path, proxy, seed, now_ms)
    try:
        shop.begin()
        for side in shop.chance.sample(KILLS, len(KILLS)):
            shop.live_through(side, shop.chance.randint(3, 12))
        shop.check(shop.drain())
    finally:
        shop.close()


class ByHand:
    """The runner of a till's folder, step by step, on a clock that passes a minute at each look: no wait is real."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = open_store(folder)
        self.outbox = Outbox(self.store.journal)
        self._mono_ms = 0
        self.client = Client(self.store.identity, self.store.key, now_ms)
        self.runner = Runner(self.store, self.client, now_ms, lambda: 0.0, self._tick)

    def _tick(self) -> int:
        self._mono_ms += 60_000
        return self._mono_ms

    def step(self) -> None:
        self.runner._hurry = True
        self.runner._once(0)

    def close(self) -> None:
        self.runner.stop()
        self.store.close()


@pytest.fixture
def till(office: tuple[HeadOffice, int], proxy: FaultProxy, tmp_path: Path) -> Iterator[ByHand]:
    head_office, proxy.upstream = office
    enrol(proxy.url, head_office.code(now_ms()), "till", tmp_path)
    made = ByHand(tmp_path)
    yield made
    made.close()


def test_an_ack_cut_at_every_byte_moves_no_mark_and_the_segment_is_stored_once(
    office: tuple[HeadOffice, int], till: ByHand, proxy: FaultProxy
) -> None:
    till.store.journal.record(fact_of(receipt(1)))
    asked = "POST /v1/segments HTTP/1.1"
    proxy.decide = lambda line: Fate("lose_reply" if line == asked else "pass")
    till.step()
    whole = proxy.replies[asked]
    assert whole.startswith(b"HTTP/1.1 200")
    cuts: list[int] = []

    def cut(line: str) -> Fate:
        if line != asked:
            return PASS
        cuts.append(len(cuts))
        return Fate("cut", at=cuts[-1])

    proxy.decide = cut
    for at in range(len(whole)):
        till.step()
        assert till.outbox.acked() == Position(1, 0, ""), f"a reply of {at} bytes was taken for an ack"
    assert cuts == list(range(len(whole)))
    proxy.decide = lambda _: PASS
    till.step()
    assert till.outbox.acked().seq == 1
    stored = office[0].look("SELECT first_seq, last_seq FROM segment WHERE terminal = ?", till.outbox.terminal)
    assert stored == [(1, 1)]


def test_a_head_office_that_hangs_keeps_nobody_from_selling(till: ByHand, proxy: FaultProxy) -> None:
    proxy.decide = lambda _: Fate("hang")
    till.store.journal.record(fact_of(receipt(1)))
    till.runner.start()
    assert proxy.hangs.wait(60)
    till.store.journal.record(fact_of(receipt(2)))
    assert till.store.journal.pending_count() == 2
    proxy.decide = lambda _: PASS
    proxy.release()
    assert till.runner.run_until_idle(30)
    assert till.store.journal.pending_count() == 0


@pytest.mark.parametrize("what", ["portal", "busy", "limit"])
def test_what_answers_in_the_head_offices_place_takes_nothing(what: str, till: ByHand, proxy: FaultProxy) -> None:
    till.store.journal.record(fact_of(receipt(1)))
    proxy.decide = lambda _: Fate(what)  # type: ignore[arg-type]
    till.step()
    status = till.runner.status()
    assert (status.pending, status.online) == (1, what != "portal")
    proxy.decide = lambda _: PASS
    assert till.runner.run_until_idle(30)
    assert till.runner.status().pending == 0
