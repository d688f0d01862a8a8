"""`kopilka-server verify`, `rebuild`, `backup`, `restore`, `revoke`: what an operator runs so that nothing is lost."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from loyalty.errors import BadInput, NotNow
from loyalty.events import canonical
from loyalty.sentences import sentence
from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.cli_said import tell
from sync_server.clock import now_ms, random_bytes
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
        found = read_all(base, partial(_show, bar))
    typer.echo(canonical(found).decode() if as_json else "\n".join(verified_lines(found, lang())))
    raise typer.Exit(0 if found.sound else 1)


def rebuild(
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what was worked out in place of what differs. Stop the server first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Work the books out again from what tills sent, and say where those in use differ."""
    from sync_server.office import opened
    from sync_server.rebuilding.rebuild import rebuild as work_out
    from sync_server.rebuilding.rebuild import rebuilt_lines

    aside = data / f"before-rebuild-{now_ms()}.db" if replace else None
    with opened(Settings(data, database)) as (base, _), typer.progressbar(length=1, file=sys.stderr) as bar:
        data.mkdir(parents=True, exist_ok=True)
        done = work_out(base, data, now_ms(), aside, partial(_show, bar))
    typer.echo(canonical(done).decode() if as_json else "\n".join(rebuilt_lines(done)))
    if aside and not done.same:
        typer.echo(f"Replaced in {len(done.buckets)} buckets; what was there is in {aside}.", err=as_json)
    raise typer.Exit(0 if done.same or replace else 1)


def backup(
    file: Annotated[Path, typer.Argument(help="A new file for the copy")],
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Copy the database as it is at one moment into a file; the server may go on."""
    from sync_server.backups import back_up
    from sync_server.office import opened
    from sync_server.safety import mark_backed_up

    if database:
        command = f"pg_dump --format=custom --file={file} DATABASE"
        raise NotNow(sentence("backup.postgres", command=command))
    settings = Settings(data)
    with opened(settings) as (base, _):
        with typer.progressbar(length=1, file=sys.stderr) as bar:
            back_up(settings.sqlite_file, file, partial(_show, bar))
        mark_backed_up(base, file)
    typer.echo(f"Copied to {file}. Whoever has it has the keys of the head office and members' personal data.")


def restore(
    file: Annotated[Path, typer.Argument(help="A copy made by `backup`")],
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Put a copy in the database's place and begin a new generation: tills send again what it lacks."""
    from sync_server.backups import restore as put_back
    from sync_server.erasing.erase import beside, erased_in

    if database:
        raise NotNow(sentence("restore.postgres"))
    aside = data / f"before-restore-{now_ms()}.db"
    settings = Settings(data)
    erased = erased_in(beside(settings).log, settings.sqlite_file)
    gen = put_back(file, settings.sqlite_file, aside, random_bytes, erased, now_ms())
    kept = f" What was there is in {aside}." if aside.exists() else ""
    if erased:
        tell("cli.erase.again", count=len(erased))
    typer.echo(f"{file} is in place; generation {gen} begins: tills compare and send again what is missing.{kept}")


def revoke(
    terminal: Annotated[str, typer.Argument(help="The terminal: T3, or its id")],
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Take nothing more from a terminal and tell it nothing; it holds at once. A new code brings the device in anew."""
    from sync_server.enrol import revoke_terminal
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        if not revoke_terminal(base, terminal):
            raise BadInput(sentence("revoke.unknown", terminal=terminal[:40]))
    typer.echo(f"{terminal} is revoked. What it has sent counts; to use the device again, enrol it with a new code.")


def _show(bar: Any, done: int, whole: int) -> None:
    bar.length = max(whole, 1)
    bar.update(done - bar.pos)
