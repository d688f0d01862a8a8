"""Each terminal's chain, walked from the segments as they were received: signatures, hashes, no gap, the tip."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from loyalty.chain import ZERO_HASH, SegmentHeader, fork_hash, read_segment, write_segment
from loyalty.errors import BadInput
from sync_server.schema import SEGMENT, TERMINAL, TERMINAL_CURSOR
from sync_server.store import Tx
from sync_server.stored_segments import events_in, hashes_in, header_of
from sync_server.till_keys import is_signed, keys_in
from sync_server.verifying.found import Finding


class Chain:
    """One terminal's chain as far as it has been walked. `take` each segment in order, then ask for the `tip`."""

    def __init__(self, tx: Tx, terminal: Row[Any]) -> None:
        self._tx, self.terminal = tx, terminal
        self._keys = keys_in(terminal)
        self._epoch, self._seq, self._hash, self._events = 1, 0, ZERO_HASH.hex(), 0
        self._forks = _next_starts(tx, terminal)
        self._is_common = False
        self.raws: list[bytes] = []
        """The events of the segment taken last; none where it cannot be read."""

    def take(self, row: Row[Any]) -> Iterator[Finding]:
        """What is wrong with the next segment. What follows a damaged one is judged by its own header."""
        where = f"{self.terminal.name} {row.terminal}, epoch {row.epoch}, events {row.first_seq}-{row.last_seq}"
        self.raws = []
        code = self._place(row) or self._open(row)
        self._epoch, self._seq, self._hash = row.epoch, row.last_seq, row.last_hash
        self._events += row.last_seq - row.first_seq + 1
        if code:
            yield Finding(code, where)

    def tip(self) -> Iterator[Finding]:
        cursor = self.terminal
        known = (cursor.epoch, cursor.seq, cursor.hash, cursor.events)
        if known != (self._epoch, self._seq, self._hash, self._events):
            stored = f"stored {self._epoch}/{self._seq} ({self._events} events)"
            where = f"{cursor.name} {cursor.terminal}: {stored}, cursor {cursor.epoch}/{cursor.seq} ({cursor.events})"
            yield Finding("verify.tip", where)

    def _place(self, row: Row[Any]) -> str:
        if row.epoch == self._epoch:
            return "" if row.first_seq == self._seq + 1 else "verify.gap"
        return "" if (row.epoch, row.first_seq) == (self._epoch + 1, 1) else "verify.gap"

    def _open(self, row: Row[Any]) -> str:
        try:
            header, signature = _signed(row)
            raws, hashes = events_in(row), hashes_in(row)
        except BadInput:
            return "verify.segment"
        if not is_signed(self._keys.at(row.epoch), signature, row.signed):
            return "verify.signature"
        told = (header.terminal, header.epoch, header.first_seq, header.last_seq, header.last_hash)
        if told != (row.terminal, row.epoch, row.first_seq, row.last_seq, row.last_hash):
            return "verify.place"
        self.raws = raws
        follows = self._follows(row.epoch, header.prev_hash)
        self._look_for_common(row.epoch, hashes)
        return "" if follows else "verify.chain"

    def _follows(self, epoch: int, prev_hash: str) -> bool:
        return prev_hash == self._hash if epoch == self._epoch else self._is_common

    def _look_for_common(self, epoch: int, hashes: list[bytes]) -> None:
        """Whether the next epoch follows an event of this one, or none of them."""
        wanted = self._forks.get(epoch + 1)
        first = epoch != self._epoch or self._seq == 0
        if wanted is None:
            return
        tried = [ZERO_HASH, *hashes] if first else hashes
        here = any(fork_hash(self.terminal.terminal, epoch, each).hex() == wanted for each in tried)
        self._is_common = here if first else self._is_common or here


def terminals(tx: Tx) -> list[Row[Any]]:
    """Every terminal with its cursor, by number."""
    joined = TERMINAL.join(
        TERMINAL_CURSOR,
        (TERMINAL.c.tshard == TERMINAL_CURSOR.c.tshard) & (TERMINAL.c.terminal == TERMINAL_CURSOR.c.terminal),
    )
    cursor = TERMINAL_CURSOR.c
    query = select(TERMINAL, cursor.epoch, cursor.seq, cursor.hash, cursor.events).select_from(joined)
    return list(tx.execute(query.order_by(TERMINAL.c.terminal_no)).all())


def strangers(tx: Tx) -> Iterator[Finding]:
    """Segments whose terminal is not there."""
    same = (TERMINAL.c.tshard == SEGMENT.c.tshard) & (TERMINAL.c.terminal == SEGMENT.c.terminal)
    alone = SEGMENT.outerjoin(TERMINAL, same)
    query = select(SEGMENT.c.terminal).select_from(alone).where(TERMINAL.c.terminal.is_(None)).distinct()
    for name in tx.execute(query.order_by(SEGMENT.c.terminal)).scalars():
        yield Finding("verify.no_terminal", str(name))


def _next_starts(tx: Tx, terminal: Row[Any]) -> dict[int, str]:
    """epoch -> what its first event follows, of every epoch but the first."""
    mine = (SEGMENT.c.tshard == terminal.tshard) & (SEGMENT.c.terminal == terminal.terminal)
    query = select(SEGMENT).where(mine, SEGMENT.c.first_seq == 1)
    found: dict[int, str] = {}
    for row in tx.execute(query.where(SEGMENT.c.epoch > 1).order_by(SEGMENT.c.epoch)):
        try:
            header, _ = _signed(row)
        except BadInput:
            continue
        found[header.epoch] = header.prev_hash
    return found


def _signed(row: Row[Any]) -> tuple[SegmentHeader, bytes]:
    """The header and its signature, of a segment whose shape is right. The blob of a redacted one is not the one that
    was signed any more; what is left of it is held by the chain. Raises BadInput."""
    if row.redacted is None:
        segment = read_segment(write_segment(row.signed, row.signature, row.blob))
        return segment.header, segment.signature
    return header_of(row), row.signature
