"""The PostgreSQL of the tests is a real one, fresh for each test, and compares text by bytes."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy

from tests.support.postgres import plain

pytestmark = pytest.mark.postgres


def test_postgresql_18_answers_through_psycopg(postgres_database: str) -> None:
    with psycopg.connect(plain(postgres_database)) as connection:
        assert connection.info.server_version // 10_000 == 18


def test_the_same_address_serves_sqlalchemy(postgres_database: str) -> None:
    engine = sqlalchemy.create_engine(postgres_database)
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("select 6 * 7")) == 42
    engine.dispose()


def test_text_is_ordered_by_its_bytes(postgres_database: str) -> None:
    """SQLite orders so; a linguistic collation would put `a` before `B`, and page cursors would differ."""
    words = ["a", "B", "Ы", "ё", "Z", "я"]
    with psycopg.connect(plain(postgres_database)) as connection:
        rows = connection.execute("select word from unnest(%s::text[]) as word order by word", [words]).fetchall()
    assert [word for (word,) in rows] == sorted(words, key=str.encode)


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_gets_an_empty_database(postgres_database: str, time: str) -> None:
    with psycopg.connect(plain(postgres_database)) as connection:
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
        connection.execute("create table left_behind (id integer)")


def test_two_connections_really_race(postgres_database: str) -> None:
    """Serializable on two live connections: the second to commit a conflicting read-and-write is refused."""
    url = plain(postgres_database)
    with psycopg.connect(url, autocommit=True) as setup:
        setup.execute("create table counter (value integer)")
        setup.execute("insert into counter values (0)")
    with psycopg.connect(url) as one, psycopg.connect(url) as other:
        for connection in (one, other):
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("select value from counter")
        one.execute("update counter set value = value + 1")
        one.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            other.execute("update counter set value = value + 1")
        other.rollback()
