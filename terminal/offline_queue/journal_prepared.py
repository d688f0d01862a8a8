"""Sales begun and not ended: what `prepare` keeps of each, in the table `prepared`.

The event that completes a sale ends it, and its row is left for the next sale to write over: the transaction a customer
waits for then changes no page but the event's. Rows of ended sales go for good with whatever else is recorded, at the
start, and before events leave the journal: without its event such a row would look like a sale never completed.
"""

from collections.abc import Callable

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection

MAX_PREPARED = 64
"""Of sales begun and never ended."""
_PUT = "INSERT OR REPLACE INTO prepared (rowid, sale_id, raw, at_ms) VALUES (?, ?, ?, ?)"

Begun = dict[str, int]
"""sale_id -> the row that keeps it, of the sales that have not ended; rows beside them may be written over."""


def read_begun(connection: Connection, is_receipt: Callable[[str], bool]) -> Begun:
    """The sales whose receipt is not in the journal."""
    rows = connection.execute("SELECT sale_id, rowid FROM prepared").fetchall()
    return {sale_id: row for sale_id, row in rows if not is_receipt(sale_id)}


def begin(connection: Connection, begun: Begun, sale_id: str, raw: bytes, at_ms: int) -> Begun:
    """Keep a sale, in its own row where it is begun already. Raises StoreFault where there are too many."""
    row = begun.get(sale_id) or _free_row(begun)
    connection.execute(_PUT, (row, sale_id, raw, at_ms))
    return {**begun, sale_id: row}


def without(begun: Begun, sale_id: str) -> Begun:
    """Raises NotNow where that sale has not begun, or has ended."""
    if sale_id not in begun:
        raise NotNow(sentence("journal.not_prepared", sale=sale_id))
    return {each: row for each, row in begun.items() if each != sale_id}


def sweep(connection: Connection, begun: Begun) -> None:
    """Nothing is left of the sales that ended."""
    ended = set(connection.execute("SELECT rowid FROM prepared").fetchall()) - {(row,) for row in begun.values()}
    connection.executemany("DELETE FROM prepared WHERE rowid = ?", ended)


def _free_row(begun: Begun) -> int:
    if len(begun) >= MAX_PREPARED:
        raise store_fault("journal.too_many", limit=MAX_PREPARED)
    taken = set(begun.values())
    row = 1
    while row in taken:
        row += 1
    return row
