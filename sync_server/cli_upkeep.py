"""`kopilka-server verify`: what an operator runs to know that nothing is lost."""

import sys
from typing import Annotated

import typer

from loyalty.events import canonical
from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.settings import Settings


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Read everything stored and everything made of it, and say what does not agree. Changes nothing."""
    from sync_server.office import opened
    from sync_server.verifying.verify import verified_lines
    from sync_server.verifying.verify import verify as read_all

    with opened(Settings(data, database)) as (base, _), typer.progressbar(length=1, file=sys.stderr) as bar:

        def tell(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        found = read_all(base, tell)
    typer.echo(canonical(found).decode() if as_json else "\n".join(verified_lines(found, lang())))
    raise typer.Exit(0 if found.sound else 1)
