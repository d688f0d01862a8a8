"""A real till without its screen: journal.db and cache.db in a folder, planner, hands, outbox and client, step by step.

Its clocks come from the world, the wall clock with a lie of its own; it can die at any moment and begin again on what
its disk held then.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.feed import Applied
from loyalty.ledger import MAIN_WALLET
from loyalty.published import newest_programme
from terminal.members import find_known, member_from
from terminal.offline_queue.client import Client
from terminal.offline_queue.disk import write_whole
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.journal import Known
from terminal.offline_queue.journal_file import place_of, state_value
from terminal.offline_queue.keys import KEY_FILE
from terminal.offline_queue.planner import State, knowing, next_step
from terminal.offline_queue.steps import Failed, Local, Now, Step, Wait
from terminal.offline_queue.store import Store, open_store
from terminal.offline_queue.sync_outcome import after
from terminal.offline_queue.sync_steps import Hands
from tests.simulation.wallets import added

URL = "http://office.test"
Image = dict[str, bytes]
"""A folder's files by name: what a disk holds at a moment."""


class Till:
    """`world_ms` is the true time."""

    def __init__(
        self, folder: Path, wire: httpx.BaseTransport, code: str, chance: Random, world_ms: Callable[[], int]
    ) -> None:
        self.folder, self.name = folder, folder.name
        self._wire, self._chance, self._world_ms = wire, chance, world_ms
        self.lie_ms = 0
        folder.mkdir()
        write_whole(folder / KEY_FILE, Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)).private_bytes_raw())
        enrol(URL, code, folder.name, folder, wire)
        self.store: Store
        self._open()

    def _open(self) -> None:
        self._began_ms = self._world_ms()
        self.store = open_store(self.folder)
        self.journal, self.cache = self.store.journal, self.store.cache
        self.client = Client(self.store.identity, self.store.keys, self.wall_ms, transport=self._wire)
        self.hands = Hands(
            self.store, self.client, self.wall_ms, lambda: self.now().mono_ms, lambda: self._chance.randbytes(16).hex()
        )
        self.outbox = self.hands.outbox
        self.state = State()

    def wall_ms(self) -> int:
        """What its wall clock shows."""
        return self._world_ms() + self.lie_ms

    def now(self) -> Now:
        return Now(self._world_ms() - self._began_ms, self.wall_ms())

    def gen(self) -> str:
        """Of which generation its marks are."""
        return self.journal.read(lambda c: state_value(c, "gen"))

    # -- the sync, as terminal.offline_queue.runner does it

    def next_step(self) -> Step:
        self.state = knowing(self.state, self.journal.fork)
        local = Local(
            self.outbox.has_personal(), self.journal.pending_count(), self.store.shares.due(), self.store.keys.is_due
        )
        return next_step(self.state, local, self.now())

    def take(self, step: Step) -> str:
        """Carry a step out; what came of it, in a word."""
        outcome = self.hands.do(step)
        self.state = after(self.state, step, outcome, self.now(), self._chance.random())
        return f"{type(outcome).__name__}{f' {outcome.code}' if isinstance(outcome, Failed) else ''}"

    def wait_ms(self, step: Wait) -> int:
        """How long from now, in true time."""
        return max(0, step.until_ms - self.now().mono_ms)

    # -- what the cashier sees

    def known(self, card: str) -> Known | None:
        return find_known(self.store, card, "card")

    def balances(self, known: Known) -> dict[str, int]:
        """wallet -> what its entries come to, as far as the till knows."""
        sums = known.balance.wallets
        for each in known.accounts:
            sums = added(sums, self.journal.overlay(*each).wallets)
        return sums

    def spendable(self, known: Known, on_date: str) -> dict[str, int]:
        """wallet -> what the screen shows on a date."""
        programme = newest_programme(self.cache.programmes())
        member = member_from(known, "", "card", self.journal, programme, on_date)
        return {MAIN_WALLET: member.balance_points, **member.wallets}

    def status(self, known: Known, on_date: str) -> str:
        """The status the rules give on a date."""
        programme = newest_programme(self.cache.programmes())
        return member_from(known, "", "card", self.journal, programme, on_date).status

    def events_up_to(self, place: Applied) -> set[str]:
        """The ids of its events up to there."""
        last = (place_of(place.epoch, place.seq),)
        return self.journal.read(
            lambda c: {event_id for (event_id,) in c.execute("SELECT event_id FROM event WHERE place <= ?", last)}
        )

    # -- ends and beginnings

    def image(self) -> Image:
        """The files as they are now."""
        return {
            path.name: path.read_bytes()
            for path in self.folder.iterdir()
            if path.name != "lock" and not path.name.endswith("-shm")
        }

    def restart(self, held: Image | None = None) -> None:
        """End and begin again: in good order, or on what the disk `held` when the process or its power went."""
        self.client.close()
        self.store.close()
        if held is not None:
            for path in self.folder.iterdir():
                path.unlink()
            for name, data in held.items():
                (self.folder / name).write_bytes(data)
        self._open()

    def close(self) -> None:
        self.client.close()
        self.store.close()


def with_file_of(held: Image, name: str, other: Image) -> Image:
    """The files of one moment, but one database of another: only the journal is synced at each commit."""
    mine = {each: data for each, data in held.items() if not each.startswith(name)}
    return {**mine, **{each: data for each, data in other.items() if each.startswith(name)}}
