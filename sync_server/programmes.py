"""Programmes the head office has published: checked, signed, put into the feed; and the rules stage 2 reads."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal
from zoneinfo import available_timezones

import msgspec
from sqlalchemy import select

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadInput
from loyalty.events import canonical
from loyalty.feed import ProgrammeRow, version_key
from loyalty.programme import Programme
from loyalty.published import NO_PROGRAMME, newest_programme
from loyalty.receipt import ProgrammeRef
from loyalty.sentences import sentence
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.rows import insert_rows, select_by
from sync_server.schema import FEED, PROGRAMME_VERSION
from sync_server.standing import Rules, Version
from sync_server.store import Store, Tx
from sync_server.untold import untold_tills

PROGRAMME_BUCKET = 0
DAY_MS = 86_400_000
KEPT_DAYS = 400
"""Tills keep a version so long after the next was published: a year for returns, and a month for tills that had not
heard of the next."""
KEPT_VERSIONS = 30
"""So many before the newest at most."""
MAX_VERSIONS_READ = 16
_VERSION = ("bucket", "id", "version")

SENTENCES = {
    "publish.older": (
        "Программа «{id}»: опубликована версия {version}; увеличьте version в файле",
        "Programme “{id}”: version {version} is published already; raise version in the file",
    ),
}


class Published(msgspec.Struct, frozen=True):
    """`outcome` same: this very document was published before, and nothing changed."""

    programme: Programme
    outcome: Literal["new", "same"]


def publish_programme(store: Store, identity: Identity, document: str, now_ms: int) -> Published:
    """Check, sign and publish one document. Raises BadProgramme, and BadInput where its version is not a new one."""
    programme = parse_programme(document, zones=available_timezones())
    signature = identity.signer.sign(document.encode()).hex()
    row = ProgrammeRow(programme.id, programme.version, document, signature)
    new = store.write(lambda tx: put_version(tx, row, now_ms), PROGRAMME_BUCKET)
    return Published(programme, "new" if new else "same")


def put_version(tx: Tx, row: ProgrammeRow, now_ms: int) -> bool:
    """The version is the newest from now on; False where it is so already. Raises BadInput for an older one."""
    found = select_by(tx, FEED["programmes"], ("h", "body"), ("bucket", "key"), [(PROGRAMME_BUCKET, row.id)], lock=True)
    old = found[0] if found else None
    if old is not None and old.body is not None:
        before = msgspec.json.decode(old.body, type=ProgrammeRow)
        if before == row:
            return False
        if before.version >= row.version:
            raise BadInput(sentence("publish.older", id=row.id, version=before.version))
    version = {
        "bucket": PROGRAMME_BUCKET,
        "id": row.id,
        "version": row.version,
        "document": row.document,
        "signature": row.signature,
        "published_ms": now_ms,
    }
    insert_rows(tx, PROGRAMME_VERSION, [version])
    newest = Change(PROGRAMME_BUCKET, row.id, canonical(row), old.h if old is not None else None)
    put_rows(tx, {"programmes": [newest, *_older(tx, row, now_ms)]})
    return True


def _older(tx: Tx, newest: ProgrammeRow, now_ms: int) -> list[Change]:
    """The versions before it that receipts may still name go into the feed, those out of force for long out of it."""
    table = PROGRAMME_VERSION
    mine = (table.c.bucket == PROGRAMME_BUCKET) & (table.c.id == newest.id) & (table.c.version < newest.version)
    query = select(table).where(mine)
    versions = tx.execute(query.order_by(table.c.version.desc())).all()
    keys = [(PROGRAMME_BUCKET, version_key(newest.id, row.version)) for row in versions]
    there = {row.key: row for row in select_by(tx, FEED["programmes"], ("key", "h", "body"), ("bucket", "key"), keys)}
    changes, until_ms = [], now_ms
    for place, row in enumerate(versions):
        key = version_key(newest.id, row.version)
        known = there.get(key)
        is_kept = place < KEPT_VERSIONS and until_ms >= now_ms - KEPT_DAYS * DAY_MS
        until_ms = row.published_ms
        if is_kept and (known is None or known.body is None):
            body = canonical(ProgrammeRow(row.id, row.version, row.document, row.signature))
            changes.append(Change(PROGRAMME_BUCKET, key, body, known.h if known is not None else None))
        elif not is_kept and known is not None and known.body is not None:
            changes.append(Change(PROGRAMME_BUCKET, key, None, known.h))
    return changes


def read_published(store: Store) -> Programme | None:
    """The programme that tills sell by; None before the first."""
    table = FEED["programmes"]
    newest = table.c.body.is_not(None) & ~table.c.key.contains("/")
    with store.read() as tx:
        bodies = tx.execute(select(table.c.body).where(newest).order_by(table.c.key)).scalars().all()
    found = newest_programme(msgspec.json.decode(body, type=ProgrammeRow) for body in bodies)
    return None if found is NO_PROGRAMME else found


def read_rules(store: Store) -> Rules:
    """The rules of that programme."""
    programme = read_published(store)
    if programme is None:
        return Rules()
    sets_aside = programme.redeem.offline.escrow and not untold_tills(store, programme.redeem)
    limits = programme if programme.limited else None
    return Rules(programme if programme.statuses else None, limits, programme.redeem if sets_aside else None)


def read_versions(store: Store, refs: Iterable[ProgrammeRef]) -> dict[Version, Programme]:
    """The versions receipts name, as far as the head office published them; those named most, at most 16."""
    wanted = Counter((ref.id, ref.version) for ref in refs)
    found = {}
    for programme_id, version in (version for version, _ in wanted.most_common(MAX_VERSIONS_READ)):
        with store.read() as tx:
            rows = select_by(
                tx, PROGRAMME_VERSION, ("document",), _VERSION, [(PROGRAMME_BUCKET, programme_id, version)]
            )
        for row in rows:
            found[programme_id, version] = _parsed(row.document)
    return found


@lru_cache(maxsize=MAX_VERSIONS_READ)
def _parsed(document: str) -> Programme:
    return parse_programme(document)
