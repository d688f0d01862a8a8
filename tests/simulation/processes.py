"""A head office process, a till process, and a proxy between them that fails; either may be killed at any request."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec

from loyalty.receipt import Receipt
from sync_server.books import Books, read_books
from sync_server.csv_rows import Row
from sync_server.enrol import make_code
from sync_server.imports import import_rows
from sync_server.programmes import publish_programme
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.runner import Runner
from terminal.offline_queue.store import open_store
from tests.simulation.selling_till import of_member
from tests.support.counter import CARD, PROGRAMME, TEA
from tests.support.fault_proxy import PASS, Fate, FaultProxy, What
from tests.support.server import TestOffice, opened_office

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 90
HAD_POINTS = 200
NOW_MS = 1_795_300_000_000
FAULTS: tuple[What, ...] = (
    "lose_request", "lose_reply", "double", "delay", "cut", "cut", "portal", "busy", "limit",
)  # fmt: skip
MOST_CUT_BYTES = 700
TEA_POINTS = 5
"""5 % of 100 roubles."""


class HeadOffice:
    """`kopilka-server run` over a folder of one shop, goods, a programme and a member; killed and run again."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self._file = folder / "head_office.db"
        self.database = database or f"sqlite:///{self._file}"
        self.process: subprocess.Popen[str] | None = None
        with self.at_rest() as office:
            store, who = office.store, office.identity
            publish_programme(store, who, PROGRAMME, NOW_MS)
            product = {"code": TEA.code, "name": TEA.name, "price": "100"}
            member = {"card": CARD, "phone": "", "name": "Анна", "status": "basic", "points": str(HAD_POINTS)}
            for what, row in (("products", product), ("members", member)):
                done = import_rows(store, who, what, [Row(2, row)], NOW_MS)
                assert done.added == 1

    def at_rest(self):
        """Its database, while no process has it."""
        assert self.process is None
        return self._opened()

    def _opened(self):
        return opened_office(self.database)

    def code(self, now_ms: int) -> str:
        """For one till; the process may be running, as it does when `kopilka-server enrol` is used."""
        with self._opened() as office:
            return make_code(office.store, office.identity, "S1", "Shop one", now_ms, os.urandom)

    def look(self, query: str, *values: object) -> list[tuple]:
        """Rows of the SQLite database, also while the process is running."""
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def run(self) -> int:
        """The port it listens on once it is ready."""
        words = ["run", "--port", "0", "--data", str(self.folder), "--database", self.database]
        command = [sys.executable, "-m", "sync_server", *words]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout
        found = re.search(r"127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        assert found
        return int(found.group(1))

    def kill(self) -> None:
        """SIGKILL; it may have come before."""
        if self.process is not None:
            self.process.kill()

    def buried(self) -> None:
        self._gone(lambda process: process.kill())

    def end(self) -> None:
        """SIGTERM."""
        self._gone(lambda process: process.terminate())

    def _gone(self, how: Callable[[subprocess.Popen[str]], None]) -> None:
        process, self.process = self.process, None
        if process is not None:
            how(process)
            process.communicate(timeout=SOON_S)


class SellingTill:
    """`tests.simulation.selling_till` over one folder, and what it said in all its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: list[str] = []
        self.told: dict[str, Receipt] = {}
        self.last = ""
        self.process: subprocess.Popen[str] | None = None
        self._reading: threading.Thread | None = None

    def run(self) -> None:
        """Begin anew: what was sent and never told is sent once more, and then it sells on."""
        command = [sys.executable, "-m", "tests.simulation.selling_till", str(self.folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"
        self._reading = threading.Thread(target=self._listen, args=(self.process,))
        self._reading.start()
        self._say(*(sale_id for sale_id in self.sent if sale_id not in self.told), "sell")

    def kill(self) -> None:
        """SIGKILL; it may have come before."""
        if self.process is not None:
            self.process.kill()

    def buried(self) -> None:
        """Everything it said is heard."""
        process, self.process = self.process, None
        if process is not None and self._reading is not None:
            process.kill()
            process.wait(SOON_S)
            self._reading.join(SOON_S)
            process.stdin.close()  # type: ignore[union-attr]

    def end(self) -> str:
        """Have it stop selling and become level; the last thing it said."""
        assert self.process is not None
        self._say("end")
        assert self.process.wait(SOON_S) == 0
        self.buried()
        return self.last

    def _say(self, *lines: str) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write("".join(f"{line}\n" for line in lines))
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # killed meanwhile: the next life is told

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """A line cut by a kill was never said."""
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                if line.endswith("\n"):
                    self._heard(line.split(maxsplit=2))

    def _heard(self, words: list[str]) -> None:
        self.last = " ".join(words)
        if words[0] == "sent" and words[1] not in self.sent:
            self.sent.append(words[1])
        if words[0] == "told":
            receipt = msgspec.json.decode(words[2], type=Receipt)
            assert self.told.setdefault(words[1], receipt) == receipt, "one sale was told as two receipts"


class Shop:
    """Both sides and the proxy; `play` is the story of a seed: how it begins, fails, is killed, and drains."""

    def __init__(
        self, folder: Path, proxy: FaultProxy, seed: int, now_ms: Callable[[], int], database: str = ""
    ) -> None:
        self.chance = Random(seed)
        self.proxy = proxy
        self._now_ms = now_ms
        self.office = HeadOffice(folder / "office", database)
        proxy.upstream = self.office.run()
        self.till = SellingTill(folder / "till")
        enrol(proxy.url, self.office.code(now_ms()), "till", folder / "till")

    def begin(self) -> None:
        """The first download without faults; then the till sells."""
        store = open_store(self.till.folder)
        runner = Runner(store, Client(store.identity, store.key, self._now_ms), self._now_ms, lambda: 0.0)
        try:
            assert runner.run_until_idle(SOON_S)
        finally:
            runner.stop()
            store.close()
        self.till.run()

    def live_through(self, kill: str, requests: int) -> None:
        """Faults, and after so many requests the end of one side amid a request; it begins anew."""
        dies = self.office.kill if kill == "office" else self.till.kill
        fatal = threading.Event()
        left = requests

        def end() -> None:
            dies()
            fatal.set()

        def decide(line: str) -> Fate:
            nonlocal left
            left -= 1
            if left == 0:
                return Fate("pass", amid=end)
            return self._fate()

        self.proxy.decide = decide
        assert fatal.wait(SOON_S), f"{left} of {requests} requests never came"
        if kill == "office":
            self.office.buried()
            self.proxy.upstream = self.office.run()
        else:
            self.till.buried()
            self.till.run()

    def drain(self) -> Books:
        """The faults stop: the till becomes level, the head office applies what it has; its books."""
        self.proxy.decide = lambda _: PASS
        self.said = self.till.end()
        self.office.end()
        with self.office.at_rest() as office:
            office.apply()
            self.numbers, self.account = _receipts(office)
            return read_books(office.store, [self.account])

    def check(self, books: Books) -> None:
        """Every receipt told is at the head office, nothing else is, nothing twice, and both sides say one balance."""
        told = self.till.told
        assert self.till.sent, "nothing was sold"
        assert set(told) == set(self.till.sent), "sales were sent that were never told"
        assert self.numbers == sorted(receipt.number for receipt in told.values())
        assert len({receipt.receipt_id for receipt in told.values()}) == len(told)
        assert books.sound
        assert (books.receipts, books.stored_twice, books.events_behind) == (len(told), 0, 0)
        points = HAD_POINTS + TEA_POINTS * sum(map(of_member, told))
        assert books.accounts[0].wallets["main"].balance_points == points
        store = open_store(self.till.folder)
        try:
            assert self.said == f"level {store.journal.verify()}"
            assert books.events == store.journal.verify()
            assert store.journal.pending_count() == 0
            assert store.journal.prepared() == ()
            assert sorted(r.number for r in store.journal.recent_receipts(10_000)) == self.numbers
        finally:
            store.close()

    def close(self) -> None:
        self.till.buried()
        self.office.buried()

    def _fate(self) -> Fate:
        if self.chance.random() < 0.5:
            return PASS
        return Fate(self.chance.choice(FAULTS), at=self.chance.randrange(MOST_CUT_BYTES))


def _receipts(office: TestOffice) -> tuple[list[str], str]:
    """The numbers of all receipts there, sorted, and the account of the one member."""
    with office.store.read() as tx:
        numbers = tx.connection.exec_driver_sql("SELECT number FROM receipt").scalars().all()
        account = tx.connection.exec_driver_sql("SELECT account_id FROM member").scalar_one()
    return sorted(numbers), account
