"""`kopilka-server import|audience`: what comes in from files."""

from pathlib import Path
from typing import Annotated

import typer

from loyalty.errors import BadInput
from loyalty.sentences import say, sentence
from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms
from sync_server.settings import Settings
from sync_server.words import SENTENCES

SEGMENTS = "segments"
audience = typer.Typer(no_args_is_help=True, help="Sets of members that campaigns speak to.")


def import_(
    what: Annotated[str, typer.Argument(help="members, balances, products or segments")],
    file: Annotated[Path, typer.Argument(help="CSV file; of segments what kopilka queue export wrote")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; nothing is written.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Where to write the rows not taken (CSV).")] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Segments of a copy of a till too: they are kept as such, and flagged.")
    ] = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Import members, their balances or products from CSV, or a till's events (segments) from a file of its export.

    New members and products are added, others changed where the file says something else; lots of points and events
    come in once.
    """
    from sync_server.import_segments import import_segments
    from sync_server.imports import import_file
    from sync_server.office import opened

    if what == SEGMENTS:
        if dry_run or report:
            raise BadInput(sentence("import.plain"))
        with opened(Settings(data, database)) as (base, identity):
            said = import_segments(base, identity, file, now_ms(), from_a_copy=copy)
        typer.echo(say(said, lang(), SENTENCES))
        return
    with opened(Settings(data, database)) as (base, identity):
        done = import_file(base, identity, what, file, now_ms(), dry_run, report, lang())
    tell(
        "cli.import.dry" if dry_run else "cli.import",
        rows=done.rows, added=done.added, changed=done.changed, known=done.known, refused=done.refused,
    )  # fmt: skip
    for each in done.sums:
        tell(
            "cli.balances.dry" if dry_run else "cli.balances",
            wallet=each.wallet, month=each.month or spoken("cli.balances.never"), file_points=each.file_points,
            booked_points=each.booked_points, left_points=each.file_points - each.booked_points,
        )  # fmt: skip
    if done.first_purchases:
        tell("cli.import.first", members=done.first_purchases)
    if done.refused:
        _tell_not_taken(report)
    elif done.changed and dry_run:
        _tell_file("cli.would_change", report)
    raise typer.Exit(1 if done.refused and not done.added and not done.known and not done.changed else 0)


@audience.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="What campaigns call it: an id, as in season-tickets")],
    file: Annotated[Path, typer.Argument(help="CSV file with cards or phones")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; nothing is written.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Where to write the rows not taken (CSV).")] = None,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Put exactly these members into an audience: who is not in the file is not in it any more."""
    from sync_server.audiences import set_audience
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, identity):
        done = set_audience(base, identity, name, file, dry_run, report, lang())
    tell(
        "cli.audience.dry" if dry_run else "cli.audience",
        rows=done.rows, added=done.added, removed=done.removed, kept=done.kept, refused=done.refused,
    )  # fmt: skip
    if done.refused:
        _tell_not_taken(report)


@audience.command("list")
def list_(data: Data = HOME, database: Database = "") -> None:
    """Every audience and how many members are in it."""
    from sync_server.audiences import list_audiences
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        for name, members in list_audiences(base).items():
            typer.echo(f"{name}: {members}")


@audience.command()
def drop(name: Annotated[str, typer.Argument(help="The audience")], data: Data = HOME, database: Database = "") -> None:
    """End an audience: nobody is in it any more."""
    from sync_server.audiences import drop_audience
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        done = drop_audience(base, name)
    tell("cli.audience.drop", count=done.removed)


def _tell_not_taken(report: Path | None) -> None:
    _tell_file("cli.not_taken", report)


def _tell_file(what: str, report: Path | None) -> None:
    """Where the report is, or how to have one."""
    if report:
        tell(what, file=str(report))
    else:
        tell(f"{what}.how")
