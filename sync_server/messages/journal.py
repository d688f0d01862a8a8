"""Messages written down instead of sent: for trying things out, and for a shop that has no gateway yet.

They stand on the console's page of messages, for owners, with their codes: who can read them can confirm any phone. A
message is kept for a day.
"""

from functools import partial

import msgspec
from sqlalchemy import delete

from loyalty.errors import StoreFault
from sync_server.messages.port import Message, NotSent
from sync_server.rows import insert_rows
from sync_server.schema import MESSAGE
from sync_server.store import Store, Tx

KEPT_MS = 24 * 3600 * 1000
LISTED = 100


class Journal:
    def __init__(self, store: Store) -> None:
        self._store = store

    def send(self, message: Message) -> None:
        try:
            self._store.write(partial(_write, message=message), message.bucket)
        except StoreFault as fault:
            raise NotSent(fault.code, again=True) from fault

    def close(self) -> None:
        pass


def _write(tx: Tx, message: Message) -> None:
    old = (MESSAGE.c.bucket == message.bucket) & (MESSAGE.c.at_ms < message.at_ms - KEPT_MS)
    tx.execute(delete(MESSAGE).where(old))
    insert_rows(tx, MESSAGE, [msgspec.structs.asdict(message)])


def written(store: Store, since_ms: int = 0) -> tuple[Message, ...]:
    """The latest messages since a time, newest first."""
    query = MESSAGE.select().where(MESSAGE.c.at_ms >= since_ms)
    query = query.order_by(MESSAGE.c.at_ms.desc(), MESSAGE.c.message_id).limit(LISTED)
    with store.read() as tx:
        return tuple(Message(**row._mapping) for row in tx.execute(query))
