"""That this till's history and another of the same name have parted: kept in the journal until a person has mended it.

Until then nothing is sent and nothing is spent; selling goes on. Once it is mended sending goes on at once, and
spending as soon as the head office has taken the new epoch.
"""

from typing import Literal

import msgspec

from loyalty.api import Position
from loyalty.events import Parting
from loyalty.sentences import Sentence, sentence
from terminal.offline_queue.journal_file import set_state, state_value
from terminal.offline_queue.writer import Connection

NAME = "fork"


class Fork(msgspec.Struct, frozen=True):
    """How it was seen and when; where the head office stands with this till (None: not known) in its generation `gen`.

    `replaced`: a copy of this till was mended before it and has a newer key, so this one is the till no more.
    `mended_epoch` is the epoch begun since, 0 before; it counts once the head office has taken it.
    """

    why: Parting | Literal["replaced"]
    seen_ms: int
    acked: Position | None = None
    gen: str = ""
    mended_epoch: int = 0

    @property
    def stops_sending(self) -> bool:
        return not self.mended_epoch


_SAID: dict[str, str] = {
    "fork": "link.fork",
    "fence": "link.fence",
    "older": "link.older",
    "copied": "link.copied",
    "missing": "link.missing",
    "damaged": "link.damaged",
    "replaced": "link.replaced",
}
_fork = msgspec.json.Decoder(Fork)


def read_fork(connection: Connection) -> Fork | None:
    text = state_value(connection, NAME)
    return _fork.decode(text) if text else None


def keep_fork(connection: Connection, fork: Fork) -> None:
    set_state(connection, NAME, msgspec.json.encode(fork).decode())


def forget_fork(connection: Connection) -> None:
    connection.execute("DELETE FROM state WHERE name = ?", (NAME,))


def settle(connection: Connection, acked: Position) -> None:
    """Forget a fork once the head office has something of the epoch that mended it."""
    fork = read_fork(connection)
    if fork is not None and fork.mended_epoch and acked.epoch >= fork.mended_epoch:
        forget_fork(connection)


def fork_said(fork: Fork) -> Sentence:
    here = fork.acked.seq if fork.acked else 0
    return sentence(_SAID[fork.why], here=here) if fork.why == "missing" else sentence(_SAID[fork.why])
