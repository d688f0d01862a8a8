"""Audiences: sets of members that campaigns speak to, each set from a file of cards and phones.

Who is in one stands in the members' own rows of the feed and nowhere else, so tills have it with the member. A set is
changed bucket by bucket, some members a transaction: a command cut short leaves a part, and run again does the rest.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, islice
from pathlib import Path

import msgspec
from sqlalchemy import select, text

from loyalty.codes import CodeRanges
from loyalty.documents.section import ID
from loyalty.errors import BadInput
from loyalty.events import BUCKETS, bucket_of, canonical
from loyalty.feed import IdentRow
from loyalty.sentences import Lang, Sentence, sentence
from sync_server import import_fields
from sync_server.csv_rows import Row, read_rows
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.import_fields import Unfit
from sync_server.import_names import MEMBER_ALIASES
from sync_server.import_report import NotTaken, ReportFile
from sync_server.personal import MAX_AUDIENCES
from sync_server.programmes import read_published
from sync_server.rows import select_by
from sync_server.schema import ALIAS, FEED
from sync_server.store import Store, Tx, open_scratch
from sync_server.words import SENTENCES

COLUMNS = ("card", "phone")
MAX_ROWS = 5_000_000
MAX_OF_MEMBER = MAX_AUDIENCES
BATCH_ROWS = 10_000
UNIT_MEMBERS = 1000
"""So many a transaction, so that receipts need not wait long."""
Keep = Callable[[NotTaken], None]
_Alias = tuple[int, str, str]
_ident = msgspec.json.Decoder(IdentRow)

_COUNT_SQLITE = """SELECT a.value AS name, count(*) AS members
    FROM feed_ident t, json_each(CAST(t.body AS TEXT), '$.audiences') a
    WHERE t.body IS NOT NULL GROUP BY a.value ORDER BY a.value"""
_COUNT_POSTGRES = """SELECT a.name, count(*) AS members
    FROM feed_ident t, jsonb_array_elements_text(convert_from(t.body, 'UTF8')::jsonb -> 'audiences') AS a(name)
    WHERE t.body IS NOT NULL GROUP BY a.name ORDER BY a.name COLLATE "C" """
"""The database counts: no row of a member comes here."""


class Changed(msgspec.Struct, frozen=True):
    """`rows` of the file; members who came in, went out, were in it before; rows and members not taken."""

    rows: int = 0
    added: int = 0
    removed: int = 0
    kept: int = 0
    refused: int = 0


def set_audience(
    store: Store,
    identity: Identity,
    name: str,
    path: Path,
    dry_run: bool = False,
    report: Path | None = None,
    lang: Lang = "en",
) -> Changed:
    """Exactly the file's members are in the audience afterwards. Raises BadInput, OSError; then nothing has changed."""
    _check_name(name)
    rows = read_rows(path, COLUMNS, (), MEMBER_ALIASES)
    first = list(islice(rows, 1))  # a file that cannot be used is known by now
    file = ReportFile(report, lang, SENTENCES)
    with closing(file), closing(_scratch()) as wanted:
        refused: Counter[str] = Counter()

        def keep(row: NotTaken) -> None:
            refused["refused"] += 1
            file.write(row)

        count = _read_wanted(store, identity, chain(first, rows), wanted, keep)
        if not wanted.execute("SELECT 1 FROM wanted LIMIT 1").fetchone():
            raise BadInput(sentence("audience.none", name=name))
        done = _change_all(store, name, wanted, dry_run, keep)
        return Changed(count, done["added"], done["removed"], done["kept"], refused["refused"])


def drop_audience(store: Store, name: str) -> Changed:
    """Nobody is in it afterwards. Raises BadInput for what is no name."""
    _check_name(name)
    with closing(_scratch()) as nobody:
        return Changed(removed=_change_all(store, name, nobody, False, lambda _: None)["removed"])


def list_audiences(store: Store) -> dict[str, int]:
    """name -> how many members are in it, by name."""
    with store.read() as tx:
        return {row.name: row.members for row in tx.execute(text(_COUNT_SQLITE if tx.sqlite else _COUNT_POSTGRES))}


def _check_name(name: str) -> None:
    if not ID.fullmatch(name):
        raise BadInput(sentence("audience.name", name=name[:80]))


def _scratch() -> sqlite3.Connection:
    file = open_scratch(None)
    file.execute(
        "CREATE TABLE wanted (bucket INTEGER, member_id TEXT, line INTEGER, value TEXT,"
        " PRIMARY KEY (bucket, member_id)) WITHOUT ROWID"
    )
    return file


def _read_wanted(store: Store, identity: Identity, rows: Iterator[Row], wanted: sqlite3.Connection, keep: Keep) -> int:
    """Put the members the rows speak of into `wanted`; how many rows there are."""
    programme = read_published(store)
    ranges = programme.codes if programme else CodeRanges()
    count = 0
    wanted.execute("BEGIN")
    while batch := list(islice(rows, BATCH_ROWS)):
        count += len(batch)
        if count > MAX_ROWS:
            raise BadInput(sentence("audience.rows", limit=MAX_ROWS))
        found = _found(store, identity, ranges, batch, keep)
        wanted.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?)", found)
    wanted.execute("COMMIT")
    return count


def _found(
    store: Store, identity: Identity, ranges: CodeRanges, batch: Sequence[Row], keep: Keep
) -> Iterator[tuple[int, str, int, str]]:
    """(bucket, member_id, line, value) of the rows that name a member."""
    named = [(row, aliases) for row in batch if (aliases := _aliases(row, identity, ranges, keep))]
    keys = ("abucket", "kind", "alias")
    with store.read() as tx:
        found = select_by(
            tx, ALIAS, (*keys, "member_id", "account_id"), keys, [alias for _, aliases in named for alias in aliases]
        )
    owners = {(row.abucket, row.kind, row.alias): (bucket_of(row.account_id), row.member_id) for row in found}
    for row, aliases in named:
        members = {owners.get(alias) for alias in aliases}
        value = row.fields.get("card") or row.fields.get("phone", "")
        member = next(iter(members))
        if len(members) > 1:
            keep(NotTaken(row.line, value, *_why("audience.two")))
        elif member is None:
            keep(NotTaken(row.line, value, *_why("audience.unknown")))
        else:
            yield (*member, row.line, value)


def _aliases(row: Row, identity: Identity, ranges: CodeRanges, keep: Keep) -> list[_Alias]:
    """What the row names a member by; nothing where it cannot be used."""
    try:
        import_fields.check_whole(row)
        card = import_fields.card(row.fields.get("card", ""), ranges)
        phone = import_fields.phone(row.fields.get("phone", ""))
        if not card and not phone:
            raise Unfit("", *_why("import.nobody"))
    except Unfit as unfit:
        keep(NotTaken(row.line, unfit.value, unfit.reason, unfit.mend))
        return []
    hashed = identity.phone_hash(phone) if phone else ""
    return [(bucket_of(alias), kind, alias) for kind, alias in (("card", card), ("phone", hashed)) if alias]


def _why(code: str) -> tuple[Sentence, Sentence]:
    return sentence(code), sentence(f"{code}.mend")


def _change_all(store: Store, name: str, wanted: sqlite3.Connection, dry_run: bool, keep: Keep) -> Counter[str]:
    done: Counter[str] = Counter()
    for bucket in range(BUCKETS):
        rows = wanted.execute("SELECT member_id, line, value FROM wanted WHERE bucket = ?", (bucket,)).fetchall()
        inside = {member_id: (line, value) for member_id, line, value in rows}
        turned = _turned(store, bucket, name, inside, done, keep)
        for at in range(0, len(turned), UNIT_MEMBERS):
            unit = turned[at : at + UNIT_MEMBERS]
            if dry_run:
                done.update("removed" if member not in inside else "added" for member in unit)
            else:
                done.update(store.write(partial(_change, bucket=bucket, name=name, unit=unit, inside=inside), bucket))
    return done


def _turned(
    store: Store, bucket: int, name: str, inside: dict[str, tuple[int, str]], done: Counter[str], keep: Keep
) -> list[str]:
    """The members whose rows change; the others who are wanted are counted or kept for the report."""
    turned = []
    missing = dict(inside)
    for ident in _idents(store, bucket, b"" if inside else b'"audiences"'):
        is_in, is_wanted = name in ident.audiences, missing.pop(ident.member_id, None)
        if is_in and is_wanted:
            done["kept"] += 1
        elif is_wanted and len(ident.audiences) >= MAX_OF_MEMBER:
            keep(NotTaken(*is_wanted, *_full()))
        elif is_in or is_wanted:
            turned.append(ident.member_id)
    for line, value in missing.values():
        keep(NotTaken(line, value, *_why("audience.unknown")))
    return turned


def _full() -> tuple[Sentence, Sentence]:
    return sentence("audience.full", limit=MAX_OF_MEMBER), sentence("audience.full.mend")


def _idents(store: Store, bucket: int, holding: bytes) -> Iterator[IdentRow]:
    """The members of a bucket whose rows have these bytes in them, in pages, each read in a moment of its own."""
    table, after = FEED["ident"], ""
    while True:
        place = (table.c.bucket == bucket) & (table.c.key > after) & table.c.body.is_not(None)
        query = select(table.c.key, table.c.body).where(place).order_by(table.c.key).limit(BATCH_ROWS)
        with store.read() as tx:
            rows = tx.execute(query).all()
        for row in rows:
            if holding in bytes(row.body):
                yield _ident.decode(row.body)
        if len(rows) < BATCH_ROWS:
            return
        after = rows[-1].key


def _change(tx: Tx, bucket: int, name: str, unit: Sequence[str], inside: dict[str, tuple[int, str]]) -> Counter[str]:
    """Rows as they are now, held: what has changed since they were looked at is left as it should be."""
    keys = [(bucket, member_id) for member_id in unit]
    found = select_by(tx, FEED["ident"], ("key", "h", "body"), ("bucket", "key"), keys, lock=True)
    changes, done = [], Counter[str]()
    for row in found:
        ident = _ident.decode(row.body) if row.body is not None else None
        if ident is None:
            continue
        others = {each for each in ident.audiences if each != name}
        wanted = row.key in inside and len(others) < MAX_OF_MEMBER
        if wanted != (name in ident.audiences):
            audiences = tuple(sorted(others | {name} if wanted else others))
            body = canonical(msgspec.structs.replace(ident, audiences=audiences))
            changes.append(Change(bucket, row.key, body, row.h))
            done["added" if wanted else "removed"] += 1
    put_rows(tx, {"ident": changes})
    return done
