"""`kopilka-server purge` and `parked`: what is over goes, what was put aside is tried again."""

from typing import Annotated

import typer

from loyalty.events import canonical
from sync_server.cli_options import HOME, Data, Database
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms
from sync_server.purging.purge import KEPT_DAYS
from sync_server.settings import Settings

parked = typer.Typer(no_args_is_help=True, help="Events that were put aside.")
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def purge(
    days: Annotated[
        int, typer.Option(min=1, help="How long tills may be away and still learn who is gone.")
    ] = KEPT_DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    as_json: Json = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Forget deleted rows that every till has had, and codes, confirmations, sessions, messages that are over."""
    from sync_server.office import opened
    from sync_server.purging.purge import purge as run_purge

    settings = Settings(data, database)
    with opened(settings) as (base, _):
        done = run_purge(base, settings.snapshots, now_ms(), days, dry_run)
    if as_json:
        typer.echo(canonical(done).decode())
        return
    tell(
        "cli.purge.dry" if dry_run else "cli.purge",
        tombstones=done.tombstones, confirmations=done.confirmations, messages=done.messages, sessions=done.sessions,
        codes=done.codes, snapshots=done.snapshots,
    )  # fmt: skip
    if done.erasings:
        tell("cli.purge.erasings", count=done.erasings)


@parked.command("list")
def list_(as_json: Json = False, data: Data = HOME, database: Database = "") -> None:
    """Each event that was put aside, where it came from, and why."""
    from sync_server.office import opened
    from sync_server.parked import read_parked

    with opened(Settings(data, database)) as (base, _):
        found = list(read_parked(base))
    if as_json:
        typer.echo(canonical(found).decode())
        return
    for each in found:
        kind = each.type or spoken("cli.parked.unknown")
        typer.echo(f"{each.till} {each.epoch}/{each.seq}  {kind}  {each.event_id}  {each.why}")
    tell("cli.parked", count=len(found)) if found else tell("cli.parked.none")


@parked.command()
def replay(data: Data = HOME, database: Database = "") -> None:
    """Apply what this version understands, or what failed and no longer does; the rest stays put aside."""
    from sync_server.office import opened
    from sync_server.parked import replay_parked

    with opened(Settings(data, database)) as (base, identity):
        done = replay_parked(base, identity)
    tell("cli.parked.replay", applied=done.applied, left=done.left)
    raise typer.Exit(1 if done.left else 0)
