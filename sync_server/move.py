"""A whole head office from one database into another: every table, in batches of one shard, counted and summed on both
sides.

The new database gets what the head office is (`state`: generation, keys) last of all, so that nothing can run on half a
copy; a move that was cut short begins anew. The old one is marked at the end, so that nobody goes on there by mistake.
Nothing is left behind, so the generation stays; a move out of a backup is followed by `kopilka-server restored`.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Row, Table, delete, select, tuple_

from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.feed import checksum_add
from loyalty.sentences import sentence
from sync_server.identity import MOVED_TO, MOVING, read_state
from sync_server.leases import read_holders
from sync_server.rows import insert_only, insert_rows
from sync_server.schema import APPLIER, LEASE, METADATA, STATE, shard_column
from sync_server.store import Bucket, Shard, Store, Tx

PAGE_ROWS = 200
"""A segment has at most 256 KiB, so a page fits into memory."""
_NOT_MOVED = (LEASE, APPLIER)
"""They are about processes that run on the old database."""
Tell = Callable[[int, int], None]
"""(shards of tables done, of how many)."""

SENTENCES = {
    "move.taken": (
        "В новой базе уже есть головной офис: для переезда нужна пустая",
        "There is a head office in the new database already: a move needs an empty one",
    ),
    "move.running": (
        "С этой базой работает сервер: сначала остановите все процессы",
        "A server is at work on this database: stop all its processes first",
    ),
    "move.same": ("Это одна и та же база", "They are one and the same database"),
    "move.differs": (
        "Таблица {table} переехала не полностью: было строк {before}, стало {after}. Повторите переезд",
        "The table {table} did not arrive whole: {before} rows before, {after} after. Move again",
    ),
}


class Moved(msgspec.Struct, frozen=True):
    """Table -> rows that were moved and compared."""

    rows: dict[str, int]


class Sum(msgspec.Struct, frozen=True):
    """How many rows a table has, and the sum of their hashes: it does not hang on their order."""

    rows: int = 0
    checksum: int = 0


def move(store: Store, target: Store, where: str, now_ms: int, tell: Tell = lambda done, whole: None) -> Moved:
    """Copy and compare; `where` is what the old database says of the new one. Both have this version's tables, and no
    server runs on the old one.

    Raises NotNow where one does, BadInput where the new database is not empty, StoreFault where something differs.
    """
    with store.begin(None) as held:  # on SQLite nobody writes until it ends
        if read_holders(held, now_ms)[0]:
            raise NotNow(sentence("move.running"))
        _begin(target)
        moved = _copy_all(store, target, tell)
        insert_rows(held, STATE, [{"name": MOVED_TO, "value": where}])
    return moved


def _copy_all(source: Store, target: Store, tell: Tell) -> Moved:
    tables = [table for table in METADATA.sorted_tables if table not in (*_NOT_MOVED, STATE)]
    places = [(table, shard) for table in tables for shard in _shards(source, table)]
    sums = {table.name: Sum() for table in tables}
    for number, (table, shard) in enumerate(places):
        sums[table.name] = _copy(source, target, table, shard, sums[table.name])
        tell(number + 1, 2 * len(places))
    for number, table in enumerate(tables):
        _compare(target, table, sums[table.name])
        tell(len(places) + (number + 1) * len(places) // len(tables), 2 * len(places))
    state = read_state(source)
    target.write(partial(_finish, state=state))
    return Moved({name: found.rows for name, found in sums.items()} | {STATE.name: len(state)})


def _begin(target: Store) -> None:
    """Say in the new database that a move is under way, and empty what one before left there."""
    state = read_state(target)
    if state.keys() - {MOVING}:
        raise BadInput(sentence("move.taken"))
    target.write(lambda tx: insert_rows(tx, STATE, [{"name": MOVING, "value": "1"}]))
    for table in METADATA.sorted_tables:
        for shard in _shards(target, table) if table is not STATE else ():
            target.write(partial(_empty, table=table, shard=shard), _bucket(table, shard))


def _shards(store: Store, table: Table) -> Sequence[int | None]:
    """What its transactions are keyed by, as far as there are rows: buckets, shards of tills, or nothing."""
    name = shard_column(table)
    if not name:
        return (None,)
    with store.read() as tx:
        return sorted(tx.execute(select(table.c[name]).distinct()).scalars())


def _bucket(table: Table, shard: int | None) -> Bucket:
    column = shard_column(table)
    return Shard(column, shard) if column in ("tshard", "abucket") and shard is not None else shard


def _empty(tx: Tx, table: Table, shard: int | None) -> None:
    tx.execute(delete(table) if shard is None else delete(table).where(table.c[shard_column(table)] == shard))


def _copy(source: Store, target: Store, table: Table, shard: int | None, so_far: Sum) -> Sum:
    for page in _pages(source, table, shard):
        rows = [dict(row._mapping) for row in page]
        target.write(partial(insert_only, table=table, rows=rows), _bucket(table, shard))
        so_far = _added(so_far, page)
    return so_far


def _compare(target: Store, table: Table, wanted: Sum) -> None:
    found = Sum()
    for shard in _shards(target, table):
        for page in _pages(target, table, shard):
            found = _added(found, page)
    if found != wanted:
        raise StoreFault(sentence("move.differs", table=table.name, before=wanted.rows, after=found.rows))


def _pages(store: Store, table: Table, shard: int | None) -> Iterator[Sequence[Row[Any]]]:
    """The rows of one shard in the order of their keys, so many at a time."""
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(PAGE_ROWS)
    if shard is not None:
        query = query.where(table.c[shard_column(table)] == shard)
    after = query
    while True:
        with store.read() as tx:
            page = tx.execute(after).all()
        if page:
            yield page
        if len(page) < PAGE_ROWS:
            return
        last = tuple(page[-1]._mapping[key.name] for key in keys)
        after = query.where(tuple_(*keys) > last)


def _added(so_far: Sum, page: Sequence[Row[Any]]) -> Sum:
    checksum = so_far.checksum
    for row in page:
        packed = msgspec.msgpack.encode([bytes(value) if isinstance(value, memoryview) else value for value in row])
        checksum = checksum_add(checksum, added=int.from_bytes(blake2b(packed, digest_size=8).digest(), signed=True))
    return Sum(so_far.rows + len(page), checksum)


def _finish(tx: Tx, state: dict[str, str]) -> None:
    insert_only(tx, STATE, [{"name": name, "value": value} for name, value in sorted(state.items())])
    tx.execute(delete(STATE).where(STATE.c.name == MOVING))
