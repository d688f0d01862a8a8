"""Where a head office keeps its data and where it listens."""

from pathlib import Path

import msgspec

JOURNAL = "journal"
"""Messages to members are written down for the console instead of sent."""
MAX_REQUESTS = 256
MAX_WAITING = 10_000


class Settings(msgspec.Struct, frozen=True):
    """`database` is an SQLAlchemy URL; empty means the SQLite file in the data folder."""

    data: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8710
    body_limit_bytes: int = 1024 * 1024
    snapshot_max_age_s: int = 24 * 3600
    """A snapshot older than this is made anew when the next terminal asks for one."""
    applies: bool = True
    """Whether this process applies what comes in, or leaves that to others (`kopilka-server apply`)."""
    max_requests: int = MAX_REQUESTS
    """Requests of tills answered at a time; who comes beyond is turned away until later."""
    max_waiting: int = MAX_WAITING
    """Segments that may wait to be applied; beyond it none is taken in until later."""
    stored_is_safe: bool = False
    """What is stored here survives the loss of this machine: its disk is replicated as it is written."""
    messages: str = ""
    """How members get messages: `journal`, or the address of a webhook; empty: not at all."""
    messages_secret: str = ""
    """What the webhook knows this head office by."""

    @property
    def sqlite_file(self) -> Path:
        return self.data / "head_office.db"

    @property
    def is_sqlite(self) -> bool:
        return not self.database or self.database.startswith("sqlite")

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.sqlite_file}"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"
