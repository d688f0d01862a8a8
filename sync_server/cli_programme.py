"""`kopilka-server publish|snapshot|coupons|budget`: what tills are given to go by."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.cli_said import tell
from sync_server.clock import now_ms, random_bytes
from sync_server.settings import Settings

coupons = typer.Typer(no_args_is_help=True, help="Coupons signed by the head office.")
budget = typer.Typer(no_args_is_help=True, help="Campaign budgets and the tills' shares of them.")


def publish(
    file: Annotated[Path, typer.Argument(help="Programme document (TOML)")], data: Data = HOME, database: Database = ""
) -> None:
    """Check, sign and publish a programme."""
    from sync_server.office import opened
    from sync_server.publish import publish_file

    with opened(Settings(data, database)) as (base, identity):
        done = publish_file(base, identity, file, now_ms())
    said = "cli.publish" if done.outcome == "new" else "cli.publish.again"
    tell(said, id=done.programme.id, version=done.programme.version)


def snapshot(data: Data = HOME, database: Database = "") -> None:
    """Make a fresh snapshot for new terminals."""
    from sync_server.office import opened
    from sync_server.snapshot import make_snapshot

    settings = Settings(data, database)
    with opened(settings) as (base, identity):
        made = make_snapshot(base, identity, settings.snapshots, now_ms(), random_bytes(16).hex())
    rows = ", ".join(f"{count} {stream}" for stream, count in made.rows.items())
    tell("cli.snapshot", id=made.snapshot_id, rows=rows, packed=made.bytes, plain=made.file_bytes)


@coupons.command()
def issue(
    series: Annotated[str, typer.Argument(help="Code of the series: 2 to 8 capitals and digits")],
    count: Annotated[int, typer.Argument(help="How many")],
    expires: Annotated[str, typer.Option(help="The last day they are good, as in 2026-12-31.")] = "",
    member: Annotated[str, typer.Option(help="Card of the one member who may use them.")] = "",
    out: Annotated[Path | None, typer.Option(help="A new CSV file for the list; standard output without it.")] = None,
    png: Annotated[Path | None, typer.Option(help="A folder for a QR code of each.")] = None,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Make signed coupons, each for one use, that tills check without a link."""
    from sync_server.coupons import Wanted, check_pictures, issue_coupons, save_coupons, save_pictures, write_coupons
    from sync_server.office import opened

    if png:
        check_pictures(count)
    with opened(Settings(data, database)) as (base, identity):
        made = issue_coupons(base, identity, Wanted(series, count, expires, member), now_ms(), random_bytes)
    if out:
        save_coupons(out, made)
        tell("cli.coupons", count=len(made), file=str(out))
    else:
        write_coupons(sys.stdout, made)
    if png:
        save_pictures(png, made)


@budget.command("list")
def list_budgets(data: Data = HOME, database: Database = "") -> None:
    """Every budget of the published programme: what is in shares, what tills say is used, and where."""
    from sync_server.budget_report import budget_lines, told_lines
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        for line in told_lines(budget_lines(base), lang()):
            typer.echo(line)


@budget.command()
def release(
    terminal: Annotated[str, typer.Argument(help="The terminal: T3, or its id")],
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Take back what a terminal has not used of its shares: of one revoked, or silent for a day, that will not sell."""
    from sync_server.budget_release import release_shares
    from sync_server.budget_report import amount_words
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        done = release_shares(base, terminal, now_ms())
    for name, amount in done.items():
        tell("cli.release", name=name, amount=amount_words(amount, lang()))
    if not done:
        tell("cli.release.nothing")
