"""`kopilka agent` as a shop would run it: the ready line, the signals, the power cut, the example client."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from loyalty.receipt import Receipt
from terminal.agent.token import FILE
from terminal.offline_queue.store import open_store
from tests.support.agent import KOPILKA, ROOT, SOON_S, AgentProcess, agent_process
from tests.support.counter import CARD, PHONE, TEA
from tests.support.small_till import ANNAS_POINTS, make_till


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_till(tmp_path / "till")
    return tmp_path / "till"


def sale(member: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "sale_id": uuid.uuid4().hex, "lines": [{"code": TEA.code}], "expected_total_minor": 100_00,
        "payments": [{"kind": "cash", "amount_minor": 100_00}],
    }  # fmt: skip
    return {**body, "member": {"key": CARD, "scanned": True}} if member else body


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*KOPILKA, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SOON_S)


def receipts_of(folder: Path) -> tuple[Receipt, ...]:
    """Every receipt of a till at rest, after its whole chain was verified and no sale is left half done."""
    store = open_store(folder)
    try:
        assert store.journal.verify() > 0
        assert store.journal.prepared() == ()
        return store.journal.recent_receipts(10_000)
    finally:
        store.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_it_is_ready_in_one_line_and_ends_cleanly_when_told(folder: Path, number: int) -> None:
    with agent_process(folder) as agent:
        assert str(folder / FILE) in agent.ready_line
        assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
        with agent.client() as http:
            assert http.post("/v1/shift/open", json={"cashier": "Ольга"}).status_code == 201
            assert http.post("/v1/receipts", json=sale(True)).status_code == 201
        assert agent.end(number) == (0, "", "")
    assert not list(folder.glob("*-wal"))
    assert len(receipts_of(folder)) == 1
    with agent_process(folder) as agent, agent.client() as http:
        shift = http.get("/v1/shift").json()["shift"]
        assert (shift["cashier"], shift["totals"]["cash_minor"]) == ("Ольга", 100_00)
        assert http.get("/v1/link").json()["pending"] == 2


def test_requests_under_way_are_answered_before_it_ends(folder: Path) -> None:
    statuses: list[int] = []
    with agent_process(folder) as agent:
        with agent.client() as http:
            http.post("/v1/shift/open", json={"cashier": "Ольга"})

        def sell() -> None:
            with agent.client() as http:
                try:
                    while True:
                        statuses.append(http.post("/v1/receipts", json=sale(False)).status_code)
                except httpx.TransportError:
                    return

        clients = [threading.Thread(target=sell) for _ in range(4)]
        for client in clients:
            client.start()
        while len(statuses) < 8:
            clients[0].join(0.01)
        assert agent.end(signal.SIGTERM)[0] == 0
        for client in clients:
            client.join(SOON_S)
    assert set(statuses) == {201}
    assert len(receipts_of(folder)) == len(statuses)


def test_a_token_others_can_read_stops_the_start_with_a_sentence(folder: Path) -> None:
    (folder / FILE).write_text("0" * 64)
    (folder / FILE).chmod(0o644)
    done = run("agent", "--data", str(folder), "--port", "0", "--lang", "ru")
    assert done.returncode == 1
    assert "могут прочитать другие" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "this machine alone"),
        (["--data", "/nonexistent/till"], "not enrolled"),
    ],
)
def test_what_cannot_be_served_is_said_and_nothing_is_listened_on(
    folder: Path, arguments: list[str], said: str
) -> None:
    done = run("agent", "--data", str(folder), "--port", "0", "--lang", "en", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_one_till_has_one_agent_and_one_port_one_server(folder: Path, tmp_path: Path) -> None:
    make_till(tmp_path / "other")
    with agent_process(folder) as agent:
        second = run("agent", "--data", str(folder), "--port", "0", "--lang", "en")
        assert (second.returncode, second.stdout) == (1, "")
        assert str(agent.process.pid) in second.stderr
        port = agent.url.rpartition(":")[2]
        taken = run("agent", "--data", str(tmp_path / "other"), "--port", port, "--lang", "en")
        assert taken.returncode == 1
        assert f"Port {port}" in taken.stderr


def test_a_screen_over_a_folder_that_holds_no_till_is_a_sentence(tmp_path: Path) -> None:
    done = run("terminal", "--data", str(tmp_path), "--lang", "ru")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ещё не подключена" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_enrolment_nobody_answers_is_a_sentence(tmp_path: Path) -> None:
    done = run("enrol", "http://127.0.0.1:9", "12345678", "--data", str(tmp_path / "new"), "--lang", "en")
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_example_client_sells(folder: Path) -> None:
    with agent_process(folder) as agent:
        example = [sys.executable, str(ROOT / "docs" / "examples" / "agent_client.py")]
        command = [*example, str(folder), agent.url, PHONE, TEA.code, TEA.code]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SOON_S)
        assert (refused.returncode, refused.stderr) == (1, "The shift is closed\n")
        with agent.client() as http:
            http.post("/v1/shift/open", json={"cashier": "Ольга"})
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SOON_S)
        assert done.returncode == 0, done.stderr
        assert f"Анна И.: {ANNAS_POINTS} points, Basic" in done.stdout
        assert "T1-000001" in done.stdout
        assert "200.00" in done.stdout
        with agent.client() as http:
            assert http.get(f"/v1/members/{CARD}").json()["balance_points"] == ANNAS_POINTS + 10


class Client(threading.Thread):
    """Sells until the line dies; what was sent and what was acknowledged outlive it."""

    def __init__(self, agent: AgentProcess, member: bool) -> None:
        super().__init__()
        self.agent = agent
        self.member = member
        self.sent: list[dict[str, Any]] = []
        self.acknowledged: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        with self.agent.client() as http:
            try:
                while True:
                    self.sent.append(sale(self.member))
                    reply = http.post("/v1/receipts", json=self.sent[-1])
                    assert reply.status_code == 201
                    self.acknowledged[self.sent[-1]["sale_id"]] = reply.json()
            except httpx.TransportError:
                return


def test_after_sigkill_every_acknowledged_receipt_is_there_exactly_once(folder: Path) -> None:
    sent: list[dict[str, Any]] = []
    acknowledged: dict[str, dict[str, Any]] = {}
    for cut in range(3):
        with agent_process(folder) as agent:
            if cut == 0:
                with agent.client() as http:
                    http.post("/v1/shift/open", json={"cashier": "Ольга"})
            clients = [Client(agent, member=place % 2 == 0) for place in range(4)]
            for client in clients:
                client.start()
            while sum(len(client.acknowledged) for client in clients) < 12 + cut:
                clients[0].join(0.005)
            agent.end(signal.SIGKILL)
            for client in clients:
                client.join(SOON_S)
                sent += client.sent
                acknowledged |= client.acknowledged
    assert len(acknowledged) >= 36

    with agent_process(folder) as agent, agent.client() as http:
        again = {body["sale_id"]: http.post("/v1/receipts", json=body) for body in sent}
        assert {reply.status_code for reply in again.values()} <= {200, 201}
        for sale_id, receipt in acknowledged.items():
            assert again[sale_id].status_code == 200
            assert again[sale_id].json() == receipt
        shift = http.get("/v1/shift").json()["shift"]
        balance = http.get(f"/v1/members/{CARD}").json()["balance_points"]
        agent.end(signal.SIGTERM)

    receipts = receipts_of(folder)
    assert len(receipts) == len(sent) == len({receipt.receipt_id for receipt in receipts})
    assert len({receipt.number for receipt in receipts}) == len(receipts)
    assert {reply.json()["receipt"]["receipt_id"] for reply in again.values()} == {r.receipt_id for r in receipts}
    assert shift["totals"]["sales"] == len(sent)
    assert shift["totals"]["cash_minor"] == 100_00 * len(sent)
    assert balance == ANNAS_POINTS + 5 * sum("member" in body for body in sent)
