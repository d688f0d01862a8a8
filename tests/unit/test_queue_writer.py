"""terminal.offline_queue.writer and readers: one writer, faults as sentences, readers that see old or new."""

import sqlite3
import threading
from functools import partial

import pytest

from loyalty.errors import StoreFault
from loyalty.sentences import say
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import SENTENCES
from terminal.offline_queue.writer import REST_AFTER, Connection, Writer


def prepare(connection: Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, b BLOB)")


@pytest.fixture
def writer(tmp_path):
    made = Writer(tmp_path / "a.db", prepare)
    yield made
    made.close()


def insert(number):
    return lambda connection: connection.execute("INSERT INTO t VALUES (?, x'')", (number,)).rowcount


def test_a_result_comes_back_once_it_is_committed(writer, tmp_path):
    assert writer.run(insert(1)) == 1
    assert sqlite3.connect(tmp_path / "a.db").execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_an_error_in_a_transaction_undoes_all_of_it_and_reaches_the_caller(writer):
    def half(connection):
        insert(1)(connection)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        writer.run(half)
    assert writer.run(lambda c: c.execute("SELECT count(*) FROM t").fetchone()) == (0,)


def test_no_transaction_begins_before_another_threads_has_ended(writer):
    inside, most = [0], [0]

    def look(connection):
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        (number,) = connection.execute("SELECT count(*) FROM t").fetchone()
        insert(number)(connection)
        inside[0] -= 1

    threads = [threading.Thread(target=lambda: [writer.run(look) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert writer.run(lambda c: c.execute("SELECT count(*), max(n) FROM t").fetchone()) == (100, 99)


def test_what_waits_too_long_is_never_written(tmp_path):
    writer = Writer(tmp_path / "a.db", prepare)
    begun, go = threading.Event(), threading.Event()

    def slow(connection):
        begun.set()
        go.wait(60)

    holder = threading.Thread(target=writer.run, args=(slow,))
    holder.start()
    begun.wait(60)
    writer._wait_s = 0.05
    with pytest.raises(StoreFault) as caught:
        writer.run(insert(1))
    assert caught.value.code == "store.slow"
    go.set()
    holder.join()
    writer._wait_s = 10
    assert writer.run(lambda c: c.execute("SELECT count(*) FROM t").fetchone()) == (0,)
    writer.close()


@pytest.mark.parametrize("ask", [lambda writer: writer.run(insert(1)), lambda writer: writer.reopen(lambda: None)])
def test_a_closed_writer_says_so_and_stays_closed(writer, ask):
    writer.close()
    writer.close()
    with pytest.raises(StoreFault) as caught:
        ask(writer)
    assert caught.value.code == "store.closed"
    assert writer._connection is None


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path):
    (tmp_path / "a.db").write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(StoreFault) as caught:
        Writer(tmp_path / "a.db", prepare)
    assert caught.value.code == "store.damaged"
    assert say(caught.value.said, "en", SENTENCES) == "File a.db is damaged"


@pytest.fixture
def grown(writer, tmp_path):
    """The file of a writer whose log has as many transactions as are brought in at rest; it has not grown yet."""
    for number in range(REST_AFTER - 1):
        writer.run(insert(number))
    writer.run(lambda c: c.execute("INSERT INTO t VALUES (?, zeroblob(100000))", (REST_AFTER,)))
    return tmp_path / "a.db"


def test_at_rest_a_grown_log_is_brought_into_the_file_and_a_short_one_is_left(writer, grown):
    before = grown.stat().st_size
    writer.rest()
    after = grown.stat().st_size
    assert after >= before + 100_000
    writer.run(lambda c: c.execute("INSERT INTO t VALUES (?, zeroblob(100000))", (REST_AFTER + 1,)))
    writer.rest()
    assert grown.stat().st_size == after


def test_rest_waits_for_nobody_who_writes(writer, grown):
    before = grown.stat().st_size

    def inside(_):
        resting = threading.Thread(target=writer.rest)
        resting.start()
        resting.join()
        return grown.stat().st_size

    assert writer.run(inside) == before
    writer.rest()
    assert grown.stat().st_size > before


def test_a_lock_of_another_program_is_a_sentence(writer, tmp_path):
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer._connection.execute("PRAGMA busy_timeout=10")
    with pytest.raises(StoreFault) as caught:
        writer.run(insert(1))
    assert caught.value.code == "store.locked"
    assert caught.value.hint is not None
    other.execute("ROLLBACK")
    assert writer.run(insert(1)) == 1


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_done(writer):
    writer._connection.execute("PRAGMA max_page_count=8")

    def fill(connection):
        for number in range(100):
            connection.execute("INSERT INTO t VALUES (?, zeroblob(2000))", (number,))

    with pytest.raises(StoreFault) as caught:
        writer.run(fill)
    assert caught.value.code == "store.full"
    assert writer.run(lambda c: c.execute("SELECT count(*) FROM t").fetchone()) == (0,)
    assert writer.run(insert(1)) == 1


class FailingDisk(sqlite3.Connection):
    """Fails the sync of that statement, the next time it comes."""

    fails = ""

    def execute(self, statement, *values):
        if statement == FailingDisk.fails:
            FailingDisk.fails = ""
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error
        return super().execute(statement, *values)


def test_a_disk_that_fails_at_the_commit_is_left_and_what_is_there_is_checked_before_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=FailingDisk))
    opened = []

    def check(connection):
        prepare(connection)
        opened.append(connection.execute("SELECT n FROM t").fetchall())

    writer = Writer(tmp_path / "a.db", check)
    writer.run(insert(1))
    FailingDisk.fails = "COMMIT"
    with pytest.raises(StoreFault) as caught:
        writer.run(insert(2))
    assert caught.value.code == "store.disk"
    assert writer.run(insert(3)) == 1
    assert opened == [[], [(1,)]]
    assert writer.run(lambda c: c.execute("SELECT n FROM t").fetchall()) == [(1,), (3,)]
    writer.close()


def test_a_disk_that_fails_at_rest_is_left_and_the_next_transaction_opens_it_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=FailingDisk))
    opened = []

    def begin(connection):
        prepare(connection)
        opened.append(connection)

    writer = Writer(tmp_path / "a.db", begin)
    for number in range(REST_AFTER):
        writer.run(insert(number))
    FailingDisk.fails = "PRAGMA wal_checkpoint(PASSIVE)"
    writer.rest()
    assert writer.run(insert(-1)) == 1
    assert len(opened) == 2
    writer.close()


def test_a_reader_cannot_write(writer, tmp_path):
    readers = Readers(tmp_path / "a.db", 100)
    with pytest.raises(StoreFault) as caught:
        readers.use(insert(1))
    assert caught.value.code == "store.disk"
    readers.close()


def test_each_thread_reads_on_its_own_connection_and_all_close_together(writer, tmp_path):
    readers = Readers(tmp_path / "a.db", 100)
    seen, hold, done = [], threading.Event(), threading.Barrier(3)

    def look():
        seen.append(readers.use(id))
        done.wait(60)
        hold.wait(60)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    done.wait(60)
    assert len(set(seen)) == 2
    readers.close()
    hold.set()
    for thread in threads:
        thread.join()
    with pytest.raises(StoreFault) as caught:
        readers.use(id)
    assert caught.value.code == "store.closed"


def test_nobody_reads_while_the_file_is_exchanged(writer, tmp_path):
    readers = Readers(tmp_path / "a.db", 100)
    readers.use(id)
    order = []
    with readers.away():
        late = threading.Thread(target=lambda: readers.use(lambda c: order.append("read")))
        late.start()
        late.join(0.05)
        order.append("exchanged")
    late.join()
    assert order == ["exchanged", "read"]
    readers.close()


def test_a_file_has_one_writing_connection_and_then_another(tmp_path):
    first = Writer(tmp_path / "one.db", lambda connection: None)
    with pytest.raises(AssertionError):
        Writer(tmp_path / ".." / tmp_path.name / "one.db", lambda connection: None)
    first.run(lambda c: c.execute("CREATE TABLE t (x)"))
    first.close()
    first.close()
    Writer(tmp_path / "one.db", lambda connection: None).close()
