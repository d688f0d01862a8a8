"""A head office changes its database under a till that sells on: it moves from SQLite to PostgreSQL, and a standby that
had not heard everything takes over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sync_server.identity import read_identity
from sync_server.store import open_store
from tests.simulation.processes import SOON_S, Shop
from tests.support.fault_proxy import PASS, Fate, FaultProxy, fault_proxy
from tests.support.office_command import command
from tests.support.postgres import cluster, plain, standby_of

pytestmark = [pytest.mark.simulation, pytest.mark.postgres, pytest.mark.timeout(300)]
UPLOAD = "POST /v1/segments HTTP/1.1"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with fault_proxy() as proxy:
        made = Shop(tmp_path, proxy, 1, now_ms)
        try:
            made.begin()
            yield made
        finally:
            made.close()


def uploads(proxy: FaultProxy, count: int) -> None:
    """Wait until so many segments have been answered from now on; the one being answered is the first."""
    enough = threading.Event()
    seen: list[str] = []

    def decide(line: str) -> Fate:
        if line == UPLOAD:
            seen.append(line)
            if len(seen) > count:
                enough.set()
        return PASS

    proxy.decide = decide
    assert enough.wait(SOON_S)


def test_a_head_office_moves_from_sqlite_to_postgresql_while_a_till_sells_and_no_receipt_is_lost(
    shop: Shop, postgres_database: str
) -> None:
    uploads(shop.proxy, 3)
    shop.office.end()
    gen = generation(shop.office.database)
    done = command("move", "--to", postgres_database, data=shop.office.folder)
    assert done.returncode == 0, done.stderr
    assert "all of it compared" in done.stdout
    refused = command("run", data=shop.office.folder)
    assert (refused.returncode, "has moved to postgresql" in refused.stderr) == (1, True)
    shop.office.database = postgres_database
    shop.proxy.upstream = shop.office.run()
    uploads(shop.proxy, 3)
    shop.check(shop.drain())
    assert generation(postgres_database) == gen, "nothing was lost, so tills need not compare everything"


def test_a_standby_that_had_not_heard_everything_is_filled_up_by_the_till(tmp_path: Path) -> None:
    with cluster() as primary, standby_of(primary) as standby, fault_proxy() as proxy:
        shop = Shop(tmp_path, proxy, 2, now_ms, primary.url)
        try:
            shop.begin()
            uploads(proxy, 3)
            tell(standby.url, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
            uploads(proxy, 4)
            acknowledged = count_segments(primary.url)
            primary.stop()
            shop.office.kill()
            shop.office.buried()
            standby.control("-w", "promote")
            assert count_segments(standby.url) < acknowledged, "segments the till was told to be stored are gone"
            assert command("restored", "--database", standby.url, data=shop.office.folder).returncode == 0
            shop.office.database = standby.url
            proxy.upstream = shop.office.run()
            uploads(proxy, 3)
            shop.check(shop.drain())
        finally:
            shop.close()


def generation(url: str) -> str:
    store = open_store(url)
    try:
        return read_identity(store).gen
    finally:
        store.close()


def tell(url: str, *statements: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def count_segments(url: str) -> int:
    with psycopg.connect(plain(url)) as connection:
        row = connection.execute("SELECT count(*) FROM segment").fetchone()
    assert row
    return int(row[0])
