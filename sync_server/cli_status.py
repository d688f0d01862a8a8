"""`kopilka-server status`: statuses given by hand, taken back, and what is on record of both."""

import getpass
from typing import Annotated

import typer

from sync_server.cli_options import HOME, Data, Database
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms
from sync_server.settings import Settings

Card = Annotated[str, typer.Argument(help="Card of the member")]
Status = Annotated[str, typer.Argument(help="Id of a status of the programme")]
Reason = Annotated[str, typer.Option(help="Why: it stays on record.")]
status = typer.Typer(no_args_is_help=True, help="Statuses given to members by hand.")


@status.command()
def grant(
    card: Card,
    status: Status,
    reason: Reason,
    until: Annotated[str, typer.Option(help="The last day, as in 2027-05-31; as one earned today without it.")] = "",
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Give a member a status from today on."""
    from sync_server.grants import account_of_card, grant_status
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        account_id = account_of_card(base, card)
        given = grant_status(base, account_id, status, until, reason, getpass.getuser(), now_ms())
    if given.last_date:
        tell("cli.status.grant", card=card, status=status, from_date=given.given_on, until_date=given.last_date)
    else:
        tell("cli.status.grant.season", card=card, status=status, from_date=given.given_on)


@status.command()
def withdraw(card: Card, status: Status, reason: Reason, data: Data = HOME, database: Database = "") -> None:
    """Take back a status that was given by hand; what the member has earned stays."""
    from sync_server.grants import account_of_card, withdraw_status
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        account_id = account_of_card(base, card)
        withdraw_status(base, account_id, status, None, reason, getpass.getuser(), now_ms())
    tell("cli.status.withdraw", card=card, status=status)


@status.command("list")
def list_(card: Card, data: Data = HOME, database: Database = "") -> None:
    """What was given to a member by hand and taken back, newest first."""
    from sync_server.grants import account_of_card, read_acts
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        account_id = account_of_card(base, card)
        with base.read() as tx:
            acts = read_acts(tx, account_id)
    for act in acts:
        end = spoken("cli.status.end", until_date=act.grant.last_date) if act.grant.last_date else ""
        tell(
            f"cli.status.{act.act}",
            status=act.grant.status, from_date=act.grant.given_on, end=end, who=act.who, reason=act.reason,
        )  # fmt: skip
    if not acts:
        tell("cli.status.none")
