"""The statements that spread the tables over Citus, on a real PostgreSQL with stand-ins of its functions.

The stand-ins are as strict as Citus in what the statements can get wrong: a table is spread once, by a column that
every unique index has, and beside a table that is spread already.
"""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from loyalty.errors import NotNow
from sync_server.citus import citus_statements, spread
from sync_server.migrate import migrate
from sync_server.schema import METADATA
from sync_server.store import open_store
from tests.support.office_command import command
from tests.support.postgres import plain

pytestmark = pytest.mark.postgres
STAND_INS = """
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, spread_by text, beside text, shards integer);
CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pg_dist_partition VALUES (table_name, '', '', 1)
$$;
CREATE FUNCTION create_distributed_table(
  table_name regclass, distribution_column text, colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = table_name AND i.indisunique AND NOT EXISTS (
      SELECT FROM pg_attribute a
      WHERE a.attrelid = table_name AND a.attname = distribution_column AND a.attnum = ANY (i.indkey)
    )
  ) THEN RAISE EXCEPTION 'a unique index of % lacks %', table_name, distribution_column; END IF;
  IF colocate_with <> 'none' AND NOT EXISTS (
    SELECT FROM pg_dist_partition p WHERE p.logicalrelid = colocate_with::regclass AND p.spread_by = distribution_column
  ) THEN RAISE EXCEPTION 'there is no % to lie beside', colocate_with; END IF;
  INSERT INTO pg_dist_partition VALUES (table_name, distribution_column, colocate_with, shard_count);
END $$;
"""


@pytest.fixture
def store(postgres_database):
    with psycopg.connect(plain(postgres_database), autocommit=True) as connection:
        connection.execute(STAND_INS)
    made = open_store(postgres_database)
    migrate(made)
    yield made
    made.close()


def placed(store) -> dict[str, tuple[str, str]]:
    with store.read() as tx:
        rows = tx.execute(text("SELECT CAST(logicalrelid AS text) AS name, spread_by, beside FROM pg_dist_partition"))
        return {row.name: (row.spread_by, row.beside) for row in rows}


def test_every_table_is_placed_once_and_those_spread_alike_lie_together(store):
    assert spread(store) == len(METADATA.tables)
    found = placed(store)
    assert set(found) == set(METADATA.tables)
    for column in ("bucket", "tshard", "abucket"):
        beside = [other for by, other in found.values() if by == column]
        assert beside.count("none") == 1, "one begins"
        assert len(set(beside) - {"none"}) <= 1, "the others lie beside that one"
    assert found["ledger"][0] == "bucket"
    assert found["segment"][0] == "tshard"
    assert found["alias"][0] == "abucket"
    assert found["state"] == found["console_user"] == ("", "")


def test_a_run_that_was_cut_short_does_what_is_left(store):
    statements = [statement for _, statement in citus_statements()]
    for statement in statements[:7]:
        store.write(lambda tx, statement=statement: tx.execute(text(statement)))
    assert spread(store) == len(METADATA.tables) - 7
    assert spread(store) == 0


def test_without_citus_a_sentence_says_so(postgres_database, tmp_path):
    store = open_store(postgres_database)
    with pytest.raises(NotNow):
        spread(store)
    store.close()
    for words in ((), ("--database", postgres_database)):
        refused = command("init", "--citus", *words, data=tmp_path)
        assert (refused.returncode, "CREATE EXTENSION citus" in refused.stderr) == (1, True)


def test_the_statements_can_be_read_before_they_are_run(tmp_path):
    said = command("init", "--sql", data=tmp_path / "untouched")
    assert said.stdout.splitlines() == [f"{statement};" for _, statement in citus_statements()]
    assert "SELECT create_reference_table('state');" in said.stdout
    assert not (tmp_path / "untouched").exists()


def test_a_command_spreads_them(store, postgres_database, tmp_path):
    done = command("init", "--citus", "--database", postgres_database, data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{len(METADATA.tables)} tables spread over the Citus cluster." in done.stdout
    assert len(placed(store)) == len(METADATA.tables)
