"""What the till asks of its own journal: receipts, shifts, and what follows from the events. It changes nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from loyalty.feed import Applied
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack, given_back
from loyalty.shares import Share
from terminal.offline_queue import (
    journal_bank_cards,
    journal_consents,
    journal_follow,
    journal_index_read,
    journal_read,
    journal_shares,
)  # fmt: skip
from terminal.offline_queue.journal_bank_cards import OwnCard
from terminal.offline_queue.journal_consents import OwnWord
from terminal.offline_queue.journal_index import JournalIndex
from terminal.offline_queue.journal_index_read import Overlay
from terminal.offline_queue.journal_read import Known, Pending, Shift
from terminal.offline_queue.journal_shares import Kept
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.writer import Connection

T = TypeVar("T")


class JournalLooks:
    """Reads the tables through `_readers`, and what follows from the events through `_index`, level with them.

    Every method may be called from any thread, and raises StoreFault where the file cannot be read.
    """

    terminal: str
    _readers: Readers
    _index: JournalIndex

    def receipt(self, number: str) -> Receipt | None:
        return self._receipt("number", number)

    def recent_receipts(self, limit: int = 20) -> tuple[Receipt, ...]:
        """The last receipts, newest first."""
        return self._readers.use(lambda c: journal_read.recent_receipts(c, limit))

    def shift_receipts(self, shift_id: str, limit: int) -> tuple[Receipt, ...]:
        """The last receipts of the open shift, newest first."""
        return self._readers.use(lambda c: journal_read.shift_receipts(c, shift_id, limit))

    def returned_milli(self, receipt_id: str) -> dict[int, int]:
        """What this till has taken back of a receipt: line_no -> qty_milli."""
        return journal_follow.quantities(self._returns(receipt_id))

    def returns_of(self, receipt_id: str) -> tuple[GivenBack, ...]:
        """What each return of a receipt that this till made gave back."""
        return tuple(given_back(each) for each in self._returns(receipt_id))

    def open_shift(self) -> Shift | None:
        return self._readers.use(journal_read.open_shift)

    def next_shift_no(self) -> int:
        return self._readers.use(journal_read.next_shift_no)

    def overlay(self, account_id: str, applied: Applied) -> Overlay:
        """This till's own events of an account that the head office's balance does not include yet."""
        return self._index.use(lambda index: journal_index_read.overlay(index, account_id, applied))

    def coupon_receipts(self, coupon_id: str) -> dict[str, bool]:
        """The receipts known here that used a coupon for one use: number -> whether all of it has come back."""
        return self._index.use(lambda index: journal_index_read.coupon_receipts(index, coupon_id))

    def credit_spent(self, accounts: Iterable[tuple[str, Applied]], applied: Mapping[int, Applied]) -> tuple[int, int]:
        """Points spent on credit that are not settled: of these accounts, and of all; `applied` is by bucket."""
        return self._index.use(lambda index: journal_index_read.credit_spent(index, accounts, applied))

    def released(self, account_id: str, wallet: str, applied: Applied) -> int:
        """Points set aside that this till gave back, which the head office's word does not include yet."""
        return self._index.use(lambda index: journal_index_read.released(index, account_id, wallet, applied))

    def last_seen(self, account_id: str) -> str:
        """The date (ISO) of its last receipt of this till; empty where it had none."""
        return self._index.use(lambda index: journal_index_read.last_seen(index, account_id))

    def not_seen_since(self, date: str, after: str, limit: int) -> list[str]:
        """Accounts with receipts of this till, all before a date (ISO): so many by id, those after `after`."""
        return self._index.use(lambda index: journal_index_read.not_seen_since(index, date, after, limit))

    def shares(self, campaigns: Collection[str]) -> dict[str, Share]:
        """campaign id -> this till's share of its budget, of those the head office has answered for."""
        found = self.kept_shares(campaigns) if campaigns else {}
        return {campaign_id: kept.share for campaign_id, kept in found.items() if kept.share.known}

    def kept_shares(self, campaigns: Collection[str]) -> dict[str, Kept]:
        """campaign id -> its share and what the head office was told of it, of all these campaigns."""
        given = self._index.use(lambda index: journal_index_read.given(index, campaigns))
        return self._readers.use(lambda c: journal_shares.kept_shares(c, campaigns, given))

    def own_buckets(self) -> tuple[int, ...]:
        """Buckets with an account this till has moved."""
        return self._index.use(journal_index_read.own_buckets)

    def enrolled_by_card(self, card: str) -> Known | None:
        """A member enrolled here whom the cache may not have yet: ask the cache first."""
        return self._readers.use(lambda c: journal_read.enrolled(c, "card", card))

    def enrolled_by_phone_hash(self, phone_hash: str) -> Known | None:
        return self._readers.use(lambda c: journal_read.enrolled(c, "phone_hash", phone_hash)) if phone_hash else None

    def enrolled_by_id(self, member_id: str) -> Known | None:
        return self._readers.use(lambda c: journal_read.enrolled(c, "member_id", member_id))

    def bank_card(self, token: str) -> OwnCard | None:
        """What this till did last with a bank card, by the hash of its token."""
        return self._index.use(lambda index: journal_bank_cards.own_card(index, token))

    def bank_cards_of(self, member_id: str) -> list[OwnCard]:
        return self._index.use(lambda index: journal_bank_cards.own_cards(index, member_id))

    def consents_of(self, member_id: str) -> list[OwnWord]:
        """What the member said here on consents, in order."""
        return self._index.use(lambda index: journal_consents.own_words(index, member_id))

    def pending(self) -> Pending:
        """What the head office has not stored yet."""
        return self._readers.use(journal_read.pending)

    def pending_count(self) -> int:
        return self.pending().count

    def verify(self) -> int:
        """Walk every event's chain and SQLite's own check; how many events hold. Raises StoreFault where it breaks."""
        return self._readers.use(lambda c: journal_read.verify(c, self.terminal))

    def differing(self) -> tuple[str, ...]:
        """The tables of journal-index.db that are not what follows from the events."""
        return self._index.differing()

    def read(self, read: Callable[[Connection], T]) -> T:
        """For this room's own use: a look at the tables."""
        return self._readers.use(read)

    def read_index(self, read: Callable[[Connection], T]) -> T:
        """For this room's own use: a look at the tables of what follows from the events, level with them."""
        return self._index.use(read)

    def _place(self, kind: str, name: str) -> int:
        return self._index.use(lambda index: journal_follow.place_of_name(index, kind, name))

    def _receipt(self, kind: str, name: str) -> Receipt | None:
        place = self._place(kind, name)
        return self._readers.use(lambda c: journal_read.receipts_at(c, [place]))[0] if place else None

    def _returns(self, receipt_id: str) -> list[Receipt]:
        places = self._index.use(lambda index: journal_follow.return_places(index, receipt_id))
        return self._readers.use(lambda c: journal_read.receipts_at(c, places))
