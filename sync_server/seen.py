"""Which values a file has had already and in which line: on disk, so that memory does not grow with the file."""

from types import TracebackType

from sync_server.store import open_scratch


class Seen:
    def __init__(self) -> None:
        self._file = open_scratch(None)
        self._file.execute("PRAGMA cache_size=-8000")
        self._file.execute(
            "CREATE TABLE seen (kind TEXT, value TEXT, line INTEGER, PRIMARY KEY (kind, value)) WITHOUT ROWID"
        )
        self._file.execute("BEGIN")

    def first(self, kind: str, value: str, line: int) -> int:
        """The first line that had this value: `line` itself where it is new."""
        self._file.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (kind, value, line))
        found = self._file.execute("SELECT line FROM seen WHERE kind = ? AND value = ?", (kind, value)).fetchone()
        return int(found[0])

    def __enter__(self) -> "Seen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
