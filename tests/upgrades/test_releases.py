"""What a version before this one wrote is opened by this one, which goes on: sells, sends, and the books balance."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from loyalty.cache_file import CACHE_VERSION
from loyalty.errors import NotNow
from loyalty.feed import BalanceRow
from sync_server.books import read_books
from sync_server.migrate import migrate
from sync_server.rebuilding.rebuild import rebuild
from sync_server.schema import FEED, METADATA, RECEIPT
from sync_server.stops import stops_in_force
from sync_server.store import open_store
from sync_server.verifying.verify import verify
from terminal.offline_queue import journal_file
from terminal.opened import opened_till
from terminal.session import State
from terminal.session import commands as c
from tests.support.served_office import WAIT_S, ServedOffice, served_office
from tests.upgrades.make import ACCOUNT, CARD, HERE, OFFICE_FILE, ROOT, TEA, Account, make, present_version, unpack

RELEASES = sorted(folder.name for folder in HERE.iterdir() if (folder / ACCOUNT).exists())
HEADING = re.compile(r"^## \[([0-9.]+)\] - (\S+)", re.MULTILINE)
NOWHERE = "http://127.0.0.1:9"


def released() -> set[str]:
    """The versions the changelog gives a date."""
    found = HEADING.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
    return {version for version, when in found if when != "unreleased"}


def is_draft(version: str) -> bool:
    """Not released yet, and made when the tables were others: the present version is asked for its own files then."""
    if version in released() or version != present_version():
        return False
    account = msgspec.json.decode((HERE / version / ACCOUNT).read_bytes(), type=Account)
    return (account.journal_version, account.cache_version) != (journal_file.VERSION, CACHE_VERSION)


class Kept:
    """The files of one version, unpacked: `account` says what is in them."""

    def __init__(self, account: Account, folder: Path) -> None:
        self.account, self.office, self.till = account, folder / "office", folder / "till"


@pytest.fixture(params=RELEASES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    folder = HERE / str(request.param)
    if is_draft(str(request.param)) or has_other_tables(folder, tmp_path / "look"):
        make(tmp_path / "anew")
        folder = tmp_path / "anew"
    return Kept(unpack(folder, tmp_path / "kept"), tmp_path / "kept")


def has_other_tables(folder: Path, into: Path) -> bool:
    """Whether the head office's tables have changed under the first migration since, which a release ends."""
    if folder.name in released():
        return False
    unpack(folder, into)
    return tables_of(into / "office" / OFFICE_FILE) != {
        table.name: {column.name for column in table.columns} for table in METADATA.sorted_tables
    }


def tables_of(file: Path) -> dict[str, set[str]]:
    connection = sqlite3.connect(file)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}
    finally:
        connection.close()
    others = ("alembic_version", "sqlite_sequence", "sqlite_stat1")
    return {name: columns for name, columns in found.items() if name not in others}


@pytest.fixture
def served(kept: Kept) -> Iterator[ServedOffice]:
    with served_office(kept.office) as opened:
        yield opened


def receipts(served: ServedOffice) -> int:
    with served.office.store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(RECEIPT)).scalar_one())


def points(served: ServedOffice) -> int:
    """Of the one member."""
    with served.office.store.read() as tx:
        (body,) = tx.execute(select(FEED["bal"].c.body)).scalars().all()
    return msgspec.json.decode(body, type=BalanceRow).wallets["main"]


def shown(state: State) -> int:
    assert state.basket.member is not None
    return state.basket.member.balance_points


def test_every_release_has_its_files() -> None:
    assert released() <= set(RELEASES)
    assert present_version() in RELEASES


def test_the_head_office_goes_on_with_the_database_of_an_earlier_version(
    kept: Kept, served: ServedOffice, tmp_path: Path
) -> None:
    account, store = kept.account, served.office.store
    assert (receipts(served), points(served)) == (account.receipts_sent, account.office_points)
    assert tuple(stops_in_force(store).campaigns) == account.stopped
    assert read_books(store, ()).sound
    assert verify(store).sound
    assert rebuild(store, tmp_path, served.office.now_ms).same


def test_a_till_sells_on_with_the_files_of_an_earlier_version_though_it_has_no_link(kept: Kept) -> None:
    with opened_till(kept.till, lang="en", url=NOWHERE, sync_at_once=False) as till:
        assert till.store.journal.verify() > 0
        assert till.store.cache.notice is None
        assert till.store.journal.pending_count() >= kept.account.receipts_waiting
        assert shown(till.engine.dispatch(c.Scan(CARD)).state) == kept.account.till_points
        state = till.engine.dispatch(c.Scan(TEA)).state
        assert state.quote is not None
        assert (state.quote.total_minor, state.quote.stopped) == (90_00, kept.account.stopped)
        till.engine.dispatch(c.Pay())
        assert till.engine.dispatch(c.Tender("cash")).state.mode == "done"


def test_till_and_head_office_of_an_earlier_version_go_on_together(kept: Kept, served: ServedOffice) -> None:
    with opened_till(kept.till, lang="en", url=served.url) as till:
        assert till.sync.run_until_idle(WAIT_S)
        served.office.apply()
        assert till.sync.run_until_idle(WAIT_S)
        assert receipts(served) == kept.account.receipts_sent + kept.account.receipts_waiting
        assert shown(till.engine.dispatch(c.Scan(CARD)).state) == points(served) == kept.account.till_points
        for command in (c.Scan(TEA), c.Pay(), c.Tender("cash")):
            till.engine.dispatch(command)
        assert till.sync.run_until_idle(WAIT_S)
        served.office.apply()
        assert till.store.journal.pending_count() == 0
    assert points(served) == kept.account.till_points + 9
    assert read_books(served.office.store, ()).sound
    assert verify(served.office.store).sound


def test_a_database_of_a_later_version_is_refused_and_not_touched(kept: Kept) -> None:
    with closing(sqlite3.connect(kept.office / OFFICE_FILE)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    before = (kept.office / OFFICE_FILE).read_bytes()
    with pytest.raises(NotNow) as refused:
        migrate(open_store(f"sqlite:///{kept.office / OFFICE_FILE}"))
    assert refused.value.code == "migrate.newer"
    assert (kept.office / OFFICE_FILE).read_bytes() == before
