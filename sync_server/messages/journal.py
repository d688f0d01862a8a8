"""Messages written down instead of sent: for trying things out, and for a shop that has no gateway yet.

They stand on the console's page of messages, for owners, with their codes: who can read them can confirm any phone.
What is over a day old goes with the next message.
"""

from functools import partial

import msgspec
from sqlalchemy import delete, select

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
        row = msgspec.structs.asdict(message)
        try:
            self._store.write(partial(insert_rows, table=MESSAGE, rows=[row]), message.bucket)
            self._sweep(message.at_ms - KEPT_MS)
        except StoreFault as fault:
            raise NotSent(fault.code, again=True) from fault

    def close(self) -> None:
        pass

    def _sweep(self, before_ms: int) -> None:
        """What is older goes, whoever it was for."""
        old = MESSAGE.c.at_ms < before_ms
        with self._store.read() as tx:
            buckets = tx.execute(select(MESSAGE.c.bucket).where(old).distinct()).scalars().all()
        for bucket in buckets:
            self._store.write(partial(_delete, before_ms=before_ms, bucket=bucket), bucket)


def _delete(tx: Tx, before_ms: int, bucket: int) -> None:
    tx.execute(delete(MESSAGE).where(MESSAGE.c.bucket == bucket, MESSAGE.c.at_ms < before_ms))


def written(store: Store, since_ms: int = 0) -> tuple[Message, ...]:
    """The latest messages since a time, newest first."""
    query = MESSAGE.select().where(MESSAGE.c.at_ms >= since_ms)
    query = query.order_by(MESSAGE.c.at_ms.desc(), MESSAGE.c.message_id).limit(LISTED)
    with store.read() as tx:
        return tuple(Message(**row._mapping) for row in tx.execute(query))
