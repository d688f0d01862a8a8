"""`kopilka-server family` and `merge`: who shares an account, and who is one and the same person."""

from collections.abc import Iterable
from typing import Annotated

import typer

from sync_server.cli_options import HOME, Data, Database
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms, random_bytes
from sync_server.find_member import FoundMember
from sync_server.member_changes import Wish
from sync_server.office import opened
from sync_server.settings import Settings

BY = "command line"
families = typer.Typer(no_args_is_help=True, help="Families: members who share one account.")
Who = Annotated[str, typer.Argument(help="Card, phone, or id of a member")]


@families.command()
def create(
    members: Annotated[list[str], typer.Argument(help="Cards, phones or ids of its members")],
    data: Data = HOME, database: Database = "",
) -> None:  # fmt: skip
    """Give members one account, with the points and the status of all of them."""
    from sync_server.families import create_family

    with opened(Settings(data, database)) as (base, identity):
        made = create_family(base, identity, _wish(), members)
    tell("cli.family", count=len(made), account=made[0].ident.account_id, names=_names(made))


@families.command()
def add(
    family: Annotated[str, typer.Argument(help="Card, phone, or id of anyone in the family")],
    member: Who, data: Data = HOME, database: Database = "",
) -> None:  # fmt: skip
    """Take one more member into a family, with all the member has."""
    from sync_server.families import add_to_family

    with opened(Settings(data, database)) as (base, identity):
        inside = add_to_family(base, identity, _wish(), family, member)
    tell("cli.family.more", count=len(inside), names=_names(inside))


@families.command()
def leave(member: Who, data: Data = HOME, database: Database = "") -> None:
    """Give a member an account of the own again, with nothing in it: points and status stay with the family."""
    from sync_server.families import leave_family

    with opened(Settings(data, database)) as (base, identity):
        left = leave_family(base, identity, _wish(), member)
    tell("cli.family.left", name=_names([left]), account=left.ident.account_id)


def merge(
    keep: Annotated[str, typer.Argument(help="Card, phone, or id of the member who stays")],
    gone: Annotated[str, typer.Argument(help="Card, phone, or id of the one who becomes that member")],
    data: Data = HOME, database: Database = "",
) -> None:  # fmt: skip
    """Make two members one, with the cards, phones and points of both. There is no way back."""
    from sync_server.bank_cards import count_unknown
    from sync_server.merging import merge_members

    with opened(Settings(data, database)) as (base, identity):
        one = merge_members(base, identity, _wish(), keep, gone)
        older = count_unknown(base, one)
    cards = ", ".join(one.ident.cards) or spoken("cli.merge.no_cards")
    tell("cli.merge", names=_names([one]), cards=cards, account=one.ident.account_id)
    if older:
        tell("cli.merge.bank_cards", known=len(one.ident.bank_cards), older=older)


def _wish() -> Wish:
    return Wish(BY, now_ms(), random_bytes)


def _names(members: Iterable[FoundMember]) -> str:
    """Masked: what is on a screen may be read by others."""
    return ", ".join(each.ident.name_masked or each.place.member_id[:8] for each in members)
