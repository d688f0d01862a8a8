"""A till killed with SIGKILL at any moment: what was told as recorded is there, what was begun is known."""

import os
import signal
import subprocess
import sys

import pytest

from terminal.offline_queue.store import open_store
from tests.support.queue_samples import new_till

PROGRAM = """
import sys
from pathlib import Path
from terminal.offline_queue.store import open_store
from tests.support.queue_samples import account_in, fact_of, receipt
store = open_store(Path(sys.argv[1]))
account = account_in(3)
say = lambda *words: (sys.stdout.write(" ".join(map(str, words)) + "\\n"), sys.stdout.flush())
for number in range(int(sys.argv[2]), 10_000):
    made = receipt(number, account)
    store.journal.prepare(made.receipt_id, b"basket", number)
    say("prepared", made.receipt_id)
    if sys.argv[3] == "between":
        sys.stdin.readline()
    store.journal.record(fact_of(made), completes=made.receipt_id)
    say("recorded", made.number)
"""


def begin(folder, first, mode):
    command = [sys.executable, "-c", PROGRAM, str(folder), str(first), mode]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )


def kill(till):
    till.send_signal(signal.SIGKILL)
    told = [line.split() for line in till.stdout.read().splitlines()]
    till.wait()
    till.stdin.close()
    till.stdout.close()
    return told


@pytest.fixture
def folder(tmp_path):
    new_till(tmp_path / "till").close()
    return tmp_path / "till"


def test_a_sale_cut_between_prepare_and_record_is_found_prepared_and_unrecorded(folder):
    till = begin(folder, 1, "between")
    word, receipt_id = till.stdout.readline().split()
    kill(till)
    store = open_store(folder)
    assert word == "prepared"
    assert [p.sale_id for p in store.journal.prepared()] == [receipt_id]
    assert store.journal.pending_count() == 0
    store.close()


def test_every_sale_told_as_recorded_survives_a_kill_at_any_moment(folder):
    recorded = 0
    for wanted in (1, 3, 8):
        till = begin(folder, recorded * 100 + 1, "on")
        told = [till.stdout.readline().split() for _ in range(2 * wanted)] + kill(till)
        store = open_store(folder)
        numbers = [number for word, number in told if word == "recorded"]
        assert len(numbers) >= wanted
        assert all(store.journal.receipt(number) for number in numbers)
        count = store.journal.verify()
        assert count == store.journal.pending_count()
        # At most the one sale in hand may be further than what was told.
        assert recorded + len(numbers) <= count <= recorded + len(numbers) + 1
        assert len(store.journal.prepared()) <= 1
        for prepared in store.journal.prepared():
            store.journal.discard_prepared(prepared.sale_id)
        recorded = count
        store.close()
