"""Programmes the head office has published: checked, signed, put into the feed; and the rules stage 2 reads."""

from typing import Literal

import msgspec
from sqlalchemy import select

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadInput
from loyalty.events import canonical
from loyalty.feed import ProgrammeRow
from loyalty.programme import Programme
from loyalty.published import NO_PROGRAMME, newest_programme
from loyalty.sentences import sentence
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.rows import insert_rows, select_by
from sync_server.schema import FEED, PROGRAMME_VERSION
from sync_server.standing import Rules
from sync_server.store import Store, Tx

PROGRAMME_BUCKET = 0

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
    programme = parse_programme(document)
    signature = identity.signer.sign(document.encode()).hex()
    row = ProgrammeRow(programme.id, programme.version, document, signature)
    new = store.write(lambda tx: _publish(tx, row, now_ms), PROGRAMME_BUCKET)
    return Published(programme, "new" if new else "same")


def _publish(tx: Tx, row: ProgrammeRow, now_ms: int) -> bool:
    found = select_by(tx, FEED["programmes"], ("h", "body"), ("bucket", "key"), [(PROGRAMME_BUCKET, row.id)], lock=True)
    old = found[0] if found else None
    if old is not None and old.body is not None:
        before = msgspec.json.decode(old.body, type=ProgrammeRow)
        if before == row:
            return False
        if before.version >= row.version:
            raise BadInput(sentence("publish.older", id=row.id, version=before.version))
    version = {
        "id": row.id,
        "version": row.version,
        "document": row.document,
        "signature": row.signature,
        "published_ms": now_ms,
    }
    insert_rows(tx, PROGRAMME_VERSION, [version])
    put_rows(tx, {"programmes": [Change(PROGRAMME_BUCKET, row.id, canonical(row), old.h if old is not None else None)]})
    return True


def read_published(store: Store) -> Programme | None:
    """The programme that tills sell by; None before the first."""
    table = FEED["programmes"]
    with store.read() as tx:
        bodies = tx.execute(select(table.c.body).where(table.c.body.is_not(None)).order_by(table.c.key)).scalars().all()
    found = newest_programme(msgspec.json.decode(body, type=ProgrammeRow) for body in bodies)
    return None if found is NO_PROGRAMME else found


def read_rules(store: Store) -> Rules:
    """The rules of that programme."""
    programme = read_published(store)
    if programme is None:
        return Rules()
    return Rules(programme if programme.statuses else None, programme if programme.limited else None)
