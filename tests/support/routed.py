"""Three PostgreSQLs and a router before them: every transaction must be about one bucket or shard, by construction.

Rows of bucket b, or of shard n, are in database b % 3 (n % 3), so no transaction can span them, and within one database
each row is watched: a statement that touches a row of another bucket than its transaction named fails. What is not
spread lies in the first database, and nothing but a transaction that names nothing writes to it. Reads that name no
bucket see all three through foreign tables: within a bucket one moment, over buckets none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import text

from sync_server.identity import make_identity, read_identity
from sync_server.migrate import migrate
from sync_server.schema import METADATA, shard_column
from sync_server.store import Bucket, Shard, Store, Tx, open_store
from tests.support.postgres import plain
from tests.support.server import TestOffice

NODES = 3
GUARD = """
CREATE FUNCTION of_shard(name text, number integer) RETURNS boolean LANGUAGE plpgsql STABLE COST 1000000 AS $$
BEGIN
  IF current_setting('kopilka.shard', true) = name || ':' || number THEN RETURN true; END IF;
  RAISE EXCEPTION 'a row of % % in a transaction of %', name, number, current_setting('kopilka.shard', true);
END $$
"""
BY_KEY = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""Off: rows are found by their keys, so that the guard looks at those asked for alone."""


class RoutedStore(Store):
    """A store over three, behind the same doors."""

    def __init__(self, nodes: list[str], everything: str) -> None:
        self.sqlite = False
        self._nodes = [Store(url) for url in nodes]
        self._everything = Store(everything)

    @contextmanager
    def begin(self, bucket: Bucket) -> Iterator[Tx]:
        if bucket == "many":
            raise ValueError("one transaction, one bucket")
        name, number = ("none", 0) if bucket is None else bucket if isinstance(bucket, Shard) else ("bucket", bucket)
        with self._nodes[int(number) % NODES].begin(bucket) as tx:
            tx.execute(text("SELECT set_config('kopilka.shard', :shard, true)"), {"shard": f"{name}:{number}"})
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        with self._everything.read() as tx:
            yield tx

    def empty(self) -> None:
        for store in self._nodes:
            with Store.begin(store, None) as tx:
                tx.execute(text(f"TRUNCATE {', '.join(METADATA.tables)}"))

    def close(self) -> None:
        for store in (*self._nodes, self._everything):
            store.close()


@contextmanager
def routed_store(url: str) -> Iterator[RoutedStore]:
    """Three databases of the PostgreSQL at `url`, and the one that sees them all; dropped afterwards."""
    names = [f"routed_{number}" for number in range(NODES)]
    with _databases(url, [*names, "routed_all"]):
        for each in names:
            _make_node(_in(url, each))
        _make_everything(_in(url, "routed_all"), names)
        store = RoutedStore([_as_office(_in(url, each)) for each in names], _in(url, "routed_all"))
        try:
            yield store
        finally:
            store.close()


def fresh_office(store: RoutedStore) -> TestOffice:
    """A new office in it; what was there is gone."""
    store.empty()
    chance = itertools.count(1)
    store.write(lambda tx: make_identity(tx, lambda count: next(chance).to_bytes(count, "big")))
    return TestOffice(store, read_identity(store))


@contextmanager
def _databases(url: str, names: list[str]) -> Iterator[None]:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for each in names:
            connection.execute(f"CREATE DATABASE {each} TEMPLATE template0")
        yield
        for each in names:
            connection.execute(f"DROP DATABASE {each} WITH (FORCE)")


def _make_node(url: str) -> None:
    """The tables, each watched, and a user that is watched: an owner would not be."""
    store = open_store(url)
    migrate(store)
    store.close()
    with psycopg.connect(plain(url), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'office'").fetchone():
            connection.execute("CREATE ROLE office LOGIN")
        for setting in BY_KEY:
            connection.execute(f"ALTER ROLE office SET {setting} = off")
        connection.execute(GUARD)
        for table in METADATA.sorted_tables:
            connection.execute(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
            connection.execute(f"GRANT ALL ON {table.name} TO office")
            column = shard_column(table)
            mine = f"of_shard('{column}', {column})" if column else "of_shard('none', 0)"
            connection.execute(f"CREATE POLICY one ON {table.name} USING ({mine}) WITH CHECK ({mine})")


def _make_everything(url: str, nodes: list[str]) -> None:
    """A view of each table over all three databases; what is not spread is of the first."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgres_fdw")
        host = connection.info.host
        for each in nodes:
            connection.execute(
                f"CREATE SERVER {each} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', dbname '{each}')"
            )
            connection.execute(f"CREATE USER MAPPING FOR kopilka SERVER {each} OPTIONS (user 'kopilka')")
            connection.execute(f"CREATE SCHEMA {each}")
            connection.execute(f"IMPORT FOREIGN SCHEMA public FROM SERVER {each} INTO {each}")
        for table in METADATA.sorted_tables:
            of = nodes if shard_column(table) else nodes[:1]
            whole = " UNION ALL ".join(f"SELECT * FROM {each}.{table.name}" for each in of)
            connection.execute(f"CREATE VIEW {table.name} AS {whole}")


def _in(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")


def _as_office(url: str) -> str:
    return url.replace("//kopilka@", "//office@")
