"""What stands in a journal for the events that are no longer in it.

Events go from the front, so what is left begins after one place, the base. The chain is checked from its hash on; what
follows from all events, and cannot be worked out from those that are left, is kept with it.
"""

import re

import msgspec

from loyalty.api import Position
from loyalty.events import decoded
from loyalty.quoting.uses import Use
from terminal.offline_queue.journal_names import Names
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection

TABLE = "CREATE TABLE base (nth INTEGER PRIMARY KEY CHECK (nth = 1), raw BLOB NOT NULL)"


class Base(msgspec.Struct, frozen=True, omit_defaults=True):
    """`last` is the last event that is gone. `given` is what receipts gone gave of campaigns, less what they took back;
    `back` what a return that is left, by its place, gives back of a sale that is gone."""

    last: Position
    names: Names = Names()
    """The greatest of each kind."""
    given: tuple[Use, ...] = ()
    back: dict[int, tuple[Use, ...]] = {}


NOTHING_GONE = Base(Position(1, 0, ""))
_HASH = re.compile("[0-9a-f]{64}")
_base = msgspec.json.Decoder(Base)


def read_base(connection: Connection) -> Base:
    """Raises StoreFault where it cannot be read."""
    row = connection.execute("SELECT raw FROM base").fetchone()
    try:
        return decode_base(row[0]) if row else NOTHING_GONE
    except msgspec.MsgspecError as error:
        raise store_fault("store.damaged", file="journal.db") from error


def decode_base(raw: bytes) -> Base:
    """Raises msgspec.MsgspecError."""
    base = decoded(_base, raw)
    if not _HASH.fullmatch(base.last.hash) and base.last.seq:
        raise msgspec.ValidationError("the hash of the last event is none")
    return base


def keep_base(connection: Connection, base: Base) -> None:
    connection.execute("INSERT OR REPLACE INTO base VALUES (1, ?)", (msgspec.json.encode(base),))
