"""`kopilka-server init|run|apply|enrol|user|messages|restored`: a head office set up, and at work."""

import getpass
import os
import sys
from typing import Annotated

import typer

from loyalty.errors import BadInput
from loyalty.events import canonical
from loyalty.sentences import sentence
from sync_server.cli_options import HOME, Data, Database
from sync_server.cli_said import spoken, tell
from sync_server.clock import now_ms, random_bytes
from sync_server.settings import JOURNAL, MAX_REQUESTS, MAX_WAITING, Settings


def init(
    data: Data = HOME,
    database: Database = "",
    citus: Annotated[bool, typer.Option("--citus", help="Spread the tables over a Citus cluster.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print what --citus would run, and do nothing.")] = False,
) -> None:
    """Prepare the data folder and the tables; running it again does no harm."""
    from sync_server.citus import citus_statements, spread
    from sync_server.migrate import init_store
    from sync_server.store import open_store

    if sql:
        for _, statement in citus_statements():
            typer.echo(f"{statement};")
        return
    settings = Settings(data, database)
    store = open_store(settings.url)
    identity = init_store(store, random_bytes)
    if citus:
        tell("cli.init.citus", tables=spread(store))
    store.close()
    tell("cli.init", folder=str(data), gen=identity.gen)


def run(
    data: Data = HOME,
    database: Database = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8710,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty head office with the demo shop.")] = False,
    tied: Annotated[
        bool, typer.Option("--tied", help="Stop when standard input ends: with the program that started it.")
    ] = False,
    no_apply: Annotated[
        bool, typer.Option("--no-apply", help="Leave applying to other processes; PostgreSQL only.")
    ] = False,
    max_requests: Annotated[
        int,
        typer.Option(min=1, max=10_000, help="Requests of tills answered at a time; others come later."),
    ] = MAX_REQUESTS,
    max_waiting: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Segments that may wait to be applied; others come later.")
    ] = MAX_WAITING,
    stored_is_safe: Annotated[
        bool,
        typer.Option(
            "--stored-is-safe",
            help="The disk is replicated as it is written: tills need not keep events until the next backup.",
            envvar="KOPILKA_STORED_IS_SAFE",
        ),
    ] = False,
    messages: Annotated[
        str,
        typer.Option(
            help="Where codes to members' phones go: journal (the console shows them), or the address of a webhook.",
            envvar="KOPILKA_MESSAGES",
        ),
    ] = "",
) -> None:
    """Serve terminals and the console until stopped."""
    from sync_server.serve import serve

    secret = os.environ.get("KOPILKA_MESSAGES_SECRET", "")
    where = messages or (JOURNAL if demo else "")
    settings = Settings(
        data, database, host, port, applies=not no_apply, max_requests=max_requests, max_waiting=max_waiting,
        stored_is_safe=stored_is_safe, messages=where, messages_secret=secret,
    )  # fmt: skip
    if no_apply and settings.is_sqlite:
        raise BadInput(sentence("one_process.no_apply"))
    serve(settings, demo, tied)


def apply_(data: Data = HOME, database: Database = "") -> None:
    """Apply what other processes take in (`run --no-apply`), until stopped; several share the work."""
    from sync_server.serve import apply_only

    apply_only(Settings(data, database))


def enrol(
    store: Annotated[str, typer.Option(help="The store's code.")] = "S1",
    name: Annotated[str, typer.Option(help="The store's name.")] = "",
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Make a one-time code for a terminal: 8 digits, 10 minutes."""
    from sync_server.enrol import make_code
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, identity):
        typer.echo(make_code(base, identity, store, name, now_ms(), random_bytes))


def user(
    name: Annotated[str, typer.Argument(help="User name for the console")],
    role: Annotated[str, typer.Option(help="owner or viewer")] = "owner", data: Data = HOME, database: Database = "",
) -> None:  # fmt: skip
    """Make a console user or change the password, which is asked for (or read from standard input)."""
    from sync_server.office import opened
    from sync_server.users import ROLES, set_user

    chosen = next((known for known in ROLES if known == role), None)
    if chosen is None:
        raise typer.BadParameter(spoken("cli.user.role"))
    password = getpass.getpass(spoken("cli.user.password")) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with opened(Settings(data, database)) as (base, _):
        set_user(base, name, password, chosen, now_ms())
    tell("cli.user", name=name, role=role)


def messages_(
    since_ms: Annotated[int, typer.Option(min=0, help="Only those since this time, in milliseconds.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    data: Data = HOME,
    database: Database = "",
) -> None:
    """Messages written down instead of sent (--messages journal), newest first."""
    from sync_server.messages.journal import written
    from sync_server.office import opened

    with opened(Settings(data, database)) as (base, _):
        found = written(base, since_ms)
    if as_json:
        typer.echo(canonical(found).decode())
        return
    for message in found:
        typer.echo(f"{message.phone}: {message.text}")


def restored(data: Data = HOME, database: Database = "") -> None:
    """Say that this database was set back to a backup: terminals send again what it lost. Stop the server first."""
    from sync_server.erasing.erase import beside, erased_before, repeat_erasings
    from sync_server.identity import renew_generation
    from sync_server.office import opened
    from sync_server.snapshot import drop_snapshots

    settings = Settings(data, database)
    with opened(settings, even_moved=True) as (base, identity):
        gen = renew_generation(base, random_bytes)
        erased = erased_before(beside(settings), base)
        repeat_erasings(base, identity, erased, now_ms())
        drop_snapshots(settings.snapshots)
    if erased:
        tell("cli.erase.again", count=len(erased))
    tell("cli.restored", gen=gen)
