"""A till process that sells until it is told to end, and says what it does: `python -m tests.simulation.selling_till`.

The whole till but its screen, sold at through its local HTTP API. Lines on standard output: `ready`, `sent <sale_id>`
before and `told <sale_id> <receipt>` after each sale; on standard input sale ids to send once more, `sell`, `end`.
"""

from __future__ import annotations

import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.support.agent import Served, served
from tests.support.counter import CARD, TEA

LEVEL_S = 60.0
TOGETHER = 3
"""Sales between two looks at the head office."""
LOOK_S = 0.3
MOST_SALES = 2_000


def main(folder: Path) -> None:
    with served(folder) as agent:
        assert agent.ask("POST", "/v1/shift/open", {"cashier": "Ольга"}).status_code in (201, 409)
        say("ready")
        for line in iter(sys.stdin.readline, "sell\n"):
            sell(agent, line.strip())
        told_to_end = threading.Event()
        threading.Thread(target=_listen, args=(told_to_end,), daemon=True).start()
        for number in range(MOST_SALES):
            if told_to_end.is_set():
                break
            sell(agent, uuid.uuid4().hex)
            if number % TOGETHER == 0:
                agent.till.sync.run_until_idle(LOOK_S)
        told_to_end.wait()
        level = agent.till.sync.run_until_idle(LEVEL_S)
        say("level" if level else "behind", agent.till.store.journal.verify())


def _listen(told_to_end: threading.Event) -> None:
    sys.stdin.readline()
    told_to_end.set()


def sell(agent: Served, sale_id: str) -> None:
    """One sale; every second one is a member's, which its id says."""
    say("sent", sale_id)
    reply = agent.ask("POST", "/v1/receipts", sale(sale_id))
    assert reply.status_code in (httpx.codes.OK, httpx.codes.CREATED), reply.text
    say("told", sale_id, msgspec.json.encode(reply.json()["receipt"]).decode())


def sale(sale_id: str) -> dict[str, Any]:
    paid = {"kind": "cash", "amount_minor": 100_00}
    body = {"sale_id": sale_id, "lines": [{"code": TEA.code}], "expected_total_minor": 100_00, "payments": [paid]}
    return {**body, "member": {"key": CARD, "scanned": True}} if of_member(sale_id) else body


def of_member(sale_id: str) -> bool:
    return int(sale_id[0], 16) % 2 == 0


def say(*words: object) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
