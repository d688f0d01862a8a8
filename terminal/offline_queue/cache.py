"""cache.db: members, balances, goods and programmes as the head office last said; lost, it is fetched again.

Reading is what a scan waits for: two prepared statements on the thread's own connection. Writing is the runner's:
`install` for the rows of one bucket, `replace_with` for a whole file. A reader sees the old or the new, never a mix.
"""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from loyalty.errors import StoreFault
from loyalty.feed import FeedRow, Stream
from loyalty.sentences import Sentence, sentence
from terminal.offline_queue import cache_disk, cache_install
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.cache_read import CacheReading, meta
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.writer import Connection, Writer

T = TypeVar("T")
FILE = "cache.db"
READER_CACHE_KIB = 4096


class Cache(CacheReading):
    """Opens `path`, or makes it anew where it is missing, damaged or of another version: `notice` then says so.

    `server_key` (hex) is the head office's Ed25519 key: programmes it did not sign are not given out.
    """

    def __init__(self, path: Path, server_key: str) -> None:
        super().__init__(server_key)
        self._path = path
        self._mending = threading.Lock()
        self._files = 0
        self.notice: Sentence | None = cache_disk.make_usable(path)
        self._writer = Writer(path, cache_disk.prepare_connection)
        self._readers = Readers(path, READER_CACHE_KIB)
        self._read_as_of()

    def install(self, rows: Iterable[FeedRow], to: Cursor, afresh: bool = False) -> bool:
        """Rows, cursor, checksum and own place of one bucket as one; False: they did not add up, bucket dropped.

        `afresh`: the rows are all there are, what the bucket held before goes.
        """
        taken = tuple(rows)
        sound = self._write(lambda c: cache_install.install(c, taken, to, afresh))
        if to.stream == "ident" and (afresh or any(row.live is None for row in taken)):
            self._mended(self._writer.empty_log)  # of who is gone nothing stays in the log beside the file either
        return sound

    def drop(self, stream: Stream, bucket: int) -> None:
        """Forget one bucket: its next fetch begins at 0."""
        self._write(lambda c: cache_install.drop(c, stream, bucket))

    def set_as_of(self, as_of_ms: int) -> None:
        """Everything here was equal to the head office at `as_of_ms`."""
        self._write(lambda c: set_meta(c, "as_of_ms", str(as_of_ms)))
        self._as_of_ms = as_of_ms
        self.notice = None

    def replace_with(self, fresh: Path) -> None:
        """Put the cache file `fresh` (same folder, at rest, checked) in this one's place; lookups wait meanwhile."""
        self._exchange(lambda: cache_disk.exchange(fresh, self._path))
        self.notice = None

    def begin_anew(self, gen: str = "") -> None:
        """Forget everything: another generation, or a damaged file."""
        self._exchange(lambda: cache_disk.make_empty(self._path, gen))
        self.notice = sentence("cache.empty" if gen else "cache.damaged")

    def close(self) -> None:
        self._readers.close()
        self._writer.close()

    def _exchange(self, exchange: Callable[[], None]) -> None:
        with self._readers.away():
            self._writer.reopen(exchange)
            self._files += 1
        self._read_as_of()

    def _read(self, read: Callable[[Connection], T]) -> T:
        return self._mended(lambda: self._readers.use(read))

    def _write(self, write: Callable[[Connection], T]) -> T:
        return self._mended(lambda: self._writer.run(write))

    def _mended(self, work: Callable[[], T]) -> T:
        """What `work` gives. A damaged file is made anew, once for all threads that meet it, and said to be."""
        file = self._files
        try:
            return work()
        except StoreFault as fault:
            if fault.code != "store.damaged":
                raise
            with self._mending:
                if self._files == file:
                    self.begin_anew()
            raise StoreFault(sentence("cache.damaged")) from fault

    def _read_as_of(self) -> None:
        self._as_of_ms = int(self._readers.use(lambda c: meta(c, "as_of_ms")) or 0)


def set_meta(connection: Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
