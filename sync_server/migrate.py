"""Bring a database to this version's tables, and give a new one its identity."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from sync_server.identity import Identity, Random, make_identity, read_identity
from sync_server.store import Store


def migrate(store: Store) -> None:
    """Run the migrations that have not run yet, all in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with store.begin(bucket=None) as tx:
        config.attributes["connection"] = tx.connection
        command.upgrade(config, "head")


def init_store(store: Store, random: Random) -> Identity:
    """Ready to run, first time or again; what the head office is."""
    migrate(store)
    store.write(lambda tx: make_identity(tx, random))
    return read_identity(store)
