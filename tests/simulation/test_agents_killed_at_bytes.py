"""`kopilka agent` killed at every byte between it and its fiscal register, whatever else fails there: one document.

SIGKILL comes when so many bytes of a sale's conversation have passed, in either direction; with it a request is lost,
or an answer, or the paper ends, or the register's power goes. The next agent settles what was left by the register's
word, and the client's same request then finds the one receipt. A few bytes by default; `make soak` plays every one.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, repeat
from pathlib import Path
from typing import Any

import pytest

from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.fiscal.tags import find, read
from terminal.offline_queue.store import open_store
from tests.simulation.killing_line import FAULTS, SOON_S, Fault, KillingLine, on_line
from tests.simulation.nursery import Agent, Nursery, nursery
from tests.support.counter import TEA
from tests.support.small_till import make_till

SOAK = bool(os.environ.get("KOPILKA_SOAK_SEEDS"))
pytestmark = [pytest.mark.simulation, pytest.mark.timeout(0 if SOAK else 300)]
SEED = 5
SHTRIH_BYTES, ATOL_BYTES = range(300, 500), range(7000, 8400)
"""Where in a sale, any but a shift's first, its document is on the way, made and told of."""
MOST_BYTES = 20_000
Kill = tuple[int, Fault]
"""After how many bytes of a sale the agent dies, and what else fails there."""
NAMES = FAULTS if SOAK else ("some",)
Register = VirtualShtrih | VirtualAtol
MADE, MADE_BEFORE, KILLED = 201, 200, 0


@pytest.fixture(scope="module")
def agents() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


def plans_of(places: range) -> list[Iterable[Kill]]:
    """Every byte until a sale has no more, fault by fault; or one byte of each fault, where the document is made."""
    if SOAK:
        return every_byte()
    chance = random.Random(SEED)
    return [[(chance.choice(places), fault) for fault in chance.sample(FAULTS, len(FAULTS))]]


def every_byte() -> list[Iterable[Kill]]:
    return [zip(count(1), repeat(fault)) for fault in FAULTS]


def test_a_soak_kills_at_every_byte_with_each_fault() -> None:
    assert [next(iter(kills)) for kills in every_byte()] == [(1, fault) for fault in FAULTS]


@pytest.mark.parametrize("kills", plans_of(SHTRIH_BYTES), ids=NAMES)
def test_an_agent_killed_at_any_byte_of_a_shtrih_register_leaves_one_document(
    kills: Iterable[Kill], agents: Nursery, tmp_path: Path
) -> None:
    register = VirtualShtrih()

    def silence(fault: Fault) -> None:
        register.power_on() if fault == "power" else register.link.wait_in_vain()

    with on_tcp(register.receive) as address, line_to(register, address, silence) as (line, port):
        till_with(tmp_path / "till", f'driver = "shtrih"\nhost = "127.0.0.1"\ntcp_port = {port}')
        sales = Till(tmp_path / "till", agents, register, line).lives_through(kills)
    made = register.memory.receipts()
    named = {find(read(each.tlv), "extra", "extra_value") for each in made}
    assert len(sales) == len(made) == len(named)
    assert numbers(tmp_path / "till") == sorted(str(each.number) for each in made)


@pytest.mark.parametrize("kills", plans_of(ATOL_BYTES), ids=NAMES)
def test_an_agent_killed_at_any_byte_of_an_atol_register_leaves_one_document(
    kills: Iterable[Kill], agents: Nursery, tmp_path: Path
) -> None:
    register = VirtualAtol()
    register.slow_looks = 0 if SOAK else 1
    with on_http(register) as url:
        address = "127.0.0.1", int(url.rsplit(":", 1)[1])
        with line_to(register, address, lambda _: None) as (line, port):
            till_with(tmp_path / "till", f'driver = "atol"\nurl = "http://127.0.0.1:{port}"')
            sales = Till(tmp_path / "till", agents, register, line).lives_through(kills)
    made = register.memory.receipts()
    named = {item["value"] for each in made for item in each.task["items"] if item["type"] == "userAttribute"}
    assert len(sales) == len(made) == len(named)
    assert numbers(tmp_path / "till") == sorted(str(each.number) for each in made)


class Till:
    """A till whose agent dies in each sale; the next agent, asked for the same sale, has one receipt of it."""

    def __init__(self, folder: Path, agents: Nursery, register: Register, line: KillingLine) -> None:
        self._folder = folder
        self._agents = agents
        self._register = register
        self._line = line

    def lives_through(self, kills: Iterable[Kill]) -> list[dict[str, Any]]:
        """The sales it made: one for each kill, and where a sale had no such byte any more, that one."""
        agent = self._agents.agent(self._folder)
        assert agent.post("/v1/shift/open", {"cashier": "Ольга"}) == MADE
        sales: list[dict[str, Any]] = []
        for place, fault in kills:
            sales.append(sale())
            if not self._dies(agent, place, fault, sales):
                print(f"{fault}: {place - 1} bytes in a sale")
                break
            agent = self._agents.agent(self._folder)
            self._settles(agent, fault, sales)
        for body in sales[:1] + sales[-1:]:
            assert agent.post("/v1/receipts", body) == MADE_BEFORE
        self._agents.end()
        return sales

    def _dies(self, agent: Agent, place: int, fault: Fault, sales: list[dict[str, Any]]) -> bool:
        assert place < MOST_BYTES
        self._line.set(agent.pid, place, fault)
        status = agent.post("/v1/receipts", sales[-1])
        if self._line.unset():
            assert (status, self._documents()) == (MADE, len(sales)), place
            return False
        assert self._line.settled.wait(SOON_S)
        assert status in (KILLED, MADE), place
        assert self._documents() <= len(sales), place
        return True

    def _settles(self, agent: Agent, fault: Fault, sales: list[dict[str, Any]]) -> None:
        if fault == "no_paper":
            agent.post("/v1/receipts", sales[-1])
            assert self._documents() <= len(sales)
            self._register.paper = None
        assert agent.post("/v1/receipts", sales[-1]) in (MADE, MADE_BEFORE)
        assert self._documents() == len(sales)

    def _documents(self) -> int:
        return len(self._register.memory.receipts())


@contextmanager
def line_to(
    register: Register, address: tuple[str, int], silence: Callable[[Fault], None]
) -> Iterator[tuple[KillingLine, int]]:
    def paper_ends() -> None:
        register.paper = 0

    line = KillingLine(address, paper_ends, silence)
    with on_line(line) as port:
        yield line, port


def sale() -> dict[str, Any]:
    return {
        "sale_id": uuid.uuid4().hex, "lines": [{"code": TEA.code}], "expected_total_minor": 100_00,
        "payments": [{"kind": "cash", "amount_minor": 100_00}],
    }  # fmt: skip


def till_with(folder: Path, register: str) -> None:
    make_till(folder)
    (folder / "devices.toml").write_text(f'[[device]]\nkind = "fiscal"\n{register}\n')


def numbers(folder: Path) -> list[str]:
    """The fiscal numbers of all receipts, and nothing left half done."""
    store = open_store(folder)
    try:
        assert store.journal.verify() > 0
        assert store.journal.prepared() == ()
        return sorted(receipt.fiscal_number for receipt in store.journal.recent_receipts(MOST_BYTES))
    finally:
        store.close()
