"""Run by Alembic: the connection, in a transaction of the store's, comes from `sync_server.migrate`."""

from alembic import context

from sync_server.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
