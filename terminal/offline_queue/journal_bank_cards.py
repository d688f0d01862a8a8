"""Bank cards registered and withdrawn at this till: in journal-index.db, for as long as the head office's rows may not
say so yet."""

import msgspec

from loyalty.events import BankCardRegistered, BankCardWithdrawn
from loyalty.feed import Applied
from terminal.offline_queue.writer import Connection

TABLE = """CREATE TABLE bank_card (
    token TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, account_id TEXT NOT NULL,
    member_id TEXT NOT NULL, given INTEGER NOT NULL, PRIMARY KEY (token, epoch, seq)
) WITHOUT ROWID"""


class OwnCard(msgspec.Struct, frozen=True):
    """The last that this till did with a bank card: registered for the member (`given`) or withdrawn, by the event at
    `place`, which is of the account."""

    token: str
    account_id: str
    member_id: str
    given: bool
    place: Applied

    def is_in(self, applied: Applied) -> bool:
        """Whether the head office's rows, level with this, say what has become of it."""
        return (self.place.epoch, self.place.seq) <= (applied.epoch, applied.seq)


def note(index: Connection, epoch: int, seq: int, body: BankCardRegistered | BankCardWithdrawn) -> None:
    given = int(isinstance(body, BankCardRegistered))
    row = (body.token, epoch, seq, body.account_id, body.member_id, given)
    index.execute("INSERT INTO bank_card VALUES (?, ?, ?, ?, ?, ?)", row)


def own_card(index: Connection, token: str) -> OwnCard | None:
    query = "SELECT * FROM bank_card WHERE token = ? ORDER BY epoch DESC, seq DESC LIMIT 1"
    row = index.execute(query, (token,)).fetchone()
    return _card(*row) if row else None


def own_cards(index: Connection, member_id: str) -> list[OwnCard]:
    """The last of each bank card that this till ever did anything with for the member."""
    query = "SELECT DISTINCT token FROM bank_card WHERE member_id = ? ORDER BY token"
    tokens = [token for (token,) in index.execute(query, (member_id,))]
    return [card for token in tokens if (card := own_card(index, token)) is not None]


def _card(token: str, epoch: int, seq: int, account_id: str, member_id: str, given: int) -> OwnCard:
    return OwnCard(token, account_id, member_id, bool(given), Applied(epoch, seq))
