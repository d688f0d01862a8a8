"""Statements over many rows at once: insert, update, select by keys; one statement each on PostgreSQL.

Rows are mappings of column to value and all have the same columns. PostgreSQL takes one array per column (`unnest`);
SQLite runs in this process, so a prepared statement per row costs next to nothing, and keys go in as one JSON text.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Row, Table, text

from sync_server.store import Tx

Values = Mapping[str, Any]
Key = tuple[int | str, ...]


def insert_rows(tx: Tx, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, leaving those already there by primary key as they are."""
    if rows:
        names = _checked(tx, table, rows)
        if tx.sqlite:
            tx.execute(text(_insert(table, names, _places(names))), rows)
        else:
            tx.execute(text(_insert(table, names, _unnest(table, names))), _columns(rows, names))


def insert_only(tx: Tx, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that must be new: one another writer made meanwhile has the whole transaction tried again."""
    if rows:
        names = _checked(tx, table, rows)
        head = f"INSERT INTO {table.name} ({', '.join(names)}) "
        if tx.sqlite:
            tx.execute(text(head + _places(names)), rows)
        else:
            tx.execute(text(head + _unnest(table, names)), _columns(rows, names))


def insert_new(tx: Tx, table: Table, rows: Sequence[Values], returning: Sequence[str]) -> set[tuple[Any, ...]]:
    """Insert rows, leaving those already there; the `returning` columns of those that were new."""
    if not rows:
        return set()
    names = _checked(tx, table, rows)
    tail = f" RETURNING {', '.join(returning)}"
    if not tx.sqlite:
        statement = text(_insert(table, names, _unnest(table, names)) + tail)
        return {tuple(row) for row in tx.execute(statement, _columns(rows, names))}
    return _insert_each(tx, _insert(table, names, _places(names)) + tail, rows)


def _insert_each(tx: Tx, statement: str, rows: Sequence[Values]) -> set[tuple[Any, ...]]:
    """A statement per row by the driver itself: SQLAlchemy's own work for each would be ten times SQLite's."""
    cursor = tx.connection.connection.cursor()
    try:
        found: set[tuple[Any, ...]] = set()
        for row in rows:
            cursor.execute(statement, row)
            found.update(cursor.fetchall())
        return found
    finally:
        cursor.close()


def update_rows(tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
    """Set the other columns of the rows found by `keys`."""
    _update(tx, table, keys, rows, "{name} = {value}")


def add_rows(tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
    """Add to the other columns of the rows found by `keys`; rows not there yet are made with these values."""
    names = [name for name in rows[0] if name not in keys] if rows else []
    insert_rows(tx, table, [{**row, **dict.fromkeys(names, 0)} for row in rows])
    _update(tx, table, keys, rows, "{name} = t.{name} + {value}")


def delete_rows(tx: Tx, table: Table, keys: Sequence[str], wanted: Sequence[Key]) -> None:
    """Delete the rows found by `keys`, of which the bucket is one."""
    if not wanted:
        return
    rows = [dict(zip(keys, key, strict=True)) for key in wanted]
    names = _checked(tx, table, rows)
    if tx.sqlite:
        match = " AND ".join(f"{name} = :{name}" for name in names)
        tx.execute(text(f"DELETE FROM {table.name} WHERE {match}"), rows)
        return
    match = " AND ".join(f"t.{name} = v.{name}" for name in names)
    statement = f"DELETE FROM {table.name} AS t USING ({_unnest(table, names)}) AS v WHERE {match}"
    tx.execute(text(statement), _columns(rows, names))


def select_by(
    tx: Tx, table: Table, names: Sequence[str], keys: Sequence[str], wanted: Iterable[Key], lock: bool = False
) -> Sequence[Row[Any]]:
    """Columns `names` of the rows whose `keys` are among `wanted`; `lock` holds them until the transaction ends."""
    found = sorted(set(wanted))
    if not found:
        return ()
    columns = ", ".join(f"t.{name}" for name in names)
    if tx.sqlite:
        match = " AND ".join(f"t.{name} = json_extract(k.value, '$[{place}]')" for place, name in enumerate(keys))
        statement = f"SELECT {columns} FROM json_each(:wanted) k CROSS JOIN {table.name} t ON {match}"
        return tx.execute(text(statement), {"wanted": msgspec.json.encode(found).decode()}).all()
    match = " AND ".join(f"t.{name} = k.{name}" for name in keys)
    values = {name: [key[place] for key in found] for place, name in enumerate(keys)}
    source = f"({_unnest(table, keys)}) AS k"
    tail = f" ORDER BY {', '.join(f't.{name}' for name in keys)} FOR UPDATE OF t" if lock else ""
    statement = f"SELECT {columns} FROM {table.name} t JOIN {source} ON {match}{tail}"
    return tx.execute(text(statement), values).all()


def _update(tx: Tx, table: Table, keys: Sequence[str], rows: Sequence[Values], change: str) -> None:
    if not rows:
        return
    names = _checked(tx, table, rows)
    changed = [name for name in names if name not in keys]
    if tx.sqlite:
        sets = ", ".join(change.replace("t.", "").format(name=name, value=f":{name}") for name in changed)
        match = " AND ".join(f"{name} = :{name}" for name in keys)
        tx.execute(text(f"UPDATE {table.name} SET {sets} WHERE {match}"), rows)
        return
    sets = ", ".join(change.format(name=name, value=f"v.{name}") for name in changed)
    match = " AND ".join(f"t.{name} = v.{name}" for name in keys)
    statement = f"UPDATE {table.name} AS t SET {sets} FROM ({_unnest(table, names)}) AS v WHERE {match}"
    tx.execute(text(statement), _columns(rows, names))


def _checked(tx: Tx, table: Table, rows: Sequence[Values]) -> list[str]:
    """The rows' columns; a row outside the transaction's bucket is a mistake of ours."""
    if "bucket" in table.c and tx.bucket != "many" and any(row["bucket"] != tx.bucket for row in rows):
        raise AssertionError(f"{table.name}: a row outside bucket {tx.bucket}")
    return list(rows[0])


def _insert(table: Table, names: Sequence[str], source: str) -> str:
    return f"INSERT INTO {table.name} ({', '.join(names)}) {source} ON CONFLICT DO NOTHING"


def _places(names: Sequence[str]) -> str:
    return f"VALUES ({', '.join(f':{name}' for name in names)})"


def _unnest(table: Table, names: Sequence[str]) -> str:
    arrays = ", ".join(f"CAST(:{name} AS {_sql_type(table.c[name])}[])" for name in names)
    return f"SELECT * FROM unnest({arrays}) AS u({', '.join(names)})"


def _columns(rows: Sequence[Values], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _sql_type(column: Column[Any]) -> str:
    if isinstance(column.type, LargeBinary):
        return "BYTEA"
    if isinstance(column.type, BigInteger):
        return "BIGINT"
    return "INTEGER" if isinstance(column.type, Integer) else "TEXT"
