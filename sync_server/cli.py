"""`kopilka-server`: set up, run, enrol terminals, import, publish, snapshots, users.

Every error is a sentence with what to do next; a traceback never reaches the screen.
"""

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from loyalty.errors import BadInput, KopilkaError
from loyalty.events import canonical
from loyalty.sentences import say, sentence
from sync_server import cli_erase, cli_members, cli_move, cli_purge, cli_stops, cli_upkeep
from sync_server.cli_options import HOME, Data, Database, lang
from sync_server.cli_said import error_text, spoken, tell
from sync_server.cli_status import status
from sync_server.clock import now_ms, random_bytes, steady_ms
from sync_server.settings import JOURNAL, MAX_REQUESTS, MAX_WAITING, Settings
from sync_server.words import SENTENCES

T = TypeVar("T")
SEGMENTS = "segments"
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
coupons = typer.Typer(no_args_is_help=True, help="Coupons signed by the head office.")
app.add_typer(coupons, name="coupons")
audience = typer.Typer(no_args_is_help=True, help="Sets of members that campaigns speak to.")
app.add_typer(audience, name="audience")
budget = typer.Typer(no_args_is_help=True, help="Campaign budgets and the tills' shares of them.")
app.add_typer(budget, name="budget")
app.add_typer(status, name="status")
app.add_typer(cli_members.families, name="family")
app.add_typer(cli_stops.stops, name="stop")
app.add_typer(cli_stops.resumed, name="resume")
app.command()(cli_members.merge)
app.command()(cli_upkeep.verify)
app.command()(cli_upkeep.rebuild)
app.command()(cli_upkeep.backup)
app.command()(cli_upkeep.restore)
app.command()(cli_upkeep.revoke)
app.command()(cli_purge.purge)
app.command()(cli_erase.erase)
app.add_typer(cli_purge.parked, name="parked")
app.command()(cli_move.move)


@app.callback()
def in_language(
    spoken_in: Annotated[str, typer.Option("--lang", help="ru or en; by default what the system speaks.")] = "",
) -> None:
    """Kopilka's head office: takes receipts in, keeps the ledger, feeds the tills."""
    if spoken_in:
        os.environ["KOPILKA_LANG"] = spoken_in


@app.command()
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


@app.command()
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


@app.command("apply")
def apply_(data: Data = HOME, database: Database = "") -> None:
    """Apply what other processes take in (`run --no-apply`), until stopped; several share the work."""
    from sync_server.serve import apply_only

    apply_only(Settings(data, database))


@app.command("messages")
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


@app.command()
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


@app.command("import")
def import_(
    what: Annotated[str, typer.Argument(help="members, balances, products or segments")],
    file: Annotated[Path, typer.Argument(help="CSV file; of segments what kopilka queue export wrote")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; nothing is written.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Where to write the rows not taken (CSV).")] = None,
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
            said = import_segments(base, identity, file, now_ms())
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


@app.command()
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


@app.command()
def snapshot(data: Data = HOME, database: Database = "") -> None:
    """Make a fresh snapshot for new terminals."""
    from sync_server.office import opened
    from sync_server.snapshot import make_snapshot

    settings = Settings(data, database)
    with opened(settings) as (base, identity):
        made = make_snapshot(base, identity, settings.snapshots, now_ms(), random_bytes(16).hex())
    rows = ", ".join(f"{count} {stream}" for stream, count in made.rows.items())
    tell("cli.snapshot", id=made.snapshot_id, rows=rows, packed=made.bytes, plain=made.file_bytes)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


def main() -> None:
    """Run the command line; errors become sentences and exit status 1."""
    said = _run(app)
    if said is not None:
        typer.echo(said, err=True)
        sys.exit(1)


def _tell_not_taken(report: Path | None) -> None:
    _tell_file("cli.not_taken", report)


def _tell_file(what: str, report: Path | None) -> None:
    """Where the report is, or how to have one."""
    if report:
        tell(what, file=str(report))
    else:
        tell(f"{what}.how")


def _run(command: Callable[[], T]) -> str | None:
    try:
        command()
    except KopilkaError as error:
        return error_text(error)
    except OSError as error:
        return f"{error.filename or spoken('cli.file')}: {error.strerror or error}"
    except Exception as error:
        if os.environ.get("KOPILKA_DEBUG"):
            raise
        return spoken("cli.bug", what=f"{type(error).__name__}: {error}")
    return None
