"""journal.db: every sale this till makes, in order, chained, and durable before anyone is told.

A sale is two transactions: `prepare` before anything goes to the register, `record` once it has confirmed.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from loyalty.errors import BadInput, StoreFault
from loyalty.events import MAX_EVENT_BYTES, Personal, ReturnCompleted, SaleCompleted, ShiftTotals, encode_event
from loyalty.feed import Applied, IdentRow
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack, given_back
from loyalty.sentences import sentence
from loyalty.shares import Share
from terminal.offline_queue import (
    journal_file,
    journal_follow,
    journal_index,
    journal_index_read,
    journal_read,
    journal_shares,
)
from terminal.offline_queue.ballast import Ballast
from terminal.offline_queue.forks import Fork, read_fork
from terminal.offline_queue.journal_beside import NOTHING, Beside
from terminal.offline_queue.journal_file import place_of, set_state, state_value
from terminal.offline_queue.journal_index import JournalIndex
from terminal.offline_queue.journal_index_read import Overlay
from terminal.offline_queue.journal_names import greatest_names
from terminal.offline_queue.journal_prepared import Begun, begin, read_begun, sweep, without
from terminal.offline_queue.journal_read import Known, Pending, Prepared, Shift
from terminal.offline_queue.journal_record import Extras, Fact, Head, Recorded, recorded_before, write_facts
from terminal.offline_queue.journal_shares import Kept
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection, Writer

__all__ = ["Fact", "Journal", "Known", "Overlay", "Pending", "Prepared", "Recorded", "Shift"]

T = TypeVar("T")
MAX_FACTS = 16
"""That one till records in one transaction."""
READER_CACHE_KIB = 1024
_REVOKED = "revoked"


class Journal:
    """Opens an existing journal of `terminal`. Raises StoreFault: missing, another till's, damaged, locked.

    Every method may be called from any thread; those that write return once it is on the disk.
    """

    def __init__(self, path: Path, terminal: str) -> None:
        if not path.exists():
            raise store_fault("store.no_journal", folder=str(path.parent))
        self.terminal = terminal
        self.ballast = Ballast(path.parent)
        self.ballast.let_go_where_full()
        self._counting = threading.Lock()
        self._writer = Writer(path, self._prepare_connection)
        self._readers = Readers(path, READER_CACHE_KIB)
        self._head: Head | None = None
        self._begun: Begun | None = None
        self._index = JournalIndex(path.with_name(journal_index.FILE), self._readers, last_place=self._last_place)
        try:
            self._head, self._begun = self._writer.run(self._stand)
            self._receipt_no = self._card_no = 0
            self.fork: Fork | None = None
            self.look_again()
        except BaseException:
            self.close()
            raise

    def prepare(self, sale_id: str, raw: bytes, at_ms: int) -> None:
        """PREPARED: `raw` (at most 256 KiB) is what is needed to finish or undo the sale after a power cut.

        Raises StoreFault, also while the room kept back is let go: it is not for new sales, which could not be sure of
        being completed.
        """
        _limited(len(raw))
        if self.ballast.is_out and not self.ballast.make_anew():
            raise store_fault("journal.no_room", mib=self.ballast.missing_mib)

        def write(connection: Connection) -> Begun:
            begun, self._begun = self._known_begun(connection), None
            return begin(connection, begun, sale_id, raw, at_ms)

        try:
            self._writer.run(write, self._keep_begun)
        except StoreFault as fault:
            if fault.code == "store.full":
                self.ballast.let_go()
            raise

    def discard_prepared(self, sale_id: str) -> None:
        """The sale did not happen; unknown ids are nothing to undo."""

        def write(connection: Connection) -> Begun:
            begun, self._begun = self._known_begun(connection), None
            left = {each: row for each, row in begun.items() if each != sale_id}
            sweep(connection, left)
            return left

        self._write(write, self._keep_begun)

    def record(
        self,
        *facts: Fact,
        completes: str | None = None,
        personal: Personal | None = None,
        enrolled: IdentRow | None = None,
        totals: ShiftTotals | None = None,
        beside: Beside = NOTHING,
    ) -> Recorded:
        """Append facts to the chain with what they carry, as one transaction; durable when it returns.

        `completes` ends that prepared sale: the id of a receipt among the facts; `personal` and `enrolled` belong to a
        MemberEnrolled among them; `totals` are the shift's after such a receipt, `beside` what stands nowhere in its
        bytes.
        Raises BadInput (too large), NotNow (not prepared, no open shift), StoreFault; then nothing is recorded, and the
        same call may be made again, also after a doubt.
        """
        if not 1 <= len(facts) <= MAX_FACTS:
            raise BadInput(sentence("journal.too_many", limit=MAX_FACTS))
        raws = [encode_event(fact.body, fact.event_id, fact.at_ms) for fact in facts]
        _limited(max(map(len, raws)))
        extras = Extras(personal, enrolled, totals, beside)

        def write(connection: Connection) -> tuple[Recorded, Head, Begun]:
            # Known only between transactions: one that fails, however it does, leaves it to be read anew.
            head, self._head = self._head or self._read_head(connection), None
            begun, self._begun = self._known_begun(connection), None
            before = recorded_before(connection, facts, raws, head.names, self._place)
            if before is not None:
                return before, head, begun
            if completes is None:
                sweep(connection, begun)
            else:
                begun = without(begun, completes)
            now = write_facts(connection, self.terminal, facts, raws, extras, head)
            if enrolled is not None:
                set_state(connection, "card_no", str(self._card_no))
            return Recorded(now.epoch, head.seq + 1, now.seq, now.hash.hex()), now, begun

        recorded, _, _ = self._write(write, self._keep)
        with self._counting:
            for fact in facts:
                if isinstance(fact.body, SaleCompleted | ReturnCompleted):
                    self._receipt_no = max(self._receipt_no, journal_read.running_no(fact.body.receipt))
        return recorded

    def prepared(self) -> tuple[Prepared, ...]:
        """Sales begun and not ended, oldest first: at start each must be settled with the register."""
        rows = self._readers.use(journal_read.prepared)
        begun = self._begun
        if begun is None:
            return tuple(row for row in rows if not self._is_receipt(row.sale_id))
        return tuple(row for row in rows if row.sale_id in begun)

    def receipt(self, number: str) -> Receipt | None:
        return self._receipt("number", number)

    def recent_receipts(self, limit: int = 20) -> tuple[Receipt, ...]:
        """The last receipts, newest first."""
        return self._readers.use(lambda c: journal_read.recent_receipts(c, limit))

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

    def next_receipt_no(self) -> int:
        """The number after that of the last receipt recorded, or after the one taken last."""
        with self._counting:
            self._receipt_no += 1
            return self._receipt_no

    def coming_receipt_no(self) -> int:
        """The number the next receipt will have, as things stand."""
        with self._counting:
            return self._receipt_no + 1

    def give_back_receipt_no(self, number: int) -> None:
        """No receipt got the number: it is the next one again, unless others have been taken since."""
        with self._counting:
            if self._receipt_no == number:
                self._receipt_no = number - 1

    def next_card_no(self) -> int:
        """A number given to no card yet; it is kept with the member `enrolled` next."""
        with self._counting:
            self._card_no += 1
            return self._card_no

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

    def not_seen_since(self, date: str, after: str, limit: int) -> list[str]:
        """Accounts with receipts of this till, all before a date (ISO): so many by id, those after `after`."""
        return self._index.use(lambda index: journal_index_read.not_seen_since(index, date, after, limit))

    def revoked(self) -> bool:
        """Whether the head office has said that this till is revoked, and nothing else since."""
        return self._readers.use(lambda c: state_value(c, _REVOKED)) != ""

    def note_revoked(self, revoked: bool) -> None:
        """Keep what the head office says of this till: it holds without a link, and after a stop."""
        if revoked != self.revoked():
            self.write(lambda c: set_state(c, _REVOKED, "1" if revoked else ""))

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

    def write(self, write: Callable[[Connection], T]) -> T:
        """For this room's own use: one transaction."""
        return self._write(write)

    def renew(self, write: Callable[[Connection], T]) -> T:
        """The same, where events may stand elsewhere afterwards, or are there no more."""

        def anew(connection: Connection) -> T:
            begun = self._known_begun(connection)
            self._head = self._begun = None
            sweep(connection, begun)
            return write(connection)

        done = self._write(anew)
        self._index.forget()
        self.look_again()
        return done

    def look_again(self) -> None:
        """For this room's own use: what is kept in memory of the state may be another now."""
        receipt_no = self._readers.use(journal_read.last_receipt_no)
        card_no = int(self._readers.use(lambda c: state_value(c, "card_no", "0")))
        with self._counting:
            self._receipt_no, self._card_no = max(self._receipt_no, receipt_no), max(self._card_no, card_no)
        self.fork = self._readers.use(read_fork)

    def close(self) -> None:
        self._index.close()
        self._readers.close()
        self._writer.close()

    def _write(self, write: Callable[[Connection], T], then: Callable[[T], None] | None = None) -> T:
        """On a full disk once more, with the room that was kept back."""
        try:
            return self._writer.run(write, then)
        except StoreFault as fault:
            if fault.code != "store.full" or not self.ballast.let_go():
                raise
        return self._writer.run(write, then)

    def _place(self, kind: str, name: str) -> int:
        return self._index.use(lambda index: journal_follow.place_of_name(index, kind, name))

    def _receipt(self, kind: str, name: str) -> Receipt | None:
        place = self._place(kind, name)
        return self._readers.use(lambda c: journal_read.receipts_at(c, [place]))[0] if place else None

    def _returns(self, receipt_id: str) -> list[Receipt]:
        places = self._index.use(lambda index: journal_follow.return_places(index, receipt_id))
        return self._readers.use(lambda c: journal_read.receipts_at(c, places))

    def _last_place(self) -> int:
        """Of the last event: known between transactions, else the journal is asked."""
        head = self._head
        return place_of(head.epoch, head.seq) if head and head.seq else self._index.asked_last_place()

    def _stand(self, connection: Connection) -> tuple[Head, Begun]:
        begun = read_begun(connection, self._is_receipt)
        sweep(connection, begun)
        return self._read_head(connection), begun

    def _read_head(self, connection: Connection) -> Head:
        shift_id = journal_read.open_shift_id(connection)
        return Head(*journal_file.tip(connection), self._index.use(greatest_names), shift_id)

    def _known_begun(self, connection: Connection) -> Begun:
        return read_begun(connection, self._is_receipt) if self._begun is None else self._begun

    def _is_receipt(self, receipt_id: str) -> bool:
        return self._place("receipt", receipt_id) != 0

    def _keep(self, recorded: tuple[Recorded, Head, Begun]) -> None:
        _, self._head, self._begun = recorded

    def _keep_begun(self, begun: Begun) -> None:
        self._begun = begun

    def _prepare_connection(self, connection: Connection) -> None:
        journal_file.set_pragmas(connection)
        journal_file.bring_up(connection, self.terminal)
        journal_file.check(connection, self.terminal)


def _limited(size: int) -> None:
    if size > MAX_EVENT_BYTES:
        raise BadInput(sentence("journal.too_large", bytes=size, limit=MAX_EVENT_BYTES))
