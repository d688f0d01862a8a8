"""Bring a database to this version's tables, and give a new one its identity."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from sync_server.identity import Identity, Random, make_identity, read_identity
from sync_server.store import Store

SENTENCES = {
    "migrate.newer": (
        "База данных — от более новой версии программы",
        "The database is of a later version of this program",
    ),
    "migrate.newer.hint": (
        "Запустите ту версию, или верните копию, сделанную до обновления",
        "Run that version, or put back a copy made before the update",
    ),
}


def migrate(store: Store) -> None:
    """Run the migrations that have not run yet, all in one transaction. Raises NotNow for tables of a later version."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with store.begin(bucket=None) as tx:
            config.attributes["connection"] = tx.connection
            command.upgrade(config, "head")
    except CommandError as error:  # it names a revision this version has not
        raise NotNow(sentence("migrate.newer"), sentence("migrate.newer.hint")) from error


def init_store(store: Store, random: Random) -> Identity:
    """Ready to run, first time or again; what the head office is."""
    migrate(store)
    store.write(lambda tx: make_identity(tx, random))
    return read_identity(store)
