"""`kopilka-server books|expire`: whether the books balance, and points that run out."""

import sys
from typing import Annotated

import typer

from loyalty.events import canonical
from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.cli_said import tell
from sync_server.clock import now_ms, steady_ms
from sync_server.settings import Settings


def books(
    accounts: Annotated[list[str] | None, typer.Argument(help="Account ids, or numbers of gift cards, to show")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0, max=600, help="Wait so many seconds for what is not applied yet.")
    ] = 10,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Check the books: every bucket balances, nothing is stored twice, balances are their ledgers."""
    from sync_server.books import wait_for_books
    from sync_server.books_said import account_named, books_lines
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        found = wait_for_books(base, [account_named(text) for text in accounts or []], steady_ms, wait_s)
    if as_json:
        typer.echo(canonical(found).decode())
    else:
        typer.echo("\n".join(books_lines(found, lang())))
    raise typer.Exit(0 if found.sound else 1)


def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written off; write nothing.")] = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Write off points that have run out, and forget used coupons whose series has ended. Once a day."""
    from sync_server.expire import expire as run_expire
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _), typer.progressbar(length=256, file=sys.stderr) as bar:
        done = run_expire(base, now_ms(), dry_run, lambda _: bar.update(1))
    said = "cli.expire.dry" if dry_run else "cli.expire"
    for wallet, run in done.wallets.items():
        tell(said, wallet=wallet, expired=run.expired_points, restored=run.restored_points, accounts=run.accounts)
    if not done.wallets:
        tell("cli.expire.nothing", before_date=done.before_date)
    if done.coupons:
        tell("cli.expire.coupons", count=done.coupons)
