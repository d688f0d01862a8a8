"""Importing members and products: batches of rows, from a CSV file or from anywhere else."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from loyalty.errors import BadInput
from loyalty.published import NO_PROGRAMME
from loyalty.sentences import Lang, sentence
from sync_server import import_balances, import_members, import_products
from sync_server.balance_sums import LotSums, without_controls
from sync_server.csv_rows import Row, read_rows
from sync_server.identity import Identity
from sync_server.import_names import BALANCE_ALIASES, MEMBER_ALIASES, PRODUCT_ALIASES
from sync_server.import_report import Imported, NotTaken, ReportFile, Tally
from sync_server.programmes import read_published, read_rules
from sync_server.seen import Seen
from sync_server.store import Store
from sync_server.words import SENTENCES

BATCH_ROWS = 10_000
_COLUMNS = {
    "members": (import_members.COLUMNS, import_members.NEEDED, MEMBER_ALIASES),
    "balances": (import_balances.COLUMNS, import_balances.NEEDED, BALANCE_ALIASES),
    "products": (import_products.COLUMNS, import_products.NEEDED, PRODUCT_ALIASES),
}


def import_file(
    store: Store,
    identity: Identity,
    what: str,
    path: Path,
    now_ms: int,
    dry_run: bool = False,
    report: Path | None = None,
    lang: Lang = "en",
) -> Imported:
    """Import a CSV of `members`, `balances` or `products`. Raises BadInput for a file that cannot be used, OSError."""
    if what not in _COLUMNS:
        raise BadInput(sentence("import.what", known=", ".join((*_COLUMNS, "segments"))))
    sums = LotSums()
    if what == "balances":
        sums.check(read_rows(path, *_COLUMNS[what]))
    rows = read_rows(path, *_COLUMNS[what])
    first = next(rows, None)
    file = ReportFile(report, lang, SENTENCES)
    try:
        return import_rows(store, identity, what, _with_first(first, rows), now_ms, dry_run, file.write, sums)
    finally:
        file.close()


def import_rows(
    store: Store,
    identity: Identity,
    what: str,
    rows: Iterable[Row],
    now_ms: int,
    dry_run: bool = False,
    keep: Callable[[NotTaken], None] | None = None,
    sums: LotSums | None = None,
) -> Imported:
    """Import rows in batches; `keep` gets each row not taken, `sums` what balances come to."""
    sums = sums or LotSums()
    tally = Tally(keep or (lambda _: None))
    rules, programme = read_rules(store), read_published(store) or NO_PROGRAMME
    codes = programme.codes
    ahead = without_controls(rows) if what == "balances" else iter(rows)
    with Seen() as seen:
        while batch := list(islice(ahead, BATCH_ROWS)):
            if what == "members":
                import_members.import_members(store, identity, rules, codes, batch, now_ms, dry_run, seen, tally)
            elif what == "balances":
                import_balances.import_balances(
                    store, identity, rules, programme, batch, now_ms, dry_run, seen, tally, sums
                )
            else:
                import_products.import_products(store, codes, batch, dry_run, seen, tally)
    return replace(tally.imported, sums=sums.lines())


def _with_first(first: Row | None, rows: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
        yield from rows
