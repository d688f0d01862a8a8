"""journal.db: every sale this till makes, in order, chained, and durable before anyone is told.

A sale is two transactions: `prepare` before anything goes to the register, `record` once it has confirmed.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from loyalty.errors import BadInput, StoreFault
from loyalty.events import MAX_EVENT_BYTES, Personal, ReturnCompleted, SaleCompleted, ShiftTotals, encode_event
from loyalty.feed import IdentRow
from loyalty.sentences import sentence
from terminal.offline_queue import (
    journal_file,
    journal_index,
    journal_read,
)
from terminal.offline_queue.ballast import Ballast
from terminal.offline_queue.forks import Fork, read_fork
from terminal.offline_queue.journal_beside import NOTHING, Beside
from terminal.offline_queue.journal_file import place_of, set_state, state_value
from terminal.offline_queue.journal_index import JournalIndex
from terminal.offline_queue.journal_index_read import Overlay
from terminal.offline_queue.journal_looks import JournalLooks
from terminal.offline_queue.journal_names import greatest_names, names_of
from terminal.offline_queue.journal_prepared import Begun, begin, read_begun, sweep, without
from terminal.offline_queue.journal_read import Known, Pending, Prepared, Shift
from terminal.offline_queue.journal_record import Extras, Fact, Head, Recorded, recorded_before, write_facts
from terminal.offline_queue.readers import Readers
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.writer import Connection, Writer

__all__ = ["Fact", "Journal", "Known", "Overlay", "Pending", "Prepared", "Recorded", "Shift"]

T = TypeVar("T")
MAX_FACTS = 16
"""That one till records in one transaction."""
READER_CACHE_KIB = 1024
_REVOKED = "revoked"


class Journal(JournalLooks):
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
        behind: int | None = None,
    ) -> Recorded:
        """Append facts to the chain with what they carry, as one transaction; durable when it returns.

        `completes` ends that prepared sale: the id of a receipt among the facts; `personal` and `enrolled` belong to a
        MemberEnrolled among them; `totals` are the shift's after such a receipt, `beside` what stands nowhere in its
        bytes. `behind` is the place of the last event that the facts were made from.
        Raises BadInput (too large), NotNow (not prepared, no open shift), StoreFault (journal.overtaken: another event
        came after that place); then nothing is recorded, and the same call may be made again, also after a doubt.
        """
        if not 1 <= len(facts) <= MAX_FACTS:
            raise BadInput(sentence("journal.too_many", limit=MAX_FACTS))
        raws = [encode_event(fact.body, fact.event_id, fact.at_ms) for fact in facts]
        _limited(max(map(len, raws)))
        every = [names_of(fact.event_id, fact.body) for fact in facts]
        extras = Extras(personal, enrolled, totals, beside)

        def write(connection: Connection) -> tuple[Recorded, Head, Begun]:
            # Known only between transactions: one that fails, however it does, leaves it to be read anew.
            head, self._head = self._head or self._read_head(connection), None
            begun, self._begun = self._known_begun(connection), None
            before = recorded_before(connection, facts, every, raws, head.names, self._place)
            if before is not None:
                return before, head, begun
            if behind is not None and journal_read.last_place(connection) != behind:
                raise store_fault("journal.overtaken")
            if completes is None:
                sweep(connection, begun)
            else:
                begun = without(begun, completes)
            now = write_facts(connection, self.terminal, facts, every, raws, extras, head)
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

    def revoked(self) -> bool:
        """Whether the head office has said that this till is revoked, and nothing else since."""
        return self._readers.use(lambda c: state_value(c, _REVOKED)) != ""

    def note_revoked(self, revoked: bool) -> None:
        """Keep what the head office says of this till: it holds without a link, and after a stop."""
        if revoked != self.revoked():
            self.write(lambda c: set_state(c, _REVOKED, "1" if revoked else ""))

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

    def rest(self) -> None:
        """A moment nobody waits for: what the next sale would have to clear away goes now."""
        self._writer.rest()

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
