"""`kopilka agent` killed at each step of a fiscal receipt, its register in another process: one document for each sale.

The register kills the agent when a scripted step comes: before it is carried out (the request is lost with the agent)
or after (the answer is lost). The next agent settles what was left, by the register's word, and the client's same
request then finds the receipt.
"""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx

from devices.shtrih.commands import Command
from devices.virtual.atol import Reply, Request, VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.served import on_tcp
from devices.virtual.shtrih import VirtualShtrih
from devices.virtual.shtrih_link import command_of
from terminal.fiscal.tags import find, read
from terminal.offline_queue.store import open_store
from tests.support.agent import KOPILKA, ROOT, SOON_S, AgentProcess, agent_process
from tests.support.counter import TEA
from tests.support.small_till import make_till

When = Literal["before", "after"]


class Killer:
    """Kills the agent `pid` when `step` comes for the `nth` time from now, before or after it is carried out."""

    def __init__(self) -> None:
        self.pid = 0
        self.step: object = None
        self.when: When = "before"
        self.left = 0
        self.killed = 0

    def at(self, step: object, when: When, nth: int = 1) -> None:
        self.step, self.when, self.left = step, when, nth

    def strikes(self, step: object, when: When) -> bool:
        if step != self.step or when != self.when:
            return False
        self.left -= 1
        if self.left:
            return False
        self.step = None
        self.killed += 1
        os.kill(self.pid, signal.SIGKILL)
        return True


class KillingShtrih(VirtualShtrih):
    """Of the killed agent's command nothing is answered any more."""

    def __init__(self) -> None:
        super().__init__()
        self.killer = Killer()
        self.ends_roll_at: Command | None = None
        answer = self.link._answer

        def struck(raw: bytes) -> bytes:
            step = Command(command_of(raw))
            if step == self.ends_roll_at:
                self.paper, self.ends_roll_at = 0, None
            if self.killer.strikes(step, "before"):
                raise ConnectionAbortedError
            said = answer(raw)
            if self.killer.strikes(step, "after"):
                raise ConnectionAbortedError
            return said

        self.link._answer = struck

    def receive(self, raw: bytes) -> bytes:
        try:
            return super().receive(raw)
        except ConnectionAbortedError:
            self.power_on()
            return b""


class KillingAtol(VirtualAtol):
    """A step is the kind of a task that comes in, or `look` for a question about one."""

    def __init__(self) -> None:
        super().__init__()
        self.killer = Killer()

    def answer(self, request: Request) -> Reply:
        step = "look" if request.method == "GET" else "sell" if b'"sell"' in request.body else "question"
        if self.killer.strikes(step, "before"):
            return Reply(503)
        reply = super().answer(request)
        self.killer.strikes(step, "after")
        return reply


def sale() -> dict[str, Any]:
    return {
        "sale_id": uuid.uuid4().hex, "lines": [{"code": TEA.code}], "expected_total_minor": 100_00,
        "payments": [{"kind": "cash", "amount_minor": 100_00}],
    }  # fmt: skip


@contextmanager
def agent_of(folder: Path, killer: Killer) -> Iterator[AgentProcess]:
    with agent_process(folder) as agent:
        killer.pid = agent.process.pid
        yield agent


def open_shift(agent: AgentProcess) -> None:
    with agent.client() as http:
        assert http.post("/v1/shift/open", json={"cashier": "Ольга"}).status_code == 201


def post(agent: AgentProcess, body: dict[str, Any]) -> int:
    """The status; 0 where the agent died over it."""
    with agent.client() as http:
        try:
            return http.post("/v1/receipts", json=body).status_code
        except httpx.TransportError:
            return 0


def till_with(folder: Path, register: str) -> None:
    make_till(folder)
    (folder / "devices.toml").write_text(f'[[device]]\nkind = "fiscal"\n{register}\n')


def numbers(folder: Path) -> list[str]:
    """The fiscal numbers of all receipts, and nothing left half done."""
    store = open_store(folder)
    try:
        assert store.journal.verify() > 0
        assert store.journal.prepared() == ()
        return sorted(receipt.fiscal_number for receipt in store.journal.recent_receipts(1000))
    finally:
        store.close()


STEPS: list[tuple[Command, When, int]] = [
    (Command.OPEN_RECEIPT, "after", 1),
    (Command.SEND_TAG, "before", 2),
    (Command.CLOSE_RECEIPT, "before", 1),
    (Command.CLOSE_RECEIPT, "after", 1),
]


def test_killed_at_any_step_of_a_shtrih_register_there_is_one_document_for_each_sale(tmp_path: Path) -> None:
    folder, device = tmp_path / "till", KillingShtrih()
    with on_tcp(device.receive) as (host, port):
        till_with(folder, f'driver = "shtrih"\nhost = "{host}"\ntcp_port = {port}')
        sales = killed_and_begun_again(folder, device, STEPS)
    made = device.memory.receipts()
    named = {find(read(each.tlv), "extra", "extra_value") for each in made}
    assert device.killer.killed == len(sales) == len(made) == len(named) == len(STEPS)
    assert numbers(folder) == sorted(str(each.number) for each in made)


def killed_and_begun_again(
    folder: Path, device: KillingShtrih | KillingAtol, steps: Sequence[tuple[object, When, int]]
) -> list[dict[str, Any]]:
    """A sale killed at each step and sent again to the next agent; at the end each once more. Returns the sales."""
    sales: list[dict[str, Any]] = []
    for step, when, nth in steps:
        with agent_of(folder, device.killer) as agent:
            if sales:
                assert post(agent, sales[-1]) in (200, 201)
            else:
                open_shift(agent)
            assert len(device.memory.receipts()) == len(sales)
            device.killer.at(step, when, nth)
            sales.append(sale())
            assert post(agent, sales[-1]) == 0
            assert len(device.memory.receipts()) <= len(sales)
    with agent_of(folder, device.killer) as agent:
        assert post(agent, sales[-1]) in (200, 201)
        assert [post(agent, body) for body in sales] == [200] * len(sales)
    return sales


def test_killed_while_it_asks_at_its_start_it_asks_again_at_the_next(tmp_path: Path) -> None:
    folder, device = tmp_path / "till", KillingShtrih()
    body = sale()
    with on_tcp(device.receive) as (host, port):
        till_with(folder, f'driver = "shtrih"\nhost = "{host}"\ntcp_port = {port}')
        with agent_of(folder, device.killer) as agent:
            open_shift(agent)
            device.killer.at(Command.CLOSE_RECEIPT, "after")
            assert post(agent, body) == 0
        for step in (Command.FIND_DOCUMENT, Command.NEXT_BLOCK):
            device.killer.at(step, "after")
            device.killer.pid = 0
            command = [*KOPILKA, "agent", "--data", str(folder), "--port", "0", "--lang", "en"]
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as starting:
                device.killer.pid = starting.pid
                assert starting.wait(SOON_S) == -signal.SIGKILL
        with agent_of(folder, device.killer) as agent:
            assert post(agent, body) == 200
    assert [made.number for made in device.memory.receipts()] == [2]
    assert numbers(folder) == ["2"]


def test_killed_when_the_roll_ends_amid_the_document_it_is_printed_later_and_not_made_again(tmp_path: Path) -> None:
    folder, device = tmp_path / "till", KillingShtrih()
    body = sale()
    with on_tcp(device.receive) as (host, port):
        till_with(folder, f'driver = "shtrih"\nhost = "{host}"\ntcp_port = {port}')
        with agent_of(folder, device.killer) as agent:
            open_shift(agent)
            device.ends_roll_at = Command.CLOSE_RECEIPT
            device.killer.at(Command.CLOSE_RECEIPT, "after")
            assert post(agent, body) == 0
            assert (len(device.memory.receipts()), device.printed) == (1, [1])
        with agent_of(folder, device.killer) as agent:
            assert post(agent, body) == 200
            assert post(agent, sale()) == 409
            device.paper = None
            assert post(agent, sale()) == 201
    assert device.printed == [1, 2, 3]
    assert numbers(folder) == ["2", "3"]


TASKS: list[tuple[str, When, int]] = [("sell", "before", 1), ("sell", "after", 1), ("look", "after", 3)]


def test_killed_at_any_step_of_an_atol_register_there_is_one_document_for_each_sale(tmp_path: Path) -> None:
    folder, device = tmp_path / "till", KillingAtol()
    with on_http(device) as url:
        till_with(folder, f'driver = "atol"\nurl = "{url}"')
        sales = killed_and_begun_again(folder, device, TASKS)
    made = device.memory.receipts()
    named = {item["value"] for each in made for item in each.task["items"] if item["type"] == "userAttribute"}
    assert device.killer.killed == len(sales) == len(made) == len(named) == len(TASKS)
    assert numbers(folder) == sorted(str(each.number) for each in made)
