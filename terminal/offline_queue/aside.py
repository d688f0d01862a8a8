"""Points set aside for this till: what it has not spent of them, and its word of that to a head office set back.

A head office that was set back to a backup may have forgotten what it set aside since. Before anything of the new
generation takes the place of what this till knows, it records what it has: in its chain, so that what it sold before
and after is told apart from it whenever the events come.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from loyalty.events import RightKept, RightsTold
from loyalty.feed import Applied
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import MAX_FACTS, Fact, Journal, Overlay
from terminal.offline_queue.journal_file import set_state, state_value

TOLD = "told_gen"
"""In `state`: the generation that was told last; of a new till that of its enrolment."""


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
    bodies: list[RightKept | RightsTold] = [*_kept(files), RightsTold(gen)]
    for at in range(0, len(bodies), MAX_FACTS):
        journal.record(*(Fact(new_id(), now_ms, body) for body in bodies[at : at + MAX_FACTS]))
    journal.write(lambda c: set_state(c, TOLD, gen))


def fresh_id() -> str:
    """A UUIDv7 in hex."""
    import uuid_utils

    return uuid_utils.uuid7().hex


def _kept(files: Files) -> Iterator[RightKept]:
    terminal = files.journal.terminal
    for row in files.cache.set_aside_for(terminal):
        for wallet in sorted(row.escrow.get(terminal, {})):
            points = left_aside(files, row.account_id, wallet)
            if points:
                yield RightKept(row.account_id, wallet, points)
