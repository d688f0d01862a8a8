"""Receipts that come by hand, on real processes: written beside a till that runs, taken in, and then sent by it too."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from loyalty.events import SaleCompleted
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.journal import Fact
from terminal.offline_queue.runner import Runner
from terminal.offline_queue.store import Store, open_store
from tests.support.agent import KOPILKA, ROOT, SOON_S
from tests.support.office_command import command, running
from tests.support.queue_samples import NOON_MS, hex_id, receipt

ANNA = hex_id("anna")


def kopilka(*words: str | Path) -> str:
    told = [*KOPILKA, *map(str, words), "--lang", "en"]
    done = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SOON_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sell(till: Store, *numbers: int) -> None:
    for number in numbers:
        sold = SaleCompleted(receipt(number, ANNA, earned=10))
        till.journal.record(Fact(hex_id("event", number), NOON_MS + number, sold))


def test_receipts_come_by_hand_twice_and_by_the_till_and_count_once(tmp_path: Path) -> None:
    data, stick = tmp_path / "office", tmp_path / "stick"
    stick.mkdir()
    with running(data) as (_, address):
        enrol(address, command("enrol", data=data).stdout.strip(), "A", tmp_path / "a")
    till = open_store(tmp_path / "a")
    try:
        sell(till, 1, 2, 3)
        first = stick / "T1-1-000001-000003.kopilka"
        said = f"Written: events 1 to 3 (3)\nFile: {first}\n"
        assert kopilka("queue", "export", stick, "--data", tmp_path / "a") == said
        brought = command("import", "segments", str(first), data=data)
        assert brought.stdout == "T1, events 1 to 3: 3 taken in, 0 were there already\n"
        with running(data) as (_, address):
            enrol(address, command("enrol", data=data).stdout.strip(), "B", tmp_path / "b")
            sell(till, 4, 5)
            kopilka("queue", "export", stick / "all", "--all", "--data", tmp_path / "a")
            carried = kopilka("queue", "import", stick / "all", "--data", tmp_path / "b")
            assert carried == "T1, events 1 to 5: 2 taken in, 3 were there already\n"
            sell(till, 6)
            send_everything(till, address)
            books = json.loads(command("books", "--json", ANNA, data=data).stdout)
        assert (till.journal.verify(), till.journal.pending_count()) == (6, 0)
    finally:
        till.close()
    assert (books["receipts"], books["stored_twice"], books["conserved"], books["events_behind"]) == (6, 0, True, 0)
    assert books["accounts"][0]["wallets"]["main"]["ledger_points"] == 60


def send_everything(till: Store, address: str) -> None:
    runner = Runner(till, Client(till.identity, till.key, lambda: NOON_MS, address), lambda: NOON_MS, lambda: 0.0)
    try:
        assert runner.run_until_idle(SOON_S)
        assert runner.status().trouble is None
    finally:
        runner.stop()
