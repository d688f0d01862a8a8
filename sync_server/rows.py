"""Statements over many rows at once: insert, update, select by keys; one statement each on PostgreSQL.

Rows are mappings of column to value and all have the same columns. PostgreSQL takes one array per column (`unnest`),
written as its literal, which is several times as fast as having the driver adapt each value; SQLite runs in this
process, so a prepared statement per row costs next to nothing, and keys go in as one JSON text. Statements are made
once for each table and set of columns, and go to the driver as they are.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, CursorResult, Integer, LargeBinary, Row, Table
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from sync_server.schema import shard_column
from sync_server.store import Shard, Tx

Values = Mapping[str, Any]
Key = tuple[int | str, ...]
Names = tuple[str, ...]
_KEPT = 512
"""Statements kept; there are about as many as there are places that call this module."""


def insert_rows(tx: Tx, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, leaving those already there by primary key as they are."""
    if rows:
        _run(tx, _insert(tx.sqlite, table, _checked(tx, table, rows)) + " ON CONFLICT DO NOTHING", table, rows)


def insert_only(tx: Tx, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that must be new: one another writer made meanwhile has the whole transaction tried again."""
    if rows:
        _run(tx, _insert(tx.sqlite, table, _checked(tx, table, rows)), table, rows)


def insert_new(tx: Tx, table: Table, rows: Sequence[Values], returning: Sequence[str]) -> set[tuple[Any, ...]]:
    """Insert rows, leaving those already there; the `returning` columns of those that were new."""
    if not rows:
        return set()
    statement = _insert(tx.sqlite, table, _checked(tx, table, rows)) + " ON CONFLICT DO NOTHING RETURNING "
    return set(_returned(tx, statement + ", ".join(returning), table, rows))


def update_rows(tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
    """Set the other columns of the rows found by `keys`."""
    if rows:
        _run(tx, _update(tx.sqlite, table, tuple(keys), _checked(tx, table, rows), False), table, rows)


def add_rows(
    tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values], returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Add to the other columns of the rows found by `keys`; rows not there yet are made with these values.

    What the rows have then, of the columns `keys` and `returning`, in any order.
    """
    if not rows:
        return []
    names, of = _checked(tx, table, rows), "" if tx.sqlite else "t."
    wanted = ", ".join(f"{of}{name}" for name in (*keys, *returning))
    statement = f"{_update(tx.sqlite, table, tuple(keys), names, True)} RETURNING {wanted}"
    found = _returned(tx, statement, table, rows)
    if len(found) < len(rows):
        there = {row[: len(keys)] for row in found}
        missing = [row for row in rows if tuple(row[key] for key in keys) not in there]
        zeros = dict.fromkeys((name for name in names if name not in keys), 0)
        insert_rows(tx, table, [{**row, **zeros} for row in missing])
        found += _returned(tx, statement, table, missing)
    return found


def delete_rows(tx: Tx, table: Table, keys: Sequence[str], wanted: Sequence[Key]) -> None:
    """Delete the rows found by `keys`, of which the bucket is one."""
    if not wanted:
        return
    rows = [dict(zip(keys, key, strict=True)) for key in wanted]
    names = _checked(tx, table, rows)
    if tx.sqlite:
        match = " AND ".join(f"{name} = :{name}" for name in names)
        _run(tx, f"DELETE FROM {table.name} WHERE {match}", table, rows)
        return
    match = " AND ".join(f"t.{name} = v.{name}" for name in names)
    _run(tx, f"DELETE FROM {table.name} AS t USING ({_unnest(table, names)}) AS v WHERE {match}", table, rows)


def select_by(
    tx: Tx, table: Table, names: Sequence[str], keys: Sequence[str], wanted: Iterable[Key], lock: bool = False
) -> Sequence[Row[Any]]:
    """Columns `names` of the rows whose `keys` are among `wanted`; `lock` holds them until the transaction ends."""
    found = sorted(set(wanted))
    if not found:
        return ()
    statement = _select(tx.sqlite, table, tuple(names), tuple(keys), lock)
    if tx.sqlite:
        return _say(tx, statement, {"wanted": msgspec.json.encode(found).decode()}).all()
    values = {name: array(table.c[name], [key[place] for key in found]) for place, name in enumerate(keys)}
    return _say(tx, statement, values).all()


def _run(tx: Tx, statement: str, table: Table, rows: Sequence[Values]) -> None:
    """On SQLite a statement per row by the driver: SQLAlchemy's own work for each would be ten times SQLite's."""
    if tx.sqlite:
        with _driver(tx, statement) as cursor:
            cursor.executemany(statement, rows)
    else:
        _say(tx, statement, _arrays(table, rows))


def _returned(tx: Tx, statement: str, table: Table, rows: Sequence[Values]) -> list[tuple[Any, ...]]:
    """What a statement returns of its rows."""
    if not tx.sqlite:
        return [tuple(row) for row in _say(tx, statement, _arrays(table, rows))]
    found: list[tuple[Any, ...]] = []
    with _driver(tx, statement) as cursor:
        for row in rows:
            found += cursor.execute(statement, row)
    return found


def _say(tx: Tx, statement: str, values: Values) -> CursorResult[Any]:
    return tx.connection.exec_driver_sql(statement, dict(values))


@contextmanager
def _driver(tx: Tx, statement: str) -> Iterator[DBAPICursor]:
    """SQLite's own cursor; its errors are raised as SQLAlchemy's, by which it is known what may be tried again."""
    cursor = tx.connection.connection.cursor()
    try:
        yield cursor
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
    finally:
        cursor.close()


def _checked(tx: Tx, table: Table, rows: Sequence[Values]) -> Names:
    """The rows' columns; a row outside the transaction's bucket or shard is a mistake of ours."""
    column = shard_column(table) if tx.bucket != "many" else ""
    if column and any((row[column] if column == "bucket" else Shard(column, row[column])) != tx.bucket for row in rows):
        raise AssertionError(f"{table.name}: a row outside {tx.bucket}")
    return tuple(rows[0])


@lru_cache(maxsize=_KEPT)
def _insert(sqlite: bool, table: Table, names: Names) -> str:
    source = f"VALUES ({', '.join(f':{name}' for name in names)})" if sqlite else _unnest(table, names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) {source}"


@lru_cache(maxsize=_KEPT)
def _update(sqlite: bool, table: Table, keys: Names, names: Names, add: bool) -> str:
    changed = [name for name in names if name not in keys]
    if sqlite:
        sets = ", ".join(f"{name} = {f'{name} + ' if add else ''}:{name}" for name in changed)
        return f"UPDATE {table.name} SET {sets} WHERE {' AND '.join(f'{name} = :{name}' for name in keys)}"
    sets = ", ".join(f"{name} = {f't.{name} + ' if add else ''}v.{name}" for name in changed)
    match = " AND ".join(f"t.{name} = v.{name}" for name in keys)
    return f"UPDATE {table.name} AS t SET {sets} FROM ({_unnest(table, names)}) AS v WHERE {match}"


@lru_cache(maxsize=_KEPT)
def _select(sqlite: bool, table: Table, names: Names, keys: Names, lock: bool) -> str:
    columns = ", ".join(f"t.{name}" for name in names)
    if sqlite:
        match = " AND ".join(f"t.{name} = json_extract(k.value, '$[{place}]')" for place, name in enumerate(keys))
        return f"SELECT {columns} FROM json_each(:wanted) k CROSS JOIN {table.name} t ON {match}"
    match = " AND ".join(f"t.{name} = k.{name}" for name in keys)
    tail = f" ORDER BY {', '.join(f't.{name}' for name in keys)} FOR UPDATE OF t" if lock else ""
    return f"SELECT {columns} FROM {table.name} t JOIN ({_unnest(table, keys)}) AS k ON {match}{tail}"


def _unnest(table: Table, names: Names) -> str:
    arrays = ", ".join(f"CAST(%({name})s AS {_sql_type(table.c[name])}[])" for name in names)
    return f"SELECT * FROM unnest({arrays}) AS u({', '.join(names)})"


def _arrays(table: Table, rows: Sequence[Values]) -> dict[str, str]:
    return {name: array(table.c[name], [row[name] for row in rows]) for name in rows[0]}


def array(column: Column[Any], values: Sequence[Any]) -> str:
    """Values of one column as the literal of a PostgreSQL array; None is NULL."""
    write = _WRITERS[_sql_type(column)]
    return f"{{{','.join('NULL' if value is None else write(value) for value in values)}}}"


def _text(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def _bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


_WRITERS: Mapping[str, Callable[[Any], str]] = {"BYTEA": _bytes, "BIGINT": str, "INTEGER": str, "TEXT": _text}


@lru_cache(maxsize=_KEPT)
def _sql_type(column: Column[Any]) -> str:
    if isinstance(column.type, LargeBinary):
        return "BYTEA"
    if isinstance(column.type, BigInteger):
        return "BIGINT"
    return "INTEGER" if isinstance(column.type, Integer) else "TEXT"
