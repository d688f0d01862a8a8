"""The statements that spread the tables over a Citus cluster, for a person to read or for `init --citus` to run.

Tables are spread by the first column of their key, those by one column lie together, and what is not spread is copied
to every machine. It is done once, on a PostgreSQL with the extension and the tables, before or after there are rows.
"""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import text

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.schema import METADATA, shard_column
from sync_server.store import Store, Tx

SHARDS = 64
"""Of each table on the cluster; a bucket lies whole in one of them."""
_ALREADY = text("SELECT CAST(logicalrelid AS TEXT) FROM pg_dist_partition")

SENTENCES = {
    "citus.none": (
        "Это не PostgreSQL с расширением Citus: выполните CREATE EXTENSION citus на всех машинах",
        "This is no PostgreSQL with Citus: run CREATE EXTENSION citus on every machine first",
    ),
}


def citus_statements() -> Iterator[tuple[str, str]]:
    """(table, the statement that spreads it), each table once; a table others lie beside comes before them."""
    beside: dict[str, str] = {}
    for table in METADATA.sorted_tables:
        column = shard_column(table)
        if not column:
            yield table.name, f"SELECT create_reference_table('{table.name}')"
        elif column in beside:
            together = f"colocate_with => '{beside[column]}'"
            yield table.name, f"SELECT create_distributed_table('{table.name}', '{column}', {together})"
        else:
            beside[column] = table.name
            placed = f"shard_count => {SHARDS}, colocate_with => 'none'"
            yield table.name, f"SELECT create_distributed_table('{table.name}', '{column}', {placed})"


def spread(store: Store) -> int:
    """Spread the tables that are not yet; how many. Raises NotNow without Citus."""
    if store.sqlite or not store.write(_has_citus):
        raise NotNow(sentence("citus.none"))
    with store.read() as tx:
        done = set(tx.execute(_ALREADY).scalars())
    left = [statement for table, statement in citus_statements() if table not in done]
    for statement in left:
        store.write(partial(_run, statement=statement))
    return len(left)


def _run(tx: Tx, statement: str) -> None:
    tx.execute(text(statement))


def _has_citus(tx: Tx) -> bool:
    found = "SELECT count(*) FROM pg_proc WHERE proname IN ('create_distributed_table', 'create_reference_table')"
    return int(tx.execute(text(found)).scalar_one()) > 1
