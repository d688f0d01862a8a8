"""`kopilka-server`: its commands by name, and every error as a sentence with what to do next.

A traceback never reaches the screen.
"""

import os
import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from loyalty.errors import KopilkaError
from sync_server import (
    cli_books,
    cli_erase,
    cli_import,
    cli_members,
    cli_move,
    cli_programme,
    cli_purge,
    cli_serving,
    cli_stops,
    cli_upkeep,
)
from sync_server.cli_said import error_text, spoken
from sync_server.cli_status import status

T = TypeVar("T")
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(cli_serving.init)
app.command()(cli_serving.run)
app.command("apply")(cli_serving.apply_)
app.command("messages")(cli_serving.messages_)
app.command()(cli_serving.enrol)
app.command("import")(cli_import.import_)
app.command()(cli_programme.publish)
app.command()(cli_programme.snapshot)
app.command()(cli_books.books)
app.command()(cli_books.expire)
app.command()(cli_serving.restored)
app.command()(cli_serving.user)
app.add_typer(cli_programme.coupons, name="coupons")
app.add_typer(cli_import.audience, name="audience")
app.add_typer(cli_programme.budget, name="budget")
app.add_typer(status, name="status")
app.add_typer(cli_members.families, name="family")
app.add_typer(cli_stops.stops, name="stop")
app.add_typer(cli_stops.resumed, name="resume")
app.command()(cli_members.merge)
app.command()(cli_upkeep.verify)
app.command()(cli_upkeep.rebuild)
app.command()(cli_upkeep.backup)
app.command()(cli_upkeep.restore)
app.command()(cli_upkeep.revoke)
app.command()(cli_purge.purge)
app.command()(cli_erase.erase)
app.add_typer(cli_purge.parked, name="parked")
app.command()(cli_move.move)


@app.callback()
def in_language(
    spoken_in: Annotated[str, typer.Option("--lang", help="ru or en; by default what the system speaks.")] = "",
) -> None:
    """Kopilka's head office: takes receipts in, keeps the ledger, feeds the tills."""
    if spoken_in:
        os.environ["KOPILKA_LANG"] = spoken_in


def main() -> None:
    """Run the command line; errors become sentences and exit status 1."""
    said = _run(app)
    if said is not None:
        typer.echo(said, err=True)
        sys.exit(1)


def _run(command: Callable[[], T]) -> str | None:
    try:
        command()
    except KopilkaError as error:
        return error_text(error)
    except OSError as error:
        return f"{error.filename or spoken('cli.file')}: {error.strerror or error}"
    except Exception as error:
        if os.environ.get("KOPILKA_DEBUG"):
            raise
        return spoken("cli.bug", what=f"{type(error).__name__}: {error}")
    return None
