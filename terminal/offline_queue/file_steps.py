"""A file of an earlier version becomes one of this version, in one transaction: the old or the new, never between.

A release that changes tables raises the file's version and says here how the one before becomes it. What no step leads
from is not touched: a journal is then refused, a cache or an index made anew.
"""

from collections.abc import Mapping

from terminal.offline_queue.writer import Connection

Steps = Mapping[int, tuple[str, ...]]
"""A version -> the statements that make the next one of it."""
JOURNAL_STEPS: Steps = {}
CACHE_STEPS: Steps = {}


def version_of(connection: Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def can_reach(version: int, wanted: int, steps: Steps) -> bool:
    """Whether there is a step from each version on the way; a file of a later version has none."""
    return version <= wanted and all(each in steps for each in range(version, wanted))


def bring_up(connection: Connection, wanted: int, steps: Steps) -> None:
    """Do all steps, and the version with them, as one transaction. Raises sqlite3.Error; then the file is as it was."""
    version = version_of(connection)
    if version == wanted:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for each in range(version, wanted):
            for statement in steps[each]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {wanted}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
