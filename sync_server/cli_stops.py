"""`kopilka-server stop` and `resume`: an emergency stop of one campaign, or of the spending of points, and its end."""

from datetime import datetime, tzinfo
from typing import Annotated

import typer

from loyalty.dates import moment_text
from loyalty.stops import Stop
from sync_server.cli_members import BY
from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms
from sync_server.office import opened
from sync_server.settings import Settings

stops = typer.Typer(no_args_is_help=True, help="Stop a campaign, or the spending of points, at every till at once.")
resumed = typer.Typer(no_args_is_help=True, help="Put in force again what was stopped.")
Why = Annotated[str, typer.Option("--reason", help="Why; cashiers see it.")]
AfterAll = Annotated[str, typer.Option("--reason", help="Why; it stays on record.")]
Campaign = Annotated[str, typer.Argument(help="The campaign's id in the programme")]


@stops.command("campaign")
def stop_campaign(campaign: Campaign, reason: Why = "", data: Data = HOME, database: Database = "") -> None:
    """Stop a campaign: tills give nothing of it from their next round on, whatever version of the programme."""
    _stop(campaign, reason, data, database)


@stops.command("redemption")
def stop_redemption(reason: Why = "", data: Data = HOME, database: Database = "") -> None:
    """Stop the spending of points, those that campaigns take too. Points go on being earned."""
    _stop("", reason, data, database)


@stops.command("list")
def list_stops(data: Data = HOME, database: Database = "") -> None:
    """What is stopped, since when and why."""
    from sync_server.programmes import read_published
    from sync_server.standing import zone_of
    from sync_server.stops import stops_in_force

    with opened(Settings(data, database)) as (base, _):
        found, zone = stops_in_force(base), zone_of(read_published(base))
    if not found:
        tell("cli.stops.none")
    if found.redemption is not None:
        _line(spoken("cli.stops.redemption"), found.redemption, zone)
    for campaign_id, stop in found.campaigns.items():
        _line(campaign_id, stop, zone)


@resumed.command("campaign")
def resume_campaign(campaign: Campaign, reason: AfterAll = "", data: Data = HOME, database: Database = "") -> None:
    """Put a campaign in force again."""
    _resume(campaign, reason, data, database)


@resumed.command("redemption")
def resume_redemption(reason: AfterAll = "", data: Data = HOME, database: Database = "") -> None:
    """Let points be spent again."""
    _resume("", reason, data, database)


def _stop(campaign: str, reason: str, data: Data, database: Database) -> None:
    from sync_server.stops import Target, stop

    with opened(Settings(data, database)) as (base, identity):
        stop(base, identity, Target(campaign), reason, BY, now_ms())
    tell("cli.stopped", what=campaign or spoken("cli.stops.redemption"))


def _resume(campaign: str, reason: str, data: Data, database: Database) -> None:
    from sync_server.stops import Target, resume

    with opened(Settings(data, database)) as (base, identity):
        resume(base, identity, Target(campaign), reason, BY, now_ms())
    tell("cli.resumed", what=campaign or spoken("cli.stops.redemption"))


def _line(what: str, stop: Stop, zone: tzinfo) -> None:
    """In the shops' own time."""
    since = moment_text(f"{datetime.fromtimestamp(stop.since_ms / 1000, zone):%Y-%m-%d %H:%M}", lang())
    typer.echo(f"{what}: {since}, {stop.reason}")
