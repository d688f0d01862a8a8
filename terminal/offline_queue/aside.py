"""Points set aside for this till: what it has not spent of them, and its word of that to a head office set back.

A head office that was set back to a backup may have forgotten what it set aside since. Before anything of the new
generation takes the place of what this till knows, it records what it has: in its chain, so that what it sold before
and after is told apart from it whenever the events come.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from loyalty.errors import StoreFault
from loyalty.events import RightKept, RightsTold
from loyalty.feed import Applied
from terminal.offline_queue import journal_read
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import MAX_FACTS, Fact, Journal, Overlay
from terminal.offline_queue.journal_file import set_state, state_value

TOLD = "told_gen"
"""In `state`: the generation that was told last; of a new till that of its enrolment."""
MOST_TRIES = 10
"""Each is overtaken by a sale only if one is recorded in the milliseconds it takes."""
Named = tuple[str, str]
"""An account and a wallet of it."""


class Files(Protocol):
    """A till's own files."""

    @property
    def cache(self) -> CacheReading: ...

    @property
    def journal(self) -> Journal: ...


def left_aside(files: Files, account_id: str, wallet: str) -> int:
    """Points set aside for this till that it has not spent, nor given back: whatever it sells comes out of them, also
    what it sold for accounts that have moved to this one."""
    terminal = files.journal.terminal
    held = files.cache.account(account_id).balance
    aside = held.escrow.get(terminal, {}).get(wallet, 0)
    if not aside:
        return 0
    accounts = accounts_of(files, account_id)
    own = summed(files.journal.overlay(*each) for each in accounts)
    spent = sum(each.spent for each in own.points if each.wallet == wallet and each.spent > 0)
    released = sum(files.journal.released(each, wallet, applied) for each, applied in accounts)
    rows = (held, *(files.cache.account(each).balance for each in held.came_from))
    on_the_way = sum(row.escrow_way.get(terminal, {}).get(wallet, 0) for row in rows)
    return max(0, aside - spent - released - on_the_way)


def accounts_of(files: Files, account_id: str) -> tuple[tuple[str, Applied], ...]:
    """The account and those that moved to it, each with how far this till's events are in it."""
    held = files.cache.account(account_id)
    before = ((each, files.cache.account(each).applied) for each in held.balance.came_from)
    return ((account_id, held.applied), *before)


def summed(overlays: Iterable[Overlay]) -> Overlay:
    return sum(overlays, Overlay())


def tell_aside(files: Files, gen: str, new_id: Callable[[], str], now_ms: int) -> None:
    """Record what is set aside here, once for each generation of the head office. Cut short it is said again, which
    changes nothing."""
    journal = files.journal
    if journal.read(lambda c: state_value(c, TOLD)) == gen:
        return
    named = _named(files)
    for at in range(0, len(named), MAX_FACTS):
        _keep(files, named[at : at + MAX_FACTS], new_id, now_ms)
    journal.record(Fact(new_id(), now_ms, RightsTold(gen)))
    journal.write(lambda c: set_state(c, TOLD, gen))


def fresh_id() -> str:
    """A UUIDv7 in hex."""
    import uuid_utils

    return uuid_utils.uuid7().hex


def _keep(files: Files, named: Sequence[Named], new_id: Callable[[], str], now_ms: int) -> None:
    """What is left of these, behind every sale it was worked out from: one that is recorded meanwhile, as sales go on
    beside this, has it worked out anew. Raises StoreFault, where they will not stop."""
    for last in range(MOST_TRIES - 1, -1, -1):
        place = files.journal.read(journal_read.last_place)
        facts = [Fact(new_id(), now_ms, body) for body in _kept(files, named)]
        try:
            if facts:
                files.journal.record(*facts, behind=place)
            return
        except StoreFault as fault:
            if fault.code != "journal.overtaken" or not last:
                raise


def _named(files: Files) -> list[Named]:
    terminal = files.journal.terminal
    rows = files.cache.set_aside_for(terminal)
    return [(row.account_id, wallet) for row in rows for wallet in sorted(row.escrow.get(terminal, {}))]


def _kept(files: Files, named: Iterable[Named]) -> Iterator[RightKept]:
    for account_id, wallet in named:
        points = left_aside(files, account_id, wallet)
        if points:
            yield RightKept(account_id, wallet, points)
