"""What the tests of imports share: taking a file in, and reading what it left for tills."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from loyalty.feed import IdentRow
from sync_server.import_report import Imported
from sync_server.imports import import_file
from sync_server.schema import FEED, MEMBER, PERSONAL
from tests.support.server import T0_MS, TestOffice


def bodies(office: TestOffice, stream, kind):
    with office.store.read() as tx:
        return [msgspec.json.decode(body, type=kind) for body in tx.execute(select(FEED[stream].c.body)).scalars()]


def take(office: TestOffice, what: str, path, **more) -> Imported:
    return import_file(office.store, office.identity, what, path, T0_MS, **more)


def write(tmp_path, text: str, encoding: str = "utf-8"):
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode(encoding))
    return path


def members(office: TestOffice) -> dict[str, tuple[IdentRow, tuple[str, str, str]]]:
    """card -> what tills know, and the personal data that are held."""
    with office.store.read() as tx:
        held = {row.member_id: (row.name, row.phone, row.birthday) for row in tx.execute(select(PERSONAL))}
        owned = {row.member_id: row.personal_hash for row in tx.execute(select(MEMBER))}
        assert {row.hash for row in tx.execute(select(PERSONAL))} == set(owned.values()), "what was replaced is erased"
    return {row.cards[0]: (row, held[row.member_id]) for row in bodies(office, "ident", IdentRow) if row.cards}
