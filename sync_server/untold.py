"""Tills that have not said, since the head office was set back, what is set aside for them.

Until each has, what they spent since the backup and what was set aside for them may be unknown here. So under a
programme that sets points aside nothing is held for a sale and nothing more is set aside: tills spend what they have
by them. It ends with each till's own word (RightsTold), behind all it had recorded, or once the till is revoked.
"""

from collections.abc import Iterable
from functools import partial

from sqlalchemy import select, update

from loyalty.events import RightsTold
from loyalty.programme import Redeem
from sync_server.arrivals import Arrived
from sync_server.schema import STATE, TERMINAL, shard_of, tshard_of
from sync_server.store import Store, Tx


def untold_tills(store: Store, redeem: Redeem) -> tuple[str, ...]:
    """Their names, in order; none where the programme sets nothing aside."""
    if not redeem.offline.escrow:
        return ()
    with store.read() as tx:
        gen = tx.execute(select(STATE.c.value).where(STATE.c.name == "gen")).scalar() or ""
        silent = select(TERMINAL.c.name).where(TERMINAL.c.state == "active", TERMINAL.c.told_gen != gen)
        return tuple(tx.execute(silent.order_by(TERMINAL.c.terminal_no)).scalars())


def note_told(store: Store, gen: str, applied: Iterable[Arrived]) -> None:
    """These events are applied, and with them all that their tills had recorded before."""
    for event in applied:
        if isinstance(event.body, RightsTold) and event.body.gen == gen:
            store.write(partial(_note, terminal=event.terminal, gen=gen), shard_of(event.terminal))


def _note(tx: Tx, terminal: str, gen: str) -> None:
    mine = (TERMINAL.c.tshard == tshard_of(terminal)) & (TERMINAL.c.terminal == terminal)
    tx.execute(update(TERMINAL).where(mine).values(told_gen=gen))
