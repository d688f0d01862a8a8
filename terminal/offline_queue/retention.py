"""Lets go of events that are safe at the head office and old: from the front of the journal, a few at a time.

What follows from them is kept in the journal's base, by the same transaction. Kept in any case are events from the
opening of the open shift on, for its totals, the last segment that was closed, to be sent again should a head office
ask how far we are, and the last event, which the next one follows.
"""

from collections.abc import Iterable
from contextlib import closing
from itertools import takewhile

from loyalty.api import Position
from loyalty.quoting.uses import Use
from loyalty.receipt import Receipt
from terminal.offline_queue import journal_read
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_base import Base, keep_base, read_base
from terminal.offline_queue.journal_file import place_of, set_state
from terminal.offline_queue.journal_follow import EVENTS, Event, Look, follow, gives_back
from terminal.offline_queue.journal_index_base import base_place, begin_with
from terminal.offline_queue.journal_index_file import empty
from terminal.offline_queue.journal_names import greatest_names
from terminal.offline_queue.writer import Connection

KEPT_MS = 35 * 24 * 3600 * 1000
LEAST = 100
MOST = 200
"""Events of one transaction: fewer wait, so that it is done now and then and not at every sale."""


def prune(journal: Journal, now_ms: int, least: int = LEAST, most: int = MOST) -> int:
    """Let go of the oldest events that nobody needs any more; how many. Raises StoreFault."""
    events = journal.read(lambda c: _old(c, now_ms - KEPT_MS, most))
    if len(events) < max(1, least):
        return 0
    base = _base_after(journal, journal.read(read_base), events)
    journal.renew(lambda c: _let_go(c, base, events))
    return len(events)


def _old(connection: Connection, before_ms: int, most: int) -> list[Event]:
    """The first events, as far as they are safe and from before that moment; nothing of what is kept in any case."""
    last = min(place_of(at.epoch, at.seq) for at in (journal_read.acked(connection), journal_read.safe(connection)))
    needed = connection.execute(
        "SELECT min(place) FROM (SELECT opened_place AS place FROM shift WHERE closed_at_ms IS NULL"
        " UNION ALL SELECT max(epoch << 40 | first_seq) FROM segment UNION ALL SELECT max(place) FROM event)"
    ).fetchone()[0]
    last = min(last, (needed or 1) - 1)
    old = connection.execute(
        "SELECT place, at_ms FROM event WHERE place <= ? ORDER BY place LIMIT ?", (last, most)
    ).fetchall()
    gone = [place for place, _ in takewhile(lambda row: row[1] < before_ms, old)]
    return [Event(*row) for row in connection.execute(EVENTS, (0, gone[-1], most))] if gone else []


def _base_after(journal: Journal, base: Base, events: list[Event]) -> Base:
    """What stands for these too: as an index has it that begins with the base and takes them in."""

    def look(places: Iterable[int]) -> list[Receipt]:
        return journal.read(lambda c: journal_read.receipts_at(c, places))

    last = events[-1]
    with closing(empty()) as index:
        begin_with(index, base)
        for event in events:
            follow(index, event, look)
        given = index.execute("SELECT campaign_id, times, minor, points FROM campaign_given ORDER BY campaign_id")
        uses = tuple(Use(name, "", *figures) for name, *figures in given)
        names = greatest_names(index)
    kept = {place: back for place, back in base.back.items() if place > last.place}
    sold = {event.receipt_id for event in events if event.receipt_id is not None}
    back = journal.read_index(lambda index: _given_back_later(index, sold, last.place, look))
    return Base(Position(last.epoch, last.seq, last.hash.hex()), names, uses, {**kept, **back})


def _given_back_later(index: Connection, sold: set[str], last: int, look: Look) -> dict[int, tuple[Use, ...]]:
    """What returns that stay give back of the sales that go."""
    found = {}
    for receipt_id in sold:
        query = "SELECT place FROM returned WHERE original_id = ? AND place > ?"
        for (place,) in index.execute(query, (receipt_id, last)).fetchall():
            (receipt,) = look([place])
            if uses := gives_back(index, place, receipt, look):
                found[place] = uses
    return found


def _let_go(connection: Connection, base: Base, events: list[Event]) -> None:
    place = base_place(base)
    receipt_no = max((journal_read.counter_of(event.number) for event in events if event.number), default=0)
    known_no = journal_read.passed_receipt_no(connection)
    if receipt_no > known_no:
        set_state(connection, journal_read.RECEIPT_NO, str(receipt_no))
    connection.execute("DELETE FROM event WHERE place <= ?", (place,))
    connection.execute("DELETE FROM segment WHERE (epoch, last_seq) <= (?, ?)", (base.last.epoch, base.last.seq))
    gone = [(event.event_id,) for event in events]
    connection.executemany("DELETE FROM personal WHERE event_id = ? AND sent = 1", gone)
    keep_base(connection, base)
