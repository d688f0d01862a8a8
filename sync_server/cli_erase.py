"""`kopilka-server erase`: a person's data gone for good, told first and asked for once more."""

import getpass
from typing import Annotated

import typer

from loyalty.events import canonical
from sync_server.cli_options import HOME, Data, Database
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms
from sync_server.settings import Settings


def erase(
    member: Annotated[str, typer.Argument(help="Card, phone, or id of the member")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Erase a member's personal data everywhere; receipts and ledger stay, of nobody that can be found. No way back."""
    from sync_server.erasing.erase import beside, copies_beside, plan_erasing
    from sync_server.erasing.erase import erase as erase_member
    from sync_server.office import opened

    settings = Settings(data, database)
    with opened(settings) as (base, identity):
        found, there = plan_erasing(base, identity, member)
        if as_json:
            typer.echo(canonical(there).decode())
        else:
            tell(
                "cli.erase.found", name=found.ident.name_masked or found.place.member_id, members=there.members,
                cards=there.cards, phones=there.phones, bank_cards=there.bank_cards, personal=there.personal,
                receipts=there.receipts, messages=there.messages, confirmations=there.confirmations,
                reasons=there.reasons,
            )  # fmt: skip
        if dry_run:
            return
        if not yes:
            typer.confirm(spoken("cli.erase.sure"), abort=True)
        erase_member(base, identity, beside(settings), found.place.member_id, getpass.getuser(), now_ms())
    tell("cli.erase", member=found.place.member_id)
    for path in copies_beside(settings.data):
        tell("cli.erase.copy", file=str(path))
    if database:
        tell("cli.erase.postgres")
