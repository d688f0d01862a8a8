"""Consents given and withdrawn at this till: in journal-index.db, for as long as the head office's rows may not say so
yet."""

import msgspec

from loyalty.consents import Said
from loyalty.events import ConsentChanged
from loyalty.feed import Applied
from terminal.offline_queue.writer import Connection

TABLE = """CREATE TABLE consent (
    member_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, account_id TEXT NOT NULL,
    purpose TEXT NOT NULL, version TEXT NOT NULL, at_ms INTEGER NOT NULL, given INTEGER NOT NULL,
    PRIMARY KEY (member_id, epoch, seq)
) WITHOUT ROWID"""


class OwnWord(msgspec.Struct, frozen=True):
    """A word of a member's on one purpose, recorded here by the event at `place`, which is of the account."""

    account_id: str
    purpose: str
    said: Said
    place: Applied

    def is_in(self, applied: Applied) -> bool:
        """Whether the head office's rows, level with this, say what has become of it."""
        return (self.place.epoch, self.place.seq) <= (applied.epoch, applied.seq)


def note(index: Connection, epoch: int, seq: int, at_ms: int, body: ConsentChanged) -> None:
    consent = body.consent
    row = (body.member_id, epoch, seq, body.account_id, consent.purpose, consent.version, at_ms, int(consent.given))
    index.execute("INSERT INTO consent VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def own_words(index: Connection, member_id: str) -> list[OwnWord]:
    """All that the member said here, in order."""
    query = (
        "SELECT account_id, purpose, version, at_ms, given, epoch, seq FROM consent WHERE member_id = ?"
        " ORDER BY epoch, seq"
    )
    return [
        OwnWord(account_id, purpose, Said(version, at_ms, bool(given)), Applied(epoch, seq))
        for account_id, purpose, version, at_ms, given, epoch, seq in index.execute(query, (member_id,))
    ]
