"""A till whose sync is driven by hand against tests.support.queue_office, on a clock of its own."""

from pathlib import Path

from terminal.offline_queue.client import Client
from terminal.offline_queue.runner import LinkStatus, Runner
from terminal.offline_queue.store import open_store
from tests.support.queue_office import Office
from tests.support.queue_samples import NOON_MS, new_till


class Clock:
    """Moves by itself: a second each time it is looked at, so that no wait is real."""

    def __init__(self) -> None:
        self.ms = NOON_MS

    def __call__(self) -> int:
        self.ms += 1000
        return self.ms


class Till:
    """A store with its runner; no thread unless the test starts one."""

    def __init__(self, folder: Path, office: Office, fresh: bool = True) -> None:
        self.office = office
        self.store = new_till(folder) if fresh else open_store(folder)
        self.journal, self.cache = self.store.journal, self.store.cache
        self.clock = Clock()
        client = Client(self.store.identity, self.store.keys, self.clock, transport=office.transport())
        self.runner = Runner(self.store, client, self.clock, lambda: 0.0, self.clock)
        self.told: list[LinkStatus] = []
        self.runner.on_change(self.told.append)

    def sync(self, timeout_s: float = 5.0) -> bool:
        return self.runner.run_until_idle(timeout_s)

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.runner._once(0)

    def settle(self, count: int = 30) -> None:
        """Try at once, and go on for so many steps; the till never waits for real."""
        self.runner._hurry = True
        self.steps(count)

    def balance(self, card: str) -> int:
        """What the cashier would be shown."""
        known = self.cache.member_by_card(card)
        assert known
        own = (self.journal.overlay(*each).wallets.get("main", 0) for each in known.accounts)
        return known.balance.wallets.get("main", 0) + sum(own)

    def restarted(self, lose_cache: bool = False) -> "Till":
        self.close()
        if lose_cache:
            (self.store.folder / "cache.db").unlink()
        return Till(self.store.folder, self.office, fresh=False)

    def close(self) -> None:
        self.runner.stop()
        self.store.close()
