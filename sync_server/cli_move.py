"""`kopilka-server move`: the head office goes into another database as it is."""

import sys
from functools import partial
from typing import Annotated, Any

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.cli_options import HOME, Data
from sync_server.cli_said import tell
from sync_server.clock import now_ms
from sync_server.settings import Settings


def move(
    to: Annotated[
        str, typer.Option("--to", help="The new database's URL; it must be empty.", envvar="KOPILKA_MOVE_TO")
    ],
    source: Annotated[
        str,
        typer.Option("--from", help="The old database's URL; SQLite in the data folder without it.",
                     envvar="KOPILKA_MOVE_FROM"),
    ] = "",
    data: Data = HOME,
) -> None:  # fmt: skip
    """Move the head office into another database, whole and compared. Stop the server first."""
    from sync_server.migrate import migrate
    from sync_server.move import move as move_all
    from sync_server.office import opened
    from sync_server.one_process import only_process
    from sync_server.store import open_store

    old = Settings(data, source)
    where = _shown(to)
    if where == _shown(old.url):
        raise BadInput(sentence("move.same"))
    with only_process(old.url), only_process(to), opened(old) as (base, _):
        target = open_store(to)
        try:
            migrate(base)
            migrate(target)
            with typer.progressbar(length=1, file=sys.stderr) as bar:
                moved = move_all(base, target, where, now_ms(), partial(_show, bar))
        finally:
            target.close()
    tell("cli.move", rows=sum(moved.rows.values()), tables=len(moved.rows), where=where)


def _shown(url: str) -> str:
    """The address without its password. Raises BadInput for what is none."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError as error:
        raise BadInput(sentence("store.open", what=str(error)[:100])) from error


def _show(bar: Any, done: int, whole: int) -> None:
    bar.length = whole
    bar.update(done - bar.pos)
